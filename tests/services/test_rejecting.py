"""Rejections: who may make and decide them, what they do to money, tasks and counters, and how that is undone."""

from collections.abc import AsyncIterator, Awaitable
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from desk import Desk
from refused import said
from seconded import second

from rules import ledger
from rules.model import DAY, HOUR, AnswerId, BatchId, Instant, Kind, Micros, PersonId
from rules.refusals import Refusal
from rules.settings import Overlap
from services import (
    appealing,
    deeds,
    disclosing,
    enrolling,
    expiring,
    leaving,
    offering,
    rejecting,
    reviewing,
    settling,
    steering,
    undoing,
    working,
)
from services.enrolling import Newcomer
from services.rejecting import Outcome
from services.working import Recorded, Summary
from storage import Row, Tx
from storage.checks import violations
from storage.ledger import balance, total

GUIDE = "Irony is negative\n- Plots alone are negative"
WON = 1_000_000
NEGATIVE = 2
"""The second choice, as a set."""


@pytest.fixture(autouse=True)
async def sound(desk: Desk) -> AsyncIterator[None]:
    """Whatever a test does, the books and the counters are right afterwards."""
    yield
    assert [] == await desk.do(violations)


async def coordinator(desk: Desk, telegram_id: int = 7001) -> PersonId:
    """Another coordinator, without batches."""
    invite = await desk.do(enrolling.invite_coordinator, desk.now, desk.coordinator)
    newcomer = Newcomer(telegram_id, "Daon", None, "ko")
    return (await desk.do(enrolling.arrive, desk.now, newcomer, invite.code, frozenset[int](), "invite")).id


async def answered(desk: Desk, worker: PersonId, batch: BatchId, choice: int = 0) -> AnswerId:
    await desk.tap(worker, await desk.begin(worker, batch), choice)
    return await newest(desk, worker, batch)


async def newest(desk: Desk, worker: PersonId, batch: BatchId) -> AnswerId:
    recent = await desk.do(lambda tx: tx.all("answers.recent", worker=worker, batch=batch, limit=1))
    return AnswerId(recent[0]["id"])


async def propose(desk: Desk, answer: AnswerId, person: PersonId | None = None, expected: int = NEGATIVE) -> Outcome:
    return await desk.do(rejecting.reject, desk.now, person or desk.coordinator, answer, 0, expected)


async def reject(desk: Desk, answer: AnswerId, person: PersonId | None = None, expected: int = NEGATIVE) -> Outcome:
    """A rejection in force: where it takes two, somebody else has agreed."""
    made = await propose(desk, answer, person, expected)
    await desk.do(second, desk.now)
    return made


async def appealed(desk: Desk, worker: PersonId, answer: AnswerId) -> int:
    """A rejection that its worker does not accept."""
    made = await reject(desk, answer)
    await desk.do(appealing.appeal, desk.now, worker, made.rejection, None)
    return made.rejection


async def refused(attempt: Awaitable[object]) -> str:
    with pytest.raises(Refusal) as caught:
        await attempt
    said(caught.value)
    return caught.value.key


async def money(desk: Desk, worker: PersonId, batch: BatchId) -> tuple[int, int, int]:
    """In review, available, and held because of rejections, in won."""

    def read(tx: Tx) -> tuple[int, int, int]:
        pending, available = balance(tx, ledger.pending(worker)), balance(tx, ledger.available(worker))
        return pending // WON, available // WON, total(tx, ledger.disputed(batch)) // WON

    return await desk.do(read)


