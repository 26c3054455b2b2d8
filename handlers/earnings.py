"""Money as its worker sees it: /balance, /earnings, /history."""

from asyncio import to_thread

from bot.charts import Bar, days_chart
from bot.context import Context
from bot.routing import Route, on_command, on_tap
from bot.screens import earnings as screens
from bot.taps import BalanceTap
from bot.taps_earnings import EarningsTap, GivenTap, HistoryTap, NewerTap, OlderTap
from rules.model import AnswerId
from services import earning


async def show_balance(ctx: Context, _: str | BalanceTap) -> None:
    found = await ctx.run(earning.balance_of, ctx.now, ctx.person.id, ctx.words.timezone)
    await ctx.show(screens.balance(found, ctx.now, ctx.words))


async def show_earnings(ctx: Context, _: str) -> None:
    await turn_earnings(ctx, EarningsTap(0))


async def turn_earnings(ctx: Context, tap: EarningsTap) -> None:
    earned = await ctx.kit.db.read(earning.earnings_of, ctx.now, ctx.person.id, ctx.words.timezone)
    chart = await to_thread(days_chart, [Bar(day.date, day.amount) for day in earned.days])
    await ctx.show(screens.earnings(earned, tap.page, chart, ctx.words))


async def show_history(ctx: Context, _: str | HistoryTap) -> None:
    page = await ctx.run(earning.newest, ctx.person.id)
    await ctx.show(screens.history(page, ctx.now, ctx.words))


async def turn_older(ctx: Context, tap: OlderTap) -> None:
    page = await ctx.run(earning.older, ctx.person.id, AnswerId(tap.answer))
    await ctx.show(screens.history(page, ctx.now, ctx.words))


async def turn_newer(ctx: Context, tap: NewerTap) -> None:
    page = await ctx.run(earning.newer, ctx.person.id, AnswerId(tap.answer))
    await ctx.show(screens.history(page, ctx.now, ctx.words))


async def show_picture(ctx: Context, tap: GivenTap) -> None:
    given = await ctx.run(earning.given, ctx.person.id, AnswerId(tap.answer))
    await ctx.say(screens.picture(given, ctx.now, ctx.words))


ROUTES: tuple[Route, ...] = (
    on_command("balance", show_balance),
    on_command("earnings", show_earnings),
    on_command("history", show_history),
    on_tap(BalanceTap, show_balance),
    on_tap(EarningsTap, turn_earnings),
    on_tap(HistoryTap, show_history),
    on_tap(OlderTap, turn_older),
    on_tap(NewerTap, turn_newer),
    on_tap(GivenTap, show_picture),
)
