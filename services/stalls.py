"""Batches that stand still: why, and what their coordinator is told, once for each cause until they move again."""

import json
from dataclasses import dataclass, replace
from itertools import pairwise
from zoneinfo import ZoneInfo

from rules import stalls as rules
from rules.late import GRACE
from rules.model import DAY, BatchId, Instant, Micros, PersonId, ProjectId
from rules.stalls import Cause
from storage import Row, Tx

from .budgeting import has_for
from .covering import cover, lacking, may_hand_out
from .drafting import own
from .gilding import Shortage, gilded_at, shortage
from .offering import has_something, hourly
from .people import CONSENT_VERSION
from .preferring import choices_of

GAPS = 50
PEOPLE = 200
OTHERS = 20
LATELY = 5_000
SPARE_ANSWERS = 10
"""For so many late answers more the reserve is filled up, so that the next one does not stop the batch again."""


@dataclass(frozen=True)
class Stall:
    """Why a batch does not move. `since` tells one standstill from the next.

    `quiet` is how long no answer has come, `people` who could work, `raise_to` a price like that of the others,
    `project` where to invite to (None: to everything), `until` when the first of those who sleep is up (None: unknown).
    """

    batch: BatchId
    code: str
    title: str
    coordinator: PersonId
    cause: Cause
    since: Instant
    quiet: int
    people: int = 0
    deadline: Instant | None = None
    raise_to: Micros | None = None
    project: ProjectId | None = None
    until: Instant | None = None
    gold: Shortage | None = None


def running(tx: Tx, after: BatchId, limit: int) -> list[BatchId]:
    """The published batches after a number that have not ended."""
    return [row["id"] for row in tx.all("stalls.running", after=after, limit=limit)]


def examine(tx: Tx, now: Instant, batch: BatchId, timezone: ZoneInfo) -> Stall | None:
    """Why a batch stands still, None while it moves. A long read."""
    row, counts = tx.one("batches.find", batch=batch), tx.one("batches.counts", batch=batch)
    if row is None or counts is None or row["state"] not in ("open", "paused"):
        return None
    moved = Instant(max(counts["last_at"], row["published_at"]))
    found = Stall(
        batch, row["code"], row["title"], row["coordinator_id"], Cause.QUIET, moved, now - moved,
        deadline=row["deadline_at"], project=_project(tx, row["project_id"]),
    )  # fmt: skip
    is_quiet = rules.awake(moved, now, timezone) >= rules.patience(_gaps(tx, batch))
    if counts["finished"] >= row["tasks"]:
        is_reported = is_quiet and tx.one("tasks.flagged", batch=batch) is not None
        return replace(found, cause=Cause.REPORTED) if is_reported else None
    if row["state"] == "paused":
        return replace(found, cause=Cause.PAUSED) if now - moved >= rules.FORGOTTEN else None
    late = _too_slow(tx, now, row, counts, found)
    if not is_quiet or tx.one("stalls.has_free", batch=batch) is None:
        return late or _without_gold(tx, row, found)
    stuck = _without_workers(tx, found) or _without_money(tx, now, found) or late
    return stuck or _asleep(tx, now, found, timezone) or _by_price(tx, row, found)


def _project(tx: Tx, project: ProjectId) -> ProjectId | None:
    """Where some people were invited to a project alone, others are, too."""
    return project if tx.one("stalls.has_members", project=project) is not None else None


def _gaps(tx: Tx, batch: BatchId) -> list[int]:
    times = [row["answered_at"] for row in tx.all("stalls.latest", batch=batch, limit=GAPS)]
    return [newer - older for newer, older in pairwise(times)]


def _too_slow(tx: Tx, now: Instant, batch: Row, counts: Row, found: Stall) -> Stall | None:
    """The deadline is near, and at the pace of the last day the answers don't come in time."""
    rest = (found.deadline or 0) - now
    if found.deadline is None or rest > rules.NEAR or now - batch["published_at"] < rules.SHORTEST:
        return None
    lately = tx.one("batches.answers_since", batch=batch["id"], since=now - DAY, limit=LATELY)
    wanted = batch["tasks"] * batch["overlap_least"] - counts["counted"]
    if not rules.is_too_slow(wanted, lately["answers"] if lately else 0, rest):
        return None
    return replace(found, cause=Cause.DEADLINE, since=found.deadline)


def _without_workers(tx: Tx, found: Stall) -> Stall | None:
    """There is nobody whom the batch is shown to, or they have all done what they can."""
    row = tx.one("stalls.audience", batch=found.batch, consent=CONSENT_VERSION)
    if row is None or not row["workers"]:
        return replace(found, cause=Cause.NOBODY)
    if not row["eligible"]:
        return replace(found, cause=Cause.LANGUAGE if row["members"] else Cause.MEMBERS)
    return None if _willing(tx, found.batch) else replace(found, cause=Cause.EXHAUSTED, people=row["eligible"])


def _willing(tx: Tx, batch: BatchId) -> list[PersonId]:
    """The workers that a batch has something for."""
    people = tx.all("stalls.eligible", batch=batch, consent=CONSENT_VERSION, limit=PEOPLE)
    return [row["id"] for row in people if has_something(tx, row["id"], batch)]


