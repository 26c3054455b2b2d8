"""Payouts as their worker sees them: what can be asked for, the exact amounts, and what has come of earlier ones."""

from collections.abc import Iterator

from rules.model import Instant
from rules.payouts import Amounts, Obstacle
from services.payouts import Payout, Standing

from ..screen import Button, Row, Screen
from ..taps_payees import PayeeTap
from ..taps_payouts import AskTap, AutomaticTap, PayoutTap, QuoteTap, WithdrawTap
from ..words import Html, Words

REASON = 100


def standing(found: Standing, now: Instant, words: Words) -> Screen:
    """Where it stands, and what can be done."""
    lines = [words.line("payout.heading"), words.line("payout.available", amount=words.money(found.available))]
    if found.open is not None:
        lines.append(underway(found, found.open, words))
        if found.is_below:
            lines.append(words.line("payout.below_now", minimum=words.money(found.minimum)))
        elif found.is_held_back:
            lines.append(words.line("payout.held_back"))
    elif found.obstacle is not None:
        lines.append(obstacle(found, found.obstacle, now, words))
    else:
        lines.append(Html("\n".join([_account(found, words), _expected(found, words)])))
    if found.is_automatic is not None:
        lines.append(words.line("payout.automatic_on" if found.is_automatic else "payout.automatic_off"))
    if found.last:
        lines.append(Html("\n".join([words.line("payout.history"), *(_ended(each, words) for each in found.last)])))
    return Screen("\n\n".join(lines), tuple(_buttons(found, words)))


def _buttons(found: Standing, words: Words) -> Iterator[Row]:
    if found.open is None and found.obstacle is None:
        yield (Button(words.plain("payout.button_ask"), QuoteTap()),)
    if found.open is not None and found.open.state == "asked" and not found.open.is_closing:
        yield (Button(words.plain("payout.button_withdraw"), WithdrawTap(found.open.code)),)
    if found.open is None:
        has_account = found.account is not None or found.reference is not None
        key = "payee.button_change" if has_account else "payee.button_register"
        yield (Button(words.plain(key), PayeeTap()),)
    if found.is_automatic is not None:
        turn = "payout.button_automatic_off" if found.is_automatic else "payout.button_automatic_on"
        yield (Button(words.plain(turn), AutomaticTap(1 - found.is_automatic)),)


def underway(found: Standing, payout: Payout, words: Words) -> Html:
    """A payout on its way: its amounts, where to, how far it is, and when it is expected."""
    state = "closing" if payout.state == "asked" and payout.is_closing else payout.state
    return words.line(
        "payout.underway",
        code=payout.code,
        amounts=amounts(payout.amounts, words),
        account=_account(found, words),
        state=words.plain(f"payout.state_{state}"),
        expected=_expected(found, words),
    )


def obstacle(found: Standing, what: Obstacle, now: Instant, words: Words) -> Html:
    """Why nothing can be asked for now."""
    match what:
        case Obstacle.BELOW:
            key = "payout.below_leaving" if found.is_leaving else "payout.below"
            return words.line(key, minimum=words.money(found.minimum))
        case Obstacle.HELD if found.held_until is not None and found.held_until < now + (1 << 40):
            return words.line("payout.held", when=words.when(found.held_until, now))
        case _:
            return words.line(f"payout.no_{what}")


def quote(found: Standing, words: Words) -> Screen:
    """Exactly these amounts: yes or no."""
    wanted = found.wanted
    text = words.line(
        "payout.quote",
        amounts=amounts(wanted, words),
        account=_account(found, words),
        expected=_expected(found, words),
    )
    yes = Button(words.plain("payout.button_yes", amount=words.money(wanted.net)), AskTap(wanted.gross, wanted.net))
    return Screen(text, ((yes,), (Button(words.plain("payout.button_no"), PayoutTap()),)))


def amounts(sums: Amounts, words: Words) -> Html:
    """Gross, taxes and net, line by line; one line where nothing is withheld."""
    if not (sums.income_tax or sums.local_tax):
        return words.line("payout.untaxed", net=words.money(sums.net))
    return words.line(
        "payout.amounts",
        gross=words.money(sums.gross),
        income=words.money(sums.income_tax),
        local=words.money(sums.local_tax),
        net=words.money(sums.net),
    )


def asked(payout: Payout, found: Standing, words: Words) -> Screen:
    """The bot has asked on a payday."""
    text = words.line("payout.asked_for", amounts=amounts(payout.amounts, words), account=_account(found, words))
    return Screen(text, (_show(words),))


def paid(payout: Payout, words: Words) -> Screen:
    """The bank has moved the money."""
    return Screen(words.line("payout.paid", code=payout.code, amounts=amounts(payout.amounts, words)), (_show(words),))


def late(payout: Payout, words: Words) -> Screen:
    """The bank has moved it after all; another one that was asked for with the same money is not needed any more."""
    return Screen(words.line("payout.late", code=payout.code, amounts=amounts(payout.amounts, words)), (_show(words),))


def below(payout: Payout, found: Standing, words: Words) -> Screen:
    """What was asked for when less was enough can't be paid as it is."""
    minimum = words.money(found.minimum)
    text = words.line("payout.below_told", amount=words.money(payout.amounts.gross), minimum=minimum)
    withdraw = (Button(words.plain("payout.button_withdraw"), WithdrawTap(payout.code)),)
    return Screen(text, (withdraw, _show(words)))


def failed(payout: Payout, words: Words) -> Screen:
    """The money did not arrive, and is available again."""
    reason = words.line("payout.failed_reason", reason=payout.reason[:REASON]) if payout.reason else Html("")
    text = words.line("payout.failed", amount=words.money(payout.amounts.gross), reason=reason, code=payout.code)
    return Screen(text, ((Button(words.plain("payout.button_account"), PayeeTap()),), _show(words)))


def _show(words: Words) -> Row:
    return (Button(words.plain("payout.button_show"), PayoutTap()),)


def _ended(payout: Payout, words: Words) -> Html:
    return words.line(
        "payout.ended",
        date=words.day(payout.ended_at or payout.asked_at),
        net=words.money(payout.amounts.net),
        state=words.plain(f"payout.state_{payout.state}"),
        code=payout.code,
    )


def _account(found: Standing, words: Words) -> Html:
    if found.account is not None:
        return words.line("payout.account", digits=found.account)
    return words.line("payout.reference", reference=found.reference or "–")


def _expected(found: Standing, words: Words) -> Html:
    if found.open is not None and found.open.state == "sent":
        return words.line("payout.expected_sent")
    if found.expected is None:
        return words.line("payout.expected_soon")
    weekday = words.plain(f"money.weekday_{found.expected.weekday()}")
    month = words.plain(f"time.month_{found.expected.month}")
    date = words.plain("time.date", month=found.expected.month, name=month, day=found.expected.day)
    return words.line("payout.expected", date=date, weekday=weekday)
