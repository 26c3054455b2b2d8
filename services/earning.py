"""What a worker sees of their money: balances, earnings by day and batch, and every answer behind them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from rules import days, ledger
from rules.choosing import names
from rules.model import AnswerId, Instant, Micros, PersonId
from rules.refusals import Refusal
from storage import Row, Tx
from storage.ledger import balance

from .dealing import Picture
from .people import Role, require

PAGE = 10
FORTNIGHT = 14
DAYS_COMING = 3
LONGEST_REVIEW_DAYS = 8
"""From one day until the same hour a week later."""
END_OF_TIME = 1 << 62


@dataclass(frozen=True)
class Coming:
    """What becomes available on one day, from this moment on."""

    begins: Instant
    amount: Micros


@dataclass(frozen=True)
class Balance:
    """Where a worker's money is.

    `next_at` is when the next part of the pending money becomes available; `coming` the next days on which some does.
    """

    code: str
    today: Micros
    today_answers: int
    pending: Micros
    next_at: Instant | None
    available: Micros
    in_payout: Micros
    paid: Micros
    taxes: Micros
    coming: tuple[Coming, ...] = ()


@dataclass(frozen=True)
class EarnedOnBatch:
    """What one batch brought on one day."""

    title: str
    amount: Micros
    answers: int


@dataclass(frozen=True)
class EarnedOnDay:
    """What one day brought; its batches, the largest first."""

    date: date
    begins: Instant
    amount: Micros
    answers: int
    batches: tuple[EarnedOnBatch, ...]


@dataclass(frozen=True)
class Earnings:
    """The last days, today the last of them, each with what it brought."""

    days: tuple[EarnedOnDay, ...]

    @property
    def amount(self) -> Micros:
        return Micros(sum(day.amount for day in self.days))

    @property
    def answers(self) -> int:
        return sum(day.answers for day in self.days)


@dataclass(frozen=True)
class Given:
    """One answer as its worker may see it again: without a word about gold."""

    id: AnswerId
    answered_at: Instant
    title: str
    text: str | None
    picture: Picture | None
    labels: tuple[str, ...]
    amount: Micros
    is_settled: bool
    rejection: int | None = None
    standing: str | None = None
    """The rejection that is in force, and where it stands."""


@dataclass(frozen=True)
class History:
    """A page of answers, newest first; `is_newest` and `is_oldest` say at which end of all it lies."""

    answers: tuple[Given, ...]
    is_newest: bool
    is_oldest: bool


def balance_of(tx: Tx, now: Instant, worker: PersonId, timezone: ZoneInfo) -> Balance:
    """A worker's money now; the day is the time zone's."""
    person = require(tx, worker, Role.WORKER)
    today = days.today(now, timezone)
    earned = _between(tx, worker, today)
    first = tx.one("earnings.next_settling", worker=worker)
    return Balance(
        code=person.code,
        today=earned["amount"],
        today_answers=earned["answers"],
        pending=balance(tx, ledger.pending(worker)),
        next_at=first["settles_at"] if first else None,
        available=balance(tx, ledger.available(worker)),
        in_payout=balance(tx, ledger.in_payout(worker)),
        paid=balance(tx, ledger.paid(worker)),
        taxes=Micros(balance(tx, ledger.income_tax(worker)) + balance(tx, ledger.local_tax(worker))),
        coming=_coming(tx, now, worker, timezone),
    )


def _coming(tx: Tx, now: Instant, worker: PersonId, timezone: ZoneInfo) -> tuple[Coming, ...]:
    """The next days on which something becomes available, as many as are shown; nothing that is only waited for."""
    found: list[Coming] = []
    for after in range(LONGEST_REVIEW_DAYS):
        day = days.day(days.date_of(now, timezone) + timedelta(days=after), timezone)
        begins = max(day.begins, now + 1)
        row = tx.one("earnings.coming", worker=worker, begins=begins, ends=day.ends)
        if row is not None and row["amount"]:
            found.append(Coming(row["settles_at"], row["amount"]))
        if len(found) == DAYS_COMING:
            break
    return tuple(found)


def earnings_of(tx: Tx, now: Instant, worker: PersonId, timezone: ZoneInfo, count: int = FORTNIGHT) -> Earnings:
    """What each of the last days brought, batch by batch."""
    require(tx, worker, Role.WORKER)
    return Earnings(tuple(_earned_on(tx, worker, day) for day in days.last_days(now, timezone, count)))


def newest(tx: Tx, worker: PersonId) -> History:
    """A worker's last answers."""
    require(tx, worker, Role.WORKER)
    rows = tx.all("earnings.history", worker=worker, at=END_OF_TIME, answer=0, limit=PAGE + 1)
    return History(answers_of(rows[:PAGE]), is_newest=True, is_oldest=len(rows) <= PAGE)


