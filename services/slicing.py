"""Slices: tasks of a batch that wait for one worker, from the moment on at which the worker was told of them."""

import json
from dataclasses import dataclass

from rules.late import GRACE
from rules.model import DAY, HOUR, MINUTE, BatchId, Instant, Micros, PersonId
from rules.refusals import Refusal
from storage import Row, Tx

from .working import lapse

LASTS = 2 * HOUR
"""How long a slice waits for a worker who has been told of it."""

WAITS_AT_MOST = 7 * DAY
"""How long a slice waits for its message to go out, if nothing else becomes of the message before."""

WARNS = 30 * MINUTE
SLICES_AT_ONCE = 20


@dataclass(frozen=True)
class Slice:
    """Tasks that wait for a worker; none of them when `tasks` is 0."""

    id: int
    batch: BatchId
    title: str
    price: Micros
    tasks: int
    ends_at: Instant
    is_running: bool
    may_extend: bool


@dataclass(frozen=True)
class Recalled:
    """Tasks that waited for a worker, until their batch was stopped before the time that the worker was told."""

    slice: int
    batch: BatchId
    worker: PersonId
    tasks: int
    ends_at: Instant


@dataclass(frozen=True)
class Cut:
    """A slice that was cut: how many slots it has got, and the place in the queue of the last of them."""

    slice: int
    slots: int
    place: int


def has_something(tx: Tx, now: Instant, batch: BatchId, worker: PersonId) -> bool:
    """Whether anything of a batch could be set aside for a worker."""
    return tx.one("slices.first_for", batch=batch, worker=worker, since=now - GRACE) is not None


def cut(tx: Tx, now: Instant, batch: Row, worker: PersonId, slots: int, after: int) -> Cut:
    """Set so many of a batch's free slots aside for a worker: those behind a place in the queue, then those before it.

    So one after the other gets other tasks, and each task the answers of different people.
    """
    ends = now + WAITS_AT_MOST
    row = tx.one("slices.cut", batch=batch["id"], worker=worker, slots=slots, now=now, ends=ends)
    if row is None:
        return Cut(0, 0, after)
    progress = tx.one("batches.progress", batch=batch["id"], worker=worker)
    passed = progress["cursor"] if progress is not None and not tx.skips_locked else 0
    got = _fill(tx, now, batch, worker, row["id"], slots, max(after, passed))
    if got < slots and after > passed:
        got += _fill(tx, now, batch, worker, row["id"], slots - got, passed)
    last = tx.one("slices.last_place", slice=row["id"])
    if not got:
        tx.run("slices.end", slice=row["id"], now=now)
        return Cut(row["id"], 0, after)
    tx.run("slices.take", slice=row["id"])
    if got < slots:
        tx.run("slices.size", slice=row["id"], slots=got)
    return Cut(row["id"], got, last["place"] if last else after)


def _fill(tx: Tx, now: Instant, batch: Row, worker: PersonId, slice_id: int, slots: int, after: int) -> int:
    return tx.run(
        "slices.fill",
        slice=slice_id,
        batch=batch["id"],
        worker=worker,
        cursor=after,
        price=batch["price"],
        until=now + WAITS_AT_MOST,
        since=now - GRACE,
        slots=slots,
    )


def told(tx: Tx, now: Instant, slice_id: int) -> None:
    """The message about a slice has gone out: its time runs from now, and its worker is one of those who were told."""
    row = tx.one("slices.find", slice=slice_id)
    if row is not None and begin(tx, now, slice_id):
        tx.run("slices.told", batch=row["batch_id"], worker=row["worker_id"], now=now)


def begin(tx: Tx, now: Instant, slice_id: int) -> bool:
    """A slice's time runs from now; False when it did before."""
    is_new = bool(tx.run("slices.tell", slice=slice_id, now=now, until=now + LASTS))
    if is_new:
        tx.run("slices.lease", slice=slice_id, until=now + LASTS)
    return is_new


