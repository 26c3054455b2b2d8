"""What budgets look like: to an owner everybody's, to a coordinator their own."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from rules import days, ledger
from rules.model import BatchId, Instant, Micros, PersonId
from rules.refusals import Refusal
from storage import Row, Tx
from storage.ledger import total

from .budgeting import SO_FAR, newest
from .people import Role, require

GIFTS = 3
"""So many of the last fundings are shown."""


@dataclass(frozen=True)
class Share:
    """What is set aside for one batch."""

    batch: BatchId
    code: str
    title: str
    amount: Micros


@dataclass(frozen=True)
class Gift:
    """What was given, or taken back below zero; `is_so_far` where it made good what was spent without a limit."""

    amount: Micros
    at: Instant
    is_so_far: bool


@dataclass(frozen=True)
class Account:
    """A coordinator's money. `left` means something only where there is a limit; `newest` is their newest funding."""

    person: PersonId
    code: str
    name: str
    has_limit: bool
    left: Micros
    reserved: Micros
    spent: Micros
    month: Micros
    shares: tuple[Share, ...]
    gifts: tuple[Gift, ...]
    newest: int


def accounts(tx: Tx, now: Instant, owner: PersonId, timezone: ZoneInfo) -> tuple[Account, ...]:
    """Every coordinator's, by name. Owners only. A long read."""
    require(tx, owner, Role.OWNER)
    return tuple(_account(tx, now, row, timezone) for row in tx.all("people.coordinators"))


def account(tx: Tx, now: Instant, viewer: PersonId, person: PersonId, timezone: ZoneInfo) -> Account:
    """One coordinator's. Raises Refusal for another one's, unless an owner asks. A long read."""
    found = require(tx, viewer, Role.COORDINATOR, Role.OWNER)
    row = tx.one("people.find", person=person)
    if viewer != person and Role.OWNER not in found.roles:
        raise Refusal("refusal.only_owner")
    if row is None or not row["is_coordinator"]:
        raise Refusal("budget.no_coordinator")
    return _account(tx, now, row, timezone)


def _account(tx: Tx, now: Instant, row: Row, timezone: ZoneInfo) -> Account:
    person = PersonId(row["id"])
    held = tx.all("budgets.held", person=person)
    shares = tuple(Share(each["id"], each["code"], each["title"], each["amount"]) for each in held)
    first = days.day(days.date_of(now, timezone).replace(day=1), timezone).begins
    return Account(
        person=person,
        code=row["code"],
        name=row["name"] or row["code"],
        has_limit=bool(row["has_budget"]),
        left=total(tx, ledger.budget(person)),
        reserved=Micros(sum(share.amount for share in shares) + _amount(tx, "budgets.held_for_bonuses", person)),
        spent=_amount(tx, "budgets.spent", person),
        month=_since(tx, person, first),
        shares=tuple(share for share in shares if share.amount),
        gifts=tuple(
            Gift(each["amount"], each["funded_at"], each["note"] == SO_FAR)
            for each in tx.all("budgets.recent", person=person, limit=GIFTS)
        ),
        newest=newest(tx, person),
    )


def _amount(tx: Tx, query: str, person: PersonId) -> Micros:
    row = tx.one(query, person=person)
    return Micros(row["amount"] if row else 0)


def _since(tx: Tx, person: PersonId, since: Instant) -> Micros:
    row = tx.one("budgets.spent_since", person=person, since=since)
    return Micros(row["amount"] if row else 0)
