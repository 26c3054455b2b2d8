"""Budgets: everybody's for an owner, a coordinator's own; and what is said when one is too small."""

from dataclasses import replace
from types import MappingProxyType

from rules.model import Instant, Micros
from services.shortage import Shortage
from services.spending import Account, Gift

from ..screen import Button, Row, Screen
from ..taps_batches import CardTap, DraftTap, PublishTap
from ..taps_budgets import AmountTap, BudgetsTap, BudgetTap, FundTap, LimitTap, TakeBackTap
from ..words import Html, Words

WHOLE = 1_000_000
PRESETS = MappingProxyType({"KRW": (100_000, 500_000, 1_000_000), "JPY": (10_000, 50_000, 100_000)})
SMALL_PRESETS = (100, 500, 1_000)
MOST_SHARES = 10
BUTTON_LETTERS = 24


def budgets_screen(words: Words, accounts: tuple[Account, ...]) -> Screen:
    """One line and one button for each coordinator."""
    if not accounts:
        return Screen(words.line("budget.nobody"))
    lines = [_line(words, account) for account in accounts]
    rows: list[Row] = [
        (Button(words.plain("budget.open", name=_short(account.name), code=account.code), BudgetTap(account.person)),)
        for account in accounts
    ]
    return Screen("\n".join([words.line("budget.list"), "", *lines, "", words.line("budget.how")]), tuple(rows))


def _line(words: Words, account: Account) -> Html:
    key = "budget.line_limited" if account.has_limit else "budget.line_free"
    return words.line(
        key,
        name=account.name,
        left=words.money(account.left),
        reserved=words.money(account.reserved),
        spent=words.money(account.spent),
    )


def budget_screen(words: Words, account: Account, now: Instant, currency: str, *, is_owner: bool) -> Screen:
    """What a coordinator has left, what their batches hold, and what they have spent; an owner's buttons below it."""
    lines: list[str] = [
        words.line("budget.title_of" if is_owner else "budget.title", name=account.name, code=account.code),
        "",
    ]
    lines.append(
        words.line("budget.left", left=words.money(account.left))
        if account.has_limit
        else words.line("budget.without_limit")
    )
    lines.append(words.line("budget.reserved", reserved=words.money(account.reserved)))
    lines += [
        words.line("budget.share", title=share.title, code=share.code, amount=words.money(share.amount))
        for share in account.shares[:MOST_SHARES]
    ]
    lines.append(words.line("budget.month", month=words.money(account.month)))
    lines.append(words.line("budget.spent", spent=words.money(account.spent)))
    if account.gifts:
        lines += ["", *(_gift(words, gift, now) for gift in account.gifts)]
    return Screen("\n".join(lines), _owners_keyboard(words, account, currency) if is_owner else ())


def _gift(words: Words, gift: Gift, now: Instant) -> Html:
    when = words.when(gift.at, now)
    if gift.is_so_far:
        return words.line("budget.gift_so_far", when=when, amount=words.money(gift.amount))
    key = "budget.gift" if gift.amount > 0 else "budget.gift_back"
    return words.line(key, when=when, amount=words.money(Micros(abs(gift.amount))))


def _owners_keyboard(words: Words, account: Account, currency: str) -> tuple[Row, ...]:
    person = account.person
    amounts = [Micros(whole * WHOLE) for whole in PRESETS.get(currency, SMALL_PRESETS)]
    give = [
        Button(words.plain("budget.add", amount=words.money(amount)), FundTap(person, 0, amount, account.newest))
        for amount in amounts
    ]
    give.append(Button(words.plain("budget.add_other"), AmountTap(person, "fund")))
    rows: list[Row] = [tuple(give[:2]), tuple(give[2:])]
    if account.has_limit and account.left > 0:
        rows.append((Button(words.plain("budget.take"), AmountTap(person, "take")),))
    limit = "budget.limit_off" if account.has_limit else "budget.limit_on"
    rows.append((Button(words.plain(limit), LimitTap(person, 0 if account.has_limit else 1)),))
    rows.append((Button(words.plain("budget.all"), BudgetsTap()),))
    return tuple(rows)


def ask_fund(words: Words, account: Account) -> Screen:
    """How much shall it be?"""
    back = Button(words.plain("posting.back"), BudgetTap(account.person))
    return Screen(words.line("budget.ask_fund", name=account.name), ((back,),))


def ask_take(words: Words, account: Account) -> Screen:
    """How much comes back? All of it by a button."""
    left = words.money(account.left)
    everything = TakeBackTap(account.person, account.left, account.newest)
    back = Button(words.plain("posting.back"), BudgetTap(account.person))
    rows: list[Row] = [(Button(words.plain("budget.take_all", left=left), everything),)] if account.left > 0 else []
    return Screen(words.line("budget.ask_take", name=account.name, left=left), (*rows, (back,)))


def short_screen(words: Words, short: Shortage) -> Screen:
    """To whoever wanted to publish, or to pay more: what is missing, and that the owner knows."""
    key = "budget.short_draft" if short.is_draft else "budget.short_price"
    again = Button(words.plain("budget.publish_again"), PublishTap(short.batch))
    back = DraftTap(short.batch) if short.is_draft else CardTap(short.batch)
    rows: list[Row] = [(again,)] if short.is_draft else []
    return Screen(words.line(key, **_sums(words, short)), (*rows, (Button(words.plain("posting.back"), back),)))


def short_notice(words: Words, short: Shortage) -> Screen:
    """To the owners: a button gives exactly what is missing."""
    fund = Button(
        words.plain("budget.fund_missing", missing=words.money(short.missing)),
        FundTap(short.coordinator, short.batch, short.missing, short.newest),
    )
    key = "notice.short_draft" if short.is_draft else "notice.short_price"
    card = Button(words.plain("budget.open_one"), BudgetTap(short.coordinator))
    return Screen(words.line(key, name=short.name, **_sums(words, short)), ((fund,), (card,)))


def _sums(words: Words, short: Shortage) -> dict[str, str]:
    return {
        "title": short.title,
        "code": short.code,
        "cost": words.money(short.cost),
        "left": words.money(short.left),
        "missing": words.money(short.missing),
    }


def funded_notice(words: Words, amount: Micros, left: Micros | None, draft: int) -> Screen:
    """To a coordinator: money has come; where it is for a draft, it can be published with one tap."""
    text = words.line("notice.funded", amount=words.money(amount))
    if left is not None:
        text = words.line("notice.funded_left", amount=words.money(amount), left=words.money(left))
    return Screen(text, ((Button(words.plain("posting.publish"), PublishTap(draft)),),) if draft else ())


def _short(name: str) -> str:
    return name if len(name) <= BUTTON_LETTERS else name[: BUTTON_LETTERS - 1] + "…"


def told(words: Words, said: Html, screen: Screen) -> Screen:
    """What was just done, above a card."""
    return replace(screen, text=words.line("budget.told", said=said, card=Html(screen.text)))
