"""Leaving: no new work, money to the last won, and then a stub without a name where a person was."""

import json
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from rules import days
from rules.model import DAY, Instant, Micros, PersonId, UploadId
from rules.refusals import Refusal
from storage import Row, Tx

from . import deeds, payees, payouts, posting, slicing
from .budgeting import hand_over
from .people import Role, person_of
from .working import lapse

SOONEST, LATEST = timedelta(days=2), timedelta(days=90)
"""A name is forgotten on the second day at the earliest, so that a mind can be changed, and on the ninetieth at the
latest, also where money was never asked for: that stays on the code."""

PAYMENT_YEARS = 5
PAYMENTS_KEPT = PAYMENT_YEARS * 366 * DAY
"""Korean tax law has whoever pays keep the papers for five years (국세기본법 85조의3); the code is the link to them."""

ANNOUNCED_FOR = DAY
"""A farewell that has not got through after so long holds up the deletion no more."""


@dataclass(frozen=True)
class Farewell:
    """How somebody leaves: what they are still paid, and when they are forgotten at the latest.

    `batches` and `projects` are what goes to an owner; `is_underway` says that leaving has begun.
    """

    code: str
    owed: Micros
    forget_at: Instant
    batches: int
    projects: int
    was_staff: bool
    is_worker: bool
    is_underway: bool


@dataclass(frozen=True)
class Leaver:
    """Somebody who can be forgotten now; `is_told` when they have heard of it, or can't be reached."""

    person: PersonId
    is_told: bool


def prospect(tx: Tx, now: Instant, person: PersonId, timezone: ZoneInfo, unit: Micros) -> Farewell:
    """What leaving would mean now, or means since it has begun. `unit` is the smallest amount that a bank can move.

    Raises Refusal for the last owner, and for a coordinator whose batches nobody can take over.
    """
    row = _find(tx, person)
    farewell = _farewell(tx, row, now, timezone, unit)
    if not farewell.is_underway and _heir(tx, person) is None and (row["is_owner"] or farewell.projects):
        raise Refusal("personal.last_owner" if row["is_owner"] else "personal.no_heir")
    return farewell


def leave(tx: Tx, now: Instant, person: PersonId, told: Instant, timezone: ZoneInfo, unit: Micros) -> Farewell:
    """Begin to leave: tasks go back, consent is withdrawn, batches go to an owner, and nothing but money is told.

    Nothing happens, and the outcome is not underway, when the person was `told` another date than that of now.
    Raises Refusal as `prospect` does.
    """
    farewell = prospect(tx, now, person, timezone, unit)
    if farewell.is_underway or farewell.forget_at != told:
        return farewell
    for held in tx.all("personal.held", person=person):
        lapse(tx, now, held["id"], held["task_id"], held["batch_id"], held["revision"])
    if farewell.was_staff:
        deeds.write_off_alone(tx, now, person)
        _hand_over(tx, now, person, farewell)
    tx.run("personal.leave", person=person, now=now, until=farewell.forget_at)
    tx.run("personal.withdraw", person=person, now=now)
    tx.run("personal.silence", person=person)
    tx.run("reminders.silence", person=person)
    slicing.end_all(tx, now, person)
    return _farewell(tx, _find(tx, person), now, timezone, unit)


def stay(tx: Tx, person: PersonId) -> None:
    """Come back with everything but the consent, which is asked for anew. Raises Refusal when it is too late."""
    if Role.WORKER not in person_of(_find(tx, person)).roles or not tx.run("personal.stay", person=person):
        raise Refusal("personal.cannot_return")


def due(tx: Tx, now: Instant, timezone: ZoneInfo, unit: Micros) -> list[Leaver]:
    """Who can be forgotten: their days are over, or nothing is owed to them and they have had time to think."""
    leaving = tx.all("personal.leaving")
    return [Leaver(row["id"], _is_told(tx, now, row)) for row in leaving if _is_due(tx, now, row, timezone, unit)]


def announce(tx: Tx, now: Instant, person: PersonId) -> bool:
    """Queue the last message, once; whether that was now."""
    row = _find(tx, person)
    key = _key(row)
    return bool(tx.run("outbox.queue", key=key, person=person, kind="forgetting", blanks="{}", now=now))


def last_look(tx: Tx, now: Instant, person: PersonId, timezone: ZoneInfo, unit: Micros) -> Farewell | None:
    """How somebody leaves who is to be forgotten now; None when they have come back, or are still owed money."""
    row = _find(tx, person)
    if row["leaving_at"] is None or row["forgotten_at"] is not None or not _is_due(tx, now, row, timezone, unit):
        return None
    return _farewell(tx, row, now, timezone, unit)


def name_of(tx: Tx, person: PersonId) -> str:
    """What somebody is called; the code once the name is forgotten."""
    row = _find(tx, person)
    return str(row["name"] or row["code"])


def telegram_id_of(tx: Tx, person: PersonId) -> int:
    return int(_find(tx, person)["telegram_id"])


def files_of(tx: Tx, person: PersonId) -> list[UploadId]:
    """Everything that somebody has sent."""
    return [row["id"] for row in tx.all("personal.uploads", person=person)]


