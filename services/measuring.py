"""Figures of the running work, for whoever watches it. Read beside it, never in its way."""

from collections.abc import Mapping
from dataclasses import dataclass

from rules.model import Instant
from storage import Tx


@dataclass(frozen=True)
class Figures:
    """Where the work stands; `oldest` is the age in milliseconds of the update that has waited longest."""

    pending: int
    oldest: int
    messages: Mapping[str, int]
    leases: int
    answers: int


def figures(tx: Tx, now: Instant) -> Figures:
    inbox, leases, answers = tx.one("measures.inbox"), tx.one("measures.leases"), tx.one("measures.answers")
    if inbox is None or leases is None or answers is None:
        raise LookupError("measures")
    return Figures(
        pending=inbox["pending"],
        oldest=max(now - inbox["oldest"], 0) if inbox["pending"] else 0,
        messages={row["state"]: row["messages"] for row in tx.all("measures.outbox")},
        leases=leases["leases"],
        answers=answers["answers"],
    )


def ledger_sum(tx: Tx) -> int:
    """All entries together, in millionths: 0, or something is badly wrong. Reads the whole ledger."""
    row = tx.one("measures.ledger")
    return row["amount"] if row else 0
