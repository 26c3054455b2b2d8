"""A worker's taps: answer, toggle, submit, skip, report, stop."""

import json
from dataclasses import dataclass
from enum import StrEnum

from rules import ledger
from rules.choosing import names
from rules.inference import wants_more
from rules.late import accepted_until
from rules.model import AssignmentId, BatchId, Instant, Kind, Micros, PersonId, TaskId
from rules.refusals import Refusal
from rules.review import doubt_by_gold
from storage import Row, Tx
from storage.ledger import post

from .counting import count, count_answer, payer
from .dealing import Shown, deal, give_back, newest_answer, next_place, show
from .people import remember_card
from .promising import Promise, promises

REPORTS_THAT_FLAG = 2


class Ended(StrEnum):
    """Why a session is over."""

    STOPPED = "stopped"
    EMPTY = "empty"
    PAUSED = "paused"
    CLOSED = "closed"


class Reason(StrEnum):
    """Why a worker reports a task."""

    INVISIBLE = "invisible"
    NONE_FITS = "none_fits"
    OFFENSIVE = "offensive"
    OTHER = "other"


@dataclass(frozen=True)
class Summary:
    """How a session went."""

    batch: BatchId
    title: str
    answers: int
    earned: Micros
    milliseconds: int
    ended: Ended
    last_answer: int
    promises: tuple[Promise, ...] = ()


@dataclass(frozen=True)
class Recorded:
    """Something was stored; `then` is what the worker sees next."""

    did: str
    labels: tuple[str, ...]
    is_late: bool
    then: Shown | Summary


@dataclass(frozen=True)
class Stale:
    """The tap changed nothing, since its card is not the open one any more."""

    then: Shown | Summary


@dataclass(frozen=True)
class Toggled:
    """A multiple choice in the making."""

    then: Shown


Outcome = Recorded | Stale | Toggled


def answer(tx: Tx, now: Instant, worker: PersonId, assignment: AssignmentId, revision: int, choice: int) -> Outcome:
    """Store a single-choice answer once, however often it is tapped, and deal the next task.

    Raises Refusal when the tap is not the worker's, or comes more than a day too late.
    """
    held = own(tx, worker, assignment)
    if held["kind"] != Kind.SINGLE or not 0 <= choice < len(json.loads(held["choices"])):
        raise Refusal("work.no_such_button")
    if not is_open(held, revision):
        return Stale(onward(tx, now, worker, held["batch_id"]))
    return _store(tx, now, worker, held, 1 << choice)


def toggle(
    tx: Tx, now: Instant, worker: PersonId, assignment: AssignmentId, revision: int, choice: int, on: bool
) -> Outcome:
    """Set one choice of a multiple-choice draft on or off; saying the same twice changes nothing."""
    held = own(tx, worker, assignment)
    if held["kind"] != Kind.MULTIPLE or not 0 <= choice < len(json.loads(held["choices"])):
        raise Refusal("work.no_such_button")
    if not is_open(held, revision):
        return Stale(onward(tx, now, worker, held["batch_id"]))
    draft = held["draft"] | 1 << choice if on else held["draft"] & ~(1 << choice)
    tx.run("assignments.draft", assignment=assignment, revision=revision, draft=draft)
    return Toggled(show(tx, assignment))


def submit(tx: Tx, now: Instant, worker: PersonId, assignment: AssignmentId, revision: int) -> Outcome:
    """Store a multiple-choice draft as the answer. Raises Refusal when nothing is chosen."""
    held = own(tx, worker, assignment)
    if not is_open(held, revision):
        return Stale(onward(tx, now, worker, held["batch_id"]))
    if held["draft"] == 0:
        raise Refusal("work.choose_first")
    return _store(tx, now, worker, held, held["draft"])


def skip(tx: Tx, now: Instant, worker: PersonId, assignment: AssignmentId, revision: int) -> Outcome:
    """Leave a task to others; unpaid, and it does not come back to this worker unless they undo."""
    held = own(tx, worker, assignment)
    if not is_open(held, revision):
        return Stale(onward(tx, now, worker, held["batch_id"]))
    _leave(tx, now, worker, held, "skipped", None)
    return Recorded("skipped", (), is_late=False, then=onward(tx, now, worker, held["batch_id"]))