def forget(tx: Tx, now: Instant, person: PersonId, timezone: ZoneInfo, unit: Micros) -> bool:
    """Leave a stub without a name, under which answers, books and payments stay; False when it is not time."""
    if last_look(tx, now, person, timezone, unit) is None:
        return False
    tx.run("personal.forget_pace", person=person)
    if not tx.run("personal.forget", person=person, now=now):
        return False
    tx.run("personal.forget_memberships", person=person)
    tx.run("personal.forget_invites_used", person=person)
    tx.run("personal.forget_messages", person=person)
    tx.run("rejections.forget_notes", person=person)
    tx.run("personal.forget_uploads", person=person)
    tx.run("preferences.forget", person=person)
    tx.run("reminders.forget", person=person)
    tx.run("digests.forget", person=person)
    payouts.forget(tx, now, person)
    payees.forget(tx, person)
    return True


def received_from(tx: Tx, telegram_id: int, after: int, upto: int) -> list[int]:
    """The stored updates of somebody, among those after a number and up to another."""
    rows = tx.all("personal.received", after=after, upto=upto, telegram=telegram_id)
    return [row["seq"] for row in rows if _is_of(json.loads(row["raw"]), telegram_id)]


def received(tx: Tx) -> tuple[int, int]:
    """The numbers of the oldest and of the newest stored update."""
    row = tx.one("personal.newest_received")
    return (row["first"], row["last"]) if row else (0, 0)


def empty_received(tx: Tx, updates: list[int]) -> None:
    """Forget what handled updates said."""
    for seq in updates:
        tx.run("personal.empty_received", seq=seq)


def unlink(tx: Tx, now: Instant, unit: Micros) -> int:
    """Take the code off the forgotten whose payment records are old enough, and to whom nothing is owed; how many."""
    rows = [row for row in tx.all("personal.unlinked", before=now - PAYMENTS_KEPT) if owed(tx, row["id"]) < unit]
    for row in rows:
        tx.run("personal.unlink", person=row["id"])
        tx.run("personal.unlink_payments", person=row["id"])
        tx.run("personal.unlink_adjustments", person=row["id"])
    return len(rows)


def owed(tx: Tx, person: PersonId) -> Micros:
    """What somebody has earned and not been paid."""
    row = tx.one("personal.owed", person=person)
    return Micros(row["amount"] if row else 0)


def _find(tx: Tx, person: PersonId) -> Row:
    row = tx.one("people.find", person=person)
    if row is None:
        raise LookupError(person)
    return row


def _heir(tx: Tx, person: PersonId) -> PersonId | None:
    row = tx.one("personal.heir", person=person)
    return PersonId(row["id"]) if row else None


def _farewell(tx: Tx, row: Row, now: Instant, timezone: ZoneInfo, unit: Micros) -> Farewell:
    has = owed(tx, row["id"])
    posted = tx.one("personal.posted", person=row["id"])
    after = SOONEST if has < unit and not _may_object(tx, row["id"]) else LATEST
    return Farewell(
        code=row["code"],
        owed=has if has >= unit else Micros(0),
        forget_at=row["forget_at"] or _day_after(now, after, timezone),
        batches=posted["batches"] if posted else 0,
        projects=posted["projects"] if posted else 0,
        was_staff=bool(row["is_coordinator"] or row["is_owner"]),
        is_worker=bool(row["is_worker"]),
        is_underway=row["leaving_at"] is not None,
    )


def _hand_over(tx: Tx, now: Instant, person: PersonId, farewell: Farewell) -> None:
    heir = _heir(tx, person)
    posting.cancel(tx, now, person)
    tx.run("personal.drop_cards", person=person)
    if heir is None:
        return
    tx.run("people.take_over", owner=heir, person=person)
    hand_over(tx, now, person, heir)
    if not farewell.projects:
        return
    tx.run("people.take_over_projects", owner=heir, person=person)
    blanks = json.dumps({"person": person, "batches": farewell.batches})
    tx.run("outbox.queue", key=f"handed:{person}:{now}", person=heir, kind="handed_over", blanks=blanks, now=now)


def _is_due(tx: Tx, now: Instant, row: Row, timezone: ZoneInfo, unit: Micros) -> bool:
    if _may_object(tx, row["id"]):
        return False
    if payouts.is_bound_for_bank(tx, row["id"]):
        return False
    if now >= row["forget_at"]:
        return True
    return now >= _day_after(row["leaving_at"], SOONEST, timezone) and owed(tx, row["id"]) < unit


def _may_object(tx: Tx, person: PersonId) -> bool:
    """Whether a rejection of theirs is open: until it is decided, or nobody can object any more, they can be told."""
    return tx.one("rejections.open_of", person=person) is not None


def _is_told(tx: Tx, now: Instant, row: Row) -> bool:
    sent = tx.one("personal.announced", key=_key(row))
    if sent is None or not row["reachable"]:
        return not row["reachable"]
    return sent["state"] not in ("queued", "sending") or now >= sent["created_at"] + ANNOUNCED_FOR


def _key(row: Row) -> str:
    return f"forgetting:{row['id']}:{row['leaving_at']}"


def _day_after(now: Instant, after: timedelta, timezone: ZoneInfo) -> Instant:
    """The beginning of a day some days from now."""
    return days.day(days.date_of(now, timezone) + after, timezone).begins


def _is_of(update: object, telegram_id: int) -> bool:
    """Whether an update's sender, or its chat, is this person."""
    if isinstance(update, dict):
        parts = (update.get("from"), update.get("chat"))
        if any(isinstance(part, dict) and part.get("id") == telegram_id for part in parts):
            return True
        return any(_is_of(value, telegram_id) for value in update.values())
    return False
