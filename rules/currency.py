"""Currencies, as far as money has to be moved in them."""

from .model import Micros

WITHOUT_CENTS = frozenset(("CLP", "ISK", "JPY", "KRW", "PYG", "RWF", "UGX", "VND", "XAF", "XOF", "XPF"))


def smallest(currency: str) -> Micros:
    """The smallest amount that a bank can move."""
    return Micros(1_000_000 if currency in WITHOUT_CENTS else 10_000)
