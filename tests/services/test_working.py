import asyncio
from collections import Counter
from itertools import pairwise

import pytest
from desk import PRICE, Desk, seen

from rules.ledger import pending
from rules.model import DAY, MINUTE, BatchId, Kind, PersonId
from rules.refusals import Refusal
from rules.settings import Overlap
from services import expiring, offering, undoing, working
from services.dealing import Shown
from services.people import CONSENT_VERSION
from services.working import Ended, Reason, Recorded, Stale, Summary, Toggled
from storage import Tx
from storage.checks import violations
from storage.ledger import balance


async def money(desk: Desk, worker: PersonId) -> int:
    return await desk.do(balance, pending(worker))


async def answers(desk: Desk, batch: BatchId) -> list[tuple[str, int, int]]:
    """The standing answers of a batch as (status, worker, labels)."""

    def read(tx: Tx) -> list[tuple[str, int, int]]:
        page = tx.all("exports.answers", batch=batch, after=0, upto=10**9, limit=100_000)
        return [(row["status"], row["worker_id"], row["labels"]) for row in page]

    return await desk.do(read)


async def undo(desk: Desk, worker: PersonId, then: Shown | Summary) -> Shown:
    """Tap the undo button of a screen."""
    outcome = await desk.do(undoing.undo, desk.now, worker, then.batch, then.last_answer)
    assert isinstance(outcome, Recorded)
    return seen(outcome.then)


async def test_an_answer_is_stored_paid_and_followed_by_the_next_task(desk: Desk) -> None:
    batch, mina = await desk.batch(), await desk.worker()
    first = await desk.begin(mina, batch)

    outcome = await desk.tap(mina, first, 1)

    assert isinstance(outcome, Recorded)
    assert outcome.labels == ("negative",)
    assert seen(outcome.then).text == "two"
    assert await answers(desk, batch) == [("counted", mina, 0b10)]
    assert await money(desk, mina) == PRICE


async def test_tasks_come_in_the_order_of_the_file_and_then_no_more(desk: Desk) -> None:
    batch, mina = await desk.batch(["one", "two", "three"]), await desk.worker()
    then: Shown | Summary = await desk.begin(mina, batch)
    texts = []
    while isinstance(then, Shown):
        texts.append(then.text)
        desk.wait(2_000)
        outcome = await desk.tap(mina, then)
        assert isinstance(outcome, Recorded)
        then = outcome.then

    assert texts == ["one", "two", "three"]
    assert (then.ended, then.answers, then.earned, then.milliseconds) == (Ended.EMPTY, 3, 3 * PRICE, 6_000)


async def test_the_first_answer_counts_and_a_second_tap_changes_nothing(desk: Desk) -> None:
    batch, mina = await desk.batch(), await desk.worker()
    card = await desk.begin(mina, batch)
    await desk.tap(mina, card, 0)

    again = await desk.tap(mina, card, 1)

    assert isinstance(again, Stale)
    assert seen(again.then).text == "two"
    assert await answers(desk, batch) == [("counted", mina, 0b01)]
    assert await money(desk, mina) == PRICE


async def test_many_taps_at_once_give_one_answer(desk: Desk) -> None:
    batch, mina = await desk.batch(), await desk.worker()
    card = await desk.begin(mina, batch)

    outcomes = await asyncio.gather(*(desk.tap(mina, card, number % 2) for number in range(30)))

    assert sum(isinstance(outcome, Recorded) for outcome in outcomes) == 1
    assert len(await answers(desk, batch)) == 1


async def test_never_more_slots_than_the_overlap_however_many_ask_at_once(desk: Desk) -> None:
    batch = await desk.batch(["only", "two"], overlap=Overlap(3, 3))
    crowd = await desk.workers(12)

    cards = await asyncio.gather(*(desk.do(offering.begin, desk.now, worker, batch) for worker in crowd))

    held = [card.text or "" for card in cards if isinstance(card, Shown)]
    assert sorted(held) == ["only"] * 3 + ["two"] * 3
    assert sum(isinstance(card, Summary) for card in cards) == 6


async def test_nobody_gets_the_same_task_twice(desk: Desk) -> None:
    batch, mina = await desk.batch(["one", "two"], overlap=Overlap(5, 5)), await desk.worker()
    then: Shown | Summary = await desk.begin(mina, batch)
    seen_texts = []
    while isinstance(then, Shown):
        seen_texts.append(then.text)
        outcome = await desk.tap(mina, then)
        assert not isinstance(outcome, Toggled)
        then = outcome.then

    assert seen_texts == ["one", "two"]
    assert isinstance(await desk.do(offering.begin, desk.now, mina, batch), Summary)


