"""Handing out tasks: what a worker holds, gold when its gap is over, what waits for the worker alone, the queue."""

import json
from dataclasses import dataclass

from rules import gold
from rules.late import GRACE
from rules.model import AssignmentId, BatchId, Instant, Kind, Micros, PersonId, PictureId, TaskId
from rules.refusals import Refusal
from storage import Row, Tx

from .covering import may_hand_out

UNDO_WINDOW = 5
"""How many of a worker's last answers can be opened again."""


@dataclass(frozen=True)
class Picture:
    """A stored picture: its number, and the hash that names its file."""

    id: PictureId
    sha256: str


@dataclass(frozen=True)
class Shown:
    """One task as a worker sees it."""

    assignment: AssignmentId
    revision: int
    batch: BatchId
    title: str
    kind: Kind
    choices: tuple[str, ...]
    price: Micros
    text: str | None
    picture: Picture | None
    has_guide: bool
    draft: int
    session_answers: int
    session_earned: Micros
    last_answer: int


def deal(tx: Tx, now: Instant, worker: PersonId, batch: BatchId) -> Shown | None:
    """The task that a worker should see now: one that they hold, else a new one; None when nothing is left.

    Raises Refusal for somebody who is leaving, by whatever old button they came.
    """
    if tx.one("personal.is_leaving", person=worker) is not None:
        raise Refusal("personal.leaving")
    found = tx.one("work.batch", batch=batch)
    if found is None or found["coordinator_id"] == worker:
        return None
    assignment = _resume(tx, now, worker, found) or take(tx, now, worker, found)
    return show(tx, assignment) if assignment is not None else None


def show(tx: Tx, assignment: AssignmentId) -> Shown:
    """What the labeling message of an assignment shows."""
    row = tx.one("work.shown", assignment=assignment)
    if row is None:
        raise LookupError(assignment)
    return Shown(
        assignment=row["id"],
        revision=row["revision"],
        batch=row["batch_id"],
        title=row["title"],
        kind=Kind(row["kind"]),
        choices=tuple(json.loads(row["choices"])),
        price=row["price"],
        text=row["content"],
        picture=Picture(row["picture_id"], row["sha256"]) if row["picture_id"] else None,
        has_guide=row["guide_version"] > 0,
        draft=row["draft"],
        session_answers=row["session_answers"] or 0,
        session_earned=Micros(row["session_earned"] or 0),
        last_answer=newest_answer(tx, row["worker_id"], row["batch_id"]),
    )


def newest_answer(tx: Tx, worker: PersonId, batch: BatchId) -> int:
    """The newest of a worker's last answers that stands, 0 for none: what an undo button would open again."""
    recent = tx.all("answers.recent", worker=worker, batch=batch, limit=UNDO_WINDOW)
    return next((row["id"] for row in recent if not row["undone"]), 0)


def next_place(tx: Tx, batch: BatchId) -> int:
    """A new place at the tail of a batch's queue."""
    row = tx.one("batches.next_place", batch=batch)
    if row is None:
        raise LookupError(batch)
    place: int = row["tail"]
    return place


def give_back(tx: Tx, task: TaskId, batch: BatchId) -> None:
    """Return a task's slot to its queue; gold and tasks out of the running have none to return."""
    tx.run("tasks.return_slot", task=task, place=next_place(tx, batch))


def _resume(tx: Tx, now: Instant, worker: PersonId, batch: Row) -> AssignmentId | None:
    """Being shown what one holds starts its lease anew."""
    if batch["state"] == "closed":
        return None
    held = tx.one("assignments.held", worker=worker, batch=batch["id"])
    if held is None:
        return None
    tx.run("assignments.renew", assignment=held["id"], now=now, until=now + batch["lease"])
    return AssignmentId(held["id"])


def take(tx: Tx, now: Instant, worker: PersonId, batch: Row) -> AssignmentId | None:
    """A task that is new to a worker, beside those that they hold; `batch` is a row of `work.batch`."""
    if batch["state"] != "open":
        return None
    progress = tx.one("batches.progress", batch=batch["id"], worker=worker)
    if progress is None:
        gap = gold.gap(batch["seed"].encode(), batch["id"], worker, 0)
        tx.run("batches.begin_progress", batch=batch["id"], worker=worker, gap=gap, now=now)
        progress = tx.one("batches.progress", batch=batch["id"], worker=worker)
    if progress is None:
        raise LookupError(batch["id"])
    if batch["golds"] and progress["gold_gap"] <= 0:
        task = _take_gold(tx, worker, batch, progress["gold_dealt"])
        if task is not None:
            return _lease(tx, now, worker, batch, task)
    own = _take_own(tx, now, worker, batch, progress["cursor"])
    if own is not None:
        return own
    task = _take_slot(tx, now, worker, batch, progress["cursor"])
    return None if task is None else _lease(tx, now, worker, batch, task)


def _take_slot(tx: Tx, now: Instant, worker: PersonId, batch: Row, cursor: int) -> TaskId | None:
    """A slot of the next task. Where locked rows are passed over, the queue is looked through once more."""
    for start in (cursor, 0) if tx.skips_locked else (cursor,):
        row = tx.one("tasks.peek_slot", batch=batch["id"], worker=worker, cursor=start)
        is_passed = row is not None and not may_hand_out(tx, now, batch, row["id"], worker)
        if is_passed:
            since = now - GRACE
            row = tx.one("tasks.peek_unpromised", batch=batch["id"], worker=worker, cursor=start, since=since)
        if row is not None and tx.run("tasks.take_slot", task=row["id"]):
            # What was passed over for now stays ahead of the cursor.
            reached = cursor if is_passed else max(cursor, row["place"])
            tx.run("batches.move_cursor", batch=batch["id"], worker=worker, cursor=reached)
            return TaskId(row["id"])
    return None


def _take_own(tx: Tx, now: Instant, worker: PersonId, batch: Row, cursor: int) -> AssignmentId | None:
    """The next task of the worker's slice; price, lease and seconds begin now that it is shown."""
    row = tx.one("slices.next", worker=worker, batch=batch["id"])
    if row is None:
        return None
    tx.run("slices.show", assignment=row["id"], price=batch["price"], now=now, until=now + batch["lease"])
    tx.run("batches.move_cursor", batch=batch["id"], worker=worker, cursor=cursor)
    return AssignmentId(row["id"])


def _take_gold(tx: Tx, worker: PersonId, batch: Row, dealt: int) -> TaskId | None:
    row = tx.one("tasks.next_gold", batch=batch["id"], worker=worker)
    if row is None:
        return None
    # A lapsed gold task comes back on the price that was set aside for it the first time.
    if row["lapsed"] is None and not tx.run("batches.take_gold", batch=batch["id"]):
        return None
    gap = gold.gap(batch["seed"].encode(), batch["id"], worker, dealt + 1)
    tx.run("batches.gold_dealt", batch=batch["id"], worker=worker, gap=gap)
    tx.run("tasks.expose", task=row["id"])
    return TaskId(row["id"])


def _lease(tx: Tx, now: Instant, worker: PersonId, batch: Row, task: TaskId) -> AssignmentId:
    row = tx.one(
        "assignments.lease",
        task=task,
        batch=batch["id"],
        worker=worker,
        price=batch["price"],
        now=now,
        until=now + batch["lease"],
    )
    if row is None:
        raise LookupError(task)
    return AssignmentId(row["id"])