def _without_money(tx: Tx, now: Instant, found: Stall) -> Stall | None:
    """Free slots are promised to late answers that the reserve could not pay, too; only who lapsed may go on."""
    batch = tx.one("work.batch", batch=found.batch)
    is_refused = False
    for worker in _willing(tx, found.batch):
        task = tx.one("tasks.peek_slot", batch=found.batch, worker=worker, cursor=0)
        if batch is None or task is None:
            continue
        lapsed = tx.one("budgets.lapsed_of", task=task["id"], worker=worker, since=now - GRACE)
        if lapsed is not None and lapsed["own"]:
            continue
        if may_hand_out(tx, now, batch, task["id"], worker):
            return None
        is_refused = True
    return replace(found, cause=Cause.MONEY) if is_refused else None


def _asleep(tx: Tx, now: Instant, found: Stall, timezone: ZoneInfo) -> Stall | None:
    """All who could work are outside the days and hours that they chose; whoever gets up is given a while."""
    people = _willing(tx, found.batch)
    was_told = tx.one("stalls.was_told", batch=found.batch, cause=Cause.ASLEEP, since=found.since) is not None
    choices = [choices_of(tx, person, timezone) for person in people]
    sleeps, until = rules.wake(choices, now, rules.SHORTEST if was_told else 0)
    return replace(found, cause=Cause.ASLEEP, people=len(people), until=until) if sleeps else None


def _without_gold(tx: Tx, batch: Row, found: Stall) -> Stall | None:
    """Work goes on, and gold measures hardly any of it."""
    lacking = shortage(tx, found.batch)
    if lacking is None:
        return None
    since = Instant(max(batch["published_at"], gilded_at(tx, found.batch)))
    return replace(found, cause=Cause.GOLD, since=since, people=lacking.workers, gold=lacking)


def _by_price(tx: Tx, batch: Row, found: Stall) -> Stall:
    others = [
        (Micros(row["price"]), hourly(tx, row["id"]))
        for row in tx.all("stalls.others", batch=found.batch, limit=OTHERS)
    ]
    price = rules.raise_to(batch["price"], hourly(tx, found.batch), others)
    people = len(_willing(tx, found.batch))
    return replace(found, cause=Cause.QUIET if price is None else Cause.PRICE, people=people, raise_to=price)


def may_tell(stall: Stall, now: Instant, timezone: ZoneInfo) -> bool:
    """At night only what can't wait until the morning is told."""
    is_urgent = stall.deadline is not None and stall.deadline - now <= rules.URGENT
    return not rules.is_night(now, timezone) or (is_urgent and stall.cause not in rules.CALM)


def tell(tx: Tx, now: Instant, stall: Stall) -> bool:
    """Have the coordinator told of a standstill; False when they were told before. Other causes are over with that."""
    batch, cause = stall.batch, stall.cause
    tx.run("stalls.end", batch=batch, but=cause, now=now)
    if tx.one("stalls.tell", batch=batch, cause=cause, since=stall.since, now=now) is None:
        if cause is not Cause.GOLD:
            # Somebody may have said that it may stay as it is.
            tx.run("stalls.resume", batch=batch, cause=cause)
        return False
    key, blanks = f"stall:{batch}:{cause}:{stall.since}", json.dumps({"batch": batch, "cause": cause})
    tx.run("outbox.queue", key=key, person=stall.coordinator, kind="stall", blanks=blanks, now=now)
    return True


def clear(tx: Tx, now: Instant, batch: BatchId) -> None:
    """A batch moves again."""
    tx.run("stalls.end", batch=batch, but="", now=now)


def leave(tx: Tx, now: Instant, person: PersonId, batch: BatchId) -> None:
    """It may stay as it is: its coordinator wants to hear no more of it."""
    own(tx, person, batch)
    clear(tx, now, batch)


def look(tx: Tx, now: Instant, person: PersonId, batch: BatchId, timezone: ZoneInfo) -> Stall | None:
    """Why a batch stands still, for its coordinator. Raises Refusal for somebody else. A long read."""
    own(tx, person, batch)
    return examine(tx, now, batch, timezone)


def current(tx: Tx, batch: Row, moved: int) -> Cause | None:
    """The cause that the coordinator was told of, while it may still be so; `moved` is when the last answer came."""
    row = tx.one("stalls.current", batch=batch["id"])
    if row is None or batch["state"] not in ("open", "paused"):
        return None
    cause = Cause(row["cause"])
    has_moved = moved > row["since"]
    if cause in rules.MOVING:
        has_moved = cause is Cause.DEADLINE and batch["deadline_at"] != row["since"]
    return None if has_moved or (cause is Cause.PAUSED) != (batch["state"] == "paused") else cause


def refill(tx: Tx, now: Instant, person: PersonId, batch: BatchId) -> bool:
    """Fill the reserve for late answers up from the coordinator's budget; without the money the owners are asked."""
    row = own(tx, person, batch)
    price, coordinator = Micros(row["reserved_price"]), PersonId(row["coordinator_id"])
    if not has_for(tx, now, row, lacking(tx, now, batch, price, more=SPARE_ANSWERS)):
        return False
    cover(tx, now, batch, coordinator, price, more=SPARE_ANSWERS)
    return True
