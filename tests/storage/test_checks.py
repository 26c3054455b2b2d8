"""The checks find nothing after any amount of work, and each finds what it is there for."""

from pathlib import Path
from random import Random

import pytest
from books import NOON, Books, Values, insert, label, laid

from rules import ledger
from rules.model import DAY, HOUR, MINUTE, BatchId, Instant, Micros, PersonId
from rules.refusals import Refusal
from services.dealing import deal, newest_answer
from services.settling import record_payment, settle
from services.steering import judge, next_flagged, reprice
from services.undoing import undo
from services.working import Reason, answer, lapse, report, skip, stop
from storage import Tx
from storage.checks import COUNTING, Violation, checks, violations
from storage.ledger import post

WON = 1_000_000


@pytest.fixture
async def books(tmp_path: Path) -> Books:
    return await laid(tmp_path)


def act(tx: Tx, now: Instant, worker: PersonId, batch: BatchId, dice: Random) -> None:
    """One thing that a worker may do, and sometimes a coordinator or a job."""
    match dice.choice(["tap"] * 10 + ["undo", "undo", "stop", "settle", "pay", "steer", "steer"]):
        case "steer":
            steer(tx, now, batch, dice)
        case "undo":
            undo(tx, now, worker, batch, newest_answer(tx, worker, batch))
        case "stop":
            stop(tx, now, worker, batch)
        case "settle":
            settle(tx, Instant(now + dice.choice([0, 72 * HOUR])), worker, 7)
        case "pay":
            person = tx.one("people.find", person=worker)
            assert person is not None
            record_payment(tx, now, person["code"], None, "")
        case _:
            tap(tx, now, worker, batch, dice)


def tap(tx: Tx, now: Instant, worker: PersonId, batch: BatchId, dice: Random) -> None:
    """A tap on the card in hand, in time or after its lease."""
    shown = deal(tx, now, worker, batch)
    if shown is None:
        return
    match dice.choice(["answer"] * 6 + ["skip", "report", "report", "report", "late", "late"]):
        case "skip":
            skip(tx, now, worker, shown.assignment, shown.revision)
        case "report":
            report(tx, now, worker, shown.assignment, shown.revision, Reason.OTHER)
        case "late":
            expire(tx, now, shown.assignment)
            answer(tx, now, worker, shown.assignment, shown.revision, dice.randrange(3))
        case _:
            answer(tx, now, worker, shown.assignment, shown.revision, dice.randrange(3))


def steer(tx: Tx, now: Instant, batch: BatchId, dice: Random) -> None:
    """What the coordinator does with a running batch."""
    found = tx.one("work.batch", batch=batch)
    assert found is not None
    coordinator = found["coordinator_id"]
    flagged = next_flagged(tx, coordinator, batch)
    if flagged is not None:
        judge(tx, now, coordinator, batch, flagged.task, keep=dice.random() < 0.5)
    else:
        reprice(tx, now, coordinator, batch, Micros(dice.choice([300_000, 400_000, 500_000, 25 * WON])))


def expire(tx: Tx, now: Instant, assignment: int) -> None:
    """What the job that ends leases does with one; gold has no slot to give back."""
    held = tx.one("assignments.find", assignment=assignment)
    assert held is not None
    lapse(tx, now, held["id"], held["task_id"], held["batch_id"], held["revision"])


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_workers_do_the_books_and_the_work_add_up(books: Books, seed: int) -> None:
    dice = Random(seed)
    workers = [books.person(f"worker {number}") for number in range(5)]
    batches = [
        books.batch(price=400_000, tasks=40, overlap=(1, 3)),
        books.batch(tasks=30, golds=5, overlap=(2, 2)),
    ]
    refusals = 0
    now = NOON
    async with books.open() as db:
        for _ in range(400):
            now = Instant(now + dice.choice([1_000, 5_000, MINUTE, HOUR]))
            try:
                await db.run(act, now, dice.choice(workers), dice.choice(batches), dice)
            except Refusal:
                refusals += 1
        assert [] == await db.read(violations)
    assert refusals < 200
    with books.raw() as connection:
        kinds = {status for (status,) in connection.execute("SELECT status FROM answer WHERE undone = 0")}
        (undone,) = connection.execute("SELECT COUNT(*) FROM answer WHERE undone = 1").fetchone()
        (payments,) = connection.execute("SELECT COUNT(*) FROM payment").fetchone()
        (flagged,) = connection.execute("SELECT COUNT(*) FROM outbox WHERE kind = 'flagged'").fetchone()
    assert {"counted", "skipped", "reported"} <= kinds
    assert min(undone, payments, flagged) > 0


