"""Which periods of a job have run."""

from rules.model import Instant
from storage import Tx


def claim(tx: Tx, now: Instant, job: str, period: str) -> bool:
    """Take a job's period; False when it has been taken before."""
    return tx.one("jobs.claim", job=job, period=period, now=now) is not None


def claim_again(tx: Tx, now: Instant, job: str, pause: int) -> bool:
    """Begin something that is not tried again for so many milliseconds; False within them."""
    return tx.one("moments.claim", name=f"tried:{job}", now=now, before=now - pause) is not None
