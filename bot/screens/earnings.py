"""A worker's money: the balance, the last two weeks, and every answer behind them."""

from collections.abc import Iterator, Sequence

from rules.model import Instant, Micros
from services.earning import Balance, EarnedOnBatch, EarnedOnDay, Earnings, Given, History

from ..screen import Button, Row, Screen
from ..taps import BalanceTap, CloseTap
from ..taps_earnings import EarningsTap, GivenTap, HistoryTap, NewerTap, OlderTap
from ..taps_payouts import PayoutTap
from ..taps_review import RejectionTap
from ..taps_tracing import WhyTap
from ..words import Html, Words

BATCHES_OF_A_DAY = 6
CAPTION = 900
"""So many characters of days at most; Telegram's captions hold 1,024 with the heading."""

TITLE, TEXT, LABEL, WHOLE_TEXT = 32, 60, 80, 600
BUTTONS_IN_A_ROW = 5


def balance(found: Balance, now: Instant, words: Words) -> Screen:
    """Where the money is, exactly, and the code under which it is paid."""
    if not (found.today_answers or found.pending or found.available or found.in_payout or found.paid):
        money = words.line("money.balance_none")
    else:
        money = words.line(
            "money.balance",
            today=words.money(found.today),
            count=count(found.today_answers, words),
            pending=words.money(found.pending),
            note=note(found, now, words),
            available=words.money(found.available),
            moving=moving(found, words),
            paid=words.money(found.paid),
            taxes=withheld(found, words),
        )
    code = f"{words.line('money.code', code=found.code)} · {words.line('money.code_how')}"
    keyboard = (
        (
            Button(words.plain("money.button_earnings"), EarningsTap(0)),
            Button(words.plain("money.button_history"), HistoryTap()),
            Button(words.plain("why.button_why"), WhyTap()),
        ),
        (Button(words.plain("payout.button_open"), PayoutTap()),),
    )
    return Screen(f"{money}\n\n{code}", keyboard)


def moving(found: Balance, words: Words) -> Html:
    """What is on its way to the bank."""
    return words.line("money.moving", amount=words.money(found.in_payout)) if found.in_payout else Html("")


def withheld(found: Balance, words: Words) -> Html:
    """What was kept of payouts for taxes."""
    return words.line("money.withheld", amount=words.money(found.taxes)) if found.taxes else Html("")


def note(found: Balance, now: Instant, words: Words) -> Html:
    """When the next parts of the pending money become available."""
    lines = [
        words.line("money.note_coming", when=words.when(part.begins, now), amount=words.money(part.amount))
        for part in found.coming
    ]
    if found.next_at is not None and found.next_at <= now:
        lines.insert(0, words.line("money.note_soon"))
    return Html("".join(lines))


def earnings(earned: Earnings, page: int, chart: bytes, words: Words) -> Screen:
    """The days with earnings, newest first, under their chart; as many on a page as a caption holds."""
    back = Button(words.plain("money.button_balance"), BalanceTap())
    if not earned.answers:
        return Screen(words.line("money.earnings_none"), ((back,),))
    pages = list(paged([day_lines(day, words) for day in reversed(earned.days) if day.answers]))
    page = min(max(page, 0), len(pages) - 1)
    heading = words.line("money.earnings", amount=words.money(earned.amount), count=count(earned.answers, words))
    turning = []
    if page > 0:
        turning.append(Button(words.plain("money.button_newer"), EarningsTap(page - 1)))
    if page < len(pages) - 1:
        turning.append(Button(words.plain("money.button_older"), EarningsTap(page + 1)))
    history = Button(words.plain("money.button_history"), HistoryTap())
    keyboard = (*((tuple(turning),) if turning else ()), (back, history))
    return Screen("\n\n".join([heading, *pages[page]]), keyboard, drawing=chart)


def paged(days: Sequence[str]) -> Iterator[list[str]]:
    """The days, as many together as fit."""
    page: list[str] = []
    for day in days:
        if page and sum(map(len, page)) + len(day) > CAPTION:
            yield page
            page = []
        page.append(day)
    yield page


