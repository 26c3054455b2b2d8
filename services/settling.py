"""Settlement: answers whose review time is over become available money; and payments made by hand are recorded."""

import json
from dataclasses import dataclass

from rules import ledger
from rules.model import Instant, Micros, PersonId
from rules.refusals import Money, Refusal
from storage import Tx
from storage.ledger import balance, post

from . import contradictions
from .auditing import require_sound

CHUNK = 400
"""So many answers make one settlement at most, so that taps never wait long for one."""

WHOLE = Micros(1_000_000)


@dataclass(frozen=True)
class Payable:
    """A worker who can be paid, with the exact amount available."""

    worker: PersonId
    code: str
    name: str
    amount: Micros


@dataclass(frozen=True)
class Payment:
    """Money that has left to a worker, and what is still available to them."""

    id: int
    worker: PersonId
    code: str
    name: str
    amount: Micros
    left: Micros


def next_due(tx: Tx, now: Instant, after: PersonId) -> PersonId | None:
    """The next worker, by number, who has something to settle."""
    row = tx.one("earnings.due", after=after, now=now)
    return PersonId(row["worker_id"]) if row else None


def settle(tx: Tx, now: Instant, worker: PersonId, limit: int = CHUNK) -> int:
    """Settle a worker's oldest answers out of review, at most `limit` in one posting; how many they were."""
    first = tx.one("earnings.next_settling", worker=worker)
    if first is None or first["settles_at"] is None or first["settles_at"] > now:
        return 0
    begun = tx.one("earnings.begin_settlement", worker=worker, now=now)
    if begun is None:
        raise LookupError(worker)
    settlement = begun["id"]
    settled = tx.all("earnings.settle", settlement=settlement, worker=worker, now=now, limit=limit)
    amount = Micros(sum(row["price"] for row in settled))
    tx.run("earnings.end_settlement", settlement=settlement, answers=len(settled), amount=amount)
    origin, target = ledger.pending(worker), ledger.available(worker)
    post(tx, ledger.moved(f"settle:{settlement}", origin, target, amount), now)
    return len(settled)


def payable(tx: Tx) -> tuple[Payable, ...]:
    """Who has money available, by name."""
    rows = tx.all("earnings.payable")
    return tuple(Payable(row["id"], row["code"], row["name"], row["amount"]) for row in rows)


def record_payment(
    tx: Tx, now: Instant, worker_code: str, amount: Micros | None, note: str, *, unit: Micros = WHOLE
) -> Payment:
    """Record money that was sent to a worker, and tell them. None is everything, rounded down to whole `unit`s.

    `unit` is the smallest amount that a bank can move; the rest stays available. Raises Refusal for an unknown code,
    an amount that is not available or can't be moved, while the books do not add up, and while a bank may have paid the
    worker what the books still have.
    """
    require_sound(tx)
    worker = tx.one("people.by_code", code=worker_code.strip().upper())
    if worker is None:
        raise Refusal("money.no_such_code", code=worker_code)
    contradictions.require_none(tx, worker["id"])
    has = balance(tx, ledger.available(worker["id"]))
    amount = _movable(amount, has, unit, worker["code"])
    paid = tx.one("earnings.pay", worker=worker["id"], amount=amount, note=note, now=now)
    if paid is None:
        raise LookupError(worker["id"])
    origin, target = ledger.available(worker["id"]), ledger.paid(worker["id"])
    post(tx, ledger.moved(f"payment:{paid['id']}", origin, target, amount), now)
    blanks = json.dumps({"amount": amount})
    tx.run("outbox.queue", key=f"paid:{paid['id']}", person=worker["id"], kind="paid", blanks=blanks, now=now)
    return Payment(paid["id"], worker["id"], worker["code"], worker["name"], amount, Micros(has - amount))


def _movable(amount: Micros | None, has: Micros, unit: Micros, code: str) -> Micros:
    """The amount to pay out of what a worker has. Raises Refusal when it can't be."""
    whole = Micros(has - has % unit)
    if amount is None and whole <= 0:
        raise Refusal("money.nothing_to_pay", code=code, available=Money(has))
    if amount is None:
        return whole
    if amount <= 0:
        raise Refusal("money.not_positive")
    if amount % unit:
        raise Refusal("money.too_fine", amount=Money(amount), unit=Money(unit))
    if amount > has:
        raise Refusal("money.more_than_available", code=code, amount=Money(amount), available=Money(has))
    return amount
