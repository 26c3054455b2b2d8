"""Gold that has run out is made of what everybody agrees on, for those who have not seen it, within the budget."""

from collections.abc import AsyncIterator

import pytest
from books import refused
from desk import PRICE, Desk

from rules import ledger
from rules.model import BatchId, Micros, PersonId
from rules.settings import Overlap
from services import batches, budgeting, gilding, steering, working
from services.dealing import deal
from services.gilding import Shortage
from services.working import Reason
from storage import Row, Tx
from storage.checks import violations
from storage.ledger import total

TEXTS = [f"text {number}" for number in range(1, 61)]
GOLD = (("known", "positive"),)


@pytest.fixture(autouse=True)
async def sound(desk: Desk) -> AsyncIterator[None]:
    """Whatever is done here leaves the books sound."""
    yield
    assert [] == await desk.do(violations)


async def work(desk: Desk, batch: BatchId, workers: list[PersonId], rounds: int, odd: int = 0) -> None:
    """Each worker in turn answers what they are shown; the first so many answers of the first one are others'."""
    for turn in range(rounds):
        for worker in workers:
            shown = await desk.do(deal, desk.now, worker, batch)
            if shown is not None:
                desk.wait(1_000)
                await desk.tap(worker, shown, int(worker == workers[0] and turn < odd))


async def run_out(desk: Desk, *, workers: int = 6, rounds: int = 12, odd: int = 0) -> tuple[BatchId, list[PersonId]]:
    """A batch of three answers to each of sixty texts, of whose single gold task all workers have had their turn."""
    batch = await desk.batch(TEXTS, gold=GOLD, overlap=Overlap(3, 3))
    people = await desk.workers(workers)
    await work(desk, batch, people, rounds, odd)
    return batch, people


async def shortage(desk: Desk, batch: BatchId) -> Shortage | None:
    return await desk.do(gilding.shortage, batch)


def tasks(tx: Tx, batch: BatchId) -> dict[str, Row]:
    return {
        row["reference"]: row for row in tx.all("exports.tasks", batch=batch, after=0, since=0, last=1 << 62, limit=500)
    }


def answers(tx: Tx, batch: BatchId) -> list[Row]:
    return tx.all("exports.answers", batch=batch, after=0, upto=1 << 62, limit=5_000)


async def test_a_batch_that_was_posted_without_gold_misses_none(desk: Desk) -> None:
    batch = await desk.batch(TEXTS, overlap=Overlap(3, 3))
    await work(desk, batch, await desk.workers(3), 10)

    assert await shortage(desk, batch) is None


async def test_nothing_is_missed_while_there_is_gold_to_come(desk: Desk) -> None:
    golds = [(f"known {number}", "positive") for number in range(12)]
    batch = await desk.batch(TEXTS, gold=golds, overlap=Overlap(3, 3))
    await work(desk, batch, await desk.workers(6), 12)

    assert await shortage(desk, batch) is None


async def test_who_has_seen_all_gold_is_counted_and_what_they_agreed_on_helps(desk: Desk) -> None:
    """There is money for twelve gold answers: less than a tenth of those to come, and enough for everybody's turn."""
    batch, _ = await run_out(desk, rounds=8)

    found = await shortage(desk, batch)

    assert found is not None
    assert (6, 100, 5, 0, 0) == (found.workers, found.share, len(found.tasks), found.answers, found.cost)


async def test_the_new_gold_goes_to_those_who_have_not_answered_the_task(desk: Desk) -> None:
    batch, people = await run_out(desk)
    before = {row["id"] for row in await desk.do(answers, batch)}
    known = {(row["worker_id"], row["reference"]) for row in await desk.do(answers, batch)}

    assert 5 == await desk.do(gilding.gild, desk.now, desk.coordinator, batch, 0)
    await work(desk, batch, people, 10)

    given = [row for row in await desk.do(answers, batch) if row["id"] not in before and row["is_gold"]]
    assert 6 <= len(given)
    assert set() == {(row["worker_id"], row["reference"].removesuffix("+")) for row in given} & known


