"""/budget: an owner gives money to coordinators, and each coordinator sees their own."""

from bot.context import Context
from bot.routing import Route, on_command, on_tap
from bot.screens import budgets as screens
from bot.taps_budgets import AmountTap, BudgetsTap, BudgetTap, FundTap, LimitTap, TakeBackTap
from rules.amounts import parse_amount
from rules.model import BatchId, Micros, PersonId
from services import budgeting, spending
from services.people import Role
from services.spending import Account

MINUS = "-−"


async def budget(ctx: Context, argument: str) -> None:
    """/budget, or for owners /budget CODE and /budget CODE 500000; a minus takes back."""
    if Role.OWNER not in ctx.person.roles:
        await _show_card(ctx, ctx.person.id)
    elif argument:
        await _say_amount(ctx, *argument.partition(" ")[::2])
    else:
        await browse(ctx, BudgetsTap())


async def browse(ctx: Context, _tap: BudgetsTap) -> None:
    """Everybody's; the one there is where nobody else posts."""
    accounts = await ctx.kit.db.read(spending.accounts, ctx.now, ctx.person.id, ctx.words.timezone)
    if len(accounts) == 1:
        await _show_card(ctx, accounts[0].person)
    else:
        await ctx.show(screens.budgets_screen(ctx.words, accounts))


async def card(ctx: Context, tap: BudgetTap) -> None:
    """One coordinator's."""
    await ctx.run(budgeting.leave_amount, ctx.person.id)
    await _show_card(ctx, PersonId(tap.person))


async def fund(ctx: Context, tap: FundTap) -> None:
    """A button gives money."""
    await _fund(ctx, PersonId(tap.person), Micros(tap.amount), BatchId(tap.batch) if tap.batch else None, tap.seen)


async def take_back(ctx: Context, tap: TakeBackTap) -> None:
    """A button takes money back."""
    await _take_back(ctx, PersonId(tap.person), Micros(tap.amount), tap.seen)


async def ask(ctx: Context, tap: AmountTap) -> None:
    """The owner will type an amount."""
    await ctx.run(budgeting.ask_amount, ctx.person.id, PersonId(tap.person), tap.deed)
    account = await _account(ctx, PersonId(tap.person))
    await ctx.show((screens.ask_take if tap.deed == "take" else screens.ask_fund)(ctx.words, account))


async def typed_fund(ctx: Context, argument: str, text: str) -> None:
    """So much to give."""
    person, _, seen = argument.partition(":")
    await _fund(ctx, PersonId(int(person)), parse_amount(text), None, int(seen))


async def typed_take(ctx: Context, argument: str, text: str) -> None:
    """So much to take back."""
    person, _, seen = argument.partition(":")
    await _take_back(ctx, PersonId(int(person)), parse_amount(text), int(seen))


async def limit(ctx: Context, tap: LimitTap) -> None:
    """Whether a coordinator has a limit."""
    await ctx.run(budgeting.set_limit, ctx.now, ctx.person.id, PersonId(tap.person), is_on=bool(tap.on))
    await ctx.toast(ctx.words.plain("budget.limited" if tap.on else "budget.freed"))
    await _show_card(ctx, PersonId(tap.person))


async def _say_amount(ctx: Context, code: str, said: str) -> None:
    named = await ctx.run(budgeting.named, ctx.person.id, code)
    if not said.strip():
        await _show_card(ctx, named.person)
    elif said.strip()[0] in MINUS:
        await _take_back(ctx, named.person, parse_amount(said.strip()[1:]), None)
    else:
        await _fund(ctx, named.person, parse_amount(said), named.batch, None)


async def _fund(ctx: Context, person: PersonId, amount: Micros, batch: BatchId | None, seen: int | None) -> None:
    is_new = await ctx.run(budgeting.fund, ctx.now, ctx.person.id, person, amount, batch, seen)
    await _done(ctx, person, "budget.funded", amount, is_new=is_new)


async def _take_back(ctx: Context, person: PersonId, amount: Micros, seen: int | None) -> None:
    is_new = await ctx.run(budgeting.take_back, ctx.now, ctx.person.id, person, amount, seen)
    await _done(ctx, person, "budget.taken", amount, is_new=is_new)


async def _done(ctx: Context, person: PersonId, key: str, amount: Micros, *, is_new: bool) -> None:
    """Say what was done, on the card as it is now; where a button was tapped before, that nothing was."""
    said = ctx.words.line(key, amount=ctx.words.money(amount)) if is_new else ctx.words.line("budget.stale")
    await ctx.toast(ctx.words.plain("budget.stale") if not is_new else None)
    account = await _account(ctx, person)
    screen = screens.budget_screen(ctx.words, account, ctx.now, ctx.kit.config.currency, is_owner=True)
    await ctx.show(screens.told(ctx.words, said, screen))


async def _show_card(ctx: Context, person: PersonId) -> None:
    is_owner = Role.OWNER in ctx.person.roles
    account = await _account(ctx, person)
    await ctx.show(screens.budget_screen(ctx.words, account, ctx.now, ctx.kit.config.currency, is_owner=is_owner))


async def _account(ctx: Context, person: PersonId) -> Account:
    return await ctx.kit.db.read(spending.account, ctx.now, ctx.person.id, person, ctx.words.timezone)


ROUTES: tuple[Route, ...] = (
    on_command("budget", budget),
    on_tap(BudgetsTap, browse),
    on_tap(BudgetTap, card),
    on_tap(FundTap, fund),
    on_tap(TakeBackTap, take_back),
    on_tap(AmountTap, ask),
    on_tap(LimitTap, limit),
)

EXPECTS = {"budget_fund": typed_fund, "budget_take": typed_take}