async def test_a_tap_on_somebody_elses_card_is_refused(desk: Desk) -> None:
    batch, mina, eve = await desk.batch(), await desk.worker(), await desk.worker("Eve")
    card = await desk.begin(mina, batch)

    with pytest.raises(Refusal) as refused:
        await desk.tap(eve, card)

    assert refused.value.key == "work.not_yours"
    assert await answers(desk, batch) == []


@pytest.mark.parametrize("choice", [-1, 2, 99])
async def test_a_choice_that_is_none_is_refused(desk: Desk, choice: int) -> None:
    batch, mina = await desk.batch(), await desk.worker()

    with pytest.raises(Refusal):
        await desk.tap(mina, await desk.begin(mina, batch), choice)

    assert await answers(desk, batch) == []


async def test_nobody_labels_their_own_batch(desk: Desk) -> None:
    batch = await desk.batch()
    await desk.do(make_worker, desk.coordinator)

    with pytest.raises(Refusal):
        await desk.do(offering.begin, desk.now, desk.coordinator, batch)


def make_worker(tx: Tx, person: PersonId) -> None:
    tx.run("people.grant", person=person, worker=1, coordinator=0, owner=0, everything=1)
    tx.run("people.consent", person=person, version=CONSENT_VERSION, now=1)


# Leases ---------------------------------------------------------------------------------------------------------------


async def test_a_lapsed_slot_goes_to_others_and_the_late_answer_is_paid_as_late(desk: Desk) -> None:
    batch, mina, jun = await desk.batch(["only"]), await desk.worker("Mina"), await desk.worker("Jun")
    minas = await desk.begin(mina, batch)
    desk.wait(11 * MINUTE)
    assert await desk.do(expiring.expire, desk.now, 10) == 1
    await desk.tap(jun, await desk.begin(jun, batch), 0)

    late = await desk.tap(mina, minas, 1)

    assert isinstance(late, Recorded)
    assert late.is_late
    assert await answers(desk, batch) == [("counted", jun, 1), ("late", mina, 2)]
    assert [await money(desk, mina), await money(desk, jun)] == [PRICE, PRICE]
    assert await desk.do(violations) == []


async def test_a_late_answer_fills_a_slot_that_is_still_free(desk: Desk) -> None:
    batch, mina = await desk.batch(["only"]), await desk.worker()
    card = await desk.begin(mina, batch)
    desk.wait(11 * MINUTE)
    await desk.do(expiring.expire, desk.now, 10)

    outcome = await desk.tap(mina, card)

    assert isinstance(outcome, Recorded)
    assert not outcome.is_late
    assert await answers(desk, batch) == [("counted", mina, 1)]


async def test_after_a_day_a_late_answer_is_declined_in_words(desk: Desk) -> None:
    batch, mina = await desk.batch(["only"]), await desk.worker()
    card = await desk.begin(mina, batch)
    desk.wait(10 * MINUTE)
    await desk.do(expiring.expire, desk.now, 10)
    desk.wait(DAY)
    assert not isinstance(await desk.tap(mina, card), Stale)
    other, jun = await desk.batch(["other"]), await desk.worker("Jun")
    card = await desk.begin(jun, other)
    desk.wait(10 * MINUTE + DAY + 1)

    with pytest.raises(Refusal) as refused:
        await desk.tap(jun, card)

    assert refused.value.key == "work.too_late"


async def test_whose_lease_lapsed_may_get_the_same_task_again(desk: Desk) -> None:
    batch, mina = await desk.batch(["only"]), await desk.worker()
    stale = await desk.begin(mina, batch)
    desk.wait(11 * MINUTE)
    await desk.do(expiring.expire, desk.now, 10)

    again = await desk.begin(mina, batch)

    assert (again.assignment, again.revision) == (stale.assignment, stale.revision + 1)
    assert isinstance(await desk.tap(mina, stale), Stale)
    assert isinstance(await desk.tap(mina, again), Recorded)