async def test_late_answers_beyond_the_overlap_add_up_also_when_they_are_undone(books: Books) -> None:
    mina, juno, batch = books.person("Mina"), books.person("Juno"), books.batch(tasks=1)

    def work(tx: Tx) -> None:
        held = deal(tx, NOON, mina, batch)
        assert held is not None
        expire(tx, NOON, held.assignment)
        label(tx, NOON, juno, batch)
        answer(tx, NOON, mina, held.assignment, held.revision, 0)
        undo(tx, NOON, mina, batch, newest_answer(tx, mina, batch))
        answer(tx, NOON, mina, held.assignment, held.revision + 1, 1)

    async with books.open() as db:
        await db.run(work)
        assert [] == await db.read(violations)
    with books.raw() as connection:
        rows = connection.execute("SELECT status, undone FROM answer ORDER BY id").fetchall()
    assert [("counted", 0), ("late", 1), ("late", 0)] == rows


BREAKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("all_entries_sum_to_zero", ("UPDATE entry SET amount = amount + 1 WHERE account LIKE 'escrow:%'",)),
    (
        "postings_sum_to_zero",
        (
            "UPDATE entry SET amount = amount + 5 WHERE source = 'answer:1:1' AND account LIKE 'escrow:%'",
            "UPDATE entry SET amount = amount - 5 WHERE source = 'answer:2:1' AND account LIKE 'escrow:%'",
        ),
    ),
    ("balances_equal_their_entries", ("DELETE FROM balance WHERE account LIKE 'paid:%'",)),
    ("balances_equal_their_entries", ("INSERT INTO balance VALUES ('available:99', 7)",)),
    ("balances_are_not_negative", ("UPDATE balance SET amount = -1 WHERE account LIKE 'available:%'",)),
    ("reserved_money_is_not_overspent", ("UPDATE entry SET amount = 1 WHERE source LIKE 'publish:%' AND amount > 0",)),
    ("workers_have_what_they_earned", ("UPDATE answer SET price = price + 1 WHERE id = 1",)),
    ("workers_have_what_they_earned", ("DELETE FROM answer WHERE id = 1",)),
    ("pending_money_equals_unsettled_answers", ("UPDATE answer SET settlement_id = NULL WHERE id = 1",)),
    ("paid_money_equals_payments", ("DELETE FROM payment",)),
    ("paid_money_equals_payments", ("UPDATE payout SET net = net - 1 WHERE id = 1",)),
    ("paid_money_equals_payments", ("UPDATE balance SET amount = amount + 1 WHERE account LIKE 'local_tax:%'",)),
    ("money_in_payout_equals_open_payouts", ("UPDATE payout SET state = 'cancelled' WHERE state = 'asked'",)),
    ("money_in_payout_equals_open_payouts", ("UPDATE balance SET amount = 1 WHERE account LIKE 'payout:%'",)),
    ("payouts_add_up", ("UPDATE payout SET income_tax = income_tax + 1 WHERE id = 1",)),
    ("transfers_equal_their_payouts", ("UPDATE transfer SET net = net + 1",)),
    ("transfers_equal_their_payouts", ("UPDATE payout SET transfer_id = NULL",)),
    ("payouts_follow_their_transfers", ("UPDATE transfer SET state = 'prepared'",)),
    ("payouts_follow_their_transfers", ("UPDATE payout SET state = 'sent' WHERE state = 'asked'",)),
    ("disputed_money_equals_open_rejections", ("UPDATE rejection SET released_at = 1",)),
    ("disputed_money_equals_open_rejections", ("UPDATE rejection SET amount = amount + 1",)),
    ("rejected_answers_have_their_rejections", ("UPDATE rejection SET state = 'withdrawn'",)),
    ("rejected_answers_have_their_rejections", ("UPDATE answer SET rejection_id = NULL",)),
    ("bonuses_stay_within_their_rules", ("UPDATE bonus_rule SET amount = 1, most = 1",)),
    ("budgets_are_not_overdrawn", ("UPDATE person SET has_budget = 1 WHERE is_coordinator = 1",)),
    ("answers_are_posted", ("DELETE FROM entry WHERE source = 'answer:1:1'",)),
    ("answers_are_posted", ("UPDATE entry SET account = 'pending:77' WHERE source = 'answer:1:1' AND amount > 0",)),
    ("undone_answers_are_taken_back", ("DELETE FROM entry WHERE source LIKE 'undo:%'",)),
    ("undone_answers_are_not_settled", ("UPDATE answer SET settlement_id = 1 WHERE undone = 1",)),
    ("settlements_equal_their_answers", ("UPDATE settlement SET answers = answers + 1",)),
    ("settlements_equal_their_answers", ("UPDATE answer SET settlement_id = 99 WHERE settlement_id = 1",)),
    ("settlements_are_posted", ("UPDATE entry SET source = 'settle:99' WHERE source = 'settle:1'",)),
    ("payments_are_posted", ("UPDATE payment SET amount = amount + 1",)),
    ("payouts_are_posted", ("UPDATE entry SET source = 'payout:99' WHERE source = 'payout:1'",)),
    ("bonuses_are_posted", ("UPDATE bonus SET amount = amount + 1",)),
    ("fundings_are_posted", ("UPDATE funding SET amount = amount - 1",)),
    (
        "workers_answer_a_task_once",
        (
            "CREATE TABLE twin AS SELECT * FROM answer WHERE id = 1",
            "UPDATE twin SET id = 99, revision = 9",
            "INSERT INTO answer SELECT * FROM twin",
        ),
    ),
    ("assignments_have_their_answers", ("UPDATE assignment SET state = 'expired' WHERE id = 1",)),
    ("assignments_have_their_answers", ("UPDATE assignment SET state = 'skipped' WHERE id = 1",)),
    ("assignments_have_their_answers", ("UPDATE assignment SET revision = revision + 1 WHERE id = 1",)),
    ("tasks_count_their_answers", ("UPDATE task SET counted = counted + 1 WHERE id = 1",)),
    ("doubts_equal_the_votes", ("UPDATE answer SET doubt = 1 WHERE id = 6",)),
    ("doubts_equal_the_votes", ("UPDATE task SET gold = 4 WHERE id = 6",)),
    ("tasks_stay_within_their_overlap", ("UPDATE task SET counted = 9 WHERE id = 1",)),
    ("slots_add_up", ("UPDATE task SET open_slots = open_slots + 1 WHERE id = 20",)),
    ("slots_add_up", ("UPDATE assignment SET state = 'expired' WHERE state = 'held'",)),
    ("queues_hold_the_open_tasks", ("UPDATE task SET place = NULL WHERE id = 20",)),
    ("queues_hold_the_open_tasks", ("UPDATE task SET place = 99 WHERE id = 1",)),
    ("batches_count_their_answers", ("UPDATE batch_count SET spent = spent + 1",)),
    ("batches_count_their_answers", ("UPDATE batch_count SET late = late + 1, counted = counted - 1",)),
    ("batches_count_their_finished_tasks", ("UPDATE batch_count SET finished = finished - 1",)),
    ("waiting_tasks_are_in_running_slices", ("UPDATE assignment SET leased_at = 0 WHERE state = 'held'",)),
    (
        "nobody_is_told_who_is_held_out",
        (
            "INSERT INTO invitation (batch_id, person_id, is_held_out, decided_at, told_at)"
            " SELECT batch_id, worker_id, 1, 1, 2 FROM assignment LIMIT 1",
        ),
    ),
    ("transfers_are_approved_by_a_second_person", ("UPDATE transfer SET approved_by = made_by",)),
    ("transfers_are_approved_by_a_second_person", ("UPDATE transfer SET approved_by = NULL",)),
)


