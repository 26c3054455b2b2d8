"""Messages that nobody asked for: short, and with a way to act."""

from rules.model import Micros
from services.batches import Card

from ..screen import Button, Screen
from ..taps import BalanceTap
from ..taps_batches import FlaggedTap
from ..words import Words


def flagged_screen(words: Words, card: Card) -> Screen:
    """Two workers have reported a task."""
    text = words.line("notice.flagged", title=card.title, code=card.code, count=card.flagged)
    return Screen(text, ((Button(words.plain("notice.look"), FlaggedTap(card.batch)),),))


def paid_screen(words: Words, amount: Micros) -> Screen:
    """Money was sent."""
    text = words.line("notice.paid", amount=words.money(amount))
    return Screen(text, ((Button(words.plain("work.balance"), BalanceTap()),),))


def violated_screen(words: Words, checks: list[str]) -> Screen:
    """The books do not add up."""
    return Screen(words.line("notice.violated", checks=", ".join(checks)))


def alert_screen(words: Words, about: str, detail: str) -> Screen:
    """Something keeps the bot from working; `about` is the line that says what."""
    return Screen(words.line(about, detail=detail))