async def test_a_task_keeps_the_price_it_was_shown_with(desk: Desk) -> None:
    batch, mina = await desk.batch(["one", "two"]), await desk.worker()
    card = await desk.begin(mina, batch)

    def cheaper(tx: Tx) -> None:
        tx.run("drafts.reprice", batch=batch, price=PRICE // 2)

    await desk.do(cheaper)
    outcome = await desk.tap(mina, card)

    assert isinstance(outcome, Recorded)
    assert await money(desk, mina) == PRICE


# Undo -----------------------------------------------------------------------------------------------------------------


async def test_undo_opens_the_last_answer_and_takes_its_money_back_until_it_is_answered_anew(desk: Desk) -> None:
    batch, mina = await desk.batch(), await desk.worker()
    first = await desk.begin(mina, batch)
    outcome = await desk.tap(mina, first, 0)
    assert isinstance(outcome, Recorded)

    again = await undo(desk, mina, outcome.then)

    assert (again.text, again.revision) == (first.text, first.revision + 1)
    assert await money(desk, mina) == 0
    corrected = await desk.tap(mina, again, 1)
    assert isinstance(corrected, Recorded)
    assert seen(corrected.then).text == "two"
    assert await answers(desk, batch) == [("counted", mina, 0b10)]
    assert await money(desk, mina) == PRICE
    assert await desk.do(violations) == []


async def test_five_answers_can_be_opened_again_and_the_sixth_can_not(desk: Desk) -> None:
    batch, mina = await desk.batch([f"task {number}" for number in range(8)]), await desk.worker()
    then: Shown | Summary = await desk.begin(mina, batch)
    for _ in range(7):
        outcome = await desk.tap(mina, seen(then))
        assert isinstance(outcome, Recorded)
        then = outcome.then
    opened = []
    for _ in range(5):
        then = await undo(desk, mina, then)
        opened.append(then.text)

    assert opened == ["task 6", "task 5", "task 4", "task 3", "task 2"]
    assert then.last_answer == 0
    with pytest.raises(Refusal):
        await desk.do(undoing.undo, desk.now, mina, batch, then.last_answer)
    assert await money(desk, mina) == 2 * PRICE


async def test_one_undo_button_tapped_twice_opens_one_answer(desk: Desk) -> None:
    batch, mina = await desk.batch(), await desk.worker()
    then: Shown | Summary = await desk.begin(mina, batch)
    for _ in range(2):
        outcome = await desk.tap(mina, seen(then))
        assert isinstance(outcome, Recorded)
        then = outcome.then
    card = then

    await undo(desk, mina, card)
    again = await desk.do(undoing.undo, desk.now, mina, batch, card.last_answer)

    assert isinstance(again, Stale)
    assert len(await answers(desk, batch)) == 1


async def test_an_undone_late_answer_stays_late(desk: Desk) -> None:
    batch, mina, jun = await desk.batch(["only"]), await desk.worker("Mina"), await desk.worker("Jun")
    minas = await desk.begin(mina, batch)
    desk.wait(11 * MINUTE)
    await desk.do(expiring.expire, desk.now, 10)
    await desk.tap(jun, await desk.begin(jun, batch), 0)
    outcome = await desk.tap(mina, minas, 1)
    assert isinstance(outcome, Recorded)

    again = await undo(desk, mina, outcome.then)
    await desk.tap(mina, again, 0)

    assert await answers(desk, batch) == [("counted", jun, 1), ("late", mina, 1)]
    assert await desk.do(violations) == []


async def test_a_skipped_task_can_be_taken_back_only_while_it_is_free(desk: Desk) -> None:
    batch, mina, jun = await desk.batch(["only"]), await desk.worker("Mina"), await desk.worker("Jun")
    card = await desk.begin(mina, batch)
    skipped = await desk.do(working.skip, desk.now, mina, card.assignment, card.revision)
    assert isinstance(skipped, Recorded)
    back = await undo(desk, mina, skipped.then)
    assert back.text == "only"
    skipped = await desk.do(working.skip, desk.now, mina, back.assignment, back.revision)
    assert isinstance(skipped, Recorded)
    await desk.begin(jun, batch)

    with pytest.raises(Refusal) as refused:
        await undo(desk, mina, skipped.then)

    assert refused.value.key == "work.undo_taken"


# Skip, report, stop ---------------------------------------------------------------------------------------------------


async def test_a_skipped_task_is_unpaid_and_goes_to_others(desk: Desk) -> None:
    batch, mina, jun = await desk.batch(["only"]), await desk.worker("Mina"), await desk.worker("Jun")
    card = await desk.begin(mina, batch)

    outcome = await desk.do(working.skip, desk.now, mina, card.assignment, card.revision)

    assert isinstance(outcome, Recorded)
    assert isinstance(outcome.then, Summary)
    assert await money(desk, mina) == 0
    assert (await desk.begin(jun, batch)).text == "only"


async def test_the_second_report_takes_a_task_out_and_tells_its_coordinator(desk: Desk) -> None:
    batch = await desk.batch(["bad"], overlap=Overlap(3, 3))
    crowd = await desk.workers(3)
    for worker in crowd[:2]:
        card = await desk.begin(worker, batch)
        await desk.do(working.report, desk.now, worker, card.assignment, card.revision, Reason.OFFENSIVE)

    assert isinstance(await desk.do(offering.begin, desk.now, crowd[2], batch), Summary)

    def told(tx: Tx) -> list[str]:
        return [row["kind"] for row in tx.all("outbox.due", now=desk.now, limit=10)]

    assert await desk.do(told) == ["flagged"]


async def test_stopping_gives_the_held_task_back_and_sums_the_session_up(desk: Desk) -> None:
    batch, mina, jun = await desk.batch(["one", "two"]), await desk.worker("Mina"), await desk.worker("Jun")
    await desk.tap(mina, await desk.begin(mina, batch))

    summary = await desk.do(working.stop, desk.now, mina, batch)

    assert (summary.ended, summary.answers, summary.earned) == (Ended.STOPPED, 1, PRICE)
    assert (await desk.begin(jun, batch)).text == "two"


# Several choices ------------------------------------------------------------------------------------------------------


async def test_several_choices_are_drafted_and_submitted_as_one_answer(desk: Desk) -> None:
    batch = await desk.batch(["one"], choices=("a", "b", "c"), kind=Kind.MULTIPLE)
    mina = await desk.worker()
    card = await desk.begin(mina, batch)
    for choice, is_on in ((0, True), (2, True), (2, True), (0, False), (1, True)):
        await desk.do(working.toggle, desk.now, mina, card.assignment, card.revision, choice, is_on)

    outcome = await desk.do(working.submit, desk.now, mina, card.assignment, card.revision)

    assert isinstance(outcome, Recorded)
    assert outcome.labels == ("b", "c")
    assert await answers(desk, batch) == [("counted", mina, 0b110)]


async def test_nothing_chosen_is_no_answer(desk: Desk) -> None:
    batch = await desk.batch(["one"], choices=("a", "b"), kind=Kind.MULTIPLE)
    mina = await desk.worker()
    card = await desk.begin(mina, batch)

    with pytest.raises(Refusal):
        await desk.do(working.submit, desk.now, mina, card.assignment, card.revision)


# Growing overlap and gold ---------------------------------------------------------------------------------------------


async def test_overlap_grows_where_people_disagree_and_stops_where_they_agree(desk: Desk) -> None:
    batch = await desk.batch(["clear", "unclear"], overlap=Overlap(2, 4))
    crowd = await desk.workers(6)
    for number, worker in enumerate(crowd):
        then: Shown | Summary = await desk.do(offering.begin, desk.now, worker, batch)
        while isinstance(then, Shown):
            choice = 0 if then.text == "clear" else number % 2
            outcome = await desk.tap(worker, then, choice)
            assert isinstance(outcome, Recorded)
            then = outcome.then

    given = await desk.do(
        lambda tx: Counter(row["task_id"] for row in tx.all("exports.votes", batch=batch, after=0, upto=9))
    )
    assert list(given.values()) == [2, 4]
    assert await desk.do(violations) == []


async def test_gold_is_dealt_between_the_others_paid_and_outside_the_overlap(desk: Desk) -> None:
    texts = [f"task {number}" for number in range(40)]
    batch = await desk.batch(texts, gold=[("gold 1", "positive"), ("gold 2", "negative"), ("gold 3", "positive")])
    mina = await desk.worker()
    then: Shown | Summary = await desk.begin(mina, batch)
    order = []
    while isinstance(then, Shown):
        order.append(then.text or "")
        outcome = await desk.tap(mina, then)
        assert isinstance(outcome, Recorded)
        then = outcome.then

    places = [index for index, text in enumerate(order) if text.startswith("gold")]
    assert sorted(order) == sorted([*texts, "gold 1", "gold 2", "gold 3"])
    assert 2 <= places[0] <= 6
    assert all(6 <= later - sooner <= 14 for sooner, later in pairwise(places))
    assert await money(desk, mina) == 43 * PRICE
    assert await desk.do(violations) == []


async def test_two_workers_meet_gold_at_different_places(desk: Desk) -> None:
    texts = [f"task {number}" for number in range(60)]
    batch = await desk.batch(texts, gold=[(f"gold {n}", "positive") for n in range(9)], overlap=Overlap(8, 8))
    gaps = set()
    for worker in await desk.workers(6):
        then: Shown | Summary = await desk.begin(worker, batch)
        place = 0
        while isinstance(then, Shown) and not (then.text or "").startswith("gold"):
            place += 1
            outcome = await desk.tap(worker, then)
            assert isinstance(outcome, Recorded)
            then = outcome.then
        gaps.add(place)

    assert len(gaps) > 1
