"""What time takes away."""

from rules.model import Instant
from storage import Tx

from .dealing import give_back


def expire(tx: Tx, now: Instant, limit: int) -> int:
    """End leases that are over; how many there were. The lease's own end stays the start of the day of grace."""
    lapsed = tx.all("assignments.lapsed", now=now, limit=limit)
    for row in lapsed:
        tx.run("assignments.expire", assignment=row["id"], revision=row["revision"], until=row["lease_until"])
        give_back(tx, row["task_id"], row["batch_id"])
    return len(lapsed)
