"""A coordinator's batches: the list, the card of each, its reported tasks."""

from rules.model import Instant
from services.batches import Card, Page, State
from services.reviewing import FIRST
from services.steering import Flagged

from ..screen import Button, Row, Screen
from ..taps_batches import (
    BatchesTap,
    CardTap,
    CloneTap,
    CloseBatchTap,
    DraftTap,
    FlaggedTap,
    JudgeTap,
    MoreTap,
    PauseTap,
)
from ..taps_export import PlanTap
from ..taps_review import NextTap
from ..words import Html, Words
from .posting import ask_button, overlap_words
from .reminders import effect_line
from .stalls import card_line, why_button
from .work import CAPTION_LIMIT, TEXT_LIMIT, units

BLOCKS = 10
BUTTON_LETTERS = 40


def batches_screen(words: Words, page: Page) -> Screen:
    """One button per batch, newest first."""
    if not page.lines:
        return Screen(words.line("batch.none"))
    rows: list[Row] = []
    for line in page.lines:
        key = f"batch.line_{line.state}"
        tap = DraftTap(line.batch) if line.state is State.DRAFT else CardTap(line.batch)
        text = words.plain(key, title=_short(line.title), share=_share(line.finished, line.tasks), code=line.code)
        rows.append((Button(text, tap),))
    if page.before:
        rows.append((Button(words.plain("batch.older"), BatchesTap(page.before)),))
    return Screen(words.line("batch.list"), tuple(rows))


def card_screen(words: Words, card: Card, now: Instant) -> Screen:
    """How a batch is doing, and what is done about it every day."""
    return Screen(_card(words, card, now), _keyboard(words, card))


def more_screen(words: Words, card: Card, now: Instant) -> Screen:
    """The same card, with what is done about a running batch now and then."""
    return Screen(_card(words, card, now), _more(words, card))


def _card(words: Words, card: Card, now: Instant) -> Html:
    share = _share(card.finished, card.tasks)
    lines = [
        words.line("batch.title", title=card.title, code=card.code),
        words.line(f"batch.state_{card.state}"),
        "",
        words.line("batch.bar", bar=_bar(share), share=share),
        words.line("batch.done", done=words.number(card.finished), tasks=words.number(card.tasks)),
        _answers(words, card),
        "",
        *_money(words, card),
        *_pace(words, card),
    ]
    if card.deadline is not None and card.state is not State.CLOSED:
        lines.append(words.line("batch.deadline", deadline=words.when(card.deadline, now)))
    if card.stall is not None:
        lines.append(card_line(words, card.stall))
    if card.effect is not None:
        lines.append(effect_line(words, card.effect))
    if card.flagged:
        lines.append(words.line("batch.flagged", count=words.number(card.flagged)))
    return Html("\n".join(lines))


def _answers(words: Words, card: Card) -> Html:
    extras = []
    if card.gold:
        extras.append(words.plain("batch.gold", count=words.number(card.gold)))
    if card.late:
        extras.append(words.plain("batch.late", count=words.number(card.late)))
    key = "batch.answers_with" if extras else "batch.answers"
    return words.line(key, count=words.number(card.answers), extras=" · ".join(extras))


def _money(words: Words, card: Card) -> list[Html]:
    spent = words.money(card.spent)
    if card.state is State.CLOSED:
        return [words.line("batch.cost_closed", spent=spent)]
    terms = overlap_words(words, card.overlap)
    lines = [
        words.line("batch.cost", spent=spent, most=words.money(card.most)),
        words.line("batch.terms", price=words.money(card.price), terms=terms),
    ]
    if card.left is not None:
        lines.append(words.line("batch.left", left=words.money(card.left)))
    return lines


