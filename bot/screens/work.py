"""The labeling message, and what stands around it."""

from unicodedata import east_asian_width

from rules.choosing import names
from rules.model import HOUR, Instant, Kind
from services.dealing import Shown
from services.offering import Offer
from services.working import Ended, Reason, Summary

from ..screen import Button, Row, Screen
from ..taps import (
    AnswerTap,
    BalanceTap,
    BatchTap,
    CloseTap,
    GuideTap,
    ReportMenuTap,
    ReportTap,
    SkipTap,
    StopTap,
    SubmitTap,
    Tap,
    ToggleTap,
    UndoTap,
    WorkTap,
)
from ..words import Html, Words
from .promises import promised

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
NARROW, HALF, WHOLE = 9, 15, 32
"""How wide a label may be, in Latin letters, for three or two of them to share a row of a phone, or to fit one."""

BUTTON_LETTERS = 60


def task_screen(words: Words, shown: Shown) -> Screen:
    """One task, with a button for each choice; the frame gives way where the text needs all the room."""
    long = any(width(choice) > WHOLE for choice in shown.choices)
    body = words.line("work.text", text=shown.text) if shown.text else Html("")
    frame = [header(words, shown), body, _listed(words, shown) if long else Html(""), _hint(words, shown)]
    limit = CAPTION_LIMIT if shown.picture else TEXT_LIMIT
    text = Html("\n\n".join(part for part in frame if part))
    if units(text) > limit:
        text = body
    return Screen(text, (*_choices(shown, numbered=long), *_submit(words, shown), *_side(words, shown)), shown.picture)


def report_screen(words: Words, shown: Shown) -> Screen:
    """The same task, asking what is wrong with it."""
    screen = task_screen(words, shown)
    rows = tuple(
        (Button(words.plain(f"work.reason_{reason}"), ReportTap(shown.assignment, shown.revision, reason)),)
        for reason in Reason
    )
    back = Button(words.plain("work.report_back"), ReportMenuTap(shown.assignment, shown.revision, 0))
    return Screen(screen.text, (*rows, (back,)), screen.picture)


def summary_screen(words: Words, summary: Summary) -> Screen:
    """How a session went, and where to go from here."""
    lines = [words.line(f"work.ended_{summary.ended}", title=summary.title)]
    if summary.answers:
        money = words.money(summary.earned)
        lines.append(words.line("work.session", answers=words.number(summary.answers), money=money))
        if summary.milliseconds > 0:
            rate = words.rounded(summary.earned * HOUR / summary.milliseconds)
            lines.append(words.line("work.session_rate", time=words.duration(summary.milliseconds), rate=rate))
    if summary.ended != Ended.CLOSED:
        lines += promised(summary.promises, words)
    go_on = (
        Button(words.plain("work.continue"), BatchTap(summary.batch))
        if summary.ended == Ended.STOPPED
        else Button(words.plain("work.other_batches"), WorkTap())
    )
    undo = Button(words.plain("work.undo"), UndoTap(summary.batch, summary.last_answer))
    may_undo = summary.last_answer and summary.ended != Ended.CLOSED
    first: Row = (go_on, undo) if may_undo else (go_on,)
    return Screen("\n".join(lines), (first, (Button(words.plain("work.balance"), BalanceTap()),)))


def offers_screen(words: Words, offers: list[Offer], now: Instant) -> Screen:
    """The batches to choose from: one button each, its text beginning with the title."""
    if not offers:
        return Screen(words.line("work.none_left"), ((Button(words.plain("work.balance"), BalanceTap()),),))
    cards = [words.line("work.choose_batch"), *(_offer(words, offer, now) for offer in offers)]
    rows = tuple((Button(_offer_button(words, offer), BatchTap(offer.batch)),) for offer in offers)
    return Screen("\n\n".join(cards), rows)


def guide_screen(words: Words, title: str, guide: str) -> Screen:
    """A batch's guide."""
    text = words.line("work.guide_card", title=title, guide=guide)
    if units(text) > TEXT_LIMIT:
        text = words.line("work.text", text=guide)
    return Screen(text, ((Button(words.plain("work.close"), CloseTap()),),))


