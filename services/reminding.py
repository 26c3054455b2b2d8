"""Reminders: what somebody is still to be reminded of, in as few messages and at such times as they want."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from rules import reminding
from rules.model import DAY, MINUTE, BatchId, Instant, PersonId
from rules.reminding import Kind
from storage import Row, Tx

from . import offering, preferring, slicing
from .slicing import Slice

BUSY = 10 * MINUTE
"""Who has answered so lately is at work, and needs nobody to tell them so."""

ON_THE_WAY = 2 * MINUTE
"""A message that would arrive when hours have ended is not sent right before."""

LOOKS_BACK = 3 * DAY

NEW_FOR = DAY
"""How long after its publication a batch is called new."""


@dataclass(frozen=True)
class Line:
    """One thing that a reminder tells of, as it is now: a slice, a batch that ends, or how many batches have work."""

    reminder: int
    kind: Kind
    part: Slice | None = None
    batch: BatchId | None = None
    title: str = ""
    deadline: Instant | None = None
    batches: int = 0
    tasks: int = 0
    """How many tasks waited until their batch was stopped; it `is_over`, or only paused."""
    is_over: bool = False
    is_new: bool = False
    """Whether its reader has neither heard of the batch nor worked on it, and it was published within a day."""


@dataclass(frozen=True)
class Letter:
    """All that one message tells of; no lines when it is not to be sent."""

    lines: tuple[Line, ...]


def remind(
    tx: Tx,
    person: PersonId,
    kind: Kind,
    subject: str,
    blanks: Mapping[str, Any],
    due: Instant,
    expires: Instant,
    slice_id: int | None = None,
) -> bool:
    """Remind somebody of a subject, once, when they may be reminded; not at all where that is not before it expires.

    Whether it is new.
    """
    return bool(
        tx.run(
            "reminders.add",
            person=person,
            kind=kind,
            subject=subject,
            blanks=json.dumps(blanks),
            due=due,
            expires=expires,
            slice=slice_id,
        )
    )


def may_be_reminded(tx: Tx, now: Instant, person: PersonId, kind: Kind, usual_zone: ZoneInfo) -> bool:
    """Whether a reminder of this kind might go out to somebody at this moment."""
    choices = preferring.choices_of(tx, person, usual_zone)
    return reminding.next_allowed(choices, kind, now, sent_lately(tx, now, person)) == now


def gather(tx: Tx, now: Instant, limit: int, usual_zone: ZoneInfo) -> int:
    """Make one message of all that is due for a person, for so many people at the most; how many people were seen to.

    What may not go out yet waits for the first moment at which it may; what would be too late by then is dropped.
    """
    tx.run("reminders.expire", now=now)
    people = tx.all("reminders.people_due", now=now, limit=limit)
    for row in people:
        _gather_for(tx, now, PersonId(row["person_id"]), usual_zone)
    return len(people)


def _gather_for(tx: Tx, now: Instant, person: PersonId, usual_zone: ZoneInfo) -> None:
    choices, sent = preferring.choices_of(tx, person, usual_zone), sent_lately(tx, now, person)
    ready = []
    for row in tx.all("reminders.due", person=person, now=now):
        then = reminding.next_allowed(choices, Kind(row["kind"]), now, sent)
        if then == now:
            ready.append(row["id"])
        elif then is None or then >= row["expires_at"]:
            tx.run("reminders.drop", reminder=row["id"])
        else:
            tx.run("reminders.defer", reminder=row["id"], due=then)
    if not ready:
        return
    blanks = json.dumps({"reminders": ready})
    message = tx.one("reminders.post", key=f"reminder:{ready[0]}:{now}", person=person, blanks=blanks, now=now)
    for reminder in ready:
        tx.run("reminders.queue", reminder=reminder, message=message["id"] if message else None)


def opened(tx: Tx, now: Instant, person: PersonId, message: int, usual_zone: ZoneInfo) -> Letter:
    """What a message tells of, right before it is sent: a message may have waited until it was not true or too late."""
    choices, sent = preferring.choices_of(tx, person, usual_zone), sent_lately(tx, now, person)
    lines, arrives = [], Instant(now + ON_THE_WAY)
    for row in tx.all("reminders.queued", message=message, person=person):
        then = reminding.next_allowed(choices, Kind(row["kind"]), arrives, sent)
        line = _line(tx, now, person, row) if then is not None else None
        if line is None or then is None or (then > arrives and then >= row["expires_at"]):
            tx.run("reminders.drop", reminder=row["id"])
        elif then > arrives:
            tx.run("reminders.put_back", reminder=row["id"], due=then)
        else:
            lines.append(line)
    return Letter(tuple(lines))


def told(tx: Tx, now: Instant, person: PersonId, message: int, sent_at: Instant) -> None:
    """A message has gone out, or may have: the time of every slice that it told of runs from now."""
    rows = tx.all("reminders.queued", message=message, person=person)
    for row in rows:
        tx.run("reminders.sent", reminder=row["id"], now=sent_at)
        if row["slice_id"] is not None and row["kind"] == Kind.NEW_WORK:
            slicing.told(tx, now, row["slice_id"])
    if rows:
        preferring.reminded(tx, sent_at, person)


def settle(tx: Tx, now: Instant, limit: int) -> int:
    """Take note of messages that a crash left open: what may have arrived counts as told, what failed as dropped."""
    rows = tx.all("reminders.settled", limit=limit)
    for row in rows:
        if row["state"] == "failed":
            tx.run("reminders.drop", reminder=row["id"])
        else:
            told(tx, now, row["person_id"], row["outbox_id"], row["due_at"])
    return len(rows)


def _line(tx: Tx, now: Instant, person: PersonId, row: Row) -> Line | None:
    """What a reminder tells of, as it is now; None when there is nothing to tell any more."""
    kind, blanks = Kind(row["kind"]), json.loads(row["blanks"])
    match kind:
        case Kind.SLICE_ENDING if "tasks" in blanks:
            return _of_recalled(tx, now, person, row["id"], BatchId(blanks["batch"]), blanks["tasks"])
        case Kind.NEW_WORK | Kind.SLICE_ENDING:
            return _of_slice(tx, now, person, row["id"], kind, row["slice_id"])
        case Kind.DEADLINE:
            return _of_deadline(tx, now, person, row["id"], BatchId(blanks["batch"]))
        case Kind.COME_BACK:
            count = offering.available(tx, person)
            return Line(row["id"], kind, batches=count) if count and now < row["expires_at"] else None
        case Kind.PAYOUT:
            is_known = tx.one("reminders.has_payee", person=person) is not None
            return None if is_known or now >= row["expires_at"] else Line(row["id"], kind, deadline=blanks["day"])
        case Kind.DIGEST:
            return None
        case _:
            assert_never(kind)


def _of_slice(tx: Tx, now: Instant, person: PersonId, reminder: int, kind: Kind, slice_id: int) -> Line | None:
    """Who has begun by themselves is not told, nor counted as such; what waits for them does so from now on."""
    part = slicing.find(tx, slice_id)
    if is_busy(tx, now, person, part.batch):
        slicing.begin(tx, now, slice_id)
        return None
    if not part.tasks or (kind is Kind.SLICE_ENDING and part.ends_at <= now):
        return None
    is_new = tx.one("batches.new_to", batch=part.batch, person=person, since=now - NEW_FOR) is not None
    return Line(reminder, kind, part=part, batch=part.batch, title=part.title, is_new=is_new)


def _of_recalled(tx: Tx, now: Instant, person: PersonId, reminder: int, batch: BatchId, tasks: int) -> Line | None:
    """Nothing once the batch goes on: whoever wants to be told of it is told anew."""
    row = tx.one("batches.find", batch=batch)
    if row is None or row["state"] == "open" or is_busy(tx, now, person, batch):
        return None
    is_over = row["state"] != "paused"
    return Line(reminder, Kind.SLICE_ENDING, batch=batch, title=row["title"], tasks=tasks, is_over=is_over)


def _of_deadline(tx: Tx, now: Instant, person: PersonId, reminder: int, batch: BatchId) -> Line | None:
    row = tx.one("batches.find", batch=batch)
    if row is None or row["state"] != "open" or row["deadline_at"] is None or row["deadline_at"] <= now:
        return None
    if is_busy(tx, now, person, batch) or not offering.has_something(tx, person, batch):
        return None
    return Line(reminder, Kind.DEADLINE, batch=batch, title=row["title"], deadline=row["deadline_at"])


def is_busy(tx: Tx, now: Instant, worker: PersonId, batch: BatchId) -> bool:
    """Whether a worker is working on a batch right now."""
    row = tx.one("batches.progress", batch=batch, worker=worker)
    return row is not None and bool(row["session_last"] > now - BUSY)


def sent_lately(tx: Tx, now: Instant, person: PersonId) -> list[Instant]:
    """When reminders went out to somebody within the last days, those that shared a message once."""
    return [row["sent_at"] for row in tx.all("reminders.sent_since", person=person, since=now - LOOKS_BACK)]
