"""A batch that stands still: why, and the button that helps."""

from typing import assert_never

from rules.amounts import exact
from rules.model import DAY, HOUR, SECOND, Instant, Micros
from rules.stalls import Cause
from services.stalls import Stall

from ..screen import Button, Row, Screen
from ..taps import InviteTap
from ..taps_batches import CardTap, FlaggedTap, PauseTap, SetTap
from ..taps_stalls import ExtendTap, RefillTap
from ..words import Words

INVITES, INVITE_DAYS = 10, 30
LONGER = DAY


def stall_screen(words: Words, stall: Stall, now: Instant) -> Screen:
    """Why a batch stands still, one button that helps, and the way to its card."""
    head = words.line("stall.head", title=stall.title, code=stall.code)
    why = words.line(
        f"stall.{stall.cause}",
        quiet=_quiet(words, stall.quiet),
        people=words.number(stall.people),
        deadline=words.when(stall.deadline, now) if stall.deadline is not None else "",
        price=words.money(stall.raise_to) if stall.raise_to is not None else "",
    )
    card = Button(words.plain("stall.card"), CardTap(stall.batch))
    return Screen(f"{head}\n\n{why}", ((_fix(words, stall, now),), (card,)))


def _quiet(words: Words, quiet: int) -> str:
    """In days or hours, once it has lasted so long."""
    if quiet >= 2 * DAY:
        return words.plain("time.days", days=words.number(quiet // DAY))
    return words.duration(quiet - quiet % HOUR if quiet >= HOUR else quiet)


def moving_screen(words: Words, batch: int) -> Screen:
    """It does not stand still any more."""
    rows: tuple[Row, ...] = ((Button(words.plain("stall.card"), CardTap(batch)),),)
    return Screen(words.line("stall.moving"), rows)


def _fix(words: Words, stall: Stall, now: Instant) -> Button:
    match stall.cause:
        case Cause.PAUSED:
            return Button(words.plain("stall.fix_resume"), PauseTap(stall.batch, 0))
        case Cause.REPORTED:
            return Button(words.plain("stall.fix_reported"), FlaggedTap(stall.batch))
        case Cause.DEADLINE:
            until = Instant(max(stall.deadline or now, now) + LONGER)
            text = words.plain("stall.fix_extend", deadline=words.when(until, now))
            return Button(text, ExtendTap(stall.batch, until // SECOND))
        case Cause.PRICE:
            price = Micros(stall.raise_to or 0)
            tap = SetTap(stall.batch, "price", exact(price).replace(",", ""))
            return Button(words.plain("stall.fix_price", price=words.money(price)), tap)
        case Cause.MONEY:
            return Button(words.plain("stall.fix_money"), RefillTap(stall.batch))
        case Cause.NOBODY | Cause.LANGUAGE | Cause.MEMBERS | Cause.EXHAUSTED | Cause.QUIET:
            invite = InviteTap(INVITES, INVITE_DAYS, stall.project or 0)
            return Button(words.plain("stall.fix_invite"), invite)
        case _:
            assert_never(stall.cause)
