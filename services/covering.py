"""Late answers of batches with a limit: the reserve can always pay every one that may still come.

An answer that comes after its lease is paid. It takes its slot back while that is free; once the slot has gone to
somebody else, the reserve pays. So a slot that is handed out while a lapsed card of its task may still be answered
is promised twice, and where the coordinator has a limit it is handed out only if the reserve can pay both.
"""

from rules import ledger
from rules.late import GRACE
from rules.model import BatchId, Instant, Micros, PersonId, TaskId
from storage import Row, Tx
from storage.ledger import post, total


def may_hand_out(tx: Tx, now: Instant, batch: Row, task: TaskId, worker: PersonId) -> bool:
    """Whether a slot of a task may go to a worker; `batch` is a row of `work.batch`."""
    if not batch["has_budget"]:
        return True
    row = tx.one("budgets.lapsed_of", task=task, worker=worker, since=now - GRACE)
    if row is None:
        raise LookupError(task)
    # Whoever takes up their own lapsed card gives up the old one with it.
    if row["lapsed"] < row["open_slots"] or row["own"]:
        return True
    return lacking(tx, now, batch["id"], batch["reserved_price"], more=1) <= 0


def lacking(tx: Tx, now: Instant, batch: BatchId, price: Micros, *, more: int = 0) -> Micros:
    """What the reserve lacks to pay all late answers that may still come, and `more`, at a price; negative: it has."""
    row = tx.one("budgets.waiting_late", batch=batch, since=now - GRACE)
    waiting = row["answers"] if row else 0
    return Micros((waiting + more) * price - total(tx, ledger.reserve(batch)))


def cover(tx: Tx, now: Instant, batch: BatchId, coordinator: PersonId, price: Micros, *, more: int = 0) -> Micros:
    """Fill the reserve up from the budget as far as it lacks something; how much that was."""
    missing = lacking(tx, now, batch, price, more=more)
    if missing <= 0:
        return Micros(0)
    reserve = ledger.reserve(batch)
    row = tx.one("budgets.covers", account=reserve)
    number = row["covers"] + 1 if row else 1
    post(tx, ledger.moved(f"cover:{batch}:{number}", ledger.budget(coordinator), reserve, missing), now)
    return missing
