"""Budgets: what owners give to coordinators, and what limits them.

Whom nobody has ever funded has no limit: their account tells what they have spent. The first funding sets one.
"""

import json
from dataclasses import dataclass

from rules import ledger
from rules.amounts import exact
from rules.model import BatchId, Instant, Micros, PersonId
from rules.refusals import Money, Refusal
from storage import Row, Tx
from storage.ledger import post, total

from .alerting import alert
from .covering import cover
from .deeds import note
from .people import Role, expect, require

SO_FAR = "so far"
TAKEN_OVER = "handed over"


@dataclass(frozen=True)
class Beneficiary:
    """Whose budget it is, and the batch that was named instead of them, if one was."""

    person: PersonId
    batch: BatchId | None


def has_limit(tx: Tx, coordinator: PersonId) -> bool:
    return bool(_find(tx, coordinator)["has_budget"])


def left(tx: Tx, coordinator: PersonId) -> Micros | None:
    """What a coordinator may still set aside; None for somebody without a limit."""
    return total(tx, ledger.budget(coordinator)) if has_limit(tx, coordinator) else None


def require_money(tx: Tx, coordinator: PersonId, amount: Micros) -> None:
    """Raises Refusal when an amount is more than a coordinator has left."""
    has = left(tx, coordinator)
    if has is not None and amount > has:
        raise Refusal("budget.short", missing=Money(Micros(amount - has)), left=Money(has), cost=Money(amount))


def has_for(tx: Tx, now: Instant, batch: Row, amount: Micros) -> bool:
    """Whether a running batch's coordinator has an amount left for it; else the owners hear what is missing."""
    has = left(tx, PersonId(batch["coordinator_id"]))
    if has is None or amount <= has:
        return True
    alert(tx, now, "alert.money", f"{batch['title']} ({batch['code']})", Micros(amount - has), subject=batch["code"])
    return False


def named(tx: Tx, owner: PersonId, code: str) -> Beneficiary:
    """The coordinator of a person's code, or of a batch's. Raises Refusal when there is none."""
    require(tx, owner, Role.OWNER)
    said = code.strip().lstrip("#").upper()
    batch = tx.one("batches.by_code", code=said)
    if batch is not None:
        return Beneficiary(PersonId(batch["coordinator_id"]), BatchId(batch["id"]))
    person = tx.one("people.by_code", code=said)
    if person is None or not person["is_coordinator"]:
        raise Refusal("budget.no_such_code", code=code.strip()[:20])
    return Beneficiary(PersonId(person["id"]), None)


def newest(tx: Tx, coordinator: PersonId) -> int:
    """The number of a coordinator's newest funding, 0 for none: it tells a button that was tapped before."""
    row = tx.one("budgets.newest_funding", person=coordinator)
    return row["newest"] if row else 0


def fund(
    tx: Tx,
    now: Instant,
    owner: PersonId,
    coordinator: PersonId,
    amount: Micros,
    batch: BatchId | None = None,
    seen: int | None = None,
) -> bool:
    """Give money to a coordinator, who has a limit from then on; False when `seen` is not their newest funding.

    Raises Refusal for anybody but an owner, and for somebody who posts nothing.
    """
    row = _funded(tx, owner, coordinator)
    expect(tx, owner, None)
    if seen is not None and seen != newest(tx, coordinator):
        return False
    if not row["has_budget"]:
        tx.run("budgets.limit", person=coordinator, on=1)
        make_good(tx, now, owner, coordinator)
    _enter(tx, now, owner, coordinator, amount, "", batch)
    note(tx, now, owner, "fund", f"{row['code']} {exact(amount)}")
    if owner != coordinator:
        blanks = json.dumps({"amount": amount, "batch": batch})
        key = f"funded:{coordinator}:{newest(tx, coordinator)}"
        tx.run("outbox.queue", key=key, person=coordinator, kind="funded", blanks=blanks, now=now)
    return True


