"""What a worker sees of their money."""

from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from books import NOON, Books, label, laid, refused

from rules.model import DAY, HOUR, MINUTE, BatchId, Instant, Micros, PersonId
from services import earning, settling, undoing
from services.dealing import deal, newest_answer
from services.working import Reason, report, skip
from storage import Tx

SEOUL = ZoneInfo("Asia/Seoul")
NEW_YORK = ZoneInfo("America/New_York")
WON = 1_000_000


@pytest.fixture
async def books(tmp_path: Path) -> Books:
    return await laid(tmp_path)


def moment(text: str) -> Instant:
    return Instant(round(datetime.fromisoformat(text).timestamp() * 1000))


def undo(tx: Tx, now: Instant, worker: PersonId, batch: BatchId) -> None:
    undoing.undo(tx, now, worker, batch, newest_answer(tx, worker, batch))


async def test_a_price_of_two_fifths_of_a_won_adds_up_exactly(books: Books) -> None:
    mina, batch = books.person("Mina", code="MINA22"), books.batch(price=400_000, tasks=3_003)
    async with books.open() as db:
        await db.run(label, NOON, mina, batch, 3_003)
        found = await db.run(earning.balance_of, NOON, mina, SEOUL)
    assert (
        earning.Balance(
            code="MINA22",
            today=Micros(1_201_200_000),
            today_answers=3_003,
            pending=Micros(1_201_200_000),
            next_at=Instant(NOON + 72 * HOUR),
            available=Micros(0),
            in_payout=Micros(0),
            paid=Micros(0),
            taxes=Micros(0),
            coming=(earning.Coming(Instant(NOON + 72 * HOUR), Micros(1_201_200_000)),),
        )
        == found
    )


async def test_somebody_who_has_not_worked_has_nothing(books: Books) -> None:
    mina = books.person("Mina", code="MINA22")
    async with books.open() as db:
        found = await db.run(earning.balance_of, NOON, mina, SEOUL)
        days = await db.read(earning.earnings_of, NOON, mina, SEOUL)
        history = await db.run(earning.newest, mina)
    nothing = Micros(0)
    assert earning.Balance("MINA22", nothing, 0, nothing, None, nothing, nothing, nothing, nothing) == found
    assert (0, 0, 14) == (days.amount, days.answers, len(days.days))
    assert earning.History((), is_newest=True, is_oldest=True) == history


