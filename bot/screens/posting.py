"""Posting a batch: what is asked, what was refused, and the draft's card."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MappingProxyType

from rules.amounts import exact
from rules.model import DAY, Instant, Kind, Micros
from rules.pricing import Underpaid, underpaid
from rules.settings import Fault, Overlap, parse_overlap, parse_price, parse_review
from services.dealing import Shown
from services.drafting import Preview
from services.posting import Upload

from ..importing import Rejected
from ..screen import Button, Row, Screen
from ..taps import Tap
from ..taps_batches import (
    AskTap,
    CardTap,
    DiscardTap,
    DraftMoreTap,
    DraftTap,
    DropTap,
    InertTap,
    LookTap,
    PublishTap,
    SampleTap,
    SayTap,
    SetTap,
)
from ..words import Html, Words
from .work import task_screen, units

ROOM = 3_900
PRICES = MappingProxyType({"KRW": ("10", "20", "30", "50"), "JPY": ("1", "2", "3", "5")})
SMALL_PRICES = ("0.01", "0.02", "0.03", "0.05")
OVERLAPS = ("1", "3", "5", "2-5")
DEADLINES = ("1", "3", "7")
REVIEWS = ("0", "24h", "72h", "7d")
LONGEST_IN_HOURS = 3 * DAY
FROM_GOLD, NONE = "gold", "none"

Option = tuple[str, str]
"""What a button says, and the value it stands for."""


def explain(words: Words) -> Screen:
    """How to post, in a few lines."""
    return Screen(words.line("posting.explain"), ((Button(words.plain("posting.get_sample"), SampleTap()),),))


def clone(words: Words, title: str) -> Screen:
    return Screen(words.line("posting.send_file_like", title=title))


def wrong_settings(words: Words, faults: Sequence[Fault]) -> Screen:
    """Every mistake of a caption at once."""
    said = [words.line("posting.wrong_setting", reason=reason(words, fault)) for fault in faults]
    return Screen(Html("\n".join((words.line("posting.wrong_settings", count=len(faults)), *said))))


def rejected(words: Words, outcome: Rejected) -> Screen:
    """Why nothing came of a file, with the first of its faults."""
    lines = [words.line("posting.rejected", reason=words.line(outcome.refusal.key, **outcome.refusal.blanks))]
    if outcome.refused:
        lines.append(words.line("posting.refused", count=words.number(outcome.refused)))
    return Screen(_with_faults(words, lines, outcome.faults))


def progress(words: Words, done: int, total: int) -> Screen:
    share = 100 * done // max(total, 1)
    return Screen(
        words.line("posting.progress", done=words.number(done), total=words.number(max(total, done)), share=share)
    )


def waiting(words: Words) -> Screen:
    return Screen(words.line("posting.waiting"))


def reason(words: Words, fault: Fault) -> Html:
    return words.line(fault.key, **fault.blanks)


def worded(words: Words) -> Callable[[Fault], tuple[str, str]]:
    """Faults as the rows of a table: place and reason."""

    def place_and_reason(fault: Fault) -> tuple[str, str]:
        place = fault.entry if fault.line is None else str(fault.line)
        return place or "", words.plain(fault.key, **fault.blanks)

    return place_and_reason


def _with_faults(words: Words, lines: Sequence[str], faults: Sequence[Fault]) -> Html:
    """The lines, and as many faults below them as fit, folded away."""
    text = "\n".join(lines)
    listed: list[str] = []
    for fault in faults:
        line = _fault(words, fault)
        if units(text) + sum(units(other) + 1 for other in (*listed, line)) > ROOM:
            break
        listed.append(line)
    return words.line("posting.with_faults", text=Html(text), faults=Html("\n".join(listed))) if listed else Html(text)


def _fault(words: Words, fault: Fault) -> Html:
    if fault.line is not None:
        return words.line("upload.at_line", line=words.number(fault.line), reason=reason(words, fault))
    if fault.entry is not None:
        return words.line("upload.at_entry", entry=fault.entry, reason=reason(words, fault))
    return reason(words, fault)


# What is asked --------------------------------------------------------------------------------------------------------


def ask_upload(words: Words, upload: Upload, currency: str) -> Screen:
    """The next thing that is missing of an upload."""
    key = upload.asks[0]
    options = _options(words, key, currency)
    text = words.line(f"posting.ask_{key}", name=upload.name, rows=words.number(upload.found.rows))
    if key == "choices" and upload.found.choices:
        text = words.line("posting.ask_choices_found", name=upload.name, choices=" / ".join(upload.found.choices))
        options = [(words.plain("posting.take_choices"), FROM_GOLD)]
    rows = _rows(options, lambda value: SayTap(upload.id, key, value))
    return Screen(text, (*rows, (Button(words.plain("posting.drop"), DropTap(upload.id)),)))


def ask_change(words: Words, batch: int, key: str, currency: str, back: Tap) -> Screen:
    """A new value for a batch's setting."""
    options = _options(words, key, currency)
    if key == "choices":
        options = [(words.plain(f"posting.kind_{kind}"), f"kind-{kind}") for kind in Kind]
    if key == "guide" and isinstance(back, CardTap):
        options = []  # Answers that were given by a rule keep it, so a running batch keeps a guide.
    rows = _rows(options, lambda value: SetTap(batch, key, value))
    return Screen(words.line(f"posting.change_{key}"), (*rows, (Button(words.plain("posting.back"), back),)))


