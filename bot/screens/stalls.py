"""A batch that stands still: why, and the button that helps."""

from typing import assert_never

from rules.amounts import exact
from rules.model import DAY, HOUR, SECOND, BatchId, Instant, Micros
from rules.stalls import CALM, Cause
from services.gilding import Shortage
from services.reviewing import FIRST
from services.stalls import Stall

from ..screen import Button, Row, Screen
from ..taps import InviteTap
from ..taps_batches import CardTap, FlaggedTap, PauseTap, SetTap
from ..taps_review import NextTap
from ..taps_stalls import ExtendTap, GildTap, LeaveTap, RefillTap, WhyStalledTap
from ..words import Html, Words

INVITES, INVITE_DAYS = 10, 30
LONGER = DAY


def stall_screen(words: Words, stall: Stall, now: Instant) -> Screen:
    """Why a batch stands still, one button that helps, and the way to its card."""
    key = f"stall.head_{stall.cause}" if stall.cause in CALM else "stall.head"
    head = words.line(key, title=stall.title, code=stall.code)
    why = words.line(
        f"stall.{_reason(stall, now)}",
        quiet=_quiet(words, stall.quiet),
        people=words.number(stall.people),
        deadline=words.when(stall.deadline, now) if stall.deadline is not None else "",
        price=words.money(stall.raise_to) if stall.raise_to is not None else "",
        until=words.when(stall.until, now) if stall.until is not None else "",
        share=stall.gold.share if stall.gold is not None else "",
    )
    lines = (head, "", why, *(_more_gold(words, stall.gold) if stall.gold is not None else ()))
    card = Button(words.plain("stall.card"), CardTap(stall.batch))
    leave = (Button(words.plain("stall.fix_leave"), LeaveTap(stall.batch)),) if stall.cause is Cause.GOLD else ()
    return Screen("\n".join(lines), ((_fix(words, stall, now),), (*leave, card)))


def _reason(stall: Stall, now: Instant) -> str:
    """The line that says why."""
    if stall.cause is not Cause.ASLEEP or (stall.until is not None and stall.until > now):
        return stall.cause
    return "asleep_off" if stall.until is None else "asleep_up"


def _more_gold(words: Words, gold: Shortage) -> list[Html]:
    """What would be gold, and what that costs."""
    if not gold.can_be_mended:
        return [words.line("stall.gold_none")]
    tasks = [words.line("stall.gold_tasks", golds=words.number(len(gold.tasks)))] if gold.tasks else []
    if not gold.answers:
        return [*tasks, words.line("stall.gold_free")]
    return [*tasks, words.line("stall.gold_cost", answers=words.number(gold.answers), cost=words.money(gold.cost))]


def card_line(words: Words, cause: Cause) -> Html:
    """What a batch's card says of it."""
    return words.line(f"stall.on_card_{cause}" if cause in CALM else "stall.on_card")


def why_button(words: Words, batch: BatchId, cause: Cause) -> Button:
    """The way from a batch's card to the whole of it."""
    return Button(words.plain("stall.why_gold" if cause is Cause.GOLD else "stall.why"), WhyStalledTap(batch))


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
        case Cause.GOLD:
            return _fix_gold(words, stall)
        case Cause.NOBODY | Cause.LANGUAGE | Cause.MEMBERS | Cause.EXHAUSTED | Cause.ASLEEP | Cause.QUIET:
            invite = InviteTap(INVITES, INVITE_DAYS, stall.project or 0)
            return Button(words.plain("stall.fix_invite"), invite)
        case _:
            assert_never(stall.cause)


def _fix_gold(words: Words, stall: Stall) -> Button:
    gold = stall.gold
    if gold is None or not gold.can_be_mended:
        return Button(words.plain("stall.fix_review"), NextTap(stall.batch, FIRST, 0))
    tap = GildTap(stall.batch, gold.answers)
    if gold.answers:
        return Button(words.plain("stall.fix_gold_cost", cost=words.money(gold.cost)), tap)
    return Button(words.plain("stall.fix_gold", golds=words.number(len(gold.tasks))), tap)