async def test_what_was_answered_stays_as_it_is_and_its_copy_is_gold_in_exports(desk: Desk) -> None:
    batch, _ = await run_out(desk)
    before, given = await desk.do(tasks, batch), await desk.do(answers, batch)

    await desk.do(gilding.gild, desk.now, desk.coordinator, batch, 0)

    after = await desk.do(tasks, batch)
    assert given == await desk.do(answers, batch)
    assert before == {reference: row for reference, row in after.items() if not reference.endswith("+")}
    made = {reference: row for reference, row in after.items() if reference.endswith("+")}
    assert [("open", 1)] * 5 == [(row["state"], row["gold"]) for row in made.values()]
    assert {"done"} == {before[reference.removesuffix("+")]["state"] for reference in made}


async def test_tasks_on_which_somebody_disagrees_make_no_gold(desk: Desk) -> None:
    batch, people = await run_out(desk, odd=99)
    odd = {row["reference"] for row in await desk.do(answers, batch) if row["worker_id"] == people[0]}

    await desk.do(gilding.gild, desk.now, desk.coordinator, batch, 0)

    made = {each.removesuffix("+") for each in await desk.do(tasks, batch) if each.endswith("+")}
    assert 5 == len(made)
    assert set() == made & odd


async def test_what_somebody_reported_makes_no_gold(desk: Desk) -> None:
    """So many hold a task each that the others come to the one that was reported, at the end of the queue."""
    batch = await desk.batch(TEXTS[:30], gold=GOLD, overlap=Overlap(3, 3))
    reporter, *people = await desk.workers(40)
    shown = await desk.begin(reporter, batch)
    await desk.do(working.report, desk.now, reporter, shown.assignment, shown.revision, Reason.OTHER)
    for worker in people[9:]:
        await desk.begin(worker, batch)
    await work(desk, batch, people[:9], 12)

    await desk.do(gilding.gild, desk.now, desk.coordinator, batch, 0)

    after = await desk.do(tasks, batch)
    assert "done" == after["1"]["state"]
    assert any(each.endswith("+") for each in after)
    assert "1+" not in after


async def test_one_answer_agrees_with_nobody(desk: Desk) -> None:
    batch = await desk.batch(TEXTS, gold=GOLD)
    await work(desk, batch, await desk.workers(3), 9)

    found = await shortage(desk, batch)

    assert found is not None
    assert not found.can_be_mended


async def test_a_copy_is_made_once_and_has_a_name_of_its_own(desk: Desk) -> None:
    batch, people = await run_out(desk)
    await desk.do(gilding.gild, desk.now, desk.coordinator, batch, 0)
    await desk.do(in_turn, batch, people)
    await work(desk, batch, people, 6)
    await desk.do(in_turn, batch, people)
    await work(desk, batch, people, 3)
    found = await shortage(desk, batch)
    assert found is not None

    await desk.do(gilding.gild, desk.now, desk.coordinator, batch, found.answers)

    made = [each for each in await desk.do(tasks, batch) if each.endswith("+")]
    assert 5 + len(found.tasks) == len(made)
    assert not any(each.endswith("++") for each in made)


async def test_where_everybody_has_seen_everything_nothing_can_be_made(desk: Desk) -> None:
    batch, _ = await run_out(desk, workers=3, rounds=20)

    found = await shortage(desk, batch)

    assert found is not None
    assert (3, 0, False) == (found.workers, len(found.tasks), found.can_be_mended)
    assert "stall.gold_mended" == await refused(desk.db, gilding.gild, desk.now, desk.coordinator, batch, 0)


async def test_a_second_tap_makes_nothing_more(desk: Desk) -> None:
    batch, _ = await run_out(desk)
    await desk.do(gilding.gild, desk.now, desk.coordinator, batch, 0)

    assert await shortage(desk, batch) is None
    assert "stall.gold_mended" == await refused(desk.db, gilding.gild, desk.now, desk.coordinator, batch, 0)


