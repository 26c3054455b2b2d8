"""The levels below an amount: months, days, batches, prices, and the answers themselves; bonuses and corrections."""

from collections.abc import Sequence

from rules.model import Instant, Micros
from services.earning import Given, History
from services.flowing import ALL, NOW, PENDING, Adjustment, Bonus, Part
from services.tracing import PAGE, Dissected, Priced, Share, Stretch

from ..screen import Button, Row, Screen
from ..taps import Tap
from ..taps_tracing import AdjustmentsTap, AnswersTap, BonusesTap, FlowTap, LeavesTap, PricesTap, WhyTap
from ..words import Html, Words
from .earnings import TITLE, count, history_line, pictures, shortened
from .promises import promise
from .tracing import LONGEST_REASON, turning, up

BUTTON_TITLE = 24


def subject(ref: str, words: Words) -> str:
    """What is traced, in a word or two."""
    if ref == PENDING:
        return words.plain("why.pending")
    if ref == NOW:
        return words.plain("why.available")
    return words.plain("why.answers" if ref == ALL else "why.gross")


def root(ref: str) -> Tap:
    """Where what is traced was chosen."""
    return WhyTap() if ref in (ALL, PENDING) else FlowTap(ref)


def months(found: Sequence[Stretch], ref: str, page: int, words: Words) -> Screen:
    """The months, newest first."""
    choices = [(_month(each, words), each.part, AnswersTap(ref, each.period, 0)) for each in found]
    return _level(subject(ref, words), choices, (ref, 0, page), root(ref), words)


def month_days(found: Sequence[Stretch], ref: str, month: int, page: int, words: Words) -> Screen:
    """The days of a month."""
    choices = [(day_name(each.begins, words), each.part, AnswersTap(ref, each.period, 0)) for each in found]
    name = words.plain("why.of", name=subject(ref, words), period=month_name(*divmod(month, 100), words))
    return _level(name, choices, (ref, month, page), AnswersTap(ref, 0, 0), words)


