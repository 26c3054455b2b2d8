"""A month of a worker's money: what there was, what came, what left, what there is; it adds up to the last fraction."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from rules import days, ledger
from rules.days import Day
from rules.model import Instant, Micros, PersonId
from rules.refusals import Refusal
from storage import Row, Tx

from .flowing import Adjustment
from .people import Role, require
from .tracing import Priced, following, previous

MOST_MONTHS = 24


@dataclass(frozen=True)
class Held:
    """What a worker has on the way at a moment; what was paid and withheld has left."""

    pending: Micros
    available: Micros
    in_payout: Micros

    @property
    def amount(self) -> Micros:
        return Micros(self.pending + self.available + self.in_payout)


@dataclass(frozen=True)
class Line(Priced):
    """A batch's answers of a day at one price, also rejected ones."""

    code: str
    title: str


@dataclass(frozen=True)
class StatedDay:
    """A day with answers."""

    begins: Instant
    lines: tuple[Line, ...]

    @property
    def amount(self) -> Micros:
        return Micros(sum(line.amount for line in self.lines))


@dataclass(frozen=True)
class StatedBonus:
    """A bonus of the month."""

    code: str
    title: str
    amount: Micros
    earned_at: Instant


@dataclass(frozen=True)
class Departure:
    """Money that arrived outside: a payout with its taxes, or (no code) a payment by hand.

    What came back is below zero.
    """

    code: str
    transfer: str | None
    gross: Micros
    income_tax: Micros
    local_tax: Micros
    net: Micros
    left_at: Instant
    note: str


@dataclass(frozen=True)
class Statement:
    """A month, from `begins` until just before `ends`; `is_running` says that it is not over.

    `rejected` is what rejections took in that month, less what came back; `undone` what was taken back of other
    months' answers, or will be of this one's.
    """

    name: str
    code: str
    month: date
    begins: Instant
    ends: Instant
    is_running: bool
    opening: Held
    closing: Held
    days: tuple[StatedDay, ...]
    rejected: Micros
    undone: Micros
    bonuses: tuple[StatedBonus, ...]
    adjustments: tuple[Adjustment, ...]
    departures: tuple[Departure, ...]

    @property
    def earned(self) -> Micros:
        return Micros(sum(day.amount for day in self.days))

    @property
    def answers(self) -> int:
        return sum(line.count for day in self.days for line in day.lines)

    @property
    def bonus(self) -> Micros:
        return Micros(sum(each.amount for each in self.bonuses))

    @property
    def adjusted(self) -> Micros:
        return Micros(sum(each.amount for each in self.adjustments))

    @property
    def left(self) -> Micros:
        return Micros(sum(each.gross for each in self.departures))


def months(tx: Tx, now: Instant, worker: PersonId, timezone: ZoneInfo) -> tuple[date, ...]:
    """The months of which there is something to state, newest first."""
    require(tx, worker, Role.WORKER)
    accounts = (ledger.pending(worker), ledger.available(worker))
    rows = [tx.one("traces.first_entry", account=account) for account in accounts]
    firsts = [row["first"] for row in rows if row is not None and row["first"]]
    if not firsts:
        return ()
    first, month = days.date_of(min(firsts), timezone).replace(day=1), days.date_of(now, timezone).replace(day=1)
    found: list[date] = []
    while month >= first and len(found) < MOST_MONTHS:
        found.append(month)
        month = previous(month)
    return tuple(found)


def statement(tx: Tx, now: Instant, worker: PersonId, month: date, timezone: ZoneInfo) -> Statement:
    """A month of a worker's money. Raises Refusal for a month that has not begun. A long read."""
    person = require(tx, worker, Role.WORKER)
    begins = days.day(month.replace(day=1), timezone).begins
    ends = days.day(following(month), timezone).begins
    if begins > now:
        raise Refusal("statement.not_yet")
    stated = _days(tx, worker, month, timezone)
    moved = {
        row["kind"]: row["amount"]
        for row in tx.all("traces.entered", account=ledger.pending(worker), begins=begins, ends=ends)
    }
    answered = moved.get("answer", 0) + moved.get("undo", 0)
    return Statement(
        name=person.name,
        code=person.code,
        month=month.replace(day=1),
        begins=begins,
        ends=ends,
        is_running=ends > now,
        opening=_held(tx, worker, begins),
        closing=_held(tx, worker, ends),
        days=stated,
        rejected=moved.get("reject", Micros(0)),
        undone=Micros(answered - sum(day.amount for day in stated)),
        bonuses=_bonuses(tx, worker, begins, ends),
        adjustments=_adjustments(tx, worker, begins, ends),
        departures=_departures(tx, worker, begins, ends),
    )


def _held(tx: Tx, worker: PersonId, moment: Instant) -> Held:
    accounts = (ledger.pending(worker), ledger.available(worker), ledger.in_payout(worker))
    rows = [tx.one("traces.balance_before", account=account, moment=moment) for account in accounts]
    pending, available, in_payout = (Micros(row["amount"] if row else 0) for row in rows)
    return Held(pending, available, in_payout)


def _days(tx: Tx, worker: PersonId, month: date, timezone: ZoneInfo) -> tuple[StatedDay, ...]:
    found: list[StatedDay] = []
    day = month.replace(day=1)
    while day < following(month):
        found.append(_day(tx, worker, days.day(day, timezone)))
        day += timedelta(days=1)
    return tuple(each for each in found if each.lines)


def _day(tx: Tx, worker: PersonId, day: Day) -> StatedDay:
    rows = tx.all("traces.given_between", worker=worker, begins=day.begins, ends=day.ends)
    return StatedDay(day.begins, tuple(Line(row["price"], row["answers"], row["code"], row["title"]) for row in rows))


def _bonuses(tx: Tx, worker: PersonId, begins: Instant, ends: Instant) -> tuple[StatedBonus, ...]:
    rows = tx.all("traces.bonuses_of", worker=worker, begins=begins, ends=ends)
    return tuple(StatedBonus(row["code"], row["title"], row["amount"], row["earned_at"]) for row in rows)


def _adjustments(tx: Tx, worker: PersonId, begins: Instant, ends: Instant) -> tuple[Adjustment, ...]:
    rows = tx.all("traces.adjustments_of", worker=worker, begins=begins, ends=ends)
    return tuple(Adjustment(row["amount"], row["reason"], row["made_at"]) for row in rows)


def _departures(tx: Tx, worker: PersonId, begins: Instant, ends: Instant) -> tuple[Departure, ...]:
    accounts = {"account": ledger.in_payout(worker), "available": ledger.available(worker)}
    payouts = tx.all("traces.payouts_of", **accounts, worker=worker, begins=begins, ends=ends)
    payments = tx.all("traces.payments_of", worker=worker, begins=begins, ends=ends)
    found = [_payout(row) for row in payouts] + [_payment(row) for row in payments]
    return tuple(sorted(found, key=lambda each: each.left_at))


def _payout(row: Row) -> Departure:
    return Departure(
        code=row["code"],
        transfer=row["transfer_code"],
        gross=Micros(row["sign"] * row["gross"]),
        income_tax=Micros(row["sign"] * row["income_tax"]),
        local_tax=Micros(row["sign"] * row["local_tax"]),
        net=Micros(row["sign"] * row["net"]),
        left_at=row["posted_at"],
        note="",
    )


def _payment(row: Row) -> Departure:
    amount, nothing = row["amount"], Micros(0)
    return Departure("", None, amount, nothing, nothing, amount, row["paid_at"], row["note"])
