"""Opening an answer again."""

from rules import ledger
from rules.model import BatchId, Instant, Kind, PersonId, TaskId
from rules.refusals import Refusal
from storage import Row, Tx
from storage.ledger import post

from .counting import count, count_answer, paid_from
from .covering import cover, may_hand_out
from .dealing import UNDO_WINDOW, show
from .people import require_worker
from .working import Outcome, Recorded, Stale, onward, own


def undo(tx: Tx, now: Instant, worker: PersonId, batch: BatchId, answer: int) -> Outcome:
    """Open the newest of a worker's last five answers again, with its money taken back until it is answered anew.

    `answer` is the newest one as the button knew it, so that a repeated tap does not open a second one. Raises Refusal
    for somebody who may not work now, and when there is none, the batch is closed, the answer is settled, or a skipped
    task is taken.
    """
    require_worker(tx, worker)
    found = tx.one("work.batch", batch=batch)
    if found is None or found["state"] == "closed":
        raise Refusal("work.undo_closed")
    recent = tx.all("answers.recent", worker=worker, batch=batch, limit=UNDO_WINDOW)
    given = next((row for row in recent if not row["undone"]), None)
    if given is None:
        raise Refusal("work.nothing_to_undo")
    if given["id"] != answer:
        return Stale(onward(tx, now, worker, batch))
    if not tx.run("answers.undo", answer=given["id"]):
        raise Refusal("work.undo_settled" if given["settlement_id"] is not None else "work.undo_rejected")
    has_slot = _take_back(tx, now, worker, found, given)
    _reopen(tx, now, worker, given, lease=found["lease"] if has_slot else 0)
    return Recorded("undone", (), is_late=False, then=show(tx, given["assignment_id"]))


def _take_back(tx: Tx, now: Instant, worker: PersonId, found: Row, given: Row) -> bool:
    """Reverse what an answer did; whether its assignment holds a slot again."""
    is_gold, batch, status = bool(given["is_gold"]), BatchId(found["id"]), given["status"]
    if status in ("skipped", "reported"):
        if not is_gold and not _take_slot(tx, now, worker, found, given["task_id"]):
            raise Refusal("work.undo_taken")
        if status == "reported":
            tx.one("tasks.report", task=given["task_id"], step=-1)
        return True
    if status == "counted":
        tx.one("tasks.count_answer", task=given["task_id"], step=-1)
        if not is_gold:
            tx.run("answers.weigh", task=given["task_id"])
        if tx.run("tasks.reopen", task=given["task_id"]):
            count(tx, now, worker, batch, finished=-1)
            tx.run("batches.incomplete", batch=batch)
    origin = paid_from(tx, given["assignment_id"], given["revision"])
    post(tx, ledger.undone(given["assignment_id"], given["revision"], origin, worker, given["price"]), now)
    count_answer(tx, now, worker, batch, status, given["price"], is_gold=is_gold, step=-1)
    return status != "late" or _has_slot_again(tx, now, found, given)


def _take_slot(tx: Tx, now: Instant, worker: PersonId, found: Row, task: TaskId) -> bool:
    return may_hand_out(tx, now, found, task, worker) and bool(tx.run("tasks.take_slot", task=task))


def _has_slot_again(tx: Tx, now: Instant, found: Row, given: Row) -> bool:
    """A late answer is opened again: its slot is its own if it is free by now, and else it may be late once more."""
    has_slot = bool(tx.run("tasks.take_slot", task=given["task_id"]))
    if found["has_budget"]:
        # What it had cost went back to the budget if the reserve had not paid for it.
        cover(tx, now, found["id"], found["coordinator_id"], found["reserved_price"], more=int(not has_slot))
    return has_slot


def _reopen(tx: Tx, now: Instant, worker: PersonId, given: Row, lease: int) -> None:
    """Without a slot (lease 0) the assignment stays lapsed, so that its new answer is late again."""
    held = own(tx, worker, given["assignment_id"])
    reopened = tx.one(
        "assignments.reopen",
        assignment=held["id"],
        revision=given["revision"],
        state="held" if lease else "expired",
        draft=given["labels"] if held["kind"] == Kind.MULTIPLE and given["labels"] else 0,
        now=now,
        until=now + lease,
    )
    if reopened is None:
        raise Refusal("work.nothing_to_undo")
