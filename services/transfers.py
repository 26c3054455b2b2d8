"""Transfers: the payouts that go to the bank together, and those that wait for the next."""

import json
from dataclasses import dataclass
from enum import StrEnum

from rules.model import Instant, Micros, PersonId
from rules.payouts import Amounts
from rules.refusals import Refusal
from rules.transfers import Line
from storage import Row, Tx

from . import deeds
from .payouts import amounts_of
from .people import Role, require

MOST_LINES = 500
"""So many payouts go into one transfer, which banks take in one file; the others go into the next."""

CHUNK = 500
SHOWN = 3


class State(StrEnum):
    """Where a transfer stands."""

    PREPARED = "prepared"
    APPROVED = "approved"
    SENT = "sent"
    CLOSED = "closed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Transfer:
    """One closing. `paid` and `failed` count the payouts that have ended."""

    id: int
    code: str
    state: State
    payouts: int
    amounts: Amounts
    sha256: str | None
    made_by: PersonId
    maker: str
    made_at: Instant
    approver: str | None
    paid: int
    failed: int

    @property
    def left(self) -> int:
        """How many payouts the bank has said nothing of."""
        return self.payouts - self.paid - self.failed


@dataclass(frozen=True)
class Rest:
    """How many payouts could go into further transfers, and the number of the newest transfer, 0 for none."""

    payouts: int
    newest: int

    @property
    def transfers(self) -> int:
        """How many transfers that takes."""
        return -(-self.payouts // MOST_LINES)


@dataclass(frozen=True)
class Overview:
    """What is asked and in no transfer, and the transfers: those under way, and the last that are over.

    `has_moved` says that there has been one that a bank got.
    """

    asked: int
    gross: Micros
    net: Micros
    open: tuple[Transfer, ...]
    last: tuple[Transfer, ...]
    is_alone: bool
    has_seconds: bool
    has_moved: bool


def overview(tx: Tx, person: PersonId) -> Overview:
    """Raises Refusal for others than coordinators and owners, like everything here."""
    require_closer(tx, person)
    asked, moved = tx.one("transfers.asked"), tx.one("transfers.first_moved")
    if asked is None:
        raise LookupError(person)
    return Overview(
        asked=asked["payouts"],
        gross=asked["gross"],
        net=asked["net"],
        open=tuple(find(tx, row["id"]) for row in tx.all("transfers.open")),
        last=tuple(find(tx, row["id"]) for row in tx.all("transfers.last", limit=SHOWN)),
        is_alone=deeds.is_alone(tx),
        has_seconds=bool(tx.all("deeds.seconds", person=person, limit=1)),
        has_moved=bool(moved and moved["first"]),
    )


def rest(tx: Tx, now: Instant, person: PersonId, least: Micros) -> Rest:
    """What further transfers would take up, of payouts of at least so much."""
    require_closer(tx, person)
    found = tx.one("transfers.payable", now=now, least=least)
    return Rest(found["payouts"] if found else 0, newest(tx))


def waiting(tx: Tx, person: PersonId, after: int = 0) -> list[Line]:
    """The next of what is asked and in no transfer, as it was asked, by number; the oldest first, none at the end."""
    require_closer(tx, person)
    return [line_of(row) for row in waiting_rows(tx, after)]


def waiting_rows(tx: Tx, after: int) -> list[Row]:
    return tx.all("transfers.waiting", after=after, limit=CHUNK)


def newest(tx: Tx) -> int:
    """The number of the transfer that was made last, 0 for none."""
    row = tx.one("transfers.newest")
    return int(row["id"]) if row else 0


def transfer(tx: Tx, person: PersonId, transfer_id: int) -> Transfer:
    """Raises Refusal when there is no such transfer."""
    require_closer(tx, person)
    return find(tx, transfer_id)


def lines(tx: Tx, person: PersonId, transfer_id: int) -> tuple[Transfer, list[Line]]:
    """A transfer and its payouts, with where they go."""
    return transfer(tx, person, transfer_id), [line_of(row) for row in tx.all("transfers.lines", transfer=transfer_id)]


def require_closer(tx: Tx, person: PersonId) -> None:
    """Raises Refusal for others than coordinators and owners."""
    require(tx, person, Role.COORDINATOR, Role.OWNER)


def find(tx: Tx, transfer_id: int) -> Transfer:
    """Raises Refusal when there is no such transfer."""
    row = tx.one("transfers.find", transfer=transfer_id)
    if row is None:
        raise Refusal("closing.unknown")
    return Transfer(
        id=row["id"],
        code=row["code"],
        state=State(row["state"]),
        payouts=row["payouts"],
        amounts=amounts_of(row),
        sha256=row["sha256"],
        made_by=row["made_by"],
        maker=row["maker"],
        made_at=row["made_at"],
        approver=row["approver"],
        paid=row["paid"],
        failed=row["failed"],
    )


def line_of(row: Row) -> Line:
    return Line(
        payout=row["id"],
        code=row["code"],
        worker=row["worker_id"],
        worker_code=row["worker_code"],
        name=row["name"],
        amounts=amounts_of(row),
        tax_profile=row["tax_profile"],
        sealed=row["sealed"],
        reference=row["reference"],
        held_until=row["held_until"] or Instant(0),
        is_leaving=row["leaving_at"] is not None,
        is_contradicted=bool(row["contradicted"]),
    )


def note(tx: Tx, now: Instant, person: PersonId, action: str, found: Transfer) -> None:
    """Write down who did what to a transfer."""
    detail = {"code": found.code, "payouts": found.payouts, "net": found.amounts.net, "sha256": found.sha256}
    detail |= {"paid": found.paid, "failed": found.failed}
    deeds.note(tx, now, person, action, json.dumps(detail))
