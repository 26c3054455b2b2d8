"""From any amount down to the answers: every level adds up to the line that led there, whatever happened."""

from zoneinfo import ZoneInfo

import pytest
from books import refused
from desk import Desk
from fortunes import Fortune, ask, end

from rules import ledger
from rules.model import DAY, HOUR, BatchId, Micros, PersonId
from services import flowing, settling, steering, tracing
from services.flowing import ALL, NOW, PENDING, Part
from services.tracing import PAGE
from storage import Tx
from storage.checks import violations
from storage.ledger import balance

SEOUL, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")


def summed(parts: list[Part]) -> Part:
    return Part(Micros(sum(part.amount for part in parts)), sum(part.count for part in parts))


def walk(tx: Tx, worker: PersonId, ref: str, timezone: ZoneInfo) -> Part:
    """Down to the last answer, adding up on every level; what the answers themselves come to."""
    leaves = []
    months = tracing.months(tx, worker, ref, timezone)
    for month in months:
        days = tracing.month_days(tx, worker, ref, month.period, timezone)
        assert month.part == summed([day.part for day in days])
        for day in days:
            shares = tracing.day_batches(tx, worker, ref, day.period, timezone)
            assert day.part == summed([share.part for share in shares])
            for share in shares:
                leaves.append(answers(tx, worker, ref, day.period, share.batch, timezone))
                dissected = tracing.dissect(tx, worker, ref, day.period, share.batch, timezone)
                assert (share.part, share.part) == (dissected.part, leaves[-1])
    assert summed([month.part for month in months]) == summed(leaves)
    return summed(leaves)


def answers(tx: Tx, worker: PersonId, ref: str, day: int, batch: BatchId, timezone: ZoneInfo) -> Part:
    found: list[Micros] = []
    while True:
        page = tracing.leaves(tx, worker, ref, day, batch, timezone, len(found))
        found += [each.amount for each in page[:PAGE]]
        if len(page) <= PAGE:
            return Part(Micros(sum(found)), len(found))


def check_flow(tx: Tx, worker: PersonId, ref: str, timezone: ZoneInfo) -> flowing.Flow:
    found = flowing.flow(tx, worker, ref)
    assert walk(tx, worker, ref, timezone) == found.answers
    bonuses, adjustments = flowing.bonuses(tx, worker, ref), flowing.adjustments(tx, worker, ref)
    assert found.bonuses == Part(Micros(sum(each.amount for each in bonuses)), len(bonuses))
    assert found.adjustments == Part(Micros(sum(each.amount for each in adjustments)), len(adjustments))
    return found


def check_everything(tx: Tx, worker: PersonId, timezone: ZoneInfo) -> None:
    whole, outs = flowing.whole(tx, worker), flowing.outgoing(tx, worker)
    held = whole.pending + whole.available + whole.in_payout + whole.paid + whole.taxes
    assert whole.earned == held
    assert whole.pending == walk(tx, worker, PENDING, timezone).amount
    assert whole.answers == walk(tx, worker, ALL, timezone)
    stays = 0
    for out in outs:
        found = check_flow(tx, worker, out.ref, timezone)
        assert (out.gross, stays) == (found.amount, found.carried)
        assert out.gross == out.net + out.income_tax + out.local_tax
        stays = found.stays
    last = check_flow(tx, worker, NOW, timezone)
    assert (whole.available, stays) == (last.amount, last.carried)
    assert whole.in_payout == sum(out.gross for out in outs if not out.is_paid)
    assert whole.paid == sum(out.net for out in outs if out.is_paid)
    assert whole.taxes == sum(out.income_tax + out.local_tax for out in outs if out.is_paid)


@pytest.mark.parametrize("seed", range(8))
async def test_every_amount_is_the_sum_of_what_is_below_it(desk: Desk, seed: int) -> None:
    fortune = Fortune(desk, seed)
    await fortune.begin()
    for _ in range(3):
        await fortune.live(40)
        await desk.do(check_everything, fortune.worker, (SEOUL, BERLIN)[seed % 2])

    assert [] == await desk.do(violations)


async def test_each_price_has_its_line_and_what_is_unpaid_is_apart(desk: Desk) -> None:
    fortune = Fortune(desk, 0)
    await fortune.begin()
    batch, mina = fortune.batches[1], fortune.worker
    for _ in range(3):
        await desk.tap(mina, await desk.begin(mina, batch))
    await fortune.undo()
    await desk.tap(mina, await desk.begin(mina, batch))
    await desk.do(steering.reprice, desk.now, desk.coordinator, batch, Micros(1_000_000))
    for _ in range(3):
        await desk.tap(mina, await desk.begin(mina, batch))

    [day] = await desk.do(tracing.month_days, mina, ALL, 202609, SEOUL)
    found = await desk.do(tracing.dissect, mina, ALL, day.period, batch, SEOUL)

    assert 20260921 == day.period
    assert [1_000_000, 400_000] == [each.price for each in found.paid]
    assert 6 == found.part.count
    assert [(400_000, 1)] == [(each.price, each.count) for each in found.undone]
    assert () == found.rejected


async def test_a_day_ends_at_midnight_where_people_live(desk: Desk) -> None:
    """START is 23:13 on 21 September 2026 in Seoul, 16:13 in Berlin."""
    batch, mina = await desk.batch(), await desk.worker()
    await desk.tap(mina, await desk.begin(mina, batch))
    desk.wait(HOUR)
    await desk.tap(mina, await desk.begin(mina, batch))

    seoul = await desk.do(tracing.month_days, mina, ALL, 202609, SEOUL)
    berlin = await desk.do(tracing.month_days, mina, ALL, 202609, BERLIN)

    assert [20260922, 20260921] == [day.period for day in seoul]
    assert [(20260921, 2)] == [(day.period, day.part.count) for day in berlin]


async def test_a_payout_tells_what_it_took_and_what_it_left(desk: Desk) -> None:
    batch, mina = await desk.batch(price=Micros(1_400_000)), await desk.worker()
    for _ in range(2):
        await desk.tap(mina, await desk.begin(mina, batch))
    desk.wait(4 * DAY)
    await desk.do(settling.settle, desk.now, mina)
    await desk.do(ask, desk.now, mina, 0)

    [out] = await desk.do(flowing.outgoing, mina)
    found = await desk.do(flowing.flow, mina, out.ref)

    assert (2_000_000, Part(Micros(2_800_000), 2), 800_000) == (found.amount, found.answers, found.stays)
    assert 800_000 == (await desk.do(flowing.flow, mina, NOW)).carried

    desk.wait(HOUR)
    await desk.do(end, desk.now, mina, "failed")
    assert () == await desk.do(flowing.outgoing, mina)
    assert 2_800_000 == (await desk.do(flowing.flow, mina, NOW)).amount
    assert 2_800_000 == await desk.do(balance, ledger.available(mina))


async def test_nobody_traces_the_money_of_others(desk: Desk) -> None:
    fortune = Fortune(desk, 1)
    await fortune.begin()
    await fortune.live(60)
    eve = await desk.worker("Eve")

    outs = await desk.do(flowing.outgoing, fortune.worker)

    assert outs
    assert Part(Micros(0), 0) == (await desk.do(flowing.whole, eve)).answers
    assert "why.gone" == await refused(desk.db, flowing.flow, eve, outs[0].ref)
