"""A worker asks for their money: /payout."""

from bot.context import Context
from bot.routing import Route, on_command, on_tap
from bot.screens import payouts as screens
from bot.taps_payouts import AskTap, AutomaticTap, PayoutTap, QuoteTap, WithdrawTap
from rules.model import Micros
from services import payouts
from services.payouts import Standing


async def show(ctx: Context, _: str | PayoutTap) -> None:
    """/payout: where it stands, and what can be done."""
    found = await _standing(ctx)
    await ctx.show(screens.standing(found, ctx.now, ctx.words))


async def quote(ctx: Context, _tap: QuoteTap) -> None:
    """The exact amounts, before anything happens."""
    found = await _standing(ctx)
    if found.open is not None or found.obstacle is not None:
        await show(ctx, PayoutTap())
        return
    await ctx.show(screens.quote(found, ctx.words))


async def ask(ctx: Context, tap: AskTap) -> None:
    """Yes. Amounts that are not true any more are shown anew."""
    terms = ctx.kit.config.payments.terms
    asked = await ctx.run(payouts.ask, ctx.now, ctx.person.id, Micros(tap.gross), Micros(tap.net), terms)
    await ctx.toast(ctx.words.plain("payout.asked" if asked else "payout.changed"))
    await (show(ctx, PayoutTap()) if asked else quote(ctx, QuoteTap()))


async def withdraw(ctx: Context, tap: WithdrawTap) -> None:
    """Never mind."""
    await ctx.run(payouts.withdraw, ctx.now, ctx.person.id, tap.payout)
    await ctx.toast(ctx.words.plain("payout.withdrawn"))
    await show(ctx, PayoutTap())


async def choose(ctx: Context, tap: AutomaticTap) -> None:
    """Whether the bot asks on paydays."""
    await ctx.run(payouts.choose, ctx.now, ctx.person.id, bool(tap.on))
    await show(ctx, PayoutTap())


async def _standing(ctx: Context) -> Standing:
    return await ctx.run(payouts.standing, ctx.now, ctx.person.id, ctx.kit.config.payments.terms)


ROUTES: tuple[Route, ...] = (
    on_command("payout", show),
    on_tap(PayoutTap, show),
    on_tap(QuoteTap, quote),
    on_tap(AskTap, ask),
    on_tap(WithdrawTap, withdraw),
    on_tap(AutomaticTap, choose),
)
