"""Where a worker's money comes from, level by level: every level's lines sum up to the line that led there."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from rules import days
from rules.model import BatchId, Instant, Micros, PersonId
from rules.refusals import Refusal
from storage import Row, Tx

from .earning import Given, answers_of
from .flowing import ALL, BEGINNING, END, PENDING, Part, window
from .people import Role, require

PAGE = 10


@dataclass(frozen=True)
class Stretch:
    """What the answers of a month (`period` 202611) or of a day (20261122) come to."""

    period: int
    begins: Instant
    part: Part


@dataclass(frozen=True)
class Share:
    """What a batch brought on a day."""

    batch: BatchId
    title: str
    part: Part


@dataclass(frozen=True)
class Priced:
    """So many answers at one price."""

    price: Micros
    count: int

    @property
    def amount(self) -> Micros:
        return Micros(self.price * self.count)


@dataclass(frozen=True)
class Dissected:
    """A batch's answers of a day by price; those that are not paid apart."""

    title: str
    begins: Instant
    paid: tuple[Priced, ...]
    rejected: tuple[Priced, ...]
    undone: tuple[Priced, ...]

    @property
    def part(self) -> Part:
        return Part(Micros(sum(each.amount for each in self.paid)), sum(each.count for each in self.paid))


@dataclass(frozen=True)
class Scope:
    """Which answers are looked at; the moments matter to settled ones only."""

    name: Literal["all", "pending", "settled"]
    after: Instant = BEGINNING
    upto: Instant = END


def months(tx: Tx, worker: PersonId, ref: str, timezone: ZoneInfo) -> tuple[Stretch, ...]:
    """The months of what is traced, newest first."""
    scope = _scope(tx, worker, ref)
    row = _between(tx, worker, scope, BEGINNING, END)
    if not row["answers"]:
        return ()
    first, month = days.date_of(row["first"], timezone), days.date_of(row["last"], timezone).replace(day=1)
    found = []
    while month >= first.replace(day=1):
        begins, ends = days.day(month, timezone).begins, days.day(following(month), timezone).begins
        found.append(Stretch(number_of(month), begins, _answers(tx, worker, scope, begins, ends)))
        month = previous(month)
    return tuple(each for each in found if each.part.count)


def month_days(tx: Tx, worker: PersonId, ref: str, month: int, timezone: ZoneInfo) -> tuple[Stretch, ...]:
    """The days of a month, newest first."""
    scope, first = _scope(tx, worker, ref), date_from(month)
    found = []
    day = following(first) - timedelta(days=1)
    while day >= first:
        span = days.day(day, timezone)
        part = _answers(tx, worker, scope, span.begins, span.ends)
        found.append(Stretch(month * 100 + day.day, span.begins, part))
        day -= timedelta(days=1)
    return tuple(each for each in found if each.part.count)


def day_batches(tx: Tx, worker: PersonId, ref: str, day: int, timezone: ZoneInfo) -> tuple[Share, ...]:
    """The batches of a day, the largest first."""
    scope, span = _scope(tx, worker, ref), days.day(date_from(day), timezone)
    rows = tx.all(
        "traces.answers_by_batch", worker=worker, begins=span.begins, ends=span.ends, scope=scope.name,
        after=scope.after, upto=scope.upto,
    )  # fmt: skip
    return tuple(Share(row["batch_id"], row["title"], Part(row["amount"], row["answers"])) for row in rows)


def dissect(tx: Tx, worker: PersonId, ref: str, day: int, batch: BatchId, timezone: ZoneInfo) -> Dissected:
    """A batch's answers of a day, price by price. Raises Refusal for a batch that is none."""
    scope, span = _scope(tx, worker, ref), days.day(date_from(day), timezone)
    found = tx.one("batches.find", batch=batch)
    if found is None:
        raise Refusal("why.gone")
    paid = tx.all(
        "traces.answers_by_price", worker=worker, begins=span.begins, ends=span.ends, batch=batch, scope=scope.name,
        after=scope.after, upto=scope.upto,
    )  # fmt: skip
    unpaid = tx.all("traces.unpaid_by_price", worker=worker, begins=span.begins, ends=span.ends, batch=batch)
    return Dissected(
        title=found["title"],
        begins=span.begins,
        paid=tuple(Priced(row["price"], row["answers"]) for row in paid),
        rejected=tuple(Priced(row["price"], row["answers"]) for row in unpaid if not row["undone"]),
        undone=tuple(Priced(row["price"], row["answers"]) for row in unpaid if row["undone"]),
    )


def leaves(
    tx: Tx, worker: PersonId, ref: str, day: int, batch: BatchId, timezone: ZoneInfo, skipped: int = 0
) -> tuple[Given, ...]:
    """The answers themselves, newest first; one more than a page where there are more."""
    scope, span = _scope(tx, worker, ref), days.day(date_from(day), timezone)
    rows = tx.all(
        "traces.answers_of_batch", worker=worker, begins=span.begins, ends=span.ends, batch=batch, scope=scope.name,
        after=scope.after, upto=scope.upto, limit=PAGE + 1, skipped=skipped,
    )  # fmt: skip
    return answers_of(rows)


def following(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def previous(month: date) -> date:
    """The first day of the month before."""
    return (month - timedelta(days=1)).replace(day=1)


def number_of(month: date) -> int:
    """A month as buttons name it, such as 202611."""
    return month.year * 100 + month.month


def date_from(period: int) -> date:
    """The day 20261122, or the first of the month 202611. Raises Refusal when there is none."""
    day = period if period > 999_999 else period * 100 + 1
    try:
        return date(day // 10_000, day // 100 % 100, day % 100)
    except ValueError as error:
        raise Refusal("why.gone") from error


def _scope(tx: Tx, worker: PersonId, ref: str) -> Scope:
    require(tx, worker, Role.WORKER)
    if ref == PENDING:
        return Scope("pending")
    return Scope("all") if ref == ALL else Scope("settled", *window(tx, worker, ref))


def _answers(tx: Tx, worker: PersonId, scope: Scope, begins: Instant, ends: Instant) -> Part:
    row = _between(tx, worker, scope, begins, ends)
    return Part(row["amount"], row["answers"])


def _between(tx: Tx, worker: PersonId, scope: Scope, begins: Instant, ends: Instant) -> Row:
    row = tx.one(
        "traces.answers_between", worker=worker, begins=begins, ends=ends, scope=scope.name,
        after=scope.after, upto=scope.upto,
    )  # fmt: skip
    if row is None:
        raise LookupError(worker)
    return row
