"""Who is told the state of things today: each of them once a day, when and as far as they want to hear of it."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from rules import days, reminding
from rules.days import Day
from rules.model import DAY, Instant, PersonId
from rules.reminding import Choices
from storage import Tx

from . import preferring
from .people import Role, person_of

TOLD_AT = time(8, 30)
MONDAY = 0
WEEK = 7
CHUNK = 50
LOOKS_BACK = 3 * DAY


class Digest(StrEnum):
    """Whose view of things is told. One person may be all of these."""

    WORKER = "worker"
    COORDINATOR = "coordinator"
    OWNER = "owner"


READERS = MappingProxyType(
    {
        Digest.WORKER: frozenset({Role.WORKER}),
        Digest.COORDINATOR: frozenset({Role.COORDINATOR, Role.OWNER}),
        Digest.OWNER: frozenset({Role.OWNER}),
    }
)
"""Whom each digest is for: it may be queued while somebody still is that, and sent when they are not."""


@dataclass(frozen=True)
class Morning:
    """A day that has begun for those who live in a time zone, and is told of from 8:30 on."""

    zone: str
    today: Day
    yesterday: Day

    @property
    def name(self) -> str:
        return self.today.date.isoformat()

    @property
    def news_since(self) -> Instant:
        """Whoever has worked since then has something to hear: since yesterday, on Mondays since the Monday before."""
        if not self.is_monday:
            return self.yesterday.begins
        return days.day(self.today.date - timedelta(days=WEEK), ZoneInfo(self.zone)).begins

    @property
    def is_monday(self) -> bool:
        return self.today.date.weekday() == MONDAY


def morning(day: date, zone: str) -> Morning:
    """The morning of a date in a time zone."""
    timezone = ZoneInfo(zone)
    return Morning(zone, days.day(day, timezone), days.day(day - timedelta(days=1), timezone))


def mornings(tx: Tx, now: Instant, usual_zone: ZoneInfo) -> tuple[Morning, ...]:
    """The days that may be told of now, one for each time zone in which it is 8:30 or later."""
    names = {usual_zone.key, *(row["timezone"] for row in tx.all("digests.zones"))}
    found = []
    for name in sorted(names):
        timezone = days.zone(name)
        if timezone is None:
            continue
        today = days.date_of(now, timezone)
        if now >= round(datetime.combine(today, TOLD_AT, timezone).timestamp() * 1000):
            found.append(morning(today, name))
    return tuple(found)


def candidates(tx: Tx, digest: Digest, morning: Morning, after: PersonId, usual_zone: ZoneInfo) -> list[PersonId]:
    """The next people, by number, who have something to hear of that morning and have not heard of it."""
    if digest is Digest.WORKER:
        rows = tx.all(
            "digests.workers", zone=morning.zone, usual=usual_zone.key, day=morning.name, after=after, limit=CHUNK,
            begins=morning.news_since, today=morning.today.begins, ends=morning.today.ends,
        )  # fmt: skip
    else:
        rows = tx.all(
            "digests.staff", zone=morning.zone, usual=usual_zone.key, day=morning.name, after=after, limit=CHUNK,
            kind=digest,
        )  # fmt: skip
    return [PersonId(row["id"]) for row in rows]


def wants(tx: Tx, now: Instant, digest: Digest, person: PersonId, usual_zone: ZoneInfo) -> bool:
    """Whether somebody wants to hear of things, and may now: in their hours, and no more often than they want."""
    choices = preferring.choices_of(tx, person, usual_zone)
    if digest is Digest.WORKER:
        rows = tx.all("reminders.sent_since", person=person, since=now - LOOKS_BACK)
        sent = [row["sent_at"] for row in rows]
        return reminding.next_allowed(choices, reminding.Kind.DIGEST, now, sent) == now
    return _is_welcome(choices, now)


def _is_welcome(choices: Choices, now: Instant) -> bool:
    """For those who are told because it is their job: nothing is counted, nobody is given up."""
    is_wanted = reminding.Kind.DIGEST in choices.kinds and choices.snoozed_until <= now
    return is_wanted and reminding.is_open(choices, now)


def tell(tx: Tx, now: Instant, digest: Digest, person: PersonId, morning: Morning, usual_zone: ZoneInfo) -> bool:
    """Queue somebody's digest of a day, and on Mondays the picture of the week; once, whether that was now.

    Each is a message: a worker who wants one a day at the most gets the digest alone.
    """
    if not wants(tx, now, digest, person, usual_zone):
        return False
    if not tx.run("digests.tell", person=person, kind=digest, day=morning.name, now=now):
        return False
    blanks = json.dumps({"digest": digest, "day": morning.name, "zone": morning.zone})
    if digest is Digest.WORKER:
        tx.run("digests.counts_as_reminder", person=person, subject=morning.name, now=now)
        preferring.reminded(tx, now, person)
    if morning.is_monday and digest is not Digest.OWNER and wants(tx, now, digest, person, usual_zone):
        key = f"week:{digest}:{person}:{morning.name}"
        tx.run("outbox.queue", key=key, person=person, kind="week", blanks=blanks, now=now)
        if digest is Digest.WORKER:
            tx.run("digests.counts_as_reminder", person=person, subject=f"week:{morning.name}", now=now)
    key = f"digest:{digest}:{person}:{morning.name}"
    tx.run("outbox.queue", key=key, person=person, kind="digest", blanks=blanks, now=now)
    return True


def is_timely(tx: Tx, now: Instant, digest: Digest, person: PersonId, morning: Morning, usual_zone: ZoneInfo) -> bool:
    """Whether what was queued may still go out: on its day, in somebody's hours, unless they have thought better of it.

    A message may have waited for hours, such as while the bot was down; whose role has gone is not told any more.
    """
    row = tx.one("people.find", person=person)
    is_reader = row is not None and bool(person_of(row).roles & READERS[digest])
    is_today = morning.today.begins <= now < morning.today.ends
    return is_reader and is_today and _is_welcome(preferring.choices_of(tx, person, usual_zone), now)


def switch(tx: Tx, now: Instant, person: PersonId, is_on: bool) -> None:
    """Hear of things every morning, or not."""
    preferring.choose_kind(tx, now, person, reminding.Kind.DIGEST, is_on)
