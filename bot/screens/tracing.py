"""A worker's money: where it is, what it comes from, and what every payout was made of."""

from collections.abc import Sequence

from rules.model import Instant, Micros
from services.flowing import ALL, NOW, PENDING, Flow, Out, Part, Whole
from services.tracing import PAGE

from ..screen import Button, Link, Row, Screen
from ..taps import BalanceTap, Tap
from ..taps_tracing import AdjustmentsTap, AnswersTap, BonusesTap, FlowTap, MonthsTap, OutgoingTap, WhyTap
from ..words import Html, Words
from .earnings import count, shortened

LONGEST_REASON = 200
SHARED = 16
"""A longer button is cut off where it shares its row."""


def whole(found: Whole, words: Words) -> Screen:
    """All of the money: what it comes from, and where it is."""
    if not (found.earned or found.answers.count):
        return Screen(words.line("why.none"), ((Button(words.plain("money.button_balance"), BalanceTap()),),))
    places = (
        ("pending", found.pending), ("available", found.available), ("in_payout", found.in_payout),
        ("paid", found.paid), ("taxes", found.taxes),
    )  # fmt: skip
    lines = [
        words.line("why.heading"), "", words.line("why.earned", amount=words.money(found.earned)),
        *parts(words, found.answers, found.bonuses, found.adjustments), "", words.line("why.equals"),
        *(named(words, name, amount) for name, amount in places if amount),
        words.line("why.sum", amount=words.money(Micros(sum(amount for _, amount in places)))),
    ]  # fmt: skip
    return Screen("\n".join(lines), _ways_down(found, words))


def _ways_down(found: Whole, words: Words) -> tuple[Row, ...]:
    now: list[Button | Link] = []
    if found.pending:
        now.append(Button(_part_button(words, "pending", found.pending), AnswersTap(PENDING, 0, 0)))
    if found.available:
        now.append(Button(_part_button(words, "available", found.available), FlowTap(NOW)))
    left = found.in_payout or found.paid or found.taxes
    out: Row = (Button(words.plain("why.button_outgoing"), OutgoingTap(0)),) if left else ()
    rows: list[Row] = [*_fitting(tuple(now))]
    if found.answers.count:
        rows.append((Button(_part_button(words, "answers", found.answers.amount), AnswersTap(ALL, 0, 0)),))
    rows += [*_fitting(_others(words, ALL, found.bonuses, found.adjustments)), out]
    rows.append(
        (
            Button(words.plain("money.button_balance"), BalanceTap()),
            Button(words.plain("why.button_month"), MonthsTap()),
        )
    )
    return tuple(row for row in rows if row)


def parts(words: Words, answers: Part, bonuses: Part, adjustments: Part) -> list[Html]:
    """What an amount comes from."""
    lines = []
    if answers.count:
        lines.append(_counted(words, "answers", answers, count(answers.count, words)))
    if bonuses.count:
        lines.append(_counted(words, "bonuses", bonuses, _times(words, bonuses)))
    if adjustments.count:
        lines.append(_counted(words, "adjustments", adjustments, _times(words, adjustments)))
    return lines


def _counted(words: Words, name: str, part: Part, counted: str) -> Html:
    return words.line("why.counted", name=words.plain(f"why.{name}"), amount=words.money(part.amount), count=counted)


def _times(words: Words, part: Part) -> str:
    return words.plain("why.times", number=words.number(part.count))


def named(words: Words, name: str, amount: Micros) -> Html:
    return words.line("why.line", name=words.plain(f"why.{name}"), amount=words.money(amount))


def _part_button(words: Words, name: str, amount: Micros) -> str:
    return words.plain("why.button_part", name=words.plain(f"why.{name}"), amount=words.money(amount))


def _others(words: Words, ref: str, bonuses: Part, adjustments: Part) -> Row:
    """Buttons for what is no answer."""
    found = (
        (bonuses, Button(_part_button(words, "bonuses", bonuses.amount), BonusesTap(ref, 0))),
        (adjustments, Button(_part_button(words, "adjustments", adjustments.amount), AdjustmentsTap(ref, 0))),
    )
    return tuple(button for part, button in found if part.count)


def _fitting(row: Row) -> tuple[Row, ...]:
    """The buttons side by side, or one below the other where an amount would be cut off."""
    return (row,) if all(len(button.text) <= SHARED for button in row) else tuple((button,) for button in row)


