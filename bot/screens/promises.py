"""Bonuses in words: the sentence of a rule is the same for whoever writes it and for whoever works for it."""

from collections.abc import Sequence

from rules.model import Micros
from services.promising import Measure, Promise

from ..words import Html, Words
from .earnings import count


def promise(measure: str, threshold: int, amount: Micros, words: Words) -> str:
    """The sentence of a rule."""
    return words.plain(
        f"bonus.rule_{measure}",
        threshold=words.number(threshold),
        answers=count(threshold, words),
        amount=words.money(amount),
    )


def promised(promises: Sequence[Promise], words: Words) -> list[Html]:
    """What a worker reads about the bonuses of a batch, and how far they are."""
    lines = []
    for each in promises:
        rule = promise(each.measure, each.threshold, each.amount, words)
        lines.append(words.line("bonus.offered", rule=rule, done=_done(each, words)))
        lines.append(words.line("bonus.offered_terms", left=words.money(each.left)))
    return lines


def _done(each: Promise, words: Words) -> str:
    """How far a worker is; what is given once is reached once."""
    if not each.done:
        return ""
    if each.measure is Measure.ANSWERS and each.done >= each.threshold:
        return words.plain("bonus.reached")
    return words.plain("bonus.done", done=words.number(each.done))