def look(tx: Tx, now: Instant, worker: PersonId, assignment: AssignmentId, revision: int) -> Shown | Stale:
    """The task of an open card once more."""
    held = own(tx, worker, assignment)
    if not is_open(held, revision):
        return Stale(onward(tx, now, worker, held["batch_id"]))
    return show(tx, assignment)


def report(tx: Tx, now: Instant, worker: PersonId, assignment: AssignmentId, revision: int, reason: Reason) -> Outcome:
    """Say that something is wrong with a task; the second report takes it out until its coordinator has looked."""
    held = own(tx, worker, assignment)
    if not is_open(held, revision):
        return Stale(onward(tx, now, worker, held["batch_id"]))
    _leave(tx, now, worker, held, "reported", reason)
    row = tx.one("tasks.report", task=held["task_id"], step=1)
    if row is not None and row["reports"] >= REPORTS_THAT_FLAG and tx.run("tasks.flag", task=held["task_id"]):
        count(tx, now, worker, held["batch_id"], finished=0 if held["gold"] is not None else 1)
        notice = json.dumps({"batch": held["batch_id"], "task": held["task_id"]})
        key = f"flagged:{held['task_id']}:{now}"
        tx.run("outbox.queue", key=key, person=held["coordinator_id"], kind="flagged", blanks=notice, now=now)
    return Recorded("reported", (), is_late=False, then=onward(tx, now, worker, held["batch_id"]))


def stop(tx: Tx, now: Instant, worker: PersonId, batch: BatchId) -> Summary:
    """End a session: what is held goes back to the queue, and the summary is told."""
    summary = summarize(tx, worker, batch, Ended.STOPPED)
    while (held := tx.one("assignments.held", worker=worker, batch=batch)) is not None:
        lapse(tx, now, held["id"], held["task_id"], batch, held["revision"])
    tx.run("batches.begin_session", batch=batch, worker=worker, now=now)
    return summary


def onward(tx: Tx, now: Instant, worker: PersonId, batch: BatchId) -> Shown | Summary:
    """The next task of a batch, or the summary of the session when there is none."""
    return deal(tx, now, worker, batch) or summarize(tx, worker, batch)


def summarize(tx: Tx, worker: PersonId, batch: BatchId, ended: Ended | None = None) -> Summary:
    """What a worker has done in a batch since the session began; why it ended is read off the batch unless given."""
    found = tx.one("work.batch", batch=batch)
    if found is None:
        raise LookupError(batch)
    if ended is None:
        ended = {"paused": Ended.PAUSED, "closed": Ended.CLOSED}.get(found["state"], Ended.EMPTY)
    progress = tx.one("batches.progress", batch=batch, worker=worker)
    if progress is None:
        return Summary(batch, found["title"], 0, Micros(0), 0, ended, 0)
    return Summary(
        batch,
        found["title"],
        progress["session_answers"],
        progress["session_earned"],
        progress["session_last"] - progress["session_since"],
        ended,
        newest_answer(tx, worker, batch),
        promises(tx, worker, batch),
    )


def lapse(tx: Tx, now: Instant, assignment: AssignmentId, task: TaskId, batch: BatchId, revision: int) -> bool:
    """End a lease now: the slot returns; an answer to the old card still counts for a day."""
    if not tx.run("assignments.expire", assignment=assignment, revision=revision, until=now):
        return False
    give_back(tx, task, batch)
    return True


def own(tx: Tx, worker: PersonId, assignment: AssignmentId) -> Row:
    row = tx.one("assignments.find", assignment=assignment)
    if row is None or row["worker_id"] != worker:
        raise Refusal("work.not_yours")
    if row["leaving_at"] is not None:
        raise Refusal("personal.leaving")
    return row


def is_open(held: Row, revision: int) -> bool:
    """Whether a button of this revision still decides an assignment."""
    return held["revision"] == revision and held["state"] in ("held", "expired")


def _store(tx: Tx, now: Instant, worker: PersonId, held: Row, labels: int) -> Recorded:
    labelled, is_late = record(tx, now, worker, held, labels)
    return Recorded("answered", labelled, is_late, onward(tx, now, worker, held["batch_id"]))