def flow(found: Flow, now: Instant, words: Words) -> Screen:
    """What is available now, or a payout with its taxes, and what it was made of."""
    heading = _now(found, words) if found.out is None else _departure(found.out, now, words)
    lines = [named(words, "carried", found.carried)] if found.carried else []
    lines += parts(words, found.answers, found.bonuses, found.adjustments)
    if found.stays:
        lines.append(named(words, "stays", Micros(-found.stays)))
    total = words.line("why.sum", amount=words.money(found.amount))
    rows: list[Row] = []
    if found.answers.count:
        rows.append((Button(_part_button(words, "answers", found.answers.amount), AnswersTap(found.ref, 0, 0)),))
    rows += _fitting(_others(words, found.ref, found.bonuses, found.adjustments))
    if found.before is not None and found.carried:
        rows.append((Button(_part_button(words, "carried", found.carried), FlowTap(found.before.ref)),))
    rows.append((up(words, WhyTap() if found.out is None else OutgoingTap(0)),))
    return Screen("\n".join([*heading, *lines, total]), tuple(row for row in rows if row))


def _now(found: Flow, words: Words) -> list[str]:
    key = "why.now" if found.before is not None else "why.now_first"
    return [words.line(key, amount=words.money(found.amount))]


def _departure(out: Out, now: Instant, words: Words) -> list[str]:
    key = "why.payment" if out.is_by_hand else "why.payout"
    state = words.plain(f"why.state_{out.state}")
    lines: list[str] = [
        words.line(key, code=out.code, gross=words.money(out.gross), when=words.when(out.left_at, now), state=state)
    ]
    if not out.is_by_hand:
        lines += ["", named(words, "gross", out.gross)]
        lines += [
            named(words, "income_tax", Micros(-out.income_tax)),
            named(words, "local_tax", Micros(-out.local_tax)),
        ]
        lines.append(named(words, "net", out.net))
    if out.transfer and out.moved_at is not None:
        lines.append(words.line("why.transfer", code=out.transfer, when=words.when(out.moved_at, now)))
    elif out.transfer:
        lines.append(words.line("why.transfer_coming", code=out.transfer))
    if out.last_digits:
        lines.append(words.line("why.account", digits=out.last_digits))
    if out.note:
        lines.append(words.line("why.note", note=shortened(out.note, LONGEST_REASON)))
    return [*lines, "", words.line("why.made_of")]


def outgoing(outs: Sequence[Out], page: int, now: Instant, words: Words) -> Screen:
    """All departures, newest first, a button each."""
    newest = list(reversed(outs))
    if not newest:
        return Screen(words.line("why.outgoing_none"), ((up(words, WhyTap()),),))
    page = min(max(page, 0), (len(newest) - 1) // PAGE)
    shown = newest[page * PAGE : (page + 1) * PAGE]
    has_older = (page + 1) * PAGE < len(newest)
    lines = [_out_line(out, now, words) for out in shown]
    rows: list[Row] = [
        (Button(words.plain("why.button_out", when=words.day(out.left_at), amount=words.money(out.gross)),
                FlowTap(out.ref)),)
        for out in shown
    ]  # fmt: skip
    rows.append(turning(words, OutgoingTap(page - 1) if page else None, OutgoingTap(page + 1) if has_older else None))
    rows.append((up(words, WhyTap()),))
    return Screen("\n".join([words.line("why.outgoing"), "", *lines]), tuple(row for row in rows if row))


def _out_line(out: Out, now: Instant, words: Words) -> Html:
    key = "why.outgoing_line" if out.gross == out.net else "why.outgoing_taxed"
    state = words.plain(f"why.state_{out.state}")
    gross, net = words.money(out.gross), words.money(out.net)
    return words.line(key, when=words.when(out.left_at, now), gross=gross, net=net, state=state)


def turning(words: Words, newer: Tap | None, older: Tap | None) -> Row:
    """Buttons to the page before and to the page after, where there are some."""
    turns = []
    if newer is not None:
        turns.append(Button(words.plain("money.button_newer"), newer))
    if older is not None:
        turns.append(Button(words.plain("money.button_older"), older))
    return tuple(turns)


def up(words: Words, tap: Tap) -> Button:
    return Button(words.plain("why.button_back"), tap)
