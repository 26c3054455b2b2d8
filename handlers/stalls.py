"""A batch that stands still: its coordinator looks why, and does something about it."""

from bot.context import Context
from bot.routing import Route, on_tap
from bot.screens import stalls as screens
from bot.taps_stalls import ExtendTap, GildTap, LeaveTap, RefillTap, WhyStalledTap
from rules.model import SECOND, BatchId, Instant
from services import gilding, stalls, steering

from .batches import show_card


async def why(ctx: Context, tap: WhyStalledTap) -> None:
    """Why the batch stands still, if it does."""
    batch = BatchId(tap.batch)
    found = await ctx.kit.db.read(stalls.look, ctx.now, ctx.person.id, batch, ctx.kit.config.timezone)
    if found is None:
        await ctx.show(screens.moving_screen(ctx.words, batch))
    else:
        await ctx.show(screens.stall_screen(ctx.words, found, ctx.now))


async def extend(ctx: Context, tap: ExtendTap) -> None:
    """The batch closes later."""
    await ctx.run(steering.defer, ctx.person.id, BatchId(tap.batch), Instant(tap.until * SECOND))
    await ctx.toast(ctx.words.plain("stall.extended"))
    await show_card(ctx, BatchId(tap.batch))


async def refill(ctx: Context, tap: RefillTap) -> None:
    """More money for late answers, or a word to the owners that there is none."""
    is_filled = await ctx.run(stalls.refill, ctx.now, ctx.person.id, BatchId(tap.batch))
    await ctx.toast(ctx.words.plain("stall.refilled" if is_filled else "stall.asked_owner"))
    await show_card(ctx, BatchId(tap.batch))


async def gild(ctx: Context, tap: GildTap) -> None:
    """More gold, or a word to the owners that there is no money for it."""
    made = await ctx.run(gilding.gild, ctx.now, ctx.person.id, BatchId(tap.batch), tap.answers)
    await ctx.toast(ctx.words.plain("stall.gilded" if made is not None else "stall.asked_owner"))
    await show_card(ctx, BatchId(tap.batch))


async def leave(ctx: Context, tap: LeaveTap) -> None:
    """The batch may stay as it is."""
    await ctx.run(stalls.leave, ctx.now, ctx.person.id, BatchId(tap.batch))
    await ctx.toast(ctx.words.plain("stall.left_so"))
    await show_card(ctx, BatchId(tap.batch))


ROUTES: tuple[Route, ...] = (
    on_tap(WhyStalledTap, why),
    on_tap(ExtendTap, extend),
    on_tap(RefillTap, refill),
    on_tap(GildTap, gild),
    on_tap(LeaveTap, leave),
)