def day_lines(day: EarnedOnDay, words: Words) -> str:
    """A day and its batches."""
    heading = words.line(
        "money.earnings_day",
        date=words.day(day.begins),
        weekday=words.plain(f"money.weekday_{day.date.weekday()}"),
        amount=words.money(day.amount),
        count=count(day.answers, words),
    )
    shown, rest = day.batches[:BATCHES_OF_A_DAY], day.batches[BATCHES_OF_A_DAY:]
    lines = [batch_line(batch, words) for batch in shown]
    if rest:
        lines.append(rest_line(rest, words))
    return "\n".join([heading, *lines])


def batch_line(batch: EarnedOnBatch, words: Words) -> Html:
    return words.line(
        "money.earnings_batch",
        title=shortened(batch.title, TITLE),
        amount=words.money(batch.amount),
        count=count(batch.answers, words),
    )


def rest_line(rest: Sequence[EarnedOnBatch], words: Words) -> Html:
    return words.line(
        "money.earnings_rest",
        batches=words.number(len(rest)),
        amount=words.money(Micros(sum(batch.amount for batch in rest))),
        count=count(sum(batch.answers for batch in rest), words),
    )


def history(page: History, now: Instant, words: Words) -> Screen:
    """A page of answers, and a button for each picture among them."""
    turning = tuple(turns(page, words))
    back = Button(words.plain("money.button_balance"), BalanceTap())
    if not page.answers:
        return Screen(words.line("money.history_none"), ((back,),))
    lines = [history_line(number, given, now, words) for number, given in enumerate(page.answers, 1)]
    text = "\n\n".join([words.line("money.history"), *lines])
    turned = (turning,) if turning else ()
    return Screen(text, (*pictures(page, words), *rejected(page, words), *turned, (back,)))


def turns(page: History, words: Words) -> Iterator[Button]:
    if not page.is_newest and page.answers:
        yield Button(words.plain("money.button_newer"), NewerTap(page.answers[0].id))
    if not page.is_oldest:
        yield Button(words.plain("money.button_older"), OlderTap(page.answers[-1].id))


def pictures(page: History, words: Words) -> Iterator[Row]:
    """Buttons with the numbers of the answers that have a picture, some in a row."""
    buttons = [
        Button(words.plain("money.button_picture", number=number), GivenTap(given.id))
        for number, given in enumerate(page.answers, 1)
        if given.picture is not None
    ]
    for start in range(0, len(buttons), BUTTONS_IN_A_ROW):
        yield tuple(buttons[start : start + BUTTONS_IN_A_ROW])


def rejected(page: History, words: Words) -> Iterator[Row]:
    """A button for each rejected answer: there its worker can still object."""
    for number, given in enumerate(page.answers, 1):
        if given.rejection is not None:
            yield (Button(words.plain("money.button_rejection", number=number), RejectionTap(given.rejection)),)


def history_line(number: int, given: Given, now: Instant, words: Words) -> Html:
    text = shortened(given.text or "", TEXT)
    if given.picture is not None:
        text = words.plain("money.picture_and_text", text=text) if text else words.plain("money.picture_only")
    return words.line("money.history_line", number=number, task=text, **facts(given, now, words))


def picture(given: Given, now: Instant, words: Words) -> Screen:
    """One answer with its picture."""
    text = shortened(given.text or "", WHOLE_TEXT)
    caption = words.line("money.picture", task=f"\n{text}" if text else "", **facts(given, now, words))
    close = Button(words.plain("money.button_close"), CloseTap())
    return Screen(caption, ((close,),), picture=given.picture)


def facts(given: Given, now: Instant, words: Words) -> dict[str, str]:
    """What every showing of an answer says."""
    return {
        "when": words.when(given.answered_at, now),
        "title": shortened(given.title, TITLE),
        "label": shortened(", ".join(given.labels), LABEL),
        "amount": words.money(given.amount),
        "state": standing(given, words),
    }


def standing(given: Given, words: Words) -> str:
    """What has become of an answer's money: settled, in review, or rejected, and then how that stands."""
    if given.standing is not None:
        return words.plain(f"money.rejection_{given.standing}")
    return words.plain("money.state_settled" if given.is_settled else "money.state_pending")


def count(answers: int, words: Words) -> str:
    return words.plain("money.one_answer" if answers == 1 else "money.answers", number=words.number(answers))


def shortened(text: str, length: int) -> str:
    """On one line, and no longer than this."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
