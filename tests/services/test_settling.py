"""Settlement and payments: exact, once, and never more than there is."""

import asyncio
import json
from pathlib import Path

import pytest
from books import NOON, Books, label, laid, refused

from bot.checkup import audit
from jobs.settle import settle_due
from rules import ledger
from rules.amounts import exact
from rules.model import DAY, HOUR, BatchId, Instant, Micros, PersonId
from services import settling, undoing
from services.dealing import newest_answer
from storage import Database, Tx
from storage.checks import violations
from storage.ledger import balance

WON = 1_000_000
REVIEWED = Instant(NOON + 72 * HOUR)
CENT = Micros(10_000)


@pytest.fixture
async def books(tmp_path: Path) -> Books:
    return await laid(tmp_path)


def purse(tx: Tx, worker: PersonId) -> tuple[int, int, int]:
    """Pending, available and paid."""
    pending, available, paid = ledger.pending(worker), ledger.available(worker), ledger.paid(worker)
    return balance(tx, pending), balance(tx, available), balance(tx, paid)


def undo(tx: Tx, now: Instant, worker: PersonId, batch: BatchId) -> None:
    undoing.undo(tx, now, worker, batch, newest_answer(tx, worker, batch))


async def earn(db: Database, worker: PersonId, batch: BatchId, count: int) -> None:
    """Answers whose money is available."""
    await db.run(label, NOON, worker, batch, count)
    while await db.run(settling.settle, REVIEWED, worker):
        pass


def messages(books: Books) -> list[tuple[int, str, dict[str, object]]]:
    with books.raw() as connection:
        rows = connection.execute("SELECT person_id, kind, blanks FROM outbox ORDER BY id").fetchall()
    return [(person, kind, json.loads(blanks)) for person, kind, blanks in rows]


