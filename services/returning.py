"""Coming back after Telegram was out of reach: nobody loses time, and nobody waits before a card that is dead."""

import json

from rules.model import SECOND, BatchId, Instant, PersonId
from storage import Tx
from storage.restoring import RESTORED

from .dealing import Shown, show

HEARD = "heard"
OUTAGE = 120 * SECOND
"""Telegram forgets a tap after 150 seconds, so from here on some may be lost."""


def last_heard(tx: Tx) -> Instant | None:
    """When Telegram was last in reach, also before a restart."""
    row = tx.one("moments.last", name=HEARD)
    return Instant(row["happened_at"]) if row else None


def restored_at(tx: Tx) -> Instant | None:
    """When a backup last took the place of the database."""
    row = tx.one("moments.last", name=RESTORED)
    return Instant(row["happened_at"]) if row else None


def hear(tx: Tx, now: Instant) -> None:
    """Telegram is in reach."""
    tx.run("moments.note", name=HEARD, now=now)


def come_back(tx: Tx, now: Instant, away: int | None) -> int:
    """Telegram is in reach again after so many milliseconds; None for since the last run of the bot.

    After an outage leases grow by its length, and open tasks are to be shown again; to how many workers.
    """
    heard = last_heard(tx)
    hear(tx, now)
    if away is None:
        away = now - heard if heard is not None else 0
    if away <= OUTAGE:
        return 0
    tx.run("assignments.extend", by=away)
    tx.run("slices.prolong", by=away)
    newest: dict[PersonId, BatchId] = {}
    for row in tx.all("assignments.open", now=now):
        newest.setdefault(row["worker_id"], row["batch_id"])
    for worker, batch in newest.items():
        said = json.dumps({"batch": batch, "since": now})
        tx.run("outbox.queue", key=f"again:{worker}:{now}", person=worker, kind="again", blanks=said, now=now)
    return len(newest)


def again(tx: Tx, worker: PersonId, batch: BatchId, since: Instant) -> Shown | None:
    """The task that a worker holds, to be shown again; None when they have it before them since, or hold none."""
    held = tx.one("assignments.held", worker=worker, batch=batch)
    found = tx.one("assignments.find", assignment=held["id"]) if held else None
    if found is None or found["shown_at"] >= since:
        return None
    return show(tx, found["id"])
