"""Rare turns of the labeling loop, each of which once led a random walk astray."""

from contextlib import closing

from desk import PRICE, Desk, seen
from machine import START, Office, Terms

from rules import ledger
from rules.model import DAY, MINUTE, BatchId, Instant, Kind, Micros, PersonId
from rules.settings import Overlap
from services import expiring, offering, steering, undoing, working
from services.dealing import Shown
from services.working import Reason, Recorded, Summary
from storage.checks import violations
from storage.ledger import total


async def undo(desk: Desk, worker: PersonId, then: Shown | Summary) -> Shown:
    outcome = await desk.do(undoing.undo, desk.now, worker, then.batch, then.last_answer)
    assert isinstance(outcome, Recorded)
    return seen(outcome.then)


async def answer(desk: Desk, worker: PersonId, card: Shown, choice: int = 0) -> Shown | Summary:
    outcome = await desk.tap(worker, card, choice)
    assert isinstance(outcome, Recorded)
    return outcome.then


async def report(desk: Desk, worker: PersonId, batch: BatchId) -> Shown | Summary:
    card = await desk.begin(worker, batch)
    outcome = await desk.do(working.report, desk.now, worker, card.assignment, card.revision, Reason.OTHER)
    assert isinstance(outcome, Recorded)
    return outcome.then


async def lapse(desk: Desk) -> None:
    desk.wait(11 * MINUTE)
    await desk.do(expiring.expire, desk.now, 100)


async def judge(desk: Desk, batch: BatchId, *, keep: bool) -> None:
    flagged = await desk.do(steering.next_flagged, desk.coordinator, batch)
    assert flagged is not None
    assert await desk.do(steering.judge, desk.now, desk.coordinator, batch, flagged.task, keep=keep)


async def test_an_answer_undone_after_its_session_takes_nothing_from_the_next_one(desk: Desk) -> None:
    batch, mina = await desk.batch(), await desk.worker()
    await answer(desk, mina, await desk.begin(mina, batch))
    ended = await desk.do(working.stop, desk.now, mina, batch)

    again = await undo(desk, mina, ended)

    assert (0, 0) == (again.session_answers, again.session_earned)
    then = seen(await answer(desk, mina, again))
    assert (1, PRICE) == (then.session_answers, then.session_earned)


async def test_a_batch_whose_last_answer_is_opened_again_is_not_complete_and_stays_open(desk: Desk) -> None:
    batch, mina, jun = await desk.batch(["only"]), await desk.worker("Mina"), await desk.worker("Jun")
    then = await answer(desk, mina, await desk.begin(mina, batch))
    await desk.do(steering.complete_finished, desk.now)
    await undo(desk, mina, then)
    await lapse(desk)
    desk.wait(DAY)

    assert 0 == await desk.do(steering.close_due, desk.now)
    assert "only" == (await desk.begin(jun, batch)).text


async def test_a_raised_price_is_set_aside_for_answers_that_may_still_be_undone(desk: Desk) -> None:
    batch, mina, jun = await desk.batch(["only"]), await desk.worker("Mina"), await desk.worker("Jun")
    then = await answer(desk, mina, await desk.begin(mina, batch))
    await desk.do(steering.reprice, desk.now, desk.coordinator, batch, Micros(3 * PRICE))
    await undo(desk, mina, then)
    await lapse(desk)

    await answer(desk, jun, await desk.begin(jun, batch))

    assert 0 <= await desk.do(total, ledger.escrow(batch))
    assert [] == await desk.do(violations)


def test_a_raised_price_is_set_aside_for_gold_that_may_still_be_undone() -> None:
    terms = Terms(1, 1, Kind.SINGLE, Overlap(1, 1), PRICE, 10 * MINUTE, 950_000, "seed")
    with closing(Office()) as office:
        mina, batch = office.join(START), office.post(START, "batch", terms)
        task = seen(office.do(offering.begin, START, mina, batch))
        office.connection.execute("UPDATE progress SET gold_gap = 0")
        gold = seen(office.do(working.answer, START, mina, task.assignment, task.revision, 0).then)
        last = office.do(working.answer, START, mina, gold.assignment, gold.revision, 0).then
        office.do(steering.reprice, START, office.boss.id, batch, Micros(3 * PRICE))
        office.do(undoing.undo, START, mina, batch, last.last_answer)
        later = Instant(START + 11 * MINUTE)
        office.do(expiring.expire, later, 100)
        office.connection.execute("UPDATE progress SET gold_gap = 0")

        again = seen(office.do(offering.begin, later, mina, batch))
        office.do(working.answer, later, mina, again.assignment, again.revision, 0)

        assert (gold.assignment, 3 * PRICE) == (again.assignment, again.price)
        assert 0 <= office.do(total, ledger.gold_line(batch))
        assert [] == office.do(violations)


async def test_a_report_undone_after_the_judgement_takes_nothing_from_later_ones(desk: Desk) -> None:
    batch = await desk.batch(["bad"], overlap=Overlap(4, 4))
    mina, jun, *others = await desk.workers(4)
    then = await report(desk, mina, batch)
    await report(desk, jun, batch)
    await judge(desk, batch, keep=True)
    await undo(desk, mina, then)

    for worker in others:
        await report(desk, worker, batch)

    assert await desk.do(steering.next_flagged, desk.coordinator, batch) is not None


async def test_a_task_kept_after_reports_still_grows_where_people_disagree(desk: Desk) -> None:
    batch = await desk.batch(["odd"], overlap=Overlap(2, 3))
    mina, jun, sora, nari = await desk.workers(4)
    card = await desk.begin(mina, batch)
    await report(desk, jun, batch)
    then = await report(desk, sora, batch)
    await answer(desk, mina, card, 0)
    await answer(desk, sora, await undo(desk, sora, then), 1)

    await judge(desk, batch, keep=True)

    assert isinstance(await desk.do(offering.begin, desk.now, nari, batch), Shown)
    assert [] == await desk.do(violations)
