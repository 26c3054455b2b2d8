"""Payouts as their worker sees them: what can be asked for, what is on its way, and what has come of earlier ones."""

import json
from dataclasses import dataclass, replace
from datetime import date

from rules import days, ledger
from rules.codes import free_code
from rules.model import Instant, Micros, PersonId
from rules.payouts import Amounts, Obstacle, Terms, amounts, profile_of
from rules.refusals import Refusal
from rules.taxes import Profile
from storage import Row, Tx
from storage.ledger import balance, post

from . import deeds, payees
from .payees import Payee
from .people import Person, Role, require

CODE_LENGTH = 8
SHOWN = 5


@dataclass(frozen=True)
class Payout:
    """One payout. `is_closing` says that a transfer has taken it up, so that it can't be withdrawn any more."""

    id: int
    code: str
    state: str
    amounts: Amounts
    reason: str | None
    is_closing: bool
    asked_at: Instant
    ended_at: Instant | None


@dataclass(frozen=True)
class Standing:
    """What /payout shows. `wanted` is what could be asked for now, when there is no obstacle and nothing open.

    `account` ends the account's number, `reference` is what the coordinator keeps it under. `is_automatic` is None
    where there are no paydays. The open payout is taxed as it would be today until a transfer takes it up; `is_below`
    says that it is too little by now to be taken up, `is_held_back` that the bank may have paid its money before.
    """

    available: Micros
    wanted: Amounts
    obstacle: Obstacle | None
    minimum: Micros
    held_until: Instant | None
    account: str | None
    reference: str | None
    expected: date | None
    is_automatic: bool | None
    is_leaving: bool
    open: Payout | None
    is_held_back: bool
    last: tuple[Payout, ...]

    @property
    def is_below(self) -> bool:
        if self.open is None or self.open.is_closing or self.is_leaving:
            return False
        return self.open.amounts.gross < self.minimum


def standing(tx: Tx, now: Instant, worker: PersonId, terms: Terms) -> Standing:
    """Where a worker's payouts stand. Raises Refusal for others than workers."""
    person = require(tx, worker, Role.WORKER)
    payee = payees.of(tx, worker)
    available, underway = balance(tx, ledger.available(worker)), _open(tx, worker)
    profile = profile_of(payee.tax_profile if payee else None)
    wanted = amounts(available, profile, now, terms)
    if underway is not None and not underway.is_closing:
        underway = replace(underway, amounts=amounts(underway.amounts.gross, profile, now, terms))
    return Standing(
        available=available,
        wanted=wanted,
        obstacle=_obstacle(tx, now, person, payee, wanted.gross, terms),
        minimum=terms.minimum,
        held_until=payee.held_until if payee and payee.is_held(now) else None,
        account=payee.last_digits if payee else None,
        reference=payee.reference if payee else None,
        expected=_expected(now, underway, terms),
        is_automatic=_is_automatic(tx, worker) if terms.paydays.are_set else None,
        is_leaving=person.is_leaving,
        open=underway,
        is_held_back=tx.one("contradictions.holding", worker=worker) is not None,
        last=tuple(payout_of(row) for row in tx.all("payouts.history", worker=worker, limit=SHOWN)),
    )


def ask(tx: Tx, now: Instant, worker: PersonId, shown: Micros, net: Micros, terms: Terms) -> Payout | None:
    """Ask for all that can be moved; an open payout is handed back as it is. None when the worker was `shown` others.

    Raises Refusal where there is an obstacle.
    """
    person = require(tx, worker, Role.WORKER)
    if (underway := _open(tx, worker)) is not None:
        return underway
    payee = payees.of(tx, worker)
    profile = profile_of(payee.tax_profile if payee else None)
    wanted = amounts(balance(tx, ledger.available(worker)), profile, now, terms)
    obstacle = _obstacle(tx, now, person, payee, wanted.gross, terms)
    if obstacle is not None:
        raise Refusal(f"payout.no_{obstacle}")
    if (wanted.gross, wanted.net) != (shown, net):
        return None
    return _ask(tx, now, worker, wanted, profile)


def withdraw(tx: Tx, now: Instant, worker: PersonId, code: str) -> None:
    """Take back a payout that no transfer has taken up; nothing when it is over. Raises Refusal when it is too late."""
    require(tx, worker, Role.WORKER)
    if not _withdraw(tx, now, worker, code):
        underway = _open(tx, worker)
        if underway is not None and underway.code == code:
            raise Refusal("payout.too_late")


def forget(tx: Tx, now: Instant, worker: PersonId) -> None:
    """Leave no payout that nobody could send: the money is available again, on the worker's code."""
    take_back(tx, now, worker)
    tx.run("payouts.forget_choice", person=worker)


def take_back(tx: Tx, now: Instant, worker: PersonId) -> None:
    """What a worker has asked for is available again, unless a transfer has taken it up."""
    underway = _open(tx, worker)
    if underway is not None:
        _withdraw(tx, now, worker, underway.code)


