"""Looking through answers: the list, one answer at a time, and what it takes to reject one."""

from collections.abc import Iterator, Sequence

from rules.choosing import bits
from rules.model import Instant, Kind
from services.appealing import Rejection
from services.items import Item
from services.reviewing import FIRST, Examined, Overview, Reviewable, Reviewer, Rule, Waiting

from ..screen import Button, Row, Screen
from ..taps_review import (
    ConfirmTap,
    DecideTap,
    ExamineTap,
    ExpectTap,
    JudgeAppealTap,
    NextTap,
    NobodyElseTap,
    RejectTap,
    ReviewsTap,
    RuleTap,
)
from ..words import Html, Words
from .earnings import shortened

BUTTON_LETTERS = 40
TITLE_LETTERS, REFERENCE_LETTERS = 12, 8
"""Of a title and a task, beside words that say what waits."""
RULE_LETTERS = 200
ROOM = (2_000, 500)
CAPTION_ROOM = (220, 120)
"""How many letters of a task's text, and of everything else that may be long, a message holds; and a caption."""

BEGINNING = 1 << 20


def overview(words: Words, found: Overview) -> Screen:
    """What waits for a decision first, then the batches, then how the reviews fare."""
    rows = [*(_waiting(words, each) for each in found.waiting), *(_batch(words, each) for each in found.batches)]
    lines = [words.line("review.overview")]
    if not rows:
        lines.append(words.line("review.nothing"))
    lines += [_standing(words, each) for each in found.batches]
    said = [_reviewer(words, each) for each in found.reviewers]
    if said:
        lines.append(Html("\n".join((words.line("review.reviewers"), *said))))
    return Screen("\n\n".join(lines), tuple(rows))


def _standing(words: Words, each: Reviewable) -> Html:
    answers, doubtful = words.number(each.answers), words.number(each.doubtful)
    title = shortened(each.title, BUTTON_LETTERS)
    return words.line("review.batch", title=title, code=each.code, answers=answers, doubtful=doubtful)


def _reviewer(words: Words, each: Reviewer) -> Html:
    counts = {"rejections": each.rejections, "appeals": each.appeals, "upheld": each.upheld}
    key = "review.reviewer" if each.appeals else "review.reviewer_unopposed"
    return words.line(key, name=each.name, **counts)


def _waiting(words: Words, each: Waiting) -> Row:
    title, reference = shortened(each.title, TITLE_LETTERS), shortened(each.reference, REFERENCE_LETTERS)
    key = "review.waiting_appeal" if each.is_appeal else "review.waiting_proposal"
    return (Button(words.plain(key, title=title, reference=reference), DecideTap(each.rejection)),)


def _batch(words: Words, each: Reviewable) -> Row:
    text = words.plain("review.batch_button", title=shortened(each.title, BUTTON_LETTERS), doubtful=each.doubtful)
    return (Button(text, NextTap(each.batch, FIRST, 0)),)


def item(words: Words, found: Examined, now: Instant) -> Screen:
    """One answer, what speaks against it, and the two things that can be done."""
    lines = [
        *_heading(words, found.item),
        *_doubt(words, found),
        "",
        *_item(words, found.item),
        "",
        words.line("review.facts", price=words.money(found.price), time=words.duration(found.milliseconds)),
        words.line("review.until", when=words.when(found.settles_at, now)),
        *([words.line("review.takes_two")] if found.takes_two else []),
    ]
    keyboard: tuple[Row, ...] = (
        (
            Button(words.plain("review.reject"), RejectTap(found.item.answer, found.doubt)),
            Button(words.plain("review.next"), NextTap(found.item.batch, found.doubt, found.item.answer)),
        ),
        (Button(words.plain("review.back_to_list"), ReviewsTap()),),
    )
    return Screen("\n".join(lines), keyboard, found.item.picture)


def _heading(words: Words, found: Item) -> tuple[Html, Html]:
    return (
        words.line("review.title", title=found.title, code=found.code),
        words.line("review.whose", reference=found.reference, worker=found.worker),
    )


def _doubt(words: Words, found: Examined) -> list[Html]:
    if found.doubt <= 0:
        return []
    return [words.line("review.against_gold" if found.item.gold else "review.against_others")]


def _item(words: Words, found: Item) -> list[Html]:
    room, rest = CAPTION_ROOM if found.picture else ROOM
    lines = quoted(words, found.text, room)
    lines.append(words.line("review.answer", labels=joined(found.labels, rest)))
    if found.gold:
        lines.append(words.line("review.gold", labels=joined(found.gold, rest)))
    lines.append(others_line(words, found.others, rest))
    return lines


def quoted(words: Words, text: str | None, room: int) -> list[Html]:
    return [words.line("review.quoted", text=shortened(text, room))] if text else []


def joined(labels: Sequence[str], room: int) -> str:
    return shortened(", ".join(labels), room)


def others_line(words: Words, others: Sequence[tuple[Sequence[str], int]], room: int) -> Html:
    """What the others said, such as `긍정 2 · 부정 1`."""
    if not others:
        return words.line("review.nobody_else")
    said = [words.plain("review.votes", labels=", ".join(labels), votes=votes) for labels, votes in others]
    return words.line("review.others", others=shortened(" · ".join(said), room))


def done(words: Words) -> Screen:
    """Everything has been looked at."""
    return Screen(words.line("review.done"), ((Button(words.plain("review.back_to_list"), ReviewsTap()),),))


