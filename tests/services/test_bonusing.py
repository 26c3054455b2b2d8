"""Bonuses: what the sentence says is what is given, once, within what was set aside; and corrections by hand."""

import pytest
from books import refused
from desk import Desk
from fortunes import code_of, newest, propose

from rules import ledger
from rules.model import DAY, HOUR, BatchId, Micros, PersonId
from services import adjusting, bonusing, budgeting, settling, steering, undoing
from services.bonusing import Rule
from services.disputing import put_in_force
from services.promising import Measure, promises
from storage import Tx
from storage.checks import violations
from storage.ledger import balance, total

WON = 1_000_000
TEXTS = tuple(f"text {number}" for number in range(40))


async def promised(desk: Desk, batch: BatchId, measure: Measure, threshold: int, amount: int, most: int) -> Rule:
    rule = await desk.do(
        bonusing.draft, desk.now, desk.coordinator, batch, measure, threshold, Micros(amount * WON), Micros(most * WON)
    )  # fmt: skip
    return await desk.do(bonusing.publish, desk.now, desk.coordinator, rule.id)


async def label(desk: Desk, worker: PersonId, batch: BatchId, count: int, choice: int = 0) -> None:
    for _ in range(count):
        desk.wait(10_000)
        await desk.tap(worker, await desk.begin(worker, batch), choice)


async def run(desk: Desk, rule: Rule) -> int:
    """What the job does with one rule."""
    found = await desk.do(bonusing.due, desk.now, rule.id)
    return sum([await desk.do(bonusing.give, desk.now, rule.id, each.worker, [each.number]) for each in found])


async def won(desk: Desk, worker: PersonId) -> int:
    """Available, in won, without any answers settled."""
    return await desk.do(balance, ledger.available(worker)) // WON


async def test_once_after_so_many(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS), await desk.worker()
    rule = await promised(desk, batch, Measure.ANSWERS, 3, 100, 1000)
    await label(desk, mina, batch, 2)
    desk.wait(4 * DAY)
    assert 0 == await run(desk, rule)
    await label(desk, mina, batch, 7)
    desk.wait(4 * DAY)

    assert (1, 0) == (await run(desk, rule), await run(desk, rule))
    assert 100 == await won(desk, mina)
    assert [] == await desk.do(violations)


async def test_for_every_so_many(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS), await desk.worker()
    rule = await promised(desk, batch, Measure.EACH, 3, 100, 1000)
    await label(desk, mina, batch, 8)
    desk.wait(4 * DAY)

    assert 2 == await run(desk, rule)
    await label(desk, mina, batch, 1)
    assert 0 == await run(desk, rule)
    desk.wait(4 * DAY)
    assert 1 == await run(desk, rule)
    assert 300 == await won(desk, mina)


async def test_correct_gold_answers_alone_count(desk: Desk) -> None:
    golds = [(f"gold {number}", "positive") for number in range(8)]
    batch, mina, jun = await desk.batch(TEXTS, gold=golds), await desk.worker(), await desk.worker("Jun")
    rule = await promised(desk, batch, Measure.CORRECT, 1, 100, 1000)
    await label(desk, mina, batch, 20, choice=0)
    await label(desk, jun, batch, 20, choice=1)
    desk.wait(4 * DAY)

    assert 1 == await run(desk, rule)
    assert (100, 0) == (await won(desk, mina), await won(desk, jun))


async def test_the_first_to_reach_it_get_what_there_is(desk: Desk) -> None:
    batch = await desk.batch(TEXTS)
    mina, jun, eve = await desk.workers(3)
    rule = await promised(desk, batch, Measure.ANSWERS, 2, 100, 250)
    await label(desk, eve, batch, 1)
    await label(desk, jun, batch, 2)
    await label(desk, eve, batch, 1)
    await label(desk, mina, batch, 2)
    desk.wait(4 * DAY)

    assert 2 == await run(desk, rule)
    assert [0, 100, 100] == [await won(desk, each) for each in (mina, jun, eve)]
    assert () == await desk.do(promises, mina, batch)
    assert 50 * WON == await desk.do(total, ledger.bonus_pot(rule.id))


