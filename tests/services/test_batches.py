"""A running batch: its numbers, its price, its reports, its end."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from desk import PRICE, Desk, seen
from refused import said

from rules import ledger
from rules.model import DAY, HOUR, MINUTE, SECOND, BatchId, Instant, Micros, PersonId
from rules.refusals import Refusal
from rules.settings import Overlap, Settings
from services import batches, offering, steering, working
from services.batches import Card, State
from services.dealing import Shown
from services.drafting import NO_DEADLINE
from services.steering import Flagged
from services.working import Ended, Reason, Recorded, Summary
from storage.checks import violations
from storage.ledger import balance, total


async def card(desk: Desk, batch: BatchId) -> Card:
    return await desk.do(batches.card, desk.now, desk.coordinator, batch)


async def label_all(desk: Desk, worker: PersonId, batch: BatchId, *, pace: int = 6 * SECOND) -> int:
    """Answer everything there is for a worker; how many that were."""
    then: Shown | Summary = await desk.do(offering.begin, desk.now, worker, batch)
    answers = 0
    while isinstance(then, Shown):
        desk.wait(pace)
        outcome = await desk.tap(worker, then)
        then, answers = outcome.then, answers + 1
    return answers


async def reported(desk: Desk, batch: BatchId) -> Flagged:
    """The first task of the batch, after two workers have reported it; a reported task waits at the tail."""
    for worker in await desk.workers(2):
        shown = await desk.begin(worker, batch)
        while shown.text != "one":
            skipped = await desk.do(working.skip, desk.now, worker, shown.assignment, shown.revision)
            shown = seen(skipped.then)
        await desk.do(working.report, desk.now, worker, shown.assignment, shown.revision, Reason.INVISIBLE)
        await desk.do(working.stop, desk.now, worker, batch)
    flagged = await desk.do(steering.next_flagged, desk.coordinator, batch)
    assert flagged is not None
    return flagged


async def lines(desk: Desk, batch: BatchId) -> list[int]:
    accounts = (ledger.escrow(batch), ledger.gold_line(batch), ledger.reserve(batch))
    return [await desk.do(total, account) for account in accounts]


async def release(desk: Desk) -> list[bool]:
    unused = await desk.do(steering.unused, desk.now)
    return [await desk.do(steering.release, desk.now, left) for left in unused]


@contextmanager
def refused(key: str) -> Iterator[None]:
    with pytest.raises(Refusal) as caught:
        yield
    said(caught.value)
    assert key == caught.value.key


# The numbers ----------------------------------------------------------------------------------------------------------


async def test_the_card_counts_tasks_answers_gold_and_money(desk: Desk) -> None:
    batch = await desk.batch(["one", "two", "three"], gold=[("known", "positive")], overlap=Overlap(2, 2))
    answers = await label_all(desk, await desk.worker(), batch)

    found = await card(desk, batch)

    assert (State.OPEN, 3, 0, 3) == (found.state, found.tasks, found.finished, found.answers)
    assert found.gold == answers - 3
    assert answers * PRICE == found.spent
    assert (6 + 1) * PRICE == found.most


async def test_the_card_tells_pace_speed_and_the_time_to_the_end(desk: Desk) -> None:
    batch = await desk.batch([f"text {number}" for number in range(40)], overlap=Overlap(2, 2))
    none_yet = await card(desk, batch)
    await label_all(desk, await desk.worker(), batch, pace=30 * SECOND)

    found = await card(desk, batch)

    assert (None, None, None) == (none_yet.per_answer, none_yet.per_hour, none_yet.rest)
    assert 30 * SECOND == found.per_answer
    assert found.per_hour is not None and 120 <= found.per_hour <= 124
    assert found.rest is not None and 19 * MINUTE <= found.rest <= 20 * MINUTE


async def test_a_batch_is_complete_when_all_its_tasks_are(desk: Desk) -> None:
    batch = await desk.batch()
    await label_all(desk, await desk.worker(), batch)

    assert [batch] == await desk.do(steering.complete_finished, desk.now)
    assert [] == await desk.do(steering.complete_finished, desk.now)
    assert State.COMPLETE == (await card(desk, batch)).state


async def test_the_list_is_newest_first_and_goes_on_page_by_page(desk: Desk) -> None:
    made = [await desk.batch() for _ in range(batches.PAGE + 2)]

    first = await desk.do(batches.pages, desk.coordinator)
    second = await desk.do(batches.pages, desk.coordinator, first.before)

    assert made[::-1] == [line.batch for line in (*first.lines, *second.lines)]
    assert (batches.PAGE, 2, 0) == (len(first.lines), len(second.lines), second.before)


async def test_a_coordinator_sees_only_their_own_batches_and_an_owner_all(desk: Desk) -> None:
    batch, other = await desk.batch(), await desk.worker()
    await desk.do(lambda tx: tx.run("people.grant", person=other, worker=0, coordinator=1, owner=0, everything=0))

    assert () == (await desk.do(batches.pages, other)).lines
    with refused("batch.not_yours"):
        await desk.do(batches.card, desk.now, other, batch)
    await desk.do(lambda tx: tx.run("people.take_over", owner=other, person=desk.coordinator))
    assert [batch] == [line.batch for line in (await desk.do(batches.pages, desk.coordinator)).lines]
    assert [batch] == [line.batch for line in (await desk.do(batches.pages, other)).lines]


async def test_a_card_is_live_until_half_an_hour_after_the_last_tap(desk: Desk) -> None:
    batch = await desk.batch()
    await desk.do(batches.keep_card, desk.now, desk.coordinator, batch, 77, "old")
    worker = await desk.worker()
    await desk.tap(worker, await desk.begin(worker, batch))

    async def live() -> list[int]:
        return [found.message_id for found in await desk.do(batches.live_cards, desk.now)]

    seen_then = [await live()]
    for minutes in (1, 28, 2):
        desk.wait(minutes * MINUTE)
        seen_then.append(await live())
    assert [[], [77], [77], []] == seen_then


# Steering -------------------------------------------------------------------------------------------------------------


async def test_a_paused_batch_deals_nothing_but_takes_what_is_held(desk: Desk) -> None:
    batch, mina = await desk.batch(), await desk.worker()
    shown = await desk.begin(mina, batch)
    await desk.do(steering.pause, desk.coordinator, batch, is_on=True)
    await desk.do(steering.pause, desk.coordinator, batch, is_on=True)

    outcome = await desk.tap(mina, shown)
    assert isinstance(outcome, Recorded) and isinstance(outcome.then, Summary)
    assert Ended.PAUSED == outcome.then.ended

    await desk.do(steering.pause, desk.coordinator, batch, is_on=False)
    assert "two" == (await desk.begin(mina, batch)).text


async def test_a_higher_price_is_for_tasks_shown_from_now_on_and_is_set_aside(desk: Desk) -> None:
    batch, mina = await desk.batch(gold=[("known", "positive")]), await desk.worker()
    before, higher = await lines(desk, batch), Micros(2 * PRICE)
    held = await desk.begin(mina, batch)

    await desk.do(steering.reprice, desk.now, desk.coordinator, batch, higher)
    await desk.do(steering.reprice, desk.now, desk.coordinator, batch, higher)

    assert [2 * amount for amount in before] == await lines(desk, batch)
    outcome = await desk.tap(mina, held)
    assert PRICE == await desk.do(balance, ledger.pending(mina))
    assert higher == seen(outcome.then).price
    assert [] == await desk.do(violations)


async def test_prices_up_and_down_never_leave_an_answer_without_its_money(desk: Desk) -> None:
    batch = await desk.batch([f"text {number}" for number in range(6)], overlap=Overlap(2, 2))
    mina, jun = await desk.workers(2)
    then: Shown | Summary = await desk.begin(mina, batch)
    for price in (30, 10, 25, 40, 5, 40):
        await desk.do(steering.reprice, desk.now, desk.coordinator, batch, Micros(price * 1_000_000))
        then = (await desk.tap(mina, seen(then))).then
        assert min(await lines(desk, batch)) >= 0
    await label_all(desk, jun, batch)

    assert min(await lines(desk, batch)) >= 0
    assert [] == await desk.do(violations)
    earned = [await desk.do(balance, ledger.pending(worker)) for worker in (mina, jun)]
    assert [(20 + 30 + 10 + 25 + 40 + 5) * 1_000_000, 6 * 40 * 1_000_000] == earned


async def test_a_batch_closes_at_its_deadline(desk: Desk) -> None:
    batch = await desk.batch()
    deadline = Instant(desk.now + HOUR)
    is_draft = await desk.do(steering.change, desk.now, desk.coordinator, batch, Settings(deadline=deadline))
    early = await desk.do(steering.close_due, desk.now)
    desk.wait(HOUR)

    assert (False, 0, 1) == (is_draft, early, await desk.do(steering.close_due, desk.now))
    assert State.CLOSED == (await card(desk, batch)).state


async def test_a_deadline_can_be_taken_away(desk: Desk) -> None:
    batch = await desk.batch()
    for deadline in (Instant(desk.now + HOUR), NO_DEADLINE):
        await desk.do(steering.change, desk.now, desk.coordinator, batch, Settings(deadline=deadline))
    desk.wait(HOUR)

    assert 0 == await desk.do(steering.close_due, desk.now)


async def test_a_running_batch_keeps_its_choices_and_a_closed_one_keeps_everything(desk: Desk) -> None:
    batch = await desk.batch()

    with refused("posting.published_before"):
        await desk.do(steering.change, desk.now, desk.coordinator, batch, Settings(choices=("x", "y")))
    await desk.do(steering.close, desk.now, desk.coordinator, batch)
    with refused("batch.not_running"):
        await desk.do(steering.change, desk.now, desk.coordinator, batch, Settings(price=Micros(1)))
    with refused("batch.not_running"):
        await desk.do(steering.pause, desk.coordinator, batch, is_on=True)


async def test_what_is_held_when_a_batch_closes_can_be_answered_for_a_day(desk: Desk) -> None:
    batch, mina = await desk.batch(), await desk.worker()
    shown = await desk.begin(mina, batch)
    await desk.do(steering.close, desk.now, desk.coordinator, batch)
    desk.wait(5 * MINUTE)

    outcome = await desk.tap(mina, shown)

    assert isinstance(outcome, Recorded) and isinstance(outcome.then, Summary)
    assert (PRICE, Ended.CLOSED) == (await desk.do(balance, ledger.pending(mina)), outcome.then.ended)


# Reports --------------------------------------------------------------------------------------------------------------


async def test_a_reported_task_waits_for_its_coordinator_with_its_reasons(desk: Desk) -> None:
    batch = await desk.batch()

    flagged = await reported(desk, batch)

    assert ("one", 1, (("invisible", 2),)) == (flagged.text, flagged.left, flagged.reasons)
    assert (1, 1) == ((await card(desk, batch)).flagged, (await card(desk, batch)).finished)


async def test_a_task_that_stays_goes_to_the_tail_of_the_queue(desk: Desk) -> None:
    batch = await desk.batch()
    flagged = await reported(desk, batch)
    await desk.do(steering.complete_finished, desk.now)

    assert await desk.do(steering.judge, desk.now, desk.coordinator, batch, flagged.task, keep=True)
    assert not await desk.do(steering.judge, desk.now, desk.coordinator, batch, flagged.task, keep=False)

    assert 0 == (await card(desk, batch)).finished
    assert 3 == await label_all(desk, await desk.worker(), batch)
    assert (3, 0) == ((await card(desk, batch)).finished, (await card(desk, batch)).flagged)


async def test_a_task_that_goes_is_never_dealt_again_and_counts_as_finished(desk: Desk) -> None:
    batch = await desk.batch()
    flagged = await reported(desk, batch)

    await desk.do(steering.judge, desk.now, desk.coordinator, batch, flagged.task, keep=False)

    assert 2 == await label_all(desk, await desk.worker(), batch)
    assert State.COMPLETE == (await card(desk, batch)).state


async def test_a_complete_batch_with_a_task_back_in_work_is_not_complete(desk: Desk) -> None:
    batch = await desk.batch(["one"])
    flagged = await reported(desk, batch)
    assert [batch] == await desk.do(steering.complete_finished, desk.now)

    await desk.do(steering.judge, desk.now, desk.coordinator, batch, flagged.task, keep=True)
    desk.wait(2 * DAY)

    assert 0 == await desk.do(steering.close_due, desk.now)
    assert State.OPEN == (await card(desk, batch)).state


# The end --------------------------------------------------------------------------------------------------------------


async def test_what_is_not_used_comes_back_a_day_and_a_lease_after_closing(desk: Desk) -> None:
    batch = await desk.batch(overlap=Overlap(2, 2), lease=10 * MINUTE)
    mina = await desk.worker()
    await desk.tap(mina, await desk.begin(mina, batch))
    await desk.do(steering.close, desk.now, desk.coordinator, batch)
    desk.wait(DAY + 9 * MINUTE)
    too_early = await release(desk)
    desk.wait(MINUTE)

    assert ([], [True], []) == (too_early, await release(desk), await release(desk))
    assert [0, 0, 0] == await lines(desk, batch)
    assert -PRICE == await desk.do(total, ledger.budget(desk.coordinator))
    assert [] == await desk.do(violations)


async def test_a_release_that_two_jobs_try_happens_once(desk: Desk) -> None:
    batch = await desk.batch()
    await desk.do(steering.close, desk.now, desk.coordinator, batch)
    desk.wait(2 * DAY)
    unused = await desk.do(steering.unused, desk.now)

    done = [await desk.do(steering.release, desk.now, left) for left in (*unused, *unused)]

    assert [True, False] == done
    assert 0 == await desk.do(total, ledger.budget(desk.coordinator))


async def test_a_complete_batch_closes_itself_after_a_day(desk: Desk) -> None:
    batch = await desk.batch()
    await label_all(desk, await desk.worker(), batch)
    await desk.do(steering.complete_finished, desk.now)
    desk.wait(DAY - 1)
    early = await desk.do(steering.close_due, desk.now)
    desk.wait(1)

    assert (0, 1) == (early, await desk.do(steering.close_due, desk.now))