def day_batches(found: Sequence[Share], ref: str, day: int, begins: Instant, page: int, words: Words) -> Screen:
    """The batches of a day."""
    choices = [(shortened(each.title, TITLE), each.part, PricesTap(ref, day, each.batch)) for each in found]
    name = words.plain("why.of", name=subject(ref, words), period=day_name(begins, words))
    return _level(name, choices, (ref, day, page), AnswersTap(ref, day // 100, 0), words)


def _level(
    name: str,
    choices: Sequence[tuple[str, Part, AnswersTap | PricesTap]],
    place: tuple[str, int, int],
    above: Tap,
    words: Words,
) -> Screen:
    """One level: a line and a button for each part, and the sum of all of them, also of those on other pages."""
    ref, period, page = place
    if not choices:
        return Screen(words.line("why.empty"), ((up(words, above),),))
    page = min(max(page, 0), (len(choices) - 1) // PAGE)
    shown = choices[page * PAGE : (page + 1) * PAGE]
    lines = [
        words.line("why.counted", name=label, amount=words.money(part.amount), count=count(part.count, words))
        for label, part, _ in shown
    ]
    rows: list[Row] = [
        (Button(words.plain("why.button_part", name=shortened(label, BUTTON_TITLE), amount=words.money(part.amount)),
                tap),)
        for label, part, tap in shown
    ]  # fmt: skip
    newer = AnswersTap(ref, period, page - 1) if page else None
    rows.append(turning(words, newer, AnswersTap(ref, period, page + 1) if len(choices) > (page + 1) * PAGE else None))
    rows.append((up(words, above),))
    heading = _heading(name, [part for _, part, _ in choices], words)
    return Screen("\n".join([heading, "", *lines]), tuple(row for row in rows if row))


def _heading(name: str, summed: Sequence[Part], words: Words) -> Html:
    amount = Micros(sum(part.amount for part in summed))
    answers = count(sum(part.count for part in summed), words)
    return words.line("why.level", name=name, amount=words.money(amount), count=answers)


def _month(stretch: Stretch, words: Words) -> str:
    year, month = divmod(stretch.period, 100)
    return month_name(year, month, words)


def month_name(year: int, month: int, words: Words) -> str:
    return words.plain("why.month", year=year, month=words.plain(f"time.month_{month}"))


def day_name(begins: Instant, words: Words) -> str:
    weekday = words.plain(f"money.weekday_{words.local(begins).weekday()}")
    return words.plain("why.day", date=words.day(begins), weekday=weekday)


def prices(found: Dissected, ref: str, day: int, batch: int, words: Words) -> Screen:
    """Count times price, a line for each price; what is not paid apart."""
    name = words.plain("why.of", name=shortened(found.title, TITLE), period=day_name(found.begins, words))
    lines = [_heading(name, [found.part], words), "", *(_priced(each, words) for each in found.paid)]
    for key, apart in (("why.rejected", found.rejected), ("why.undone", found.undone)):
        if apart:
            lines += ["", words.line(key), *(_priced(each, words) for each in apart)]
    see: Row = (Button(words.plain("why.button_answers"), LeavesTap(ref, day, batch, 0)),) if found.paid else ()
    return Screen("\n".join(lines), tuple(row for row in (see, (up(words, AnswersTap(ref, day, 0)),)) if row))


def _priced(each: Priced, words: Words) -> Html:
    counted, price, amount = count(each.count, words), words.money(each.price), words.money(each.amount)
    return words.line("why.priced", count=counted, price=price, amount=amount)


def leaves(given: Sequence[Given], place: LeavesTap, now: Instant, words: Words) -> Screen:
    """The answers themselves."""
    above = up(words, PricesTap(place.ref, place.day, place.batch))
    shown = tuple(given[:PAGE])
    if not shown:
        return Screen(words.line("why.empty"), ((above,),))
    lines = [history_line(number, each, now, words) for number, each in enumerate(shown, 1)]
    newer = _moved(place, place.skipped - PAGE) if place.skipped else None
    turns = turning(words, newer, _moved(place, place.skipped + PAGE) if len(given) > PAGE else None)
    page = History(shown, is_newest=newer is None, is_oldest=len(given) <= PAGE)
    rows = (*pictures(page, words), turns, (above,))
    return Screen("\n\n".join([words.line("money.history"), *lines]), tuple(row for row in rows if row))


def _moved(place: LeavesTap, skipped: int) -> LeavesTap:
    return LeavesTap(place.ref, place.day, place.batch, max(skipped, 0))


def bonuses(found: Sequence[Bonus], ref: str, page: int, now: Instant, words: Words) -> Screen:
    """Each bonus with its rule."""
    lines = [
        words.line("why.bonus", when=words.when(each.earned_at, now), title=shortened(each.title, TITLE),
                   amount=words.money(each.amount), rule=promise(each.measure, each.threshold, each.amount, words))
        for each in found
    ]  # fmt: skip
    total = Micros(sum(each.amount for each in found))
    return _listed("bonuses", lines, total, page, (BonusesTap(ref, page - 1), BonusesTap(ref, page + 1)), ref, words)


def adjustments(found: Sequence[Adjustment], ref: str, page: int, now: Instant, words: Words) -> Screen:
    """Each correction with its reason."""
    lines = [
        words.line("why.adjustment", when=words.when(each.made_at, now), amount=words.money(each.amount),
                   reason=shortened(each.reason, LONGEST_REASON))
        for each in found
    ]  # fmt: skip
    total = Micros(sum(each.amount for each in found))
    turns = (AdjustmentsTap(ref, page - 1), AdjustmentsTap(ref, page + 1))
    return _listed("adjustments", lines, total, page, turns, ref, words)


def _listed(
    name: str, lines: Sequence[Html], total: Micros, page: int, turns: tuple[Tap, Tap], ref: str, words: Words
) -> Screen:
    """A page of a list, under the sum of all of it."""
    shown = lines[page * PAGE : (page + 1) * PAGE]
    heading = words.line(
        "why.level", name=words.plain(f"why.{name}"), amount=words.money(total),
        count=words.plain("why.times", number=words.number(len(lines))),
    )  # fmt: skip
    row = turning(words, turns[0] if page > 0 else None, turns[1] if len(lines) > (page + 1) * PAGE else None)
    rows = (row, (up(words, root(ref)),))
    return Screen("\n\n".join([heading, *shown]), tuple(each for each in rows if each))
