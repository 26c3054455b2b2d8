"""What digests tell: a worker's yesterday, a coordinator's running work, an owner's money."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from rules import days, ledger
from rules.model import BatchId, Instant, Micros, PersonId
from storage import Row, Tx
from storage.ledger import balance, total

from .budgeting import has_limit
from .digests import WEEK, Morning

BATCHES, WORST = 6, 3
AHEAD = 4
"""So many days ahead, today the first, a worker is told what becomes available."""


@dataclass(frozen=True)
class Coming:
    """Money that becomes available on a day, the last of it at a moment."""

    date: date
    amount: Micros
    last: Instant


@dataclass(frozen=True)
class WorkersDay:
    """A worker's yesterday, and what is to come."""

    answers: int
    won: Micros
    pending: Micros
    available: Micros
    coming: tuple[Coming, ...]


@dataclass(frozen=True)
class Running:
    """How a batch did yesterday. `finished` of `tasks`."""

    batch: BatchId
    code: str
    title: str
    is_paused: bool
    tasks: int
    finished: int
    answers: int
    workers: int
    cost: Micros


@dataclass(frozen=True)
class Disputed:
    """A task on which people disagree: the largest camp of so many answers."""

    code: str
    reference: str
    text: str | None
    largest: int
    answers: int


@dataclass(frozen=True)
class Decisions:
    """What waits for somebody to decide."""

    flagged: int
    appeals: int
    proposals: int
    stalls: int
    drafts: int


@dataclass(frozen=True)
class CoordinatorsDay:
    """A coordinator's yesterday; `left` of the budget is None where there is no limit."""

    answers: int
    cost: Micros
    batches: tuple[Running, ...]
    worst: tuple[Disputed, ...]
    decisions: Decisions
    left: Micros | None


@dataclass(frozen=True)
class OwnersDay:
    """The installation's money of yesterday, and what is wrong with the books."""

    funded: Micros
    earned: Micros
    paid: Micros
    withheld: Micros
    asked: int
    failed: int
    violations: int


@dataclass(frozen=True)
class Week:
    """Seven days, yesterday the last: money for a worker, answers for a coordinator, who has `share` percent done."""

    dates: tuple[date, ...]
    values: tuple[int, ...]
    answers: int
    share: int | None


def workers_day(tx: Tx, worker: PersonId, morning: Morning) -> WorkersDay:
    """What a worker is told in the morning."""
    yesterday = tx.one(
        "earnings.between", worker=worker, begins=morning.yesterday.begins, ends=morning.yesterday.ends
    )  # fmt: skip
    if yesterday is None:
        raise LookupError(worker)
    return WorkersDay(
        answers=yesterday["answers"],
        won=yesterday["amount"],
        pending=balance(tx, ledger.pending(worker)),
        available=balance(tx, ledger.available(worker)),
        coming=_coming(tx, worker, morning),
    )


def _coming(tx: Tx, worker: PersonId, morning: Morning) -> tuple[Coming, ...]:
    found = []
    for ahead in range(AHEAD):
        day = days.day(morning.today.date + timedelta(days=ahead), ZoneInfo(morning.zone))
        # What was due before today and is still in review comes with today's.
        begins = day.begins if ahead else Instant(0)
        row = tx.one("digests.settling", worker=worker, begins=begins, ends=day.ends)
        if row is not None and row["amount"]:
            found.append(Coming(day.date, row["amount"], row["last"]))
    return tuple(found)


def coordinators_day(tx: Tx, person: PersonId, morning: Morning) -> CoordinatorsDay:
    """What a coordinator is told in the morning. A long read."""
    day = morning.yesterday
    rows = tx.all("digests.running", person=person, limit=BATCHES)
    whole = tx.one("digests.coordinator_between", person=person, begins=day.begins, ends=day.ends)
    waiting = tx.one("digests.decisions", person=person)
    if whole is None or waiting is None:
        raise LookupError(person)
    names = ("flagged", "appeals", "proposals", "stalls", "drafts")
    return CoordinatorsDay(
        answers=whole["answers"],
        cost=whole["amount"],
        batches=tuple(_running(tx, row, day) for row in rows),
        worst=_worst(tx, rows),
        decisions=Decisions(*(waiting[name] for name in names)),
        left=total(tx, ledger.budget(person)) if has_limit(tx, person) else None,
    )


def _running(tx: Tx, row: Row, day: days.Day) -> Running:
    counts = tx.one("batches.counts", batch=row["id"])
    given = tx.one("digests.batch_between", batch=row["id"], begins=day.begins, ends=day.ends)
    if counts is None or given is None:
        raise LookupError(row["id"])
    return Running(
        batch=row["id"],
        code=row["code"],
        title=row["title"],
        is_paused=row["state"] == "paused",
        tasks=row["tasks"],
        finished=counts["finished"],
        answers=given["answers"],
        workers=given["workers"],
        cost=given["amount"],
    )


def _worst(tx: Tx, batches: list[Row]) -> tuple[Disputed, ...]:
    """The tasks of all batches on which people agree least."""
    found = [
        Disputed(batch["code"], row["reference"], row["content"], row["largest"], row["answers"])
        for batch in batches
        for row in tx.all("digests.disputed_tasks", batch=batch["id"], limit=WORST)
    ]
    return tuple(sorted(found, key=lambda each: (each.largest / each.answers, -each.answers))[:WORST])


def owners_day(tx: Tx, morning: Morning) -> OwnersDay:
    """What an owner is told in the morning. A long read."""
    row = tx.one("digests.money_between", begins=morning.yesterday.begins, ends=morning.yesterday.ends)
    if row is None:
        raise LookupError(morning.name)
    return OwnersDay(
        funded=row["funded"],
        earned=row["earned"],
        paid=Micros(row["paid"] + row["by_hand"]),
        withheld=row["withheld"],
        asked=row["asked"],
        failed=row["failed"],
        violations=row["violations"],
    )


def workers_week(tx: Tx, worker: PersonId, morning: Morning) -> Week:
    """What each of the last seven days brought a worker."""
    rows = [
        tx.one("earnings.between", worker=worker, begins=day.begins, ends=day.ends) for day in _week(morning)
    ]  # fmt: skip
    return _drawn(morning, [(row["amount"], row["answers"]) for row in rows if row is not None], None)


def coordinators_week(tx: Tx, person: PersonId, morning: Morning) -> Week:
    """How many answers each of the last seven days brought a coordinator. A long read."""
    rows = [
        tx.one("digests.coordinator_between", person=person, begins=day.begins, ends=day.ends) for day in _week(morning)
    ]
    progress = tx.one("digests.progress", person=person)
    wanted, counted = (progress["wanted"], progress["counted"]) if progress else (0, 0)
    share = min(100 * counted // wanted, 100) if wanted else None
    return _drawn(morning, [(row["answers"], row["answers"]) for row in rows if row is not None], share)


def _week(morning: Morning) -> list[days.Day]:
    timezone = ZoneInfo(morning.zone)
    return [days.day(morning.today.date - timedelta(days=back), timezone) for back in range(WEEK, 0, -1)]


def _drawn(morning: Morning, found: list[tuple[int, int]], share: int | None) -> Week:
    dates = tuple(day.date for day in _week(morning))
    return Week(dates, tuple(value for value, _ in found), sum(answers for _, answers in found), share)
