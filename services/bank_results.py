"""What the bank says of the payouts that it was given: each is paid, or comes back, once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rules import ledger
from rules.model import Instant, Micros, PersonId
from storage import Row, Tx
from storage.ledger import post

from . import contradictions
from .payouts import amounts_of
from .transfers import find, note, require_closer

MOST_GIVEN = 10_000


class Fault(StrEnum):
    """Why a line of the bank's result changes nothing."""

    UNKNOWN = "unknown"
    UNSENT = "unsent"
    GIVEN_UP = "given_up"
    CONTRADICTION = "contradiction"
    TWICE = "twice"
    AMOUNT = "amount"


@dataclass(frozen=True)
class Result:
    """What the bank says of one payout; the amount where it says one."""

    code: str
    is_paid: bool
    reason: str
    amount: Micros | None = None


@dataclass(frozen=True)
class Recorded:
    """What came of some results: how many are paid and failed now, by these or before, and which changed nothing."""

    paid: int
    failed: int
    faults: tuple[tuple[str, Fault], ...]


def given(tx: Tx, person: PersonId) -> frozenset[str]:
    """The codes of the newest payouts that a bank was given. Raises Refusal for others than coordinators and owners."""
    require_closer(tx, person)
    return frozenset(row["code"] for row in tx.all("transfers.given", limit=MOST_GIVEN))


def unsaid(tx: Tx, person: PersonId, transfer_id: int, limit: int) -> list[Result]:
    """The next payouts of a sent transfer of which the bank has said nothing, as paid."""
    require_closer(tx, person)
    rows = tx.all("transfers.sent", transfer=transfer_id, limit=limit)
    return [Result(row["code"], is_paid=True, reason="") for row in rows]


def record(tx: Tx, now: Instant, person: PersonId, results: Sequence[Result]) -> Recorded:
    """Pay or return what the bank has moved or has not; a transfer of which all is said is closed.

    What contradicts an earlier result, or tells of a transfer that was given up, moves nothing before somebody decides.
    """
    require_closer(tx, person)
    paid = failed = 0
    faults: list[tuple[str, Fault]] = []
    touched: set[int] = set()
    for result in results:
        row, fault = _look(tx, now, person, result)
        if fault is not None or row is None:
            faults.append((result.code, fault or Fault.UNKNOWN))
            continue
        if row["state"] == "sent":
            _end(tx, now, row, result)
            touched.add(row["transfer_id"])
        paid, failed = paid + result.is_paid, failed + (not result.is_paid)
    for each in sorted(touched):
        _close(tx, now, person, each)
    return Recorded(paid, failed, tuple(faults))


def _look(tx: Tx, now: Instant, person: PersonId, result: Result) -> tuple[Row | None, Fault | None]:
    """The payout that a result is about, and why it changes nothing; contradictions are written down."""
    row = tx.one("transfers.payout", code=result.code)
    former = tx.one("contradictions.former", code=result.code) if row is None else None
    fault = _fault(row, result) if former is None else _former_fault(former, result)
    if fault is Fault.CONTRADICTION:
        reason, said = result.reason, row or former
        if said is not None and not contradictions.report(tx, now, person, said, result.is_paid, reason):
            fault = Fault.TWICE
    return row, fault


def _fault(row: Row | None, result: Result) -> Fault | None:
    if row is None:
        return Fault.UNKNOWN
    if result.amount is not None and result.amount != row["net"]:
        return Fault.AMOUNT
    if row["state"] in ("paid", "failed"):
        return None if (row["state"] == "paid") == result.is_paid else Fault.CONTRADICTION
    return None if row["state"] == "sent" else Fault.UNSENT


def _former_fault(former: Row, result: Result) -> Fault:
    """Of a transfer that was given up nothing is ever right, but only what was paid has to be looked at."""
    return Fault.CONTRADICTION if result.is_paid else Fault.GIVEN_UP


def _end(tx: Tx, now: Instant, row: Row, result: Result) -> None:
    """The one place where a payout ends that was sent."""
    state = "paid" if result.is_paid else "failed"
    reason = None if result.is_paid else result.reason
    if not tx.run("transfers.end", payout=row["id"], state=state, reason=reason, now=now):
        return
    sums = amounts_of(row)
    if result.is_paid:
        posting = ledger.transferred(row["id"], row["worker_id"], sums.net, sums.income_tax, sums.local_tax)
    else:
        posting = ledger.returned(row["id"], row["worker_id"], sums.gross)
    post(tx, posting, now)
    kind, blanks = f"payout_{state}", json.dumps({"code": row["code"]})
    tx.run("outbox.queue", key=f"{kind}:{row['id']}", person=row["worker_id"], kind=kind, blanks=blanks, now=now)


def _close(tx: Tx, now: Instant, person: PersonId, transfer_id: int) -> None:
    if tx.run("transfers.close", transfer=transfer_id, now=now):
        note(tx, now, person, "transfer_closed", find(tx, transfer_id))