def _pace(words: Words, card: Card) -> list[Html]:
    lines = []
    if card.per_answer is not None:
        lines.append(words.line("batch.per_answer", time=words.duration(card.per_answer)))
    if card.per_hour is not None and card.state is State.OPEN:
        lines.append(words.line("batch.per_hour", count=words.number(card.per_hour)))
    if card.rest is not None:
        lines.append(words.line("batch.rest", time=words.duration(card.rest)))
    return lines


def _keyboard(words: Words, card: Card) -> tuple[Row, ...]:
    batch = card.batch
    rows: list[Row] = []
    if card.stall is not None:
        rows.append((why_button(words, batch, card.stall),))
    if card.flagged:
        rows.append((Button(words.plain("batch.see_flagged", count=card.flagged), FlaggedTap(batch)),))
    export = Button(words.plain("batch.export"), PlanTap(batch))
    review = Button(words.plain("batch.review"), NextTap(batch, FIRST, 0))
    refresh = Button(words.plain("batch.refresh"), CardTap(batch))
    every = Button(words.plain("batch.all"), BatchesTap(0))
    if card.state is State.CLOSED:
        return (*rows, (review, export), (_clone(words, batch), refresh), (every,))
    more = Button(words.plain("posting.more"), MoreTap(batch))
    if card.state is State.COMPLETE:
        return (*rows, (review, export), (refresh, more), (every,))
    is_open = card.state is State.OPEN
    pause = Button(words.plain("batch.pause" if is_open else "batch.resume"), PauseTap(batch, int(is_open)))
    return (*rows, (pause, review), (export, refresh), (every, more))


def _more(words: Words, card: Card) -> tuple[Row, ...]:
    batch = card.batch
    if card.state is State.CLOSED:
        return _keyboard(words, card)
    return (
        (ask_button(words, batch, "price"), ask_button(words, batch, "deadline")),
        (ask_button(words, batch, "guide"), _clone(words, batch)),
        (Button(words.plain("batch.close"), CloseBatchTap(batch, 0)),),
        (Button(words.plain("posting.back"), CardTap(batch)),),
    )


def _clone(words: Words, batch: int) -> Button:
    return Button(words.plain("batch.clone"), CloneTap(batch))


def confirm_close(words: Words, card: Card) -> Screen:
    """Closing is for good, so it is asked once more."""
    text = words.line("batch.confirm_close", title=card.title, rest=words.number(card.tasks - card.finished))
    yes = Button(words.plain("batch.close_sure"), CloseBatchTap(card.batch, 1))
    return Screen(text, ((yes,), (Button(words.plain("posting.back"), CardTap(card.batch)),)))


def flagged_screen(words: Words, flagged: Flagged) -> Screen:
    """A reported task, and why; it stays or it goes."""
    said = [
        words.plain("batch.reason", reason=words.plain(f"work.reason_{reason}"), count=count)
        for reason, count in flagged.reasons
    ]
    head = words.line("batch.flagged_task", reference=flagged.reference, left=flagged.left, reasons=" · ".join(said))
    body = words.line("batch.flagged_text", text=flagged.text) if flagged.text else Html("")
    text = Html(f"{head}\n\n{body}".strip())
    if units(text) > (CAPTION_LIMIT if flagged.picture else TEXT_LIMIT):
        text = body
    keep = Button(words.plain("batch.keep"), JudgeTap(flagged.batch, flagged.task, 1))
    drop = Button(words.plain("batch.drop"), JudgeTap(flagged.batch, flagged.task, 0))
    back = Button(words.plain("posting.back"), CardTap(flagged.batch))
    return Screen(text, ((keep, drop), (back,)), flagged.picture)


def _share(part: int, whole: int) -> int:
    return 100 * part // max(whole, 1)


def _bar(share: int) -> str:
    full = min(share * BLOCKS // 100, BLOCKS)
    return "🟩" * full + "⬜" * (BLOCKS - full)


def _short(title: str) -> str:
    return title if len(title) <= BUTTON_LETTERS else title[: BUTTON_LETTERS - 1] + "…"