async def test_only_the_batchs_coordinator_makes_gold_and_only_while_it_runs(desk: Desk) -> None:
    batch, people = await run_out(desk)

    assert "refusal.only_coordinator" == await refused(desk.db, gilding.gild, desk.now, people[0], batch, 0)
    await desk.do(steering.close, desk.now, desk.coordinator, batch)
    assert "batch.not_running" == await refused(desk.db, gilding.gild, desk.now, desk.coordinator, batch, 0)


# Money ----------------------------------------------------------------------------------------------------------------


async def spent(desk: Desk) -> tuple[BatchId, list[PersonId]]:
    """A batch with gold for which no money is left, since many workers have begun it."""
    batch = await desk.batch(TEXTS, gold=[(f"known {each}", "positive") for each in range(3)], overlap=Overlap(3, 3))
    people = await desk.workers(18)
    await work(desk, batch, people, 7)
    return batch, people


def in_turn(tx: Tx, batch: BatchId, workers: list[PersonId]) -> None:
    """The next task of each worker is gold, if there is any."""
    for worker in workers:
        tx.run("batches.gold_dealt", batch=batch, worker=worker, gap=0)


async def card(desk: Desk, batch: BatchId) -> batches.Card:
    return await desk.do(batches.card, desk.now, desk.coordinator, batch)


async def test_gold_that_nothing_is_left_for_costs_more_and_is_paid_to_the_end(desk: Desk) -> None:
    batch, people = await spent(desk)
    found = await shortage(desk, batch)
    assert found is not None
    assert (18, 100, 0) == (found.workers, found.share, len(found.tasks)), "there is gold that they have not seen"
    before, most = await desk.do(total, ledger.budget(desk.coordinator)), (await card(desk, batch)).most

    await desk.do(gilding.gild, desk.now, desk.coordinator, batch, found.answers)

    assert found.cost == found.answers * PRICE == before - await desk.do(total, ledger.budget(desk.coordinator))
    assert found.cost == (await card(desk, batch)).most - most
    await desk.do(in_turn, batch, people)
    await work(desk, batch, people, 12)
    assert 18 + found.answers == sum(row["is_gold"] for row in await desk.do(answers, batch))
    assert 0 == await desk.do(total, ledger.gold_line(batch))


async def test_a_price_that_rises_afterwards_is_set_aside_for_the_new_gold_too(desk: Desk) -> None:
    batch, people = await spent(desk)
    await desk.do(gilding.gild, desk.now, desk.coordinator, batch, 8)
    await desk.do(in_turn, batch, people)
    await work(desk, batch, people[:3], 1)  # What they are shown next is gold.

    await desk.do(steering.reprice, desk.now, desk.coordinator, batch, Micros(5 * PRICE))

    undoable = 18
    assert (8 + (8 + undoable) * 4) * PRICE == await desk.do(total, ledger.gold_line(batch))


async def test_no_more_is_set_aside_than_the_button_said(desk: Desk) -> None:
    batch, _ = await spent(desk)
    before = await desk.do(total, ledger.budget(desk.coordinator))

    await desk.do(gilding.gild, desk.now, desk.coordinator, batch, 2)

    assert 2 * PRICE == before - await desk.do(total, ledger.budget(desk.coordinator))


async def test_without_the_money_nothing_is_made_and_the_owners_hear(desk: Desk) -> None:
    batch, _ = await spent(desk)
    await desk.do(budgeting.fund, desk.now, desk.coordinator, desk.coordinator, Micros(PRICE))
    before = await desk.do(tasks, batch)

    assert await desk.do(gilding.gild, desk.now, desk.coordinator, batch, 99) is None

    assert before == await desk.do(tasks, batch)
    assert ["alert"] == [row["kind"] for row in await desk.do(alerts)]


def alerts(tx: Tx) -> list[Row]:
    return tx.all("outbox.due", now=2**53, limit=100)