def _options(words: Words, key: str, currency: str) -> list[Option]:
    match key:
        case "price":
            return [(words.money(parse_price(price, currency)), price) for price in PRICES.get(currency, SMALL_PRICES)]
        case "overlap":
            return [(overlap_words(words, parse_overlap(overlap)), overlap) for overlap in OVERLAPS]
        case "kind":
            return [(words.plain(f"posting.kind_{kind}"), kind) for kind in Kind]
        case "review":
            return [(review_words(words, parse_review(review)), review) for review in REVIEWS]
        case "guide":
            return [(words.plain("posting.no_guide"), NONE)]
        case "deadline":
            days = [(words.plain("posting.in_days", days=day), day) for day in DEADLINES]
            return [*days, (words.plain("posting.no_deadline"), NONE)]
        case _:
            return []


def _rows(options: Sequence[Option], tap: Callable[[str], Tap]) -> tuple[Row, ...]:
    """Short options share a row of two."""
    buttons = [Button(text, tap(value)) for text, value in options]
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


def overlap_words(words: Words, overlap: Overlap) -> str:
    if overlap.least == overlap.most:
        return words.plain("posting.overlap_fixed", count=overlap.least)
    return words.plain("posting.overlap_growing", least=overlap.least, most=overlap.most)


def review_words(words: Words, review: int) -> str:
    if not review:
        return words.plain("posting.no_review")
    if review > LONGEST_IN_HOURS and review % DAY == 0:
        return words.plain("posting.review_days", days=review // DAY)
    return words.plain("posting.review", time=words.duration(review))


# The draft ------------------------------------------------------------------------------------------------------------


def sample(words: Words, shown: Shown) -> Screen:
    """One task exactly as a worker will see it; its buttons do nothing."""
    screen = task_screen(words, shown)
    rows = tuple(tuple(Button(button.text, InertTap()) for button in row) for row in screen.keyboard)
    return replace(screen, keyboard=rows)


def low_pay(preview: Preview, wage: Micros | None, currency: str) -> Underpaid | None:
    """Whether a draft's price is below the minimum wage at the speed that is known of its tasks."""
    return underpaid(preview.price, preview.per_answer, wage, currency)


def draft_card(words: Words, preview: Preview, now: Instant, low: Underpaid | None) -> Screen:
    """What was taken and refused, what it will cost and take, and the button that decides."""
    return Screen(_draft(words, preview, now, low), _draft_keyboard(words, preview.batch, low))


def draft_more(words: Words, preview: Preview, now: Instant, low: Underpaid | None) -> Screen:
    """The same card, with what is changed now and then."""
    return Screen(_draft(words, preview, now, low), _draft_more(words, preview.batch))


def _draft(words: Words, preview: Preview, now: Instant, low: Underpaid | None) -> Html:
    lines = [
        words.line("posting.draft_title", title=preview.title, code=preview.code),
        words.line("posting.draft_project", project=preview.project),
        "",
        *_counts(words, preview),
        "",
        words.line(f"posting.draft_choices_{preview.kind}", choices=" / ".join(preview.choices)),
        _terms(words, preview, now),
        "",
        *_cost(words, preview),
        *_budget(words, preview),
        *_warning(words, preview, low),
    ]
    return _with_faults(words, lines, preview.faults)


def _budget(words: Words, preview: Preview) -> list[Html]:
    """Where the coordinator has a limit: what it leaves, and what is missing of this draft's cost."""
    if preview.left is None:
        return []
    left, missing = words.money(preview.left), preview.cost.reserved - preview.left
    if missing > 0:
        return [words.line("posting.budget_short", left=left, missing=words.money(Micros(missing)))]
    return [words.line("posting.budget_left", left=left)]


def _warning(words: Words, preview: Preview, low: Underpaid | None) -> list[Html]:
    if low is None:
        return []
    key = "posting.low_measured" if preview.is_measured else "posting.low_guessed"
    typical, wage = words.duration(preview.per_answer), words.money(low.wage)
    return [Html(""), words.line(key, hourly=words.rounded(low.hourly), wage=wage, typical=typical)]


def _enough(words: Words, batch: int, low: Underpaid) -> Button:
    """One tap to the price that reaches the minimum wage."""
    value = exact(low.enough).replace(",", "")
    return Button(words.plain("posting.price_enough", price=words.money(low.enough)), SetTap(batch, "price", value))


def _counts(words: Words, preview: Preview) -> list[Html]:
    lines = [words.line("posting.taken", count=words.number(preview.tasks))]
    if preview.golds:
        lines.append(words.line("posting.golds", count=words.number(preview.golds)))
    if preview.duplicates:
        lines.append(words.line("posting.duplicates", count=words.number(preview.duplicates)))
    lines.append(words.line("posting.refused", count=words.number(preview.refused)))
    return lines


def _terms(words: Words, preview: Preview, now: Instant) -> Html:
    terms = [words.plain("posting.price", price=words.money(preview.price)), overlap_words(words, preview.overlap)]
    terms.append(words.plain("posting.has_guide" if preview.has_guide else "posting.without_guide"))
    terms.append(review_words(words, preview.review))
    if preview.deadline is not None:
        terms.append(words.plain("posting.deadline", deadline=words.when(preview.deadline, now)))
    return words.line("posting.terms", terms=" · ".join(terms))


def _cost(words: Words, preview: Preview) -> list[Html]:
    """`1,000 × 3 × 20원 + 골드 300 × 20원 = 66,000원`, and how long it may take."""
    price, overlap = words.money(preview.price), preview.overlap
    grows = overlap.least < overlap.most
    most = words.plain("posting.at_most", overlap=overlap.most) if grows else str(overlap.most)
    key = "posting.cost_gold" if preview.golds else "posting.cost"
    total = words.money(preview.cost.shown)
    golds = words.number(preview.gold_answers)
    tasks = words.number(preview.tasks)
    work = preview.per_answer * preview.tasks * preview.overlap.least
    typical = words.duration(preview.per_answer)
    measure = "posting.time_measured" if preview.is_measured else "posting.time_guessed"
    return [
        words.line(key, tasks=tasks, overlap=most, price=price, golds=golds, total=total),
        words.line("posting.reserve", money=words.money(preview.cost.late)),
        words.line(measure, time=words.duration(work), typical=typical),
    ]


def _draft_keyboard(words: Words, batch: int, low: Underpaid | None) -> tuple[Row, ...]:
    look = Button(words.plain("posting.look"), LookTap(batch))
    more = Button(words.plain("posting.more"), DraftMoreTap(batch))
    return (
        (Button(words.plain("posting.publish"), PublishTap(batch)),),
        *([(_enough(words, batch, low),)] if low is not None else []),
        (ask_button(words, batch, "price"), ask_button(words, batch, "overlap")),
        (look, more),
    )


def _draft_more(words: Words, batch: int) -> tuple[Row, ...]:
    return (
        (ask_button(words, batch, "title"), ask_button(words, batch, "choices")),
        (ask_button(words, batch, "guide"), ask_button(words, batch, "review")),
        (ask_button(words, batch, "deadline"), Button(words.plain("posting.discard"), DiscardTap(batch))),
        (Button(words.plain("posting.back"), DraftTap(batch)),),
    )


def ask_button(words: Words, batch: int, key: str) -> Button:
    """Asks for another value of a setting."""
    return Button(words.plain(f"posting.button_{key}"), AskTap(batch, key))


def discarded(words: Words) -> Screen:
    return Screen(words.line("posting.discarded"))


def dropped(words: Words) -> Screen:
    return Screen(words.line("posting.dropped"))