async def test_what_was_undone_or_rejected_does_not_count(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS), await desk.worker()
    rule = await promised(desk, batch, Measure.ANSWERS, 3, 100, 1000)
    await label(desk, mina, batch, 4)
    undone = await desk.do(newest, mina)
    assert undone is not None
    await desk.do(undoing.undo, desk.now, mina, batch, undone["id"])
    rejected = await desk.do(newest, mina)
    assert rejected is not None
    rejection = await desk.do(propose, desk.now, rejected, desk.coordinator)
    await desk.do(put_in_force, desk.now, rejection, None)
    desk.wait(4 * DAY)

    assert 0 == await run(desk, rule)
    await label(desk, mina, batch, 1)
    desk.wait(4 * DAY)
    assert 1 == await run(desk, rule)


async def test_a_bonus_that_was_given_stays(desk: Desk) -> None:
    """What was found due is looked at once more when it is given, and what was given is never taken back."""
    batch, mina = await desk.batch(TEXTS), await desk.worker()
    rule = await promised(desk, batch, Measure.EACH, 2, 100, 1000)
    await label(desk, mina, batch, 4)
    desk.wait(4 * DAY)
    first, second = await desk.do(bonusing.due, desk.now, rule.id)
    assert await desk.do(bonusing.give, desk.now, rule.id, first.worker, [first.number])
    assert not await desk.do(bonusing.give, desk.now, rule.id, first.worker, [first.number])
    assert await desk.do(bonusing.give, desk.now, rule.id, second.worker, [first.number, second.number])
    assert not await desk.do(bonusing.give, desk.now, rule.id, mina, [3])

    assert 200 == await won(desk, mina)


async def test_publishing_sets_the_most_aside_and_the_end_gives_the_rest_back(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS), await desk.worker()
    before = await desk.do(total, ledger.budget(desk.coordinator))
    rule = await promised(desk, batch, Measure.ANSWERS, 3, 100, 1000)
    again = await desk.do(bonusing.publish, desk.now, desk.coordinator, rule.id)
    assert before - 1000 * WON == await desk.do(total, ledger.budget(desk.coordinator))
    assert "running" == again.state
    await label(desk, mina, batch, 3)
    await desk.do(steering.close, desk.now, desk.coordinator, batch)
    desk.wait(3 * DAY)
    assert not await desk.do(bonusing.finish, desk.now, rule.id)
    desk.wait(2 * DAY)
    assert not await desk.do(bonusing.finish, desk.now, rule.id), "somebody is still to be given theirs"
    await run(desk, rule)

    assert await desk.do(bonusing.finish, desk.now, rule.id)
    assert not await desk.do(bonusing.finish, desk.now, rule.id)
    assert before - 100 * WON == await desk.do(total, ledger.budget(desk.coordinator))
    assert [] == await desk.do(violations)


async def test_an_appeal_that_is_open_keeps_a_rule_running(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS), await desk.worker()
    rule = await promised(desk, batch, Measure.ANSWERS, 3, 100, 1000)
    await label(desk, mina, batch, 1)
    row = await desk.do(newest, mina)
    assert row is not None
    rejection = await desk.do(propose, desk.now, row, desk.coordinator)
    await desk.do(put_in_force, desk.now, rejection, None)
    await desk.do(steering.close, desk.now, desk.coordinator, batch)
    desk.wait(6 * DAY)

    assert not await desk.do(bonusing.finish, desk.now, rule.id)


async def test_a_budget_that_is_short_publishes_nothing(desk: Desk) -> None:
    batch = await desk.batch(TEXTS)
    await desk.do(make_coordinator, desk.coordinator)
    await desk.do(budgeting.fund, desk.now, desk.coordinator, desk.coordinator, Micros(500 * WON))
    rule = await desk.do(
        bonusing.draft, desk.now, desk.coordinator, batch, Measure.EACH, 3, Micros(100 * WON), Micros(501 * WON)
    )  # fmt: skip

    assert "budget.short" == await refused(desk.db, bonusing.publish, desk.now, desk.coordinator, rule.id)
    await promised(desk, batch, Measure.EACH, 3, 100, 500)
    assert 0 == await desk.do(budgeting.left, desk.coordinator)


def make_coordinator(tx: Tx, person: PersonId) -> None:
    tx.run("people.grant", person=person, worker=0, coordinator=1, owner=0, everything=0)


