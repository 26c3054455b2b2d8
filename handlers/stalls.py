"""A batch that stands still: its coordinator looks why, and does something about it."""

from bot.context import Context
from bot.routing import Route, on_tap
from bot.screens import stalls as screens
from bot.taps_stalls import ExtendTap, RefillTap, WhyStalledTap
from rules.model import SECOND, BatchId, Instant
from services import stalls, steering

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


ROUTES: tuple[Route, ...] = (on_tap(WhyStalledTap, why), on_tap(ExtendTap, extend), on_tap(RefillTap, refill))