def find(tx: Tx, slice_id: int) -> Slice:
    """A slice as it is now."""
    row = tx.one("slices.find", slice=slice_id)
    if row is None:
        raise LookupError(slice_id)
    is_running = row["state"] in ("cut", "held") and row["batch_state"] == "open"
    return Slice(
        id=slice_id,
        batch=row["batch_id"],
        title=row["title"],
        price=row["price"],
        tasks=row["tasks"] if is_running else 0,
        ends_at=row["ends_at"],
        is_running=is_running,
        may_extend=is_running and row["state"] == "held" and row["extended_at"] is None,
    )


def waiting(tx: Tx, worker: PersonId, batch: BatchId) -> tuple[int, Instant] | None:
    """How many tasks of a batch wait for a worker who was told of them, and until when; None for none."""
    row = tx.one("slices.left", worker=worker, batch=batch)
    if row is None or not row["tasks"] or row["told_at"] is None:
        return None
    return row["tasks"], row["ends_at"]


def extend(tx: Tx, now: Instant, worker: PersonId, slice_id: int) -> Slice:
    """Keep what waits for a worker once more as long. Raises Refusal when it was kept before, or is gone."""
    own = _own(tx, worker, slice_id)
    until = Instant(max(now, own.ends_at) + LASTS)
    if own.tasks and tx.run("slices.extend", slice=slice_id, until=until, now=now):
        tx.run("slices.lease", slice=slice_id, until=until)
        return find(tx, slice_id)
    raise Refusal("remind.extended_before" if own.tasks else "remind.slice_over")


def give_up(tx: Tx, now: Instant, worker: PersonId, slice_id: int) -> int:
    """Give back what waits for a worker; how many tasks went to others."""
    _own(tx, worker, slice_id)
    return end(tx, now, slice_id)


def end(tx: Tx, now: Instant, slice_id: int) -> int:
    """End a slice: what no card has shown goes back to the queue; how many tasks that were."""
    rows = tx.all("slices.unshown", slice=slice_id)
    for row in rows:
        lapse(tx, now, row["id"], row["task_id"], row["batch_id"], row["revision"])
    tx.run("slices.end", slice=slice_id, now=now)
    return len(rows)


def end_all(tx: Tx, now: Instant, worker: PersonId) -> None:
    """End everything that waits for somebody who will not come."""
    for row in tx.all("slices.running", worker=worker):
        end(tx, now, row["id"])


def end_due(tx: Tx, now: Instant) -> tuple[int, list[Recalled]]:
    """End some of the slices whose time or message is over, or whose batch is not open.

    How many, and those of them whose workers were told otherwise; they may be told of the batch again.
    """
    rows, recalled = tx.all("slices.over", now=now, limit=SLICES_AT_ONCE), []
    for row in rows:
        tasks = end(tx, now, row["id"])
        if row["batch_state"] == "open" or row["ends_at"] <= now:
            continue
        tx.run("slices.recall", slice=row["id"])
        tx.run("reminders.drop_of_slice", slice=row["id"])
        if tasks and row["told_at"] is not None:
            recalled.append(Recalled(row["id"], row["batch_id"], row["worker_id"], tasks, row["ends_at"]))
    return len(rows), recalled


def ending(tx: Tx, now: Instant) -> list[tuple[int, PersonId, Instant]]:
    """Slices that end soon and whose workers have to be told, each once: slice, worker and end."""
    rows = tx.all("slices.ending", soon=now + WARNS, limit=SLICES_AT_ONCE)
    fresh = [row for row in rows if tx.run("slices.warn", slice=row["id"], now=now)]
    return [(row["id"], row["worker_id"], row["ends_at"]) for row in fresh if find(tx, row["id"]).tasks]


def _own(tx: Tx, worker: PersonId, slice_id: int) -> Slice:
    row = tx.one("slices.find", slice=slice_id)
    if row is None:
        raise Refusal("remind.slice_over")
    if row["worker_id"] != worker:
        raise Refusal("work.not_yours")
    return find(tx, slice_id)


def blanks_of(slice_id: int) -> str:
    """What a reminder of a slice has to know."""
    return json.dumps({"slice": slice_id})
