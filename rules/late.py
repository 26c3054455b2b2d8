"""Until when an answer that comes late is still stored and paid."""

from .model import DAY, Instant

GRACE = DAY


def accepted_until(lease_until: Instant, closed_at: Instant | None) -> Instant:
    """A day after the lease ended, or after the batch was closed, whichever came first."""
    end = lease_until if closed_at is None else min(lease_until, closed_at)
    return Instant(end + GRACE)