def is_bound_for_bank(tx: Tx, worker: PersonId) -> bool:
    """Whether a transfer that is about to be sent needs the worker's account."""
    return tx.one("payouts.bound_for_bank", worker=worker) is not None


def find(tx: Tx, worker: PersonId, code: str) -> Payout:
    """One of a worker's own payouts. Raises LookupError for any other."""
    row = tx.one("payouts.find", worker=worker, code=code)
    if row is None:
        raise LookupError(code)
    return payout_of(row)


def choose(tx: Tx, now: Instant, worker: PersonId, is_automatic: bool) -> None:
    """Whether the bot asks for this worker's money on paydays."""
    require(tx, worker, Role.WORKER)
    tx.run("payouts.choose", person=worker, automatic=int(is_automatic), now=now)


def next_wishing(tx: Tx, now: Instant, after: PersonId, since: Instant, terms: Terms) -> PersonId | None:
    """The next worker, by number, for whom a payday that began at `since` has something to ask for."""
    values = {"minimum": terms.minimum, "unit": terms.unit}
    row = tx.one("payouts.next_wishing", after=after, since=since, now=now, **values)
    return PersonId(row["id"]) if row else None


def ask_for(tx: Tx, now: Instant, worker: PersonId, since: Instant, terms: Terms) -> bool:
    """Ask on a payday for a worker who has enough, and tell them; whether that was so. Raises Refusal like `ask`."""
    if next_wishing(tx, now, PersonId(worker - 1), since, terms) != worker:
        return False
    wanted = standing(tx, now, worker, terms).wanted
    payout = ask(tx, now, worker, wanted.gross, wanted.net, terms)
    if payout is None:
        raise LookupError(worker)
    blanks = json.dumps({"code": payout.code})
    tx.run("outbox.queue", key=f"payout_asked:{payout.id}", person=worker, kind="payout_asked", blanks=blanks, now=now)
    return True


def unused_code(tx: Tx) -> str:
    """A code that no payout has or had."""
    return free_code(CODE_LENGTH, lambda code: tx.one("payouts.known", code=code) is not None)


def payout_of(row: Row) -> Payout:
    return Payout(
        id=row["id"],
        code=row["code"],
        state=row["state"],
        amounts=amounts_of(row),
        reason=row["reason"],
        is_closing=row["transfer_id"] is not None,
        asked_at=row["asked_at"],
        ended_at=row["ended_at"],
    )


def amounts_of(row: Row) -> Amounts:
    return Amounts(row["gross"], row["income_tax"], row["local_tax"], row["net"])


def _ask(tx: Tx, now: Instant, worker: PersonId, wanted: Amounts, profile: Profile) -> Payout:
    row = tx.one(
        "payouts.ask",
        code=unused_code(tx),
        worker=worker,
        gross=wanted.gross,
        income_tax=wanted.income_tax,
        local_tax=wanted.local_tax,
        net=wanted.net,
        profile=profile,
        now=now,
    )
    if row is None:
        raise LookupError(worker)
    post(tx, ledger.asked(row["id"], worker, wanted.gross), now)
    deeds.note(tx, now, worker, "payout_asked", row["code"])
    return payout_of(row)


def _withdraw(tx: Tx, now: Instant, worker: PersonId, code: str) -> bool:
    row = tx.one("payouts.withdraw", worker=worker, code=code, now=now)
    if row is None:
        return False
    post(tx, ledger.returned(row["id"], worker, row["gross"]), now)
    deeds.note(tx, now, worker, "payout_withdrawn", code)
    return True


def _open(tx: Tx, worker: PersonId) -> Payout | None:
    row = tx.one("payouts.open", worker=worker)
    return payout_of(row) if row else None


def _expected(now: Instant, underway: Payout | None, terms: Terms) -> date | None:
    """The payday that follows the asking; None once it has passed."""
    payday = terms.payday(underway.asked_at if underway else now)
    return payday if payday is not None and payday >= days.date_of(now, terms.timezone) else None


def _is_automatic(tx: Tx, worker: PersonId) -> bool:
    row = tx.one("payouts.choice", person=worker)
    return row is None or bool(row["is_automatic"])


def _obstacle(
    tx: Tx, now: Instant, person: Person, payee: Payee | None, gross: Micros, terms: Terms
) -> Obstacle | None:
    """What comes first: too little money, no account, one that is too new, books that do not add up."""
    least = terms.unit if person.is_leaving else max(terms.minimum, terms.unit)
    if gross < least:
        return Obstacle.BELOW
    if payee is None or (payee.sealed is None and payee.reference is None):
        return Obstacle.NO_ACCOUNT
    if payee.is_held(now):
        return Obstacle.HELD
    return Obstacle.STOPPED if tx.all("earnings.violated") else None
