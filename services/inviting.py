"""Telling people of new work: who is told of a batch, with tasks of their own so that nobody has to race."""

from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

from rules import reminding
from rules.model import DAY, HOUR, MINUTE, BatchId, Instant, PersonId
from rules.reminding import Kind
from storage import Row, Tx

from . import preferring, slicing
from .people import CONSENT_VERSION
from .reminding import remind, sent_lately
from .slicing import Cut

MOST_SLOTS = 20
"""How many tasks of a batch wait for one worker at the most."""

BATCHES_AT_ONCE = 3
"""Of so many batches somebody may have tasks waiting."""

EXPIRES = 3 * HOUR
RESTS, RESTS_UNTOLD = 3 * DAY, HOUR
"""How long after the end of a slice its worker may be told of the same batch again; sooner if they never were."""

RECENT = 30 * MINUTE


@dataclass(frozen=True)
class Round:
    """Whom a batch was offered to at once: how many people are told, and how many are not, so as to compare."""

    told: int
    held_out: int
    slots: int


@dataclass(frozen=True)
class Effect:
    """Whether telling brings work: of those told and of those held out, how many there are and how many answered."""

    told: int
    told_workers: int
    held_out: int
    held_out_workers: int


def wanting(tx: Tx, now: Instant, usual_zone: ZoneInfo) -> list[BatchId]:
    """The batches that have free slots and somebody to tell of them at this moment."""
    # Most people want to hear of most batches: each is asked once, be it that all of them sleep.
    may_be_told = cache(lambda person: _may_be_told(tx, now, person, usual_zone))
    batches = [BatchId(row["id"]) for row in tx.all("slices.open_batches")]
    return [batch for batch in batches if any(map(may_be_told, _audience(tx, now, batch)))]


def invite(tx: Tx, now: Instant, batch: BatchId, usual_zone: ZoneInfo) -> Round:
    """Cut a batch's free slots into slices for everybody who may be told of it now, all at once.

    The slots are shared evenly; those of people who are held out stay in the queue. Whoever has nothing left to do is
    neither told nor held out. Where there are fewer slots than people, those come first who were told least lately.
    """
    found = tx.one("work.batch", batch=batch)
    people = _candidates(tx, now, batch, usual_zone)
    free = tx.one("slices.free", batch=batch, enough=len(people) * MOST_SLOTS)
    if found is None or free is None or not people:
        return Round(0, 0, 0)
    each = reminding.share(free["slots"], len(people), MOST_SLOTS)
    told = held_out = slots = place = 0
    for person in people[: free["slots"] // max(each, 1)]:
        if not slicing.has_something(tx, now, batch, person):
            continue
        if reminding.is_held_out(found["seed"].encode(), person):
            held_out += tx.run("slices.decide", batch=batch, person=person, held_out=1, now=now)
            continue
        cut = _offer(tx, now, found, person, each, place)
        told, slots, place = told + int(cut.slots > 0), slots + cut.slots, cut.place
    return Round(told, held_out, slots)


def effect(tx: Tx, batch: BatchId) -> Effect | None:
    """Whether telling people of a batch has brought work; None while nobody was told."""
    rows = {row["is_held_out"]: row for row in tx.all("slices.effect", batch=batch)}
    if 0 not in rows:
        return None
    told, held = rows[0], rows.get(1)
    return Effect(told["people"], told["workers"], held["people"] if held else 0, held["workers"] if held else 0)


def _candidates(tx: Tx, now: Instant, batch: BatchId, usual_zone: ZoneInfo) -> list[PersonId]:
    return [person for person in _audience(tx, now, batch) if _may_be_told(tx, now, person, usual_zone)]


def _audience(tx: Tx, now: Instant, batch: BatchId) -> list[PersonId]:
    """Who could be told of a batch, whatever the hour."""
    rows = tx.all(
        "slices.candidates",
        batch=batch,
        version=CONSENT_VERSION,
        now=now,
        given_up=reminding.STOPS_AFTER,
        rested=now - RESTS,
        untold=now - RESTS_UNTOLD,
        recent=now - RECENT,
        at_once=BATCHES_AT_ONCE,
        lasts=now + slicing.LASTS + HOUR,
    )
    return [PersonId(row["id"]) for row in rows]


def _may_be_told(tx: Tx, now: Instant, person: PersonId, usual_zone: ZoneInfo) -> bool:
    """Slots wait for nobody who sleeps, nor into their night."""
    choices = preferring.choices_of(tx, person, usual_zone)
    if not reminding.has_room(choices, now, slicing.LASTS):
        return False
    return reminding.next_allowed(choices, Kind.NEW_WORK, now, sent_lately(tx, now, person)) == now


def _offer(tx: Tx, now: Instant, batch: Row, person: PersonId, slots: int, after: int) -> Cut:
    """Set slots aside for a person, and tell them."""
    cut = slicing.cut(tx, now, batch, person, slots, after)
    if cut.slots:
        tx.run("slices.decide", batch=batch["id"], person=person, held_out=0, now=now)
        subject = f"batch:{batch['id']}:{now}"
        remind(tx, person, Kind.NEW_WORK, subject, {}, now, Instant(now + EXPIRES), cut.slice)
    return cut
