"""A rejected answer as its worker sees it: what was wrong, what it costs, and what they can say to it."""

from rules.model import Instant
from services.appealing import Rejection

from ..screen import Button, Row, Screen
from ..taps import BalanceTap
from ..taps_review import AgreeTap, AppealTap, RejectionTap, SendAppealTap
from ..words import Html, Words
from .earnings import shortened
from .review import CAPTION_ROOM, ROOM, joined, quoted


def rejection(words: Words, found: Rejection, now: Instant) -> Screen:
    """The item, both labels, the reason and the amount; and where it stands."""
    room, rest = CAPTION_ROOM if found.item.picture else ROOM
    lines = [
        words.line(f"rejection.title_{found.state}", title=shortened(found.item.title, rest)),
        "",
        *quoted(words, found.item.text, room),
        words.line("rejection.mine", labels=joined(found.item.labels, rest)),
        words.line("rejection.expected", labels=joined(found.expected, rest)),
        words.line("rejection.reason", reason=shortened(found.reason, rest)),
        words.line("rejection.amount", amount=words.money(found.amount)),
    ]
    if found.note:
        lines.append(words.line("rejection.note", note=shortened(found.note, rest)))
    return Screen("\n".join([*lines, "", _standing(words, found, now)]), _keyboard(words, found), found.item.picture)


def _standing(words: Words, found: Rejection, now: Instant) -> Html:
    if found.state == "told" and found.is_released:
        return words.line("rejection.over")
    when = words.when(found.until, now) if found.until is not None else ""
    return words.line(f"rejection.standing_{found.state}", when=when, amount=words.money(found.amount))


def _keyboard(words: Words, found: Rejection) -> tuple[Row, ...]:
    if found.state == "told" and not found.is_released:
        agree = Button(words.plain("rejection.agree"), AgreeTap(found.id))
        return ((agree, Button(words.plain("rejection.appeal"), AppealTap(found.id))),)
    return ((Button(words.plain("money.button_balance"), BalanceTap()),),)


def ask_note(words: Words, found: Rejection) -> Screen:
    """Why? It may stay unsaid."""
    send = Button(words.plain("rejection.send_without"), SendAppealTap(found.id))
    back = Button(words.plain("posting.back"), RejectionTap(found.id))
    labels = joined(found.item.labels, CAPTION_ROOM[1])
    expected = joined(found.expected, CAPTION_ROOM[1])
    return Screen(words.line("rejection.ask_note", labels=labels, expected=expected), ((send,), (back,)))