def older(tx: Tx, worker: PersonId, than: AnswerId) -> History:
    """The answers before one of the worker's."""
    require(tx, worker, Role.WORKER)
    at = _moment(tx, worker, than)
    rows = tx.all("earnings.history", worker=worker, at=at, answer=than, limit=PAGE + 1)
    return History(answers_of(rows[:PAGE]), is_newest=False, is_oldest=len(rows) <= PAGE)


def newer(tx: Tx, worker: PersonId, than: AnswerId) -> History:
    """The answers after one of the worker's; the newest page where fewer than a page are left."""
    require(tx, worker, Role.WORKER)
    at = _moment(tx, worker, than)
    rows = tx.all("earnings.later_history", worker=worker, at=at, answer=than, limit=PAGE + 1)
    if len(rows) <= PAGE:
        return newest(tx, worker)
    return History(answers_of(rows[PAGE - 1 :: -1]), is_newest=False, is_oldest=False)


def given(tx: Tx, worker: PersonId, answer: AnswerId) -> Given:
    """One of the worker's own answers. Raises Refusal when it is not theirs, or was undone."""
    row = tx.one("earnings.given", worker=worker, answer=answer)
    if row is None:
        raise Refusal("money.no_such_answer")
    return answers_of([row])[0]


def _between(tx: Tx, worker: PersonId, day: days.Day) -> Row:
    row = tx.one("earnings.between", worker=worker, begins=day.begins, ends=day.ends)
    if row is None:
        raise LookupError(worker)
    return row


def _earned_on(tx: Tx, worker: PersonId, day: days.Day) -> EarnedOnDay:
    rows = tx.all("earnings.by_batch", worker=worker, begins=day.begins, ends=day.ends)
    batches = tuple(EarnedOnBatch(row["title"], row["amount"], row["answers"]) for row in rows)
    amount = Micros(sum(batch.amount for batch in batches))
    return EarnedOnDay(day.date, day.begins, amount, sum(batch.answers for batch in batches), batches)


def _moment(tx: Tx, worker: PersonId, answer: AnswerId) -> Instant:
    """When one of the worker's answers was given, also one undone since."""
    row = tx.one("earnings.moment", worker=worker, answer=answer)
    if row is None:
        raise Refusal("money.no_such_answer")
    return Instant(row["answered_at"])


def answers_of(rows: Sequence[Row]) -> tuple[Given, ...]:
    """Answers as their worker may see them again, from rows such as those of `earnings.history`."""
    return tuple(
        Given(
            id=row["id"],
            answered_at=row["answered_at"],
            title=row["title"],
            text=row["content"],
            picture=Picture(row["picture_id"], row["sha256"]) if row["picture_id"] else None,
            labels=tuple(names(row["labels"], json.loads(row["choices"]))),
            amount=row["price"],
            is_settled=row["settlement_id"] is not None,
            rejection=row["rejection_id"],
            standing=row["rejection"],
        )
        for row in rows
    )
