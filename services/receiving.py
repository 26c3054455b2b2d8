"""The inbox: every update is stored before Telegram is told that it arrived."""

from dataclasses import dataclass

from rules.model import DAY, Instant
from storage import Tx

ATTEMPTS = 3
KEPT = 2 * DAY


@dataclass(frozen=True)
class Received:
    """A stored update, in our own order."""

    seq: int
    update_id: int
    raw: str


def take_in(tx: Tx, now: Instant, updates: list[tuple[int, str]]) -> list[Received]:
    """Store updates; those that are new, in their order."""
    fresh = []
    for update_id, raw in updates:
        row = tx.one("inbox.add", update=update_id, raw=raw, now=now)
        if row is not None:
            fresh.append(Received(row["seq"], update_id, raw))
    return fresh


def unfinished(tx: Tx) -> list[Received]:
    """What was stored and never finished, in our order."""
    return [Received(row["seq"], row["update_id"], row["raw"]) for row in tx.all("inbox.unfinished")]


def attempt(tx: Tx, seq: int) -> bool:
    """Count an attempt before it is made, so that an update that kills the process is set aside; whether to go on."""
    row = tx.one("inbox.attempt", seq=seq)
    if row is None:
        return False
    if row["attempts"] > ATTEMPTS:
        tx.run("inbox.fail", seq=seq)
        return False
    return True


def finish(tx: Tx, seq: int) -> None:
    tx.run("inbox.finish", seq=seq)


def prune(tx: Tx, now: Instant, limit: int) -> int:
    """Forget handled updates after two days."""
    return tx.run("inbox.prune", before=now - KEPT, limit=limit)