def take_back(
    tx: Tx, now: Instant, owner: PersonId, coordinator: PersonId, amount: Micros, seen: int | None = None
) -> bool:
    """Take money out of a budget; False when `seen` is not the coordinator's newest funding.

    Raises Refusal for more than is left, and where there is no limit.
    """
    row = _funded(tx, owner, coordinator)
    expect(tx, owner, None)
    if seen is not None and seen != newest(tx, coordinator):
        return False
    has = left(tx, coordinator)
    if has is None:
        raise Refusal("budget.no_limit")
    if amount > has:
        raise Refusal("budget.more_than_left", left=Money(has))
    _enter(tx, now, owner, coordinator, Micros(-amount), "", None)
    note(tx, now, owner, "take back", f"{row['code']} {exact(amount)}")
    return True


def set_limit(tx: Tx, now: Instant, owner: PersonId, coordinator: PersonId, *, is_on: bool) -> None:
    """Let a coordinator spend no more than they are given, or whatever they need. Said twice it is noted once."""
    row = _funded(tx, owner, coordinator)
    if not tx.run("budgets.limit", person=coordinator, on=int(is_on)):
        return
    if is_on:
        make_good(tx, now, owner, coordinator)
    note(tx, now, owner, "limit", f"{row['code']} {'on' if is_on else 'off'}")


def make_good(tx: Tx, now: Instant, owner: PersonId, coordinator: PersonId) -> None:
    """Fund what a coordinator with a limit has spent without one, so that what is given from now on is what is left."""
    for batch in tx.all("budgets.unreleased", person=coordinator):
        cover(tx, now, batch["id"], coordinator, batch["reserved_price"])
    spent = total(tx, ledger.budget(coordinator))
    if spent < 0:
        _enter(tx, now, owner, coordinator, Micros(-spent), SO_FAR, None)


def hand_over(tx: Tx, now: Instant, coordinator: PersonId, heir: PersonId) -> None:
    """Somebody is no coordinator any more: their budget goes back, and their batches cost `heir` from now on.

    To be called once the batches are the heir's, who is an owner.
    """
    rest = left(tx, coordinator)
    if rest is not None:
        if rest:
            _enter(tx, now, heir, coordinator, Micros(-rest), TAKEN_OVER, None)
            note(tx, now, heir, "take back", f"{_find(tx, coordinator)['code']} {exact(rest)}")
        tx.run("budgets.limit", person=coordinator, on=0)
    if has_limit(tx, heir):
        make_good(tx, now, heir, heir)


def ask_amount(tx: Tx, owner: PersonId, coordinator: PersonId, deed: str) -> None:
    """What the owner types next is an amount to give (`fund`) or to take back (`take`)."""
    _funded(tx, owner, coordinator)
    expect(tx, owner, f"budget_{deed}:{coordinator}:{newest(tx, coordinator)}")


def leave_amount(tx: Tx, owner: PersonId) -> None:
    """The owner went back from the question for an amount."""
    found = require(tx, owner, Role.OWNER)
    if (found.expects or "").startswith("budget_"):
        expect(tx, owner, None)


def _enter(
    tx: Tx, now: Instant, owner: PersonId, coordinator: PersonId, amount: Micros, why: str, batch: BatchId | None
) -> None:
    row = tx.one(
        "budgets.fund", person=coordinator, batch=batch, amount=amount, note=why, owner=owner, now=now
    )  # fmt: skip
    if row is None:
        raise LookupError(coordinator)
    post(tx, ledger.moved(f"fund:{row['id']}", ledger.FUNDS, ledger.budget(coordinator), amount), now)


def _funded(tx: Tx, owner: PersonId, coordinator: PersonId) -> Row:
    """The coordinator's row. Raises Refusal unless an owner asks, and for somebody who posts nothing."""
    require(tx, owner, Role.OWNER)
    row = _find(tx, coordinator)
    if not row["is_coordinator"]:
        raise Refusal("budget.no_coordinator")
    return row


def _find(tx: Tx, person: PersonId) -> Row:
    row = tx.one("people.find", person=person)
    if row is None:
        raise LookupError(person)
    return row