async def test_today_begins_at_midnight_where_the_installation_is(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch()
    midnight = moment("2026-12-01T00:00+09:00")
    async with books.open() as db:
        await db.run(label, Instant(midnight - 1), mina, batch)
        await db.run(label, midnight, mina, batch, 2)
        found = await db.run(earning.balance_of, Instant(midnight + HOUR), mina, SEOUL)
    assert (40 * WON, 2, 60 * WON) == (found.today, found.today_answers, found.pending)


async def test_the_next_part_becomes_available_three_days_after_its_answer(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch()
    async with books.open() as db:
        await db.run(label, NOON, mina, batch, 2, apart=5 * HOUR)
        now = Instant(NOON + 72 * HOUR)
        await db.run(settling.settle, now, mina)
        found = await db.run(earning.balance_of, now, mina, SEOUL)
    assert (20 * WON, 20 * WON, NOON + 77 * HOUR) == (found.pending, found.available, found.next_at)


async def test_an_undone_answer_earns_nothing_and_is_not_shown(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch()
    async with books.open() as db:
        await db.run(label, NOON, mina, batch, 2)
        await db.run(undo, NOON, mina, batch)
        found = await db.run(earning.balance_of, NOON, mina, SEOUL)
        history = await db.run(earning.newest, mina)
    assert (20 * WON, 1, 20 * WON) == (found.today, found.today_answers, found.pending)
    assert ["작업 1"] == [each.text for each in history.answers]


async def test_skipped_and_reported_tasks_are_no_earnings(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch()

    def leave(tx: Tx, now: Instant) -> None:
        first = deal(tx, now, mina, batch)
        assert first is not None
        skip(tx, now, mina, first.assignment, first.revision)
        second = deal(tx, now, mina, batch)
        assert second is not None
        report(tx, now, mina, second.assignment, second.revision, Reason.OTHER)

    async with books.open() as db:
        await db.run(leave, NOON)
        days = await db.read(earning.earnings_of, NOON, mina, SEOUL)
        history = await db.run(earning.newest, mina)
    assert (0, ()) == (days.answers, history.answers)


async def test_earnings_are_told_by_day_and_batch(books: Books) -> None:
    mina = books.person("Mina")
    cheap, dear = books.batch(price=400_000, title="감정"), books.batch(price=30 * WON, title="동물")
    async with books.open() as db:
        await db.run(label, Instant(NOON - 14 * DAY), mina, dear, 3)
        await db.run(label, Instant(NOON - 13 * DAY), mina, dear, 1)
        await db.run(label, Instant(NOON - DAY), mina, cheap, 3)
        await db.run(label, NOON, mina, cheap, 2)
        await db.run(label, NOON, mina, dear, 2)
        found = await db.read(earning.earnings_of, NOON, mina, SEOUL)
    worked = {day.date: day.batches for day in found.days if day.answers}
    assert {
        date(2026, 11, 12): (earning.EarnedOnBatch("동물", Micros(30 * WON), 1),),
        date(2026, 11, 24): (earning.EarnedOnBatch("감정", Micros(1_200_000), 3),),
        date(2026, 11, 25): (
            earning.EarnedOnBatch("동물", Micros(60 * WON), 2),
            earning.EarnedOnBatch("감정", Micros(800_000), 2),
        ),
    } == worked
    assert (92_000_000, 8) == (found.amount, found.answers)


async def test_days_are_cut_right_where_clocks_change(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch()
    async with books.open() as db:
        for text in (
            "2026-10-31T23:59-04:00",
            "2026-11-01T00:00-04:00",
            "2026-11-01T23:59-05:00",
            "2026-11-02T00:00-05:00",
        ):
            await db.run(label, moment(text), mina, batch)
        found = await db.read(earning.earnings_of, moment("2026-11-02T12:00-05:00"), mina, NEW_YORK, 3)
    assert [("2026-10-31", 1), ("2026-11-01", 2), ("2026-11-02", 1)] == [
        (day.date.isoformat(), day.answers) for day in found.days
    ]


async def test_history_turns_page_by_page_and_back(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch()
    async with books.open() as db:
        await db.run(label, NOON, mina, batch, 25, apart=1_000)
        first = await db.run(earning.newest, mina)
        second = await db.run(earning.older, mina, first.answers[-1].id)
        third = await db.run(earning.older, mina, second.answers[-1].id)
        back = await db.run(earning.newer, mina, third.answers[0].id)
        front = await db.run(earning.newer, mina, back.answers[0].id)
    assert [f"작업 {number}" for number in range(25, 15, -1)] == [each.text for each in first.answers]
    assert [f"작업 {number}" for number in range(15, 5, -1)] == [each.text for each in second.answers]
    assert [f"작업 {number}" for number in range(5, 0, -1)] == [each.text for each in third.answers]
    assert (second, first) == (back, front)
    assert [(True, False), (False, False), (False, True)] == [
        (page.is_newest, page.is_oldest) for page in (first, second, third)
    ]


async def test_answers_of_the_same_moment_are_all_in_the_history_once(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch()
    async with books.open() as db:
        await db.run(label, NOON, mina, batch, 23)
        pages = [await db.run(earning.newest, mina)]
        while not pages[-1].is_oldest:
            pages.append(await db.run(earning.older, mina, pages[-1].answers[-1].id))
    assert [f"작업 {number}" for number in range(23, 0, -1)] == [each.text for page in pages for each in page.answers]


async def test_a_page_is_found_again_although_its_anchor_was_undone(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch()
    async with books.open() as db:
        await db.run(label, NOON, mina, batch, 11, apart=1_000)
        anchor = (await db.run(earning.newest, mina)).answers[0].id
        await db.run(undo, Instant(NOON + MINUTE), mina, batch)
        found = await db.run(earning.older, mina, anchor)
    assert [f"작업 {number}" for number in range(10, 0, -1)] == [each.text for each in found.answers]


async def test_history_tells_the_state_of_each_answer(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch()
    async with books.open() as db:
        await db.run(label, NOON, mina, batch, choice=1)
        await db.run(settling.settle, Instant(NOON + 72 * HOUR), mina)
        await db.run(label, Instant(NOON + 73 * HOUR), mina, batch, choice=2)
        found = await db.run(earning.newest, mina)
    assert [("중립",), ("부정",)] == [each.labels for each in found.answers]
    assert [False, True] == [each.is_settled for each in found.answers]
    assert [20 * WON, 20 * WON] == [each.amount for each in found.answers]


async def test_nobody_sees_the_answers_of_others(books: Books) -> None:
    mina, juno, batch = books.person("Mina"), books.person("Juno"), books.batch(pictures=True)
    async with books.open() as db:
        await db.run(label, NOON, mina, batch)
        theirs = (await db.run(earning.newest, mina)).answers[0]
        assert theirs == await db.run(earning.given, mina, theirs.id)
        for unit in (earning.given, earning.older, earning.newer):
            assert "money.no_such_answer" == await refused(db, unit, juno, theirs.id)
        assert () == (await db.run(earning.newest, juno)).answers


async def test_a_picture_comes_with_its_answer(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch(pictures=True)
    async with books.open() as db:
        await db.run(label, NOON, mina, batch)
        found = (await db.run(earning.newest, mina)).answers[0]
    assert found.picture is not None
    assert f"{batch}-1" == found.picture.sha256


async def test_only_workers_have_earnings(books: Books) -> None:
    sora = books.person("Sora", is_worker=False)
    async with books.open() as db:
        assert "refusal.only_worker" == await refused(db, earning.balance_of, NOON, sora, SEOUL)
        assert "refusal.only_worker" == await refused(db, earning.earnings_of, NOON, sora, SEOUL)
        assert "refusal.only_worker" == await refused(db, earning.newest, sora)


async def test_gold_is_paid_and_shown_like_any_other_task(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch(tasks=30, golds=4)
    async with books.open() as db:
        await db.run(label, NOON, mina, batch, 32)
        page = await db.run(earning.newest, mina)
        found = await db.run(earning.balance_of, NOON, mina, SEOUL)
    assert 32 * 20 * WON == found.pending
    assert {20 * WON} == {each.amount for each in page.answers}
    assert set() == {field.name for field in fields(earning.Given)} & {"is_gold", "gold", "status", "explanation"}