async def sound(books: Books) -> None:
    """Some work with settled, paid, undone, rejected and pending answers, one task in hand, and payouts."""
    mina, batch = books.person("Mina", code="MINA22"), books.batch(tasks=20, golds=0, overlap=(1, 1))

    def work(tx: Tx) -> None:
        label(tx, NOON, mina, batch, 4)
        settle(tx, Instant(NOON + 3 * DAY), mina)
        record_payment(tx, Instant(NOON + 3 * DAY), "MINA22", Micros(30 * WON), "")
        later = Instant(NOON + 4 * DAY)
        label(tx, later, mina, batch, 3)
        undo(tx, later, mina, batch, newest_answer(tx, mina, batch))

    async with books.open() as db:
        await db.run(work)
    with books.raw() as connection:
        for table, values in ROWS:
            insert(connection, table, **values)
        connection.execute("UPDATE answer SET rejection_id = 1 WHERE id = 5")
        connection.execute("UPDATE batch_count SET counted = counted - 1, spent = spent - 20000000")
    async with books.open() as db:
        await db.run(enter)
        assert [] == await db.read(violations)


def enter(tx: Tx) -> None:
    """The postings of what stands in ROWS."""
    mina, sora, batch = PersonId(1), PersonId(2), BatchId(1)
    for posting in (
        ledger.moved("fund:1", ledger.FUNDS, ledger.budget(sora), Micros(10 * WON)),
        ledger.rejected(1, batch, mina, Micros(20 * WON)),
        ledger.moved("bonus_rule:1", ledger.budget(sora), ledger.bonus_pot(1), Micros(5 * WON)),
        ledger.moved("bonus:1", ledger.bonus_pot(1), ledger.available(mina), Micros(2 * WON)),
        ledger.moved("adjust:1", ledger.ADJUSTMENTS, ledger.available(mina), Micros(WON)),
        ledger.asked(1, mina, Micros(10 * WON)),
        ledger.transferred(1, mina, Micros(9_670_000), Micros(300_000), Micros(30_000)),
        ledger.asked(2, mina, Micros(5 * WON)),
    ):
        post(tx, posting, NOON)


