"""Postings, kept for ever and entered once."""

from rules.ledger import Posting, is_running
from rules.model import Instant, Micros

from .database import Tx


class Contradiction(Exception):
    """A source that was posted before comes again with another amount: a bug, and loud."""


def post(tx: Tx, posting: Posting, now: Instant) -> bool:
    """Enter a posting; False when the same one stands there already. Raises Contradiction when another one does."""
    fresh = False
    for account, amount in posting.entries:
        if tx.run("ledger.enter", source=posting.source, account=account, amount=amount, now=now):
            fresh = True
            if is_running(account):
                tx.run("ledger.add_to_balance", account=account, amount=amount)
            continue
        entered = tx.one("ledger.entered", source=posting.source, account=account)
        if entered is None or entered["amount"] != amount or fresh:
            raise Contradiction(posting.source)
    return fresh


def balance(tx: Tx, account: str) -> Micros:
    """The balance of a worker's account."""
    row = tx.one("ledger.balance", account=account)
    return Micros(row["amount"] if row else 0)


def total(tx: Tx, account: str) -> Micros:
    """The balance of any account, summed from its entries."""
    row = tx.one("ledger.sum", account=account)
    return Micros(row["amount"] if row else 0)