async def left_in(desk: Desk, account: str) -> int:
    return int(await desk.do(total, account) // WON)


async def task(desk: Desk, number: int) -> tuple[str, int, int, int]:
    """State, free slots, counted and wanted answers of a task."""
    row = await desk.do(lambda tx: tx.one("tasks.count_answer", task=number, step=0))
    assert row is not None
    return row["state"], row["open_slots"], row["counted"], row["wanted"]


async def counts(desk: Desk, batch: BatchId) -> tuple[int, int, int, int]:
    """Finished tasks, answers that count, gold answers, and what was spent, in won."""
    row = await desk.do(lambda tx: tx.one("batches.counts", batch=batch))
    assert row is not None
    return row["finished"], row["counted"], row["gold"], row["spent"] // WON


async def test_a_rejected_answer_loses_its_weight_and_its_money_is_held(desk: Desk) -> None:
    batch, mina = await desk.batch(guide=GUIDE), await desk.worker()
    answer = await answered(desk, mina, batch)
    assert (20, 0, 0) == await money(desk, mina, batch)

    await reject(desk, answer)

    assert (0, 0, 20) == await money(desk, mina, batch)
    assert ("done", 0, 0, 0) == await task(desk, 1)
    assert (1, 0, 0, 0) == await counts(desk, batch)
    desk.wait(80 * HOUR)
    assert 0 == await desk.do(settling.settle, desk.now, mina)


async def test_agreeing_opens_the_slot_for_somebody_else_and_never_for_the_same_worker(desk: Desk) -> None:
    batch = await desk.batch(("one",), guide=GUIDE)
    mina, jun = await desk.workers(2)
    answer = await answered(desk, mina, batch)
    before = await left_in(desk, ledger.escrow(batch))
    made = await reject(desk, answer)
    assert [batch] == await desk.do(steering.complete_finished, desk.now)

    await desk.do(appealing.agree, desk.now, mina, made.rejection)
    await desk.do(appealing.agree, desk.now, mina, made.rejection)

    assert (0, 0, 0) == await money(desk, mina, batch)
    assert before + 20 == await left_in(desk, ledger.escrow(batch))
    assert ("open", 1, 0, 1) == await task(desk, 1)
    assert [] == await desk.do(offering.offers, mina)
    await answered(desk, jun, batch, 1)
    assert (1, 1, 0, 20) == await counts(desk, batch)


async def test_gold_that_is_rejected_may_be_dealt_once_more(desk: Desk) -> None:
    batch = await desk.batch(("one", "two"), gold=(("known", "positive"),), guide=GUIDE)
    mina = await desk.worker()
    await desk.do(lambda tx: tx.run("batches.begin_progress", batch=batch, worker=mina, gap=0, now=desk.now))
    answer = await answered(desk, mina, batch, 1)
    seen = await desk.do(reviewing.following, desk.now, desk.coordinator, batch)
    assert seen is not None
    assert (("positive",), ("negative",), 1000) == (seen.item.gold, seen.item.labels, seen.doubt)
    assert ("positive",) == seen.item.leading
    gold, lots = await left_in(desk, ledger.gold_line(batch)), await _gold_left(desk, batch)
    made = await reject(desk, answer, expected=1)
    assert (0, 0, 0, 0) == await counts(desk, batch)

    await desk.do(appealing.agree, desk.now, mina, made.rejection)

    assert gold + 20 == await left_in(desk, ledger.gold_line(batch))
    assert lots + 1 == await _gold_left(desk, batch)


async def _gold_left(desk: Desk, batch: BatchId) -> int:
    row = await desk.do(lambda tx: tx.one("batches.find", batch=batch))
    assert row is not None
    return int(row["gold_left"])


async def test_money_of_a_closed_batch_goes_back_to_the_budget(desk: Desk) -> None:
    batch, mina = await desk.batch(guide=GUIDE), await desk.worker()
    made = await reject(desk, await answered(desk, mina, batch))
    await desk.do(steering.close, desk.now, desk.coordinator, batch)
    before = await left_in(desk, ledger.budget(desk.coordinator))

    await desk.do(appealing.agree, desk.now, mina, made.rejection)

    assert before + 20 == await left_in(desk, ledger.budget(desk.coordinator))
    assert ("done", 0, 0, 0) == await task(desk, 1)


async def test_where_the_price_has_risen_no_other_answer_is_asked_for(desk: Desk) -> None:
    """What this answer would have earned does not pay for another one."""
    batch, mina = await desk.batch(guide=GUIDE), await desk.worker()
    answer = await answered(desk, mina, batch)
    await desk.do(steering.reprice, desk.now, desk.coordinator, batch, Micros(30 * WON))
    made = await reject(desk, answer)
    before = await left_in(desk, ledger.budget(desk.coordinator))
    await desk.do(appealing.agree, desk.now, mina, made.rejection)
    assert before + 20 == await left_in(desk, ledger.budget(desk.coordinator))
    assert ("done", 0, 0, 0) == await task(desk, 1)


async def test_a_task_that_is_certain_without_the_answer_wants_no_other(desk: Desk) -> None:
    """Two agree and one does not; without the one the task has its two answers, and they agree."""
    batch = await desk.batch(("one",), overlap=Overlap(2, 4), guide=GUIDE)
    mina, jun, ara = await desk.workers(3)
    await answered(desk, mina, batch, 1)
    odd = await answered(desk, jun, batch, 0)
    assert ("open", 1, 2, 3) == await task(desk, 1)
    await answered(desk, ara, batch, 1)
    made = await reject(desk, odd)

    await desk.do(appealing.agree, desk.now, jun, made.rejection)

    assert 0 == (await money(desk, jun, batch))[2]
    assert ("open", 1, 2, 3) == await task(desk, 1)


async def test_an_overlap_grows_by_no_more_than_what_is_left_for_the_task(desk: Desk) -> None:
    """Rejected money is not there for a fourth answer, and must not be missing when the worker is right."""
    batch = await desk.batch(("one",), overlap=Overlap(2, 3), guide=GUIDE)
    mina, jun, ara, bora = await desk.workers(4)
    first = await answered(desk, mina, batch, 0)
    rejection = await appealed(desk, mina, first)
    await answered(desk, jun, batch, 0)
    assert ("done", 0, 1, 1) == await task(desk, 1)

    await desk.do(appealing.uphold, desk.now, desk.coordinator, rejection)

    assert ("done", 0, 2, 2) == await task(desk, 1)
    assert (20, 0, 0) == await money(desk, mina, batch)
    assert [] == await desk.do(offering.offers, ara) + await desk.do(offering.offers, bora)


async def test_an_upheld_answer_counts_again_and_is_settled_at_once(desk: Desk) -> None:
    batch, mina = await desk.batch(guide=GUIDE), await desk.worker()
    answer = await answered(desk, mina, batch)
    before = await counts(desk, batch), await task(desk, 1)
    rejection = await appealed(desk, mina, answer)

    await desk.do(appealing.uphold, desk.now, desk.coordinator, rejection)

    assert before == (await counts(desk, batch), await task(desk, 1))
    assert 1 == await desk.do(settling.settle, desk.now, mina)
    assert (0, 20, 0) == await money(desk, mina, batch)
    assert "review.decided_before" == await refused(reject(desk, answer))
    assert "review.decided_before" == await refused(desk.do(appealing.deny, desk.now, desk.coordinator, rejection))


async def test_a_reviewer_cannot_let_a_rejection_of_their_own_stand(desk: Desk) -> None:
    batch, mina, daon = await desk.batch(guide=GUIDE), await desk.worker(), await coordinator(desk)
    rejection = await appealed(desk, mina, await answered(desk, mina, batch))
    assert "refusal.second_person" == await refused(desk.do(appealing.deny, desk.now, desk.coordinator, rejection))

    denied = await desk.do(appealing.deny, desk.now, daon, rejection)

    assert ("denied", True) == (denied.state, denied.is_released)
    assert (0, 0, 0) == await money(desk, mina, batch)


async def test_after_two_days_nobody_can_say_any_more_that_a_rejection_stands(desk: Desk) -> None:
    batch, mina, daon = await desk.batch(guide=GUIDE), await desk.worker(), await coordinator(desk)
    rejection = await appealed(desk, mina, await answered(desk, mina, batch))
    desk.wait(48 * HOUR)

    assert "review.decided_before" == await refused(desk.do(appealing.deny, desk.now, daon, rejection))
    assert 1 == await desk.do(appealing.uphold_undecided, desk.now, 50)
    assert 1 == await desk.do(settling.settle, desk.now, mina)


async def test_one_person_alone_decides_alone(desk: Desk) -> None:
    batch, mina = await desk.batch([str(number) for number in range(5)], guide=GUIDE), await desk.worker()
    await desk.do(deeds.set_alone, desk.now, desk.coordinator, True)
    given = [await answered(desk, mina, batch) for _ in range(3)]
    made = [await propose(desk, answer) for answer in given]
    assert [False, False, False] == [each.is_proposed for each in made]
    await desk.do(appealing.appeal, desk.now, mina, made[0].rejection, None)
    assert "denied" == (await desk.do(appealing.deny, desk.now, desk.coordinator, made[0].rejection)).state


async def test_only_the_batchs_people_reject_and_never_their_own_answers(desk: Desk) -> None:
    batch, mina, daon = await desk.batch(guide=GUIDE), await desk.worker(), await coordinator(desk)
    answer = await answered(desk, mina, batch)
    assert "batch.not_yours" == await refused(reject(desk, answer, daon))
    assert "refusal.only_coordinator" == await refused(reject(desk, answer, mina))
    await desk.do(lambda tx: tx.run("people.grant", person=mina, owner=1, coordinator=1, worker=0, everything=0))
    assert "review.own_answer" == await refused(reject(desk, answer, mina))
    rejection = await appealed(desk, mina, answer)
    for decide in (appealing.uphold, appealing.deny):
        assert "batch.not_yours" == await refused(desk.do(decide, desk.now, mina, rejection))


async def test_only_the_worker_agrees_or_objects(desk: Desk) -> None:
    batch = await desk.batch(guide=GUIDE)
    mina, jun = await desk.workers(2)
    made = await reject(desk, await answered(desk, mina, batch))
    assert "rejection.not_yours" == await refused(desk.do(appealing.agree, desk.now, jun, made.rejection))
    assert "rejection.not_yours" == await refused(desk.do(appealing.appeal, desk.now, jun, made.rejection, None))
    assert "rejection.not_yours" == await refused(desk.do(appealing.ask_note, jun, 99))
    await desk.do(appealing.agree, desk.now, mina, made.rejection)
    assert "rejection.decided" == await refused(desk.do(appealing.appeal, desk.now, mina, made.rejection, None))


async def test_what_is_settled_undone_or_late_is_not_rejected(desk: Desk) -> None:
    batch = await desk.batch(("one", "two"), guide=GUIDE)
    mina, jun = await desk.workers(2)
    card = await desk.begin(mina, batch)
    undone = await answered(desk, jun, batch)
    await desk.do(undoing.undo, desk.now, jun, batch, undone)
    assert "review.too_late" == await refused(reject(desk, undone))
    settled = await answered(desk, jun, batch)
    desk.wait(HOUR)
    assert 1 == await desk.do(expiring.expire, desk.now, 50)
    await answered(desk, jun, batch)
    recorded = await desk.tap(mina, card)
    assert isinstance(recorded, Recorded) and recorded.is_late
    late = await newest(desk, mina, batch)
    assert "review.not_rejectable" == await refused(reject(desk, late))
    assert "review.not_rejectable" == await refused(reject(desk, AnswerId(99)))
    desk.wait(72 * HOUR)
    assert "review.too_late" == await refused(reject(desk, settled))
    assert 2 == await desk.do(settling.settle, desk.now, jun)
    assert "review.too_late" == await refused(reject(desk, settled))


async def test_the_expected_labels_are_labels_and_others(desk: Desk) -> None:
    batch, mina = await desk.batch(guide=GUIDE), await desk.worker()
    answer = await answered(desk, mina, batch)
    assert "review.same_label" == await refused(reject(desk, answer, expected=1))
    for wrong in (0, 3, 4, -1):
        assert "review.no_such_label" == await refused(reject(desk, answer, expected=wrong))


async def test_several_labels_may_be_expected_where_several_may_be_given(desk: Desk) -> None:
    batch = await desk.batch(choices=("a", "b", "c"), kind=Kind.MULTIPLE, guide=GUIDE)
    mina = await desk.worker()
    card = await desk.begin(mina, batch)
    await desk.do(working.toggle, desk.now, mina, card.assignment, card.revision, 0, True)
    await desk.do(working.submit, desk.now, mina, card.assignment, card.revision)
    made = await reject(desk, await newest(desk, mina, batch), expected=0b101)
    assert ("a", "c") == (await desk.do(appealing.of_worker, mina, made.rejection)).expected


async def test_a_rule_counts_only_for_answers_that_came_after_it(desk: Desk) -> None:
    batch, mina = await desk.batch(guide="Old rule"), await desk.worker()
    before = await answered(desk, mina, batch)
    await desk.do(steering.rewrite_guide, desk.now, desk.coordinator, batch, "Old rule\nNew rule")
    after = await answered(desk, mina, batch)

    async def rules(answer: AnswerId) -> list[str]:
        found = await desk.do(reviewing.rules_for, desk.now, desk.coordinator, answer, 0)
        return [rule.text for rule in found[1]]

    assert (["Old rule"], ["Old rule", "New rule"]) == (await rules(before), await rules(after))
    assert "review.no_such_rule" == await refused(
        desk.do(rejecting.reject, desk.now, desk.coordinator, before, 1, NEGATIVE)
    )
    await desk.do(steering.rewrite_guide, desk.now, desk.coordinator, batch, "New rule")
    assert "review.guide_is_newer" == await refused(reject(desk, before))
    assert ["New rule"] == await rules(after)


async def test_a_proposal_changes_nothing_until_somebody_else_confirms_it(desk: Desk) -> None:
    batch, mina = await desk.batch([str(n) for n in range(10)], guide=GUIDE), await desk.worker()
    daon = await coordinator(desk)
    given = [await answered(desk, mina, batch) for _ in range(10)]
    assert not (await propose(desk, given[0])).is_proposed
    made = await propose(desk, given[1])
    assert made.is_proposed
    assert (180, 0, 20) == await money(desk, mina, batch)
    assert "rejection.not_yours" == await refused(desk.do(appealing.of_worker, mina, made.rejection))
    assert "refusal.second_person" == await refused(
        desk.do(rejecting.confirm, desk.now, desk.coordinator, made.rejection)
    )

    await desk.do(rejecting.confirm, desk.now, daon, made.rejection)

    assert (160, 0, 40) == await money(desk, mina, batch)
    assert "review.decided_before" == await refused(desk.do(rejecting.confirm, desk.now, daon, made.rejection))
    dropped = await propose(desk, given[2])
    await desk.do(rejecting.drop, desk.now, desk.coordinator, dropped.rejection)
    assert (160, 0, 40) == await money(desk, mina, batch)
    assert "review.decided_before" == await refused(reject(desk, given[2]))


@pytest.mark.parametrize(("answers", "free"), [(1, 0), (2, 0), (9, 0), (10, 1), (19, 1), (20, 2)])
async def test_ten_in_a_hundred_are_one_reviewers_affair_and_of_few_none(desk: Desk, answers: int, free: int) -> None:
    batch, mina = await desk.batch([str(n) for n in range(20)], guide=GUIDE), await desk.worker()
    given = [await answered(desk, mina, batch) for _ in range(answers)]
    made = [await propose(desk, answer) for answer in given[: free + 1]]
    assert [*[False] * free, True] == [each.is_proposed for each in made]


async def test_an_answer_whose_rejection_is_only_proposed_is_settled_in_time(desk: Desk) -> None:
    batch, mina = await desk.batch(guide=GUIDE), await desk.worker()
    first, last = await answered(desk, mina, batch), await answered(desk, mina, batch)
    await reject(desk, first)
    made = await propose(desk, last)
    desk.wait(72 * HOUR)
    assert 1 == await desk.do(settling.settle, desk.now, mina)
    assert "review.too_late" == await refused(
        desk.do(rejecting.confirm, desk.now, await coordinator(desk), made.rejection)
    )
    assert 1 == await desk.do(appealing.withdraw_late, desk.now, 50)
    assert 0 == await desk.do(appealing.withdraw_late, desk.now, 50)
    assert (0, 20, 20) == await money(desk, mina, batch)


def all_sent(tx: Tx, now: Instant) -> None:
    for message in tx.all("outbox.due", now=now, limit=50):
        tx.run("outbox.mark", message=message["id"], state="sent", due=now, attempted=1)


async def test_time_decides_once_and_in_chunks_also_after_a_long_stop(desk: Desk) -> None:
    batch, mina = await desk.batch([str(n) for n in range(30)], guide=GUIDE), await desk.worker()
    given = [await answered(desk, mina, batch) for _ in range(30)]
    made = [await reject(desk, answer) for answer in given[:3]]
    await desk.do(appealing.appeal, desk.now, mina, made[0].rejection, "why?")
    await desk.do(all_sent, desk.now)
    desk.wait(30 * DAY)

    assert 1 == await desk.do(appealing.uphold_undecided, desk.now, 50)
    assert [1, 1, 0] == [await desk.do(appealing.release_final, desk.now, 1) for _ in range(3)]
    assert 0 == await desk.do(appealing.uphold_undecided, desk.now, 50)
    assert 0 == (await money(desk, mina, batch))[2]
    assert "rejection.too_late" == await refused(desk.do(appealing.appeal, desk.now, mina, made[1].rejection, None))


async def test_the_time_to_object_begins_when_the_message_goes_out(desk: Desk) -> None:
    batch, mina = await desk.batch(guide=GUIDE), await desk.worker()
    made = await reject(desk, await answered(desk, mina, batch))
    desk.wait(9 * DAY)
    assert 0 == await desk.do(appealing.release_final, desk.now, 50)

    found = await desk.do(appealing.arrived, desk.now, mina, made.rejection)

    assert found is not None
    assert desk.now + 7 * DAY == found.until
    await desk.do(appealing.appeal, desk.now, mina, made.rejection, None)
    assert await desk.do(appealing.arrived, desk.now, mina, made.rejection) is None


async def test_a_rejected_answer_is_not_undone(desk: Desk) -> None:
    batch, mina = await desk.batch(guide=GUIDE), await desk.worker()
    answer = await answered(desk, mina, batch)
    await reject(desk, answer)
    assert "work.undo_rejected" == await refused(desk.do(undoing.undo, desk.now, mina, batch, answer))


async def test_an_answer_that_was_given_back_can_be_undone_and_given_anew(desk: Desk) -> None:
    batch, mina = await desk.batch(("one",), guide=GUIDE), await desk.worker()
    answer = await answered(desk, mina, batch)
    rejection = await appealed(desk, mina, answer)
    await desk.do(appealing.uphold, desk.now, desk.coordinator, rejection)
    await desk.do(undoing.undo, desk.now, mina, batch, answer)
    again = await answered(desk, mina, batch, 1)
    assert (20, 0, 0) == await money(desk, mina, batch)
    await reject(desk, again, expected=1)
    assert (0, 0, 20) == await money(desk, mina, batch)


async def test_those_who_are_asked_are_the_owners_and_the_batchs_coordinator(desk: Desk) -> None:
    batch, mina, daon = await desk.batch(guide=GUIDE), await desk.worker(), await coordinator(desk)
    await appealed(desk, mina, await answered(desk, mina, batch))

    waiting = [len((await desk.do(reviewing.overview, desk.now, person)).waiting) for person in (PersonId(1), daon)]

    assert [1, 1] == waiting
    second_owner = await desk.worker("Boss too")
    await desk.do(
        lambda tx: tx.run("people.grant", person=second_owner, owner=1, coordinator=0, worker=0, everything=0)
    )
    assert () == (await desk.do(reviewing.overview, desk.now, daon)).waiting
    assert 1 == len((await desk.do(reviewing.overview, desk.now, second_owner)).waiting)


def last_deeds(tx: Tx, action: str) -> list[Row]:
    return tx.all("deeds.last", action=action, limit=5)


async def test_everything_done_about_a_rejection_is_written_down(desk: Desk) -> None:
    batch, mina = await desk.batch([str(n) for n in range(10)], guide=GUIDE), await desk.worker()
    given = [await answered(desk, mina, batch) for _ in range(10)]
    rejection = await appealed(desk, mina, given[0])
    await desk.do(appealing.uphold, desk.now, desk.coordinator, rejection)
    for action in ("reject", "uphold_appeal"):
        noted = await desk.do(partial(last_deeds, action=action))
        assert [(desk.coordinator, str(rejection))] == [(row["person_id"], row["detail"]) for row in noted]


async def test_a_finished_batch_goes_on_when_an_answer_is_wanted_again(desk: Desk) -> None:
    batch = await desk.batch(("one",), guide=GUIDE)
    mina, jun = await desk.workers(2)
    made = await reject(desk, await answered(desk, mina, batch))
    assert isinstance(await desk.do(offering.begin, desk.now, mina, batch), Summary)
    await desk.do(appealing.agree, desk.now, mina, made.rejection)
    await answered(desk, jun, batch, 1)
    assert [batch] == await desk.do(steering.complete_finished, desk.now)


async def test_exports_call_a_rejected_answer_rejected_and_an_upheld_one_counted(desk: Desk) -> None:
    batch, mina = await desk.batch(guide=GUIDE), await desk.worker()
    rejection = await appealed(desk, mina, await answered(desk, mina, batch))

    async def statuses() -> list[str]:
        rows = await desk.do(lambda tx: tx.all("exports.answers", batch=batch, after=0, upto=1 << 40, limit=10))
        return [row["status"] for row in rows]

    assert ["rejected"] == await statuses()
    await desk.do(appealing.uphold, desk.now, desk.coordinator, rejection)
    assert ["counted"] == await statuses()


async def test_a_worker_is_told_all_that_is_stored_about_their_rejections(desk: Desk) -> None:
    batch, mina = await desk.batch(guide=GUIDE), await desk.worker()
    made = await reject(desk, await answered(desk, mina, batch))
    await desk.do(appealing.appeal, desk.now, mina, made.rejection, "It is meant as it stands")

    told = await desk.do(disclosing.about, mina, ZoneInfo("Asia/Seoul"))

    [rejection] = told["rejections"]
    assert isinstance(rejection, dict)
    said = {key: rejection[key] for key in ("state", "reason", "note", "amount", "number")}
    assert {
        "state": "appealed",
        "reason": "Irony is negative",
        "note": "It is meant as it stands",
        "amount": "20",
        "number": 1,
    } == said


async def test_nobody_is_forgotten_while_they_may_object(desk: Desk) -> None:
    batch, mina = await desk.batch(guide=GUIDE), await desk.worker()
    made = await reject(desk, await answered(desk, mina, batch))
    zone, unit = ZoneInfo("Asia/Seoul"), Micros(WON)
    asked = await desk.do(leaving.prospect, desk.now, mina, zone, unit)
    await desk.do(leaving.leave, desk.now, mina, asked.forget_at, zone, unit)
    desk.wait(5 * DAY)
    assert [] == await desk.do(leaving.due, desk.now, zone, unit)
    await desk.do(appealing.agree, desk.now, mina, made.rejection)
    assert [mina] == [each.person for each in await desk.do(leaving.due, desk.now, zone, unit)]


async def test_somebody_who_is_forgotten_can_be_told_nothing_and_so_is_not_rejected(desk: Desk) -> None:
    batch, mina = await desk.batch(guide=GUIDE), await desk.worker()
    answer = await answered(desk, mina, batch)
    await desk.do(lambda tx: tx.run("personal.leave", person=mina, now=desk.now, until=desk.now))
    await desk.do(lambda tx: tx.run("personal.forget", person=mina, now=desk.now))
    assert "review.worker_gone" == await refused(reject(desk, answer))