RUNS: Values = {"state": "running"}
PAID: Values = {"gross": 10 * WON, "income_tax": 300_000, "local_tax": 30_000, "net": 9_670_000}
APPROVED: Values = {"approved_by": 1, "approved_at": NOON}

ROWS: tuple[tuple[str, Values], ...] = (
    ("funding", {"coordinator_id": 2, "amount": 10 * WON, "funded_by": 2}),
    (
        "rejection",
        {"answer_id": 5, "batch_id": 1, "worker_id": 1, "reviewer_id": 2, "amount": 20 * WON, "state": "told"},
    ),
    (
        "bonus_rule",
        {"batch_id": 1, "made_by": 2, "measure": "each", "threshold": 1, "amount": 2 * WON, "most": 5 * WON, **RUNS},
    ),
    ("bonus", {"rule_id": 1, "worker_id": 1, "number": 1, "amount": 2 * WON}),
    ("adjustment", {"worker_id": 1, "amount": WON, "made_by": 2}),
    (
        "transfer",
        {"code": "T1", "state": "closed", "payouts": 1, "made_by": 2, "approved_by": 1, "approved_at": NOON, **PAID},
    ),
    ("payout", {"code": "P1", "worker_id": 1, "transfer_id": 1, "state": "paid", **PAID}),
    ("payout", {"code": "P2", "worker_id": 1, "state": "asked", "gross": 5 * WON, "net": 5 * WON}),
)


@pytest.mark.parametrize(("check", "statements"), BREAKS)
async def test_each_check_finds_what_it_is_there_for(books: Books, check: str, statements: tuple[str, ...]) -> None:
    await sound(books)
    books.break_by(*statements)
    async with books.open() as db:
        found = await db.read(violations)
    assert check in {violation.check for violation in found}


@pytest.mark.parametrize(
    ("said", "is_found"),
    [
        ([("on", -2)], False),
        ([("on", 0), ("off", 1)], False),
        ([("on", 1)], True),
        ([("on", -2), ("off", -1)], True),
        ([("on", -3), ("off", -2), ("on", -1)], False),
        ([("on", -3), ("on", -2), ("off", -1)], True),
    ],
)
async def test_the_maker_may_approve_a_transfer_only_while_it_stands_that_nobody_else_is_there(
    books: Books, said: list[tuple[str, int]], is_found: bool
) -> None:
    await sound(books)
    books.break_by("UPDATE transfer SET approved_by = made_by")
    with books.raw() as connection:
        for switch, minutes in said:
            insert(connection, "deed", person_id=2, action="alone", detail=switch, done_at=NOON + minutes * MINUTE)
    async with books.open() as db:
        found = [violation.check for violation in await db.read(violations)]
    assert ["transfers_are_approved_by_a_second_person"] * is_found == found


def test_every_check_is_put_to_the_test() -> None:
    assert set(checks()) == {check for check, _ in BREAKS}


def test_what_a_check_counts_is_no_money() -> None:
    assert set() == COUNTING - set(checks())


async def test_a_violation_names_what_is_broken_and_by_how_much(books: Books) -> None:
    await sound(books)
    books.break_by("UPDATE batch_count SET finished = finished + 2")
    async with books.open() as db:
        assert [Violation("batches_count_their_finished_tasks", "batch 1", 2)] == await db.read(violations)


async def test_a_task_out_of_its_queue_is_found_by_its_check_alone(books: Books) -> None:
    await sound(books)
    books.break_by("UPDATE task SET place = NULL WHERE id = 20")
    async with books.open() as db:
        assert [Violation("queues_hold_the_open_tasks", "task 20", 1)] == await db.read(violations)
