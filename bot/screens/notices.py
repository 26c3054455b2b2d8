"""Messages that nobody asked for: short, and with a way to act."""

from rules.model import Micros
from services.batches import Card

from ..screen import Button, Screen
from ..taps import BalanceTap
from ..taps_batches import FlaggedTap
from ..words import Html, Words

POSTINGS = "postings_sum_to_zero"
"""What this check finds are names of postings, and some look like names of accounts."""


def flagged_screen(words: Words, card: Card) -> Screen:
    """Two workers have reported a task."""
    text = words.line("notice.flagged", title=card.title, code=card.code, count=card.flagged)
    return Screen(text, ((Button(words.plain("notice.look"), FlaggedTap(card.batch)),),))


def paid_screen(words: Words, amount: Micros) -> Screen:
    """Money was sent."""
    text = words.line("notice.paid", amount=words.money(amount))
    return Screen(text, ((Button(words.plain("work.balance"), BalanceTap()),),))


def violated_screen(words: Words, checks: list[str], rows: list[tuple[str, str, int, bool]], more: int) -> Screen:
    """The books do not add up: the checks that found something, and what they found first, by how much."""
    lines: list[Html] = []
    for check, what, difference, is_money in rows:
        by = words.money(Micros(difference)) if is_money else words.number(difference)
        meaning, place = words.line(f"check.{check}"), _place(words, check, what)
        lines.append(words.line("notice.violated_row", meaning=meaning, what=place, difference=by))
    if more > 0:
        lines.append(words.line("notice.violated_more", count=words.number(more)))
    names = Html(", ".join(words.line("notice.violated_name", name=check) for check in checks))
    parts = words.line("notice.violated"), "\n".join(lines), words.line("notice.violated_checks", checks=names)
    return Screen("\n\n".join(parts))


def _place(words: Words, check: str, what: str) -> Html:
    """Where it is wrong: a thing and its number, such as `task 7, worker 3`, an account, or a posting by its name."""
    account, _, owner = what.partition(":")
    if check != POSTINGS and words.has(f"check.account_{account}"):
        return words.line(f"check.account_{account}", number=owner)
    said = []
    for part in what.split(", "):
        name, _, number = part.rpartition(" ")
        key = f"check.place_{(name if number.isdecimal() else part).replace(' ', '_')}"
        if not words.has(key):
            return words.line("notice.violated_name", name=what)
        said.append(words.line(key, number=number))
    return Html(", ".join(said))


def alert_screen(words: Words, about: str, detail: str, amount: Micros) -> Screen:
    """Something keeps the bot from working; `about` is the line that says what."""
    return Screen(words.line(about, detail=detail, amount=words.money(amount)))
