"""A batch that its coordinator's budget can't pay: what is missing, and who is told."""

import json
from dataclasses import dataclass

from rules.model import BatchId, Instant, Micros, PersonId
from rules.pricing import cost
from storage import Row, Tx

from .budgeting import left, newest
from .drafting import own
from .steering import raised, taken


@dataclass(frozen=True)
class Shortage:
    """`cost` is what has to be set aside, `left` what the coordinator has; `newest` is their newest funding."""

    batch: BatchId
    code: str
    title: str
    coordinator: PersonId
    name: str
    is_draft: bool
    cost: Micros
    left: Micros
    newest: int

    @property
    def missing(self) -> Micros:
        return Micros(self.cost - self.left)


def look(tx: Tx, now: Instant, person: PersonId, batch: BatchId, price: Micros | None) -> Shortage | None:
    """What is missing to publish a draft, or to pay a running batch's answers at another price; None for nothing.

    Raises Refusal unless the person is the batch's coordinator or an owner.
    """
    row = own(tx, person, batch)
    needed, has = _needed(tx, now, row, price), left(tx, row["coordinator_id"])
    if has is None or needed <= has:
        return None
    coordinator = tx.one("people.find", person=row["coordinator_id"])
    if coordinator is None:
        raise LookupError(row["coordinator_id"])
    return Shortage(
        batch,
        row["code"],
        row["title"],
        coordinator["id"],
        coordinator["name"] or coordinator["code"],
        row["state"] == "draft",
        needed,
        has,
        newest(tx, coordinator["id"]),
    )


def tell(tx: Tx, now: Instant, person: PersonId, batch: BatchId, price: Micros | None = None) -> Shortage | None:
    """The same; the owners are asked for money, once for each batch."""
    found = look(tx, now, person, batch, price)
    if found is not None:
        blanks = json.dumps({"batch": batch, "price": price})
        for owner in tx.all("people.owners"):
            key = f"short:{batch}:{owner['id']}"
            tx.run("outbox.queue", key=key, person=owner["id"], kind="short", blanks=blanks, now=now)
    return found


def _needed(tx: Tx, now: Instant, batch: Row, price: Micros | None) -> Micros:
    if batch["state"] == "draft" and price is None:
        return cost(batch["tasks"], batch["overlap_most"], batch["golds"], batch["price"]).reserved
    if batch["state"] not in ("open", "paused") or price is None or price <= batch["reserved_price"]:
        return Micros(0)
    return taken(raised(tx, now, batch, price))
