"""Somebody else who agrees with a rejection, in tests of what follows from it."""

from rules.model import Instant
from services.disputing import put_in_force
from storage import Tx


def second(tx: Tx, now: Instant) -> None:
    """Whatever is only proposed is in force."""
    for row in tx.all("reviews.waiting", limit=10):
        if row["state"] == "proposed":
            put_in_force(tx, now, row["id"], None)
