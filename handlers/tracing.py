"""Why an amount is what it is: /why, and the way down to the answers."""

from bot.context import Context
from bot.routing import Route, on_command, on_tap
from bot.screens import traced as levels
from bot.screens import tracing as screens
from bot.taps_tracing import (
    AdjustmentsTap,
    AnswersTap,
    BonusesTap,
    FlowTap,
    LeavesTap,
    OutgoingTap,
    PricesTap,
    WhyTap,
)
from rules import days
from rules.model import BatchId
from services import flowing, tracing

LONGEST_MONTH = 999_999
"""Periods up to here are months, larger ones are days."""


async def why(ctx: Context, _: str | WhyTap) -> None:
    await ctx.show(screens.whole(await ctx.kit.db.read(flowing.whole, ctx.person.id), ctx.words))


async def follow(ctx: Context, tap: FlowTap) -> None:
    found = await ctx.kit.db.read(flowing.flow, ctx.person.id, tap.ref)
    await ctx.show(screens.flow(found, ctx.now, ctx.words))


async def show_outgoing(ctx: Context, tap: OutgoingTap) -> None:
    found = await ctx.kit.db.read(flowing.outgoing, ctx.person.id)
    await ctx.show(screens.outgoing(found, tap.page, ctx.now, ctx.words))


async def show_answers(ctx: Context, tap: AnswersTap) -> None:
    """The months, the days of one, or the batches of a day."""
    read, worker, timezone = ctx.kit.db.read, ctx.person.id, ctx.words.timezone
    if not tap.period:
        months = await read(tracing.months, worker, tap.ref, timezone)
        await ctx.show(levels.months(months, tap.ref, tap.page, ctx.words))
    elif tap.period <= LONGEST_MONTH:
        found = await read(tracing.month_days, worker, tap.ref, tap.period, timezone)
        await ctx.show(levels.month_days(found, tap.ref, tap.period, tap.page, ctx.words))
    else:
        shares = await read(tracing.day_batches, worker, tap.ref, tap.period, timezone)
        begins = days.day(tracing.date_from(tap.period), timezone).begins
        await ctx.show(levels.day_batches(shares, tap.ref, tap.period, begins, tap.page, ctx.words))


async def show_prices(ctx: Context, tap: PricesTap) -> None:
    timezone = ctx.words.timezone
    found = await ctx.kit.db.read(tracing.dissect, ctx.person.id, tap.ref, tap.day, BatchId(tap.batch), timezone)
    await ctx.show(levels.prices(found, tap.ref, tap.day, tap.batch, ctx.words))


async def show_leaves(ctx: Context, tap: LeavesTap) -> None:
    batch, timezone = BatchId(tap.batch), ctx.words.timezone
    found = await ctx.kit.db.read(tracing.leaves, ctx.person.id, tap.ref, tap.day, batch, timezone, tap.skipped)
    await ctx.show(levels.leaves(found, tap, ctx.now, ctx.words))


async def show_bonuses(ctx: Context, tap: BonusesTap) -> None:
    found = await ctx.kit.db.read(flowing.bonuses, ctx.person.id, tap.ref)
    await ctx.show(levels.bonuses(found, tap.ref, tap.page, ctx.now, ctx.words))


async def show_adjustments(ctx: Context, tap: AdjustmentsTap) -> None:
    found = await ctx.kit.db.read(flowing.adjustments, ctx.person.id, tap.ref)
    await ctx.show(levels.adjustments(found, tap.ref, tap.page, ctx.now, ctx.words))


ROUTES: tuple[Route, ...] = (
    on_command("why", why),
    on_tap(WhyTap, why),
    on_tap(FlowTap, follow),
    on_tap(OutgoingTap, show_outgoing),
    on_tap(AnswersTap, show_answers),
    on_tap(PricesTap, show_prices),
    on_tap(LeavesTap, show_leaves),
    on_tap(BonusesTap, show_bonuses),
    on_tap(AdjustmentsTap, show_adjustments),
)
