"""What people were told long ago is forgotten, some of it at a time. What could be told again is kept as long as that.

Each of these deletes so many rows at the most, and says how many.
"""

from rules.model import DAY, Instant
from storage import Tx

KEPT = 90 * DAY
"""How long it is remembered what somebody was told, reminded of, or had set aside for them, once that is over."""


def reminders(tx: Tx, now: Instant, limit: int) -> int:
    """Reminders that went out or were dropped; rules about how often somebody is reminded look back by days."""
    return tx.run("reminders.prune", before=now - KEPT, limit=limit)


def slices(tx: Tx, now: Instant, limit: int) -> int:
    """Slices that have ended. Who was told of a batch, and who was not, stays for as long as the batch."""
    rows = tx.all("slices.old", before=now - KEPT, limit=limit)
    for row in rows:
        tx.run("slices.detach", slice=row["id"])
        tx.run("slices.prune", slice=row["id"])
    return len(rows)


def digests(tx: Tx, now: Instant, limit: int) -> int:
    """That a digest was told; only today's is told at all."""
    return tx.run("digests.prune", before=now - KEPT, limit=limit)


def messages(tx: Tx, now: Instant, limit: int) -> int:
    """Messages that went out or never will, but for those whose reminders are still there.

    Nothing that their keys stand for comes up again, except for the kinds that the query leaves alone.
    """
    return tx.run("outbox.prune", before=now - KEPT, limit=limit)