def width(label: str) -> int:
    """How much room a label takes, in Latin letters; a Hangul letter takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in label)


def units(text: str) -> int:
    """A text's length as Telegram bounds it, at the most: in UTF-16 units, markup included."""
    return len(text.encode("utf-16-le")) // 2


def header(words: Words, shown: Shown) -> Html:
    """What a task belongs to, and how the session goes."""
    price = words.money(shown.price)
    if not shown.session_answers:
        return words.line("work.header", title=shown.title, price=price)
    money = words.money(shown.session_earned)
    answers = words.number(shown.session_answers)
    return words.line("work.header_session", title=shown.title, price=price, answers=answers, money=money)


def _listed(words: Words, shown: Shown) -> Html:
    return Html("\n".join(words.line("work.listed", number=i, choice=c) for i, c in enumerate(shown.choices, 1)))


def _hint(words: Words, shown: Shown) -> Html:
    return words.line("work.choose_several") if shown.kind == Kind.MULTIPLE else Html("")


def _choices(shown: Shown, *, numbered: bool) -> tuple[Row, ...]:
    buttons = []
    for index, choice in enumerate(shown.choices):
        label = f"{index + 1} {choice}" if numbered else choice
        if shown.kind == Kind.MULTIPLE:
            label = f"{'☑' if shown.draft >> index & 1 else '☐'} {label}"
        buttons.append(Button(label, _choice_tap(shown, index)))
    across = _columns([button.text for button in buttons])
    return tuple(tuple(buttons[start : start + across]) for start in range(0, len(buttons), across))


def _choice_tap(shown: Shown, index: int) -> Tap:
    if shown.kind == Kind.MULTIPLE:
        is_on = shown.draft >> index & 1
        return ToggleTap(shown.assignment, shown.revision, index, 1 - is_on)
    return AnswerTap(shown.assignment, shown.revision, index)


def _columns(labels: list[str]) -> int:
    widest = max(width(label) for label in labels)
    if widest <= NARROW and len(labels) not in (2, 4):
        return 3
    return 2 if widest <= HALF else 1


def _submit(words: Words, shown: Shown) -> tuple[Row, ...]:
    if shown.kind != Kind.MULTIPLE:
        return ()
    chosen = len(names(shown.draft, shown.choices))
    text = words.plain("work.submit_some", count=chosen) if chosen else words.plain("work.submit")
    return ((Button(text, SubmitTap(shown.assignment, shown.revision)),),)


def _side(words: Words, shown: Shown) -> tuple[Row, ...]:
    """The same buttons in the same places on every card."""
    assignment, revision = shown.assignment, shown.revision
    return (
        (
            Button(words.plain("work.skip"), SkipTap(assignment, revision)),
            Button(words.plain("work.report"), ReportMenuTap(assignment, revision, 1)),
            Button(words.plain("work.undo"), UndoTap(shown.batch, shown.last_answer)),
        ),
        (
            Button(words.plain("work.guide"), GuideTap(shown.batch)),
            Button(words.plain("work.stop"), StopTap(shown.batch)),
        ),
    )


def _offer(words: Words, offer: Offer, now: Instant) -> Html:
    facts = [
        words.line("work.offer_price", price=words.money(offer.price)),
        words.line("work.offer_left", left=words.number(offer.left)),
    ]
    if offer.milliseconds is not None:
        facts.append(words.line("work.offer_seconds", time=words.duration(offer.milliseconds)))
    if offer.hourly is not None:
        facts.append(words.line("work.offer_hourly", rate=words.rounded(offer.hourly)))
    if offer.deadline is not None:
        facts.append(words.line("work.offer_deadline", when=words.when(offer.deadline, now)))
    card = words.line("work.offer", title=offer.title, facts=Html(" · ".join(facts)))
    return Html("\n".join([card, *promised(offer.promises, words)]))


def _offer_button(words: Words, offer: Offer) -> str:
    price = words.money(offer.price)
    title = offer.title if len(offer.title) <= BUTTON_LETTERS else offer.title[: BUTTON_LETTERS - 1] + "…"
    return words.plain("work.offer_button", title=title, price=price)
