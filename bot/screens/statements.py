"""A month's statement: as lines of paper, as a table, and the question of which month."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO

from rules.model import Instant, Micros
from rules.spreadsheets import harmless
from services.stating import Departure, Held, Line, StatedDay, Statement
from services.tracing import number_of

from ..lettering import MISSING, showable
from ..paper import Look, PaperLine
from ..screen import Button, Row, Screen
from ..taps_tracing import StatementTap, WhyTap
from ..words import Html, Words
from .earnings import count
from .traced import day_name, month_name

COLUMNS = ("date", "kind", "code", "text", "price", "count", "amount", "income_tax", "local_tax", "net")
MONTHS_IN_A_ROW = 3
BYTE_ORDER_MARK = "\ufeff"
"""By which spreadsheets know UTF-8."""


def months_screen(words: Words, months: Sequence[date]) -> Screen:
    """Of which month?"""
    back = Button(words.plain("why.button_back"), WhyTap())
    if not months:
        return Screen(words.line("statement.none"), ((back,),))
    buttons = [Button(month_name(month.year, month.month, words), StatementTap(number_of(month))) for month in months]
    rows: list[Row] = [
        tuple(buttons[start : start + MONTHS_IN_A_ROW]) for start in range(0, len(buttons), MONTHS_IN_A_ROW)
    ]
    return Screen(words.line("statement.choose"), (*rows, (back,)))


def caption(words: Words, found: Statement) -> Html:
    """The month in three lines."""
    return words.line(
        "statement.caption",
        month=month_name(found.month.year, found.month.month, words),
        earned=words.money(found.earned),
        count=count(found.answers, words),
        opening=words.money(found.opening.amount),
        closing=words.money(found.closing.amount),
    )


def paper(words: Words, found: Statement, now: Instant) -> list[PaperLine]:
    """The statement, line by line."""
    month = month_name(found.month.year, found.month.month, words)
    lines = [PaperLine(Look.TITLE, words.plain("statement.title", month=month))]
    lines.append(PaperLine(Look.NOTE, words.plain("statement.who", name=found.name, code=found.code)))
    if found.is_running:
        lines.append(PaperLine(Look.NOTE, words.plain("statement.running", when=_written(now, words))))
    return [*lines, *_summary(words, found), *_days(words, found), *_others(words, found), *_left(words, found)]


def _written(now: Instant, words: Words) -> str:
    """Date and time in full: paper is read on other days, too."""
    return words.plain("time.date_clock", date=words.day(now), clock=f"{words.local(now):%H:%M}")


def _summary(words: Words, found: Statement) -> Iterator[PaperLine]:
    yield PaperLine(Look.HEADING, words.plain("statement.summary"))
    yield _total(words, "opening", found.opening.amount)
    yield from _held(words, found.opening)
    yield PaperLine(
        Look.PLAIN, words.plain("statement.answers"), count(found.answers, words), words.money(found.earned)
    )  # fmt: skip
    changes = (
        ("rejected", found.rejected),
        ("undone", found.undone),
        ("bonuses", found.bonus),
        ("adjustments", found.adjusted),
        ("departures", Micros(-found.left)),
    )
    for name, amount in changes:
        if amount:
            yield PaperLine(Look.PLAIN, words.plain(f"statement.{name}"), "", words.money(amount))
    yield _total(words, "closing_now" if found.is_running else "closing", found.closing.amount)
    yield from _held(words, found.closing)


def _total(words: Words, name: str, amount: Micros) -> PaperLine:
    return PaperLine(Look.TOTAL, words.plain(f"statement.{name}"), "", words.money(amount))


def _held(words: Words, held: Held) -> Iterator[PaperLine]:
    """Where it was, if anywhere."""
    for name, amount in (("pending", held.pending), ("available", held.available), ("in_payout", held.in_payout)):
        if amount:
            yield PaperLine(Look.NOTE, words.plain(f"statement.{name}"), words.money(amount))


def _days(words: Words, found: Statement) -> Iterator[PaperLine]:
    if not found.days:
        return
    yield PaperLine(Look.HEADING, words.plain("statement.days"))
    for day in found.days:
        yield PaperLine(Look.TOTAL, day_name(day.begins, words), "", words.money(day.amount))
        for line in day.lines:
            priced = _priced(words, line.count, line.price)
            yield PaperLine(Look.PLAIN, _named(words, line), priced, words.money(line.amount))


def _named(words: Words, line: Line) -> str:
    """A batch's title, with its code where the title can't be shown as it is."""
    if MISSING not in showable(line.title):
        return line.title
    return words.plain("statement.dated", date=line.code, text=line.title)


def _priced(words: Words, answers: int, price: Micros) -> str:
    return words.plain("statement.priced", count=count(answers, words), price=words.money(price))


def _others(words: Words, found: Statement) -> Iterator[PaperLine]:
    """Bonuses and corrections."""
    if found.bonuses:
        yield PaperLine(Look.HEADING, words.plain("statement.bonuses"))
    for bonus in found.bonuses:
        yield PaperLine(Look.PLAIN, _dated(words, bonus.earned_at, bonus.title), "", words.money(bonus.amount))
    if found.adjustments:
        yield PaperLine(Look.HEADING, words.plain("statement.adjustments"))
    for each in found.adjustments:
        yield PaperLine(Look.PLAIN, _dated(words, each.made_at, each.reason), "", words.money(each.amount))


def _dated(words: Words, at: Instant, text: str) -> str:
    return words.plain("statement.dated", date=words.day(at), text=text)


def _left(words: Words, found: Statement) -> Iterator[PaperLine]:
    """What left, with its taxes."""
    if found.departures:
        yield PaperLine(Look.HEADING, words.plain("statement.departures"))
    for each in found.departures:
        heading = _dated(words, each.left_at, _departure(words, each))
        yield PaperLine(Look.TOTAL, heading, "", words.money(Micros(-each.gross)))
        if each.code:
            for name, amount in (
                ("net", each.net), ("income_tax", each.income_tax), ("local_tax", each.local_tax)
            ):  # fmt: skip
                yield PaperLine(Look.NOTE, words.plain(f"statement.{name}"), words.money(amount))


def _departure(words: Words, each: Departure) -> str:
    if not each.code:
        return words.plain("statement.payment_noted", note=each.note) if each.note else words.plain("statement.payment")
    if each.transfer is None:
        return words.plain("statement.payout", code=each.code)
    return words.plain("statement.payout_sent", code=each.code, transfer=each.transfer)


def footer(words: Words, found: Statement, currency: str) -> str:
    """What a single page is of, whatever became of the others."""
    title = words.plain("statement.title", month=month_name(found.month.year, found.month.month, words))
    return words.plain("statement.footer", title=title, code=found.code, currency=currency, zone=words.timezone.key)


def table(words: Words, found: Statement) -> bytes:
    """The same as CSV in UTF-8: dates as 2026-11-22, amounts exact in major units, its `amount`s summing up to the end.

    Whatever a spreadsheet could take for a formula has an apostrophe before it.
    """
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([words.plain(f"statement.column_{column}") for column in COLUMNS])
    for row in _rows(words, found):
        writer.writerow([harmless(cell) for cell in row])
    return (BYTE_ORDER_MARK + file.getvalue()).encode()


def _rows(words: Words, found: Statement) -> Iterator[list[str]]:
    yield _row(words, found.begins, "opening", amount=found.opening.amount)
    for day in found.days:
        yield from _day_rows(words, day)
    for name, amount in (("rejected", found.rejected), ("undone", found.undone)):
        if amount:
            yield _row(words, Instant(found.ends - 1), name, amount=amount)
    for bonus in found.bonuses:
        yield _row(words, bonus.earned_at, "bonuses", bonus.code, bonus.title, amount=bonus.amount)
    for each in found.adjustments:
        yield _row(words, each.made_at, "adjustments", "", each.reason, amount=each.amount)
    for left in found.departures:
        taxes = (_number(left.income_tax), _number(left.local_tax), _number(left.net))
        gross = Micros(-left.gross)
        yield _row(words, left.left_at, "departures", left.code, _departure(words, left), amount=gross, taxes=taxes)
    yield _row(words, Instant(found.ends - 1), "closing", amount=found.closing.amount)


def _day_rows(words: Words, day: StatedDay) -> Iterator[list[str]]:
    for line in day.lines:
        priced = (_number(line.price), str(line.count))
        yield _row(words, day.begins, "answers", line.code, line.title, amount=line.amount, priced=priced)


def _row(
    words: Words,
    at: Instant,
    kind: str,
    code: str = "",
    text: str = "",
    *,
    amount: Micros,
    priced: tuple[str, str] = ("", ""),
    taxes: tuple[str, str, str] = ("", "", ""),
) -> list[str]:
    day = words.local(at).date().isoformat()
    return [day, words.plain(f"statement.{kind}"), code, text, *priced, _number(amount), *taxes]


def _number(amount: Micros) -> str:
    """An amount as spreadsheets read it: 1240 or 0.4."""
    exact = Decimal(amount) / 1_000_000
    return f"{exact.quantize(Decimal(1)) if exact == int(exact) else exact.normalize():f}"