async def test_answers_become_available_after_seventy_two_hours_and_not_before(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch()
    async with books.open() as db:
        await db.run(label, NOON, mina, batch, 3)
        assert "nothing due" == await settle_due(db, Instant(REVIEWED - 1))
        assert (60 * WON, 0, 0) == await db.run(purse, mina)
        assert "3 answers of 1 workers" == await settle_due(db, REVIEWED)
        assert (0, 60 * WON, 0) == await db.run(purse, mina)


async def test_settling_twice_changes_nothing(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch()
    async with books.open() as db:
        await db.run(label, NOON, mina, batch, 3)
        await settle_due(db, REVIEWED)
        assert "nothing due" == await settle_due(db, Instant(REVIEWED + DAY))
        assert 0 == await db.run(settling.settle, Instant(REVIEWED + DAY), mina)
        assert (0, 60 * WON, 0) == await db.run(purse, mina)
        assert [] == await db.read(violations)


async def test_thousands_of_answers_at_two_fifths_of_a_won_settle_exactly(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch(price=400_000, tasks=2_501)
    async with books.open() as db:
        await db.run(label, NOON, mina, batch, 2_501)
        assert "2501 answers of 1 workers" == await settle_due(db, REVIEWED)
        assert (0, 1_000_400_000, 0) == await db.run(purse, mina)
        assert [] == await db.read(violations)


async def test_a_settlement_takes_the_oldest_answers_and_no_more_than_its_chunk(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch()
    async with books.open() as db:
        await db.run(label, NOON, mina, batch, 5, apart=1_000)
        late = Instant(REVIEWED + HOUR)
        settled = [await db.run(settling.settle, late, mina, 2) for _ in range(4)]
        assert [] == await db.read(violations)
    assert [2, 2, 1, 0] == settled
    with books.raw() as connection:
        rows = connection.execute("SELECT id, settlement_id FROM answer ORDER BY id").fetchall()
        settlements = connection.execute("SELECT answers, amount FROM settlement ORDER BY id").fetchall()
    assert [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3)] == rows
    assert [(2, 40 * WON), (2, 40 * WON), (1, 20 * WON)] == settlements


async def test_a_crash_inside_a_settlement_leaves_nothing_of_it(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch()

    class Crash(Exception):
        pass

    def crashing(tx: Tx) -> None:
        settling.settle(tx, REVIEWED, mina)
        raise Crash

    async with books.open() as db:
        await db.run(label, NOON, mina, batch, 3)
        with pytest.raises(Crash):
            await db.run(crashing)
        assert (60 * WON, 0, 0) == await db.run(purse, mina)
    async with books.open() as db:
        assert "3 answers of 1 workers" == await settle_due(db, REVIEWED)
        assert [] == await db.read(violations)


async def test_a_run_that_ended_between_two_chunks_is_taken_up_by_the_next(books: Books) -> None:
    mina, juno, batch = books.person("Mina"), books.person("Juno"), books.batch(overlap=(2, 2))
    async with books.open() as db:
        await db.run(label, NOON, mina, batch, 4)
        await db.run(label, NOON, juno, batch, 2)
        await db.run(settling.settle, REVIEWED, mina, 3)
    async with books.open() as db:
        assert "3 answers of 2 workers" == await settle_due(db, REVIEWED)
        assert (0, 80 * WON, 0) == await db.run(purse, mina)
        assert (0, 40 * WON, 0) == await db.run(purse, juno)
        assert [] == await db.read(violations)


async def test_two_runs_at_once_settle_everything_once(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch()
    async with books.open() as db:
        await db.run(label, NOON, mina, batch, 30)
        counts = await asyncio.gather(*(db.run(settling.settle, REVIEWED, mina, 20) for _ in range(4)))
        assert [20, 10, 0, 0] == counts
        assert (0, 600 * WON, 0) == await db.run(purse, mina)


async def test_an_answer_undone_in_review_is_not_settled_and_its_new_one_is_reviewed_anew(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch()
    async with books.open() as db:
        await db.run(label, NOON, mina, batch, 2)
        await db.run(undo, Instant(NOON + HOUR), mina, batch)
        await db.run(label, Instant(NOON + 2 * HOUR), mina, batch)
        assert "1 answers of 1 workers" == await settle_due(db, REVIEWED)
        assert (20 * WON, 20 * WON, 0) == await db.run(purse, mina)
        assert "1 answers of 1 workers" == await settle_due(db, Instant(REVIEWED + 2 * HOUR))
        assert [] == await db.read(violations)


async def test_a_settled_answer_stays(books: Books) -> None:
    mina, batch = books.person("Mina"), books.batch()
    async with books.open() as db:
        await earn(db, mina, batch, 1)
        assert "work.undo_settled" == await refused(db, undo, REVIEWED, mina, batch)
        assert (0, 20 * WON, 0) == await db.run(purse, mina)


async def test_wrong_books_stop_settlement_and_payments_and_are_told_to_the_owner_once(books: Books) -> None:
    mina, batch = books.person("Mina", code="MINA22"), books.batch()
    owner = books.person("Ona", is_worker=False, is_owner=True)
    async with books.open() as db:
        await earn(db, mina, batch, 2)
        await db.run(label, NOON, mina, batch)
    books.break_by("UPDATE balance SET amount = amount + 1 WHERE account LIKE 'available:%'")
    async with books.open() as db:
        for _ in range(2):
            assert (await settle_due(db, REVIEWED)).startswith("stopped: ")
        assert 20 * WON == (await db.run(purse, mina))[0]
        assert "money.stopped" == await refused(db, settling.record_payment, REVIEWED, "MINA22", None, "")
    names = ["balances_equal_their_entries", "workers_have_what_they_earned"]
    rows = [[names[0], f"available:{mina}", 1, True], [names[1], f"worker {mina}", 1, True]]
    assert [(owner, "violated", {"checks": names, "rows": rows, "more": 0})] == messages(books)


async def test_payments_go_on_once_the_books_are_sound_again(books: Books) -> None:
    mina, batch = books.person("Mina", code="MINA22"), books.batch()
    async with books.open() as db:
        await earn(db, mina, batch, 2)
    books.break_by("UPDATE balance SET amount = amount + 1 WHERE account LIKE 'available:%'")
    async with books.open() as db:
        assert 2 == len(await audit(db, REVIEWED))
    books.break_by("UPDATE balance SET amount = amount - 1 WHERE account LIKE 'available:%'")
    async with books.open() as db:
        assert [] == await audit(db, REVIEWED)
        assert 40 * WON == (await db.run(settling.record_payment, REVIEWED, "MINA22", None, "")).amount


async def test_a_payment_moves_money_from_available_to_paid_and_is_told(books: Books) -> None:
    mina, batch = books.person("Mina", code="MINA22"), books.batch()
    async with books.open() as db:
        await earn(db, mina, batch, 5)
        paid = await db.run(settling.record_payment, REVIEWED, "MINA22", Micros(30 * WON), "11월 25일 이체")
        assert settling.Payment(1, mina, "MINA22", "Mina", Micros(30 * WON), Micros(70 * WON)) == paid
        assert (0, 70 * WON, 30 * WON) == await db.run(purse, mina)
        assert [] == await db.read(violations)
    assert [(mina, "paid", {"amount": 30 * WON})] == messages(books)
    with books.raw() as connection:
        row = connection.execute("SELECT worker_id, amount, note, paid_at FROM payment").fetchone()
    assert (mina, 30 * WON, "11월 25일 이체", REVIEWED) == row


async def test_everything_is_rounded_down_to_what_a_bank_can_move_and_the_rest_stays(books: Books) -> None:
    mina, batch = books.person("Mina", code="MINA22"), books.batch(price=400_000)
    async with books.open() as db:
        await earn(db, mina, batch, 9)
        paid = await db.run(settling.record_payment, REVIEWED, "MINA22", None, "")
        assert (3 * WON, 600_000) == (paid.amount, paid.left)
        assert "money.nothing_to_pay" == await refused(db, settling.record_payment, REVIEWED, "MINA22", None, "")
        assert (0, 600_000, 3 * WON) == await db.run(purse, mina)


async def test_other_currencies_move_in_cents(books: Books) -> None:
    mina, batch = books.person("Mina", code="MINA22"), books.batch(price=3_000)
    async with books.open() as db:
        await earn(db, mina, batch, 9)
        paid = await db.run(settling.record_payment, REVIEWED, "MINA22", None, "", unit=CENT)
    assert (20_000, 7_000) == (paid.amount, paid.left)


async def test_the_last_won_can_be_paid_and_nothing_after_it(books: Books) -> None:
    mina, batch = books.person("Mina", code="MINA22"), books.batch()
    async with books.open() as db:
        await earn(db, mina, batch, 2)
        paid = await db.run(settling.record_payment, REVIEWED, " mina22 ", Micros(40 * WON), "")
        assert 0 == paid.left
        assert "money.more_than_available" == await refused(
            db, settling.record_payment, REVIEWED, "MINA22", Micros(WON), ""
        )


@pytest.mark.parametrize(
    ("code", "amount", "reason"),
    [
        ("MINA22", 41 * WON, "money.more_than_available"),
        ("MINA22", 0, "money.not_positive"),
        ("MINA22", -WON, "money.not_positive"),
        ("MINA22", WON + 400_000, "money.too_fine"),
        ("NOBODY", WON, "money.no_such_code"),
        ("JUNO33", None, "money.nothing_to_pay"),
    ],
)
async def test_what_can_not_be_paid_is_refused_and_leaves_no_trace(
    books: Books, code: str, amount: int | None, reason: str
) -> None:
    mina, batch = books.person("Mina", code="MINA22"), books.batch()
    books.person("Juno", code="JUNO33")
    async with books.open() as db:
        await earn(db, mina, batch, 2)
        assert reason == await refused(db, settling.record_payment, REVIEWED, code, amount, "")
        assert (0, 40 * WON, 0) == await db.run(purse, mina)
    assert [] == messages(books)
    with books.raw() as connection:
        assert 0 == connection.execute("SELECT COUNT(*) FROM payment").fetchone()[0]


async def test_money_in_review_can_not_be_paid(books: Books) -> None:
    mina, batch = books.person("Mina", code="MINA22"), books.batch()
    async with books.open() as db:
        await db.run(label, NOON, mina, batch, 2)
        assert "money.nothing_to_pay" == await refused(db, settling.record_payment, NOON, "MINA22", None, "")


async def test_of_two_payments_at_once_that_exceed_the_balance_one_is_refused(books: Books) -> None:
    mina, batch = books.person("Mina", code="MINA22"), books.batch()
    async with books.open() as db:
        await earn(db, mina, batch, 5)
        pay = (db.run(settling.record_payment, REVIEWED, "MINA22", Micros(80 * WON), "") for _ in range(2))
        outcomes = await asyncio.gather(*pay, return_exceptions=True)
        assert ["Payment", "Refusal"] == [type(outcome).__name__ for outcome in outcomes]
        assert (0, 20 * WON, 80 * WON) == await db.run(purse, mina)
        assert [] == await db.read(violations)


async def test_payable_lists_who_has_money_available_by_name(books: Books) -> None:
    mina, juno = books.person("Mina", code="MINA22"), books.person("Juno", code="JUNO33")
    books.person("Ara")
    batch = books.batch(overlap=(2, 2))
    async with books.open() as db:
        await earn(db, mina, batch, 2)
        await earn(db, juno, batch, 1)
        await db.run(label, REVIEWED, juno, batch)
        found = await db.read(settling.payable)
    assert (
        settling.Payable(juno, "JUNO33", "Juno", Micros(20 * WON)),
        settling.Payable(mina, "MINA22", "Mina", Micros(40 * WON)),
    ) == found


@pytest.mark.parametrize(
    ("amount", "text"),
    [(1_240_000_000, "1,240"), (400_000, "0.4"), (0, "0"), (10_003_000, "10.003"), (10_000_000, "10")],
)
def test_amounts_on_record_are_exact(amount: int, text: str) -> None:
    assert text == exact(Micros(amount))
