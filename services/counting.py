"""The counters of a batch, and the account that pays for an answer."""

from rules import ledger
from rules.model import AssignmentId, BatchId, Instant, Micros, PersonId
from storage import Tx
from storage.ledger import total

SHARDS = 8


def payer(tx: Tx, batch: BatchId, coordinator: PersonId, status: str, price: Micros, *, is_gold: bool) -> str:
    """The account that pays for a new answer; for a late one that is the budget when the reserve can't."""
    if is_gold:
        return ledger.gold_line(batch)
    if status != "late":
        return ledger.escrow(batch)
    reserve = ledger.reserve(batch)
    return reserve if total(tx, reserve) >= price else ledger.budget(coordinator)


def paid_from(tx: Tx, assignment: AssignmentId, revision: int) -> str:
    """The account that paid for an answer, which is where its money goes back to."""
    row = tx.one("ledger.origin", source=ledger.answer_source(assignment, revision))
    if row is None:
        raise LookupError(assignment)
    return str(row["account"])


def count(
    tx: Tx,
    now: Instant,
    worker: PersonId,
    batch: BatchId,
    *,
    finished: int = 0,
    counted: int = 0,
    late: int = 0,
    gold: int = 0,
    spent: int = 0,
) -> None:
    """Add to a batch's counters; `spent` in micros."""
    tx.run(
        "batches.count",
        batch=batch,
        shard=worker % SHARDS,
        now=now,
        finished=finished,
        counted=counted,
        late=late,
        gold=gold,
        spent=spent,
    )


def count_answer(
    tx: Tx, now: Instant, worker: PersonId, batch: BatchId, status: str, price: int, *, is_gold: bool, step: int
) -> None:
    """Count one answer in (step 1) or out (step -1), for the batch and for the worker's session."""
    count(
        tx,
        now,
        worker,
        batch,
        counted=step if status == "counted" and not is_gold else 0,
        late=step if status == "late" else 0,
        gold=step if is_gold else 0,
        spent=step * price,
    )
    tx.run("batches.add_to_session", batch=batch, worker=worker, now=now, answers=step, earned=step * price)