@pytest.mark.parametrize(
    ("threshold", "amount", "most", "key"),
    [(0, 100, 1000, "bonus.bad_threshold"), (3, 100, 99, "bonus.most_below_amount"),
     (1_000_001, 1, 1, "bonus.bad_threshold")],
)  # fmt: skip
async def test_odd_rules_are_refused(desk: Desk, threshold: int, amount: int, most: int, key: str) -> None:
    batch = await desk.batch()
    said = (Measure.EACH, threshold, Micros(amount * WON), Micros(most * WON))

    assert key == await refused(desk.db, bonusing.draft, desk.now, desk.coordinator, batch, *said)


async def test_a_batch_promises_five_bonuses_at_most(desk: Desk) -> None:
    batch = await desk.batch()
    for _ in range(bonusing.MOST_RULES):
        await promised(desk, batch, Measure.EACH, 3, 1, 10)
    assert "bonus.too_many" == await refused(desk.db, bonusing.ask, desk.coordinator, batch, Measure.EACH)


async def test_no_bonus_while_the_books_are_wrong(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS), await desk.worker()
    rule = await promised(desk, batch, Measure.ANSWERS, 1, 100, 1000)
    await label(desk, mina, batch, 1)
    desk.wait(4 * DAY)
    [due] = await desk.do(bonusing.due, desk.now, rule.id)
    await desk.do(lambda tx: tx.run("earnings.remember_violation", name="sums", what="x", now=desk.now))

    assert "money.stopped" == await refused(desk.db, bonusing.give, desk.now, rule.id, due.worker, [due.number])
    assert 0 == await won(desk, mina)


async def test_how_far_a_worker_is_tells_nothing_of_gold(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS), await desk.worker()
    await promised(desk, batch, Measure.ANSWERS, 10, 100, 1000)
    await promised(desk, batch, Measure.CORRECT, 10, 100, 1000)
    await label(desk, mina, batch, 2)

    assert [2, None] == [each.done for each in await desk.do(promises, mina, batch)]


async def test_a_correction_is_made_once_and_never_below_zero(desk: Desk) -> None:
    mina = await desk.worker()
    code = await desk.do(code_of, mina)
    up, down = Micros(5 * WON), Micros(-5 * WON)
    await desk.do(adjusting.propose, desk.coordinator, code, up, "a:b:c")
    await desk.do(adjusting.adjust, desk.now, desk.coordinator, mina, up)

    assert "adjust.stale" == await refused(desk.db, adjusting.adjust, desk.now, desk.coordinator, mina, up)
    assert 5 == await won(desk, mina)
    await desk.do(adjusting.propose, desk.coordinator, code, down, "back")
    await desk.do(adjusting.adjust, desk.now, desk.coordinator, mina, down)
    assert "adjust.below_zero" == await refused(desk.db, adjusting.propose, desk.coordinator, code, down, "more")
    deeds = await desk.do(lambda tx: [row["detail"] for row in tx.all("deeds.last", action="adjust", limit=9)])
    assert [f"{code} -5", f"{code} 5"] == deeds
    assert [] == await desk.do(violations)


async def test_money_that_was_paid_meanwhile_is_not_taken(desk: Desk) -> None:
    """Between the question and the button the available money may have gone."""
    mina = await desk.worker()
    code = await desk.do(code_of, mina)
    for amount in (Micros(5 * WON), Micros(-5 * WON)):
        await desk.do(adjusting.propose, desk.coordinator, code, amount, "why")
        if amount > 0:
            await desk.do(adjusting.adjust, desk.now, desk.coordinator, mina, amount)
    await desk.do(settling.record_payment, desk.now, code, Micros(3 * WON), "")
    desk.wait(HOUR)

    down = Micros(-5 * WON)
    assert "adjust.below_zero" == await refused(desk.db, adjusting.adjust, desk.now, desk.coordinator, mina, down)
    assert 2 == await won(desk, mina)


@pytest.mark.parametrize(
    ("said", "amount"), [("K7M2QP 1200 왜", 1200), ("K7M2QP -1,200 왜", -1200), ("k7m2qp −12.5원 왜", -12.5)]
)  # fmt: skip
def test_amounts_of_corrections_are_read_with_their_sign(said: str, amount: float) -> None:
    assert amount * WON == adjusting.parse(said)[1]