def rules(words: Words, found: Examined, known: Sequence[Rule]) -> Screen:
    """Which rule of the guide does the answer break?"""
    listed = [
        words.line("review.rule", number=number, rule=shortened(rule.text, RULE_LETTERS))
        for number, rule in enumerate(known, 1)
    ]
    expected = _default(found)
    rows: list[Row] = [
        (
            Button(
                words.plain("review.rule", number=number, rule=shortened(rule.text, BUTTON_LETTERS)),
                RuleTap(found.item.answer, found.doubt, rule.number, expected),
            ),
        )
        for number, rule in enumerate(known, 1)
    ]
    back = Button(words.plain("posting.back"), ExamineTap(found.item.answer, found.doubt))
    text = "\n".join((words.line("review.which_rule", labels=joined(found.item.labels, 200)), "", *listed))
    return Screen(text, (*rows, (back,)))


def _default(found: Examined) -> int:
    """What gold or the others say, unless that is what was answered."""
    leading = bits(found.item.leading, found.item.choices)
    return 0 if leading == bits(found.item.labels, found.item.choices) else leading


def expected(words: Words, found: Examined, rule: Rule, ticked: int) -> Screen:
    """What should have been answered? The likeliest first; with one tap it is done, or one by one and then done."""
    room, rest = CAPTION_ROOM
    lines = [
        words.line("review.which_label_two" if found.takes_two else "review.which_label"),
        *quoted(words, found.item.text, room),
        words.line("review.answer", labels=joined(found.item.labels, rest)),
        words.line("review.reason", reason=shortened(rule.text, RULE_LETTERS)),
    ]
    make = _single if found.item.kind is Kind.SINGLE else _several
    back = Button(words.plain("posting.back"), RejectTap(found.item.answer, found.doubt))
    return Screen("\n".join(lines), (*make(words, found, rule, ticked), (back,)))


def _single(words: Words, found: Examined, rule: Rule, ticked: int) -> Iterator[Row]:
    choices = [
        (1 << place, choice) for place, choice in enumerate(found.item.choices) if choice not in found.item.labels
    ]
    for label, choice in sorted(choices, key=lambda each: each[0] != ticked):
        key = "review.reject_likely" if label == ticked else "review.reject_as"
        text = words.plain(key, label=shortened(choice, BUTTON_LETTERS))
        yield (Button(text, ExpectTap(found.item.answer, found.doubt, rule.number, label)),)


def _several(words: Words, found: Examined, rule: Rule, ticked: int) -> Iterator[Row]:
    for place, choice in enumerate(found.item.choices):
        mark = "☑" if ticked >> place & 1 else "☐"
        tap = RuleTap(found.item.answer, found.doubt, rule.number, ticked ^ 1 << place)
        yield (Button(f"{mark} {shortened(choice, BUTTON_LETTERS)}", tap),)
    yield (
        Button(words.plain("review.reject_with_these"), ExpectTap(found.item.answer, found.doubt, rule.number, ticked)),
    )


def unseconded(words: Words, made: int, following: NextTap) -> Screen:
    """A rejection is proposed, and nobody is there who could confirm it."""
    following_button = Button(words.plain("review.next"), following)
    return Screen(words.line("review.unseconded"), (_nobody_else(words, made), (following_button,)))


def _nobody_else(words: Words, rejection: int) -> Row:
    return (Button(words.plain("start.alone"), NobodyElseTap(rejection)),)


def lapsed(words: Words, title: str, code: str, count: int) -> Screen:
    """To a reviewer: nobody has confirmed in time."""
    return Screen(words.line("review.lapsed", title=shortened(title, BUTTON_LETTERS), code=code, count=count))


def decision(words: Words, found: Rejection, now: Instant) -> Screen:
    """A rejection that takes a second look, or one that its worker does not accept."""
    room, rest = CAPTION_ROOM if found.item.picture else ROOM
    lines = [
        words.line(f"review.decide_{found.state}"),
        *_heading(words, found.item),
        "",
        *quoted(words, found.item.text, room),
        words.line("review.answer", labels=joined(found.item.labels, rest)),
        words.line("review.expected", labels=joined(found.expected, rest)),
        words.line("review.reason", reason=shortened(found.reason, rest)),
        others_line(words, found.item.others, rest),
    ]
    if found.note:
        lines.append(words.line("review.note", note=shortened(found.note, rest)))
    lines += ["", words.line("review.amount", amount=words.money(found.amount))]
    if found.until is not None:
        lines.append(words.line(f"review.until_{found.state}", when=words.when(found.until, now)))
    if found.lacks_second and found.state in ("proposed", "appealed"):
        lines += ["", words.line(f"review.nobody_else_{found.state}")]
    elif found.state == "appealed" and not found.may_deny:
        lines.append(words.line("review.only_another"))
    return Screen("\n".join(lines), _decision_keyboard(words, found), found.item.picture)


def _decision_keyboard(words: Words, found: Rejection) -> tuple[Row, ...]:
    back = (Button(words.plain("review.back_to_list"), ReviewsTap()),)
    alone = (_nobody_else(words, found.id),) if found.lacks_second else ()
    if found.state == "proposed":
        drop = Button(words.plain("review.drop"), ConfirmTap(found.id, 0))
        confirm = Button(words.plain("review.confirm"), ConfirmTap(found.id, 1))
        return ((drop, confirm) if found.may_deny else (drop,), *alone, back)
    if found.state == "appealed":
        uphold = Button(words.plain("review.uphold"), JudgeAppealTap(found.id, 1))
        deny = Button(words.plain("review.deny"), JudgeAppealTap(found.id, 0))
        return ((uphold, deny) if found.may_deny else (uphold,), *alone, back)
    return (back,)