def record(tx: Tx, now: Instant, worker: PersonId, held: Row, labels: int) -> tuple[tuple[str, ...], bool]:
    """Store the answer to an open assignment, paid; its labels in words, and whether it came late."""
    if now > accepted_until(held["lease_until"], held["closed_at"]):
        raise Refusal("work.too_late")
    is_gold = held["gold"] is not None
    in_time = is_gold or held["state"] == "held" or bool(tx.run("tasks.take_slot", task=held["task_id"]))
    status = "late" if not in_time else "excluded" if held["task_state"] == "dropped" else "counted"
    _close(tx, held, "answered")
    _give(tx, now, worker, held, labels, status, None, held["price"])
    batch, price = held["batch_id"], held["price"]
    origin = payer(tx, batch, held["coordinator_id"], status, price, is_gold=is_gold)
    post(tx, ledger.earned(held["id"], held["revision"], origin, worker, price), now)
    if status == "counted" and _advance(tx, held):
        count(tx, now, worker, batch, finished=1)
    count_answer(tx, now, worker, batch, status, price, is_gold=is_gold, step=1)
    return tuple(names(labels, json.loads(held["choices"]))), status == "late"


def _close(tx: Tx, held: Row, state: str) -> None:
    if not tx.run("assignments.close", assignment=held["id"], revision=held["revision"], state=state):
        raise LookupError(held["id"])


def _give(
    tx: Tx,
    now: Instant,
    worker: PersonId,
    held: Row,
    labels: int | None,
    status: str,
    reason: str | None,
    price: Micros,
) -> None:
    tx.one(
        "answers.give",
        assignment=held["id"],
        revision=held["revision"],
        task=held["task_id"],
        batch=held["batch_id"],
        worker=worker,
        labels=labels,
        status=status,
        reason=reason,
        gold=int(held["gold"] is not None),
        price=price,
        guide=held["guide_version"],
        now=now,
        milliseconds=max(now - held["shown_at"], 0),
        settles_at=now + held["review"],
        doubt=doubt_by_gold(held["gold"], labels),
    )


def _leave(tx: Tx, now: Instant, worker: PersonId, held: Row, state: str, reason: str | None) -> None:
    """Close an assignment without a label; its slot goes to others."""
    _close(tx, held, state)
    _give(tx, now, worker, held, None, state, reason, Micros(0))
    if held["state"] == "held":
        give_back(tx, held["task_id"], held["batch_id"])


def _advance(tx: Tx, held: Row) -> bool:
    """Count an answer for its task; whether that finished it."""
    task = tx.one("tasks.count_answer", task=held["task_id"], step=1)
    if task is None or held["gold"] is not None:
        return False
    tx.run("answers.weigh", task=held["task_id"])
    if task["counted"] < task["wanted"] or task["state"] != "open":
        return False
    return conclude(tx, held["task_id"], held["batch_id"], task["wanted"], held["overlap_most"], held["confidence"])


def conclude(tx: Tx, task: TaskId, batch: BatchId, wanted: int, most: int, confidence: int) -> bool:
    """Finish a task that has its answers; where people disagree it wants one more, up to the most. Whether it ended."""
    if wanted < most:
        votes = [row["labels"] for row in tx.all("answers.votes", task=task)]
        if wants_more(votes, confidence) and wanted < most - _held_back(tx, task):
            tx.run("tasks.want_more", task=task, place=next_place(tx, batch))
            return False
    return bool(tx.run("tasks.finish", task=task))


def _held_back(tx: Tx, task: TaskId) -> int:
    """How many answers of a task are rejected without their money having come back to pay for others."""
    row = tx.one("rejections.held_back", task=task)
    return row["answers"] if row else 0


def seen(
    tx: Tx, now: Instant, worker: PersonId, message_id: int, has_picture: bool, shown: tuple[AssignmentId, int] | None
) -> None:
    """A card has arrived: its seconds run from now, and it is the worker's one labeling message."""
    remember_card(tx, worker, message_id if shown else None, has_picture)
    if shown:
        tx.run("assignments.shown", assignment=shown[0], revision=shown[1], now=now)
