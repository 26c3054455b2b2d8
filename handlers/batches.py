"""A coordinator's batches: the list, the card, and what can be done with a running one."""

from bot.context import Context
from bot.routing import Route, on_command, on_tap
from bot.screens import batches as screens
from bot.screens import posting as posting_screens
from bot.taps_batches import (
    BatchesTap,
    CardTap,
    CloneTap,
    CloseBatchTap,
    FlaggedTap,
    JudgeTap,
    MoreTap,
    PauseTap,
)
from bot.telegraph import Sent
from rules.model import BatchId, TaskId
from services import batches, drafting, steering


async def browse(ctx: Context, argument: str) -> None:
    """/batches, or one batch by its code."""
    if argument:
        await show_card(ctx, await ctx.run(drafting.find_own, ctx.person.id, argument))
    else:
        await ctx.say(screens.batches_screen(ctx.words, await ctx.run(batches.pages, ctx.person.id)))


async def browse_on(ctx: Context, tap: BatchesTap) -> None:
    """Another stretch of the list."""
    await ctx.show(screens.batches_screen(ctx.words, await ctx.run(batches.pages, ctx.person.id, tap.before)))


async def card(ctx: Context, tap: CardTap) -> None:
    """The card of a batch."""
    await ctx.run(drafting.leave_change, ctx.person.id)
    await show_card(ctx, BatchId(tap.batch))


async def show_card(ctx: Context, batch: BatchId) -> None:
    """The card, which from now on follows its batch."""
    found = await ctx.run(batches.card, ctx.now, ctx.person.id, batch)
    screen = screens.card_screen(ctx.words, found, ctx.now)

    async def keep(sent: Sent) -> None:
        await ctx.run(batches.keep_card, ctx.now, ctx.person.id, batch, sent.message_id, screen.text)

    await ctx.show(screen, keep)


async def more(ctx: Context, tap: MoreTap) -> None:
    """The rest of a batch's buttons."""
    found = await ctx.run(batches.card, ctx.now, ctx.person.id, BatchId(tap.batch))
    await ctx.show(screens.more_screen(ctx.words, found, ctx.now))


async def pause(ctx: Context, tap: PauseTap) -> None:
    """Stop dealing tasks, or go on."""
    await ctx.run(steering.pause, ctx.person.id, BatchId(tap.batch), is_on=bool(tap.on))
    await ctx.toast(ctx.words.plain("batch.paused" if tap.on else "batch.resumed"))
    await show_card(ctx, BatchId(tap.batch))


async def close(ctx: Context, tap: CloseBatchTap) -> None:
    """End a batch, once the coordinator is sure."""
    batch = BatchId(tap.batch)
    if not tap.sure:
        found = await ctx.run(batches.card, ctx.now, ctx.person.id, batch)
        await ctx.show(screens.confirm_close(ctx.words, found))
        return
    await ctx.run(steering.close, ctx.now, ctx.person.id, batch)
    await ctx.toast(ctx.words.plain("batch.closed"))
    await show_card(ctx, batch)


async def flagged(ctx: Context, tap: FlaggedTap) -> None:
    """The next reported task, or the card when there is none left."""
    found = await ctx.run(steering.next_flagged, ctx.person.id, BatchId(tap.batch))
    if found is None:
        await ctx.toast(ctx.words.plain("batch.no_flagged"))
        await show_card(ctx, BatchId(tap.batch))
    else:
        await ctx.show(screens.flagged_screen(ctx.words, found))


async def judge(ctx: Context, tap: JudgeTap) -> None:
    """A reported task stays or goes."""
    batch, task = BatchId(tap.batch), TaskId(tap.task)
    is_new = await ctx.run(steering.judge, ctx.now, ctx.person.id, batch, task, keep=bool(tap.keep))
    done = "batch.kept" if tap.keep else "batch.dropped"
    await ctx.toast(ctx.words.plain(done if is_new else "batch.judged_before"))
    await flagged(ctx, FlaggedTap(batch))


async def clone(ctx: Context, tap: CloneTap) -> None:
    """The next file takes over a batch's settings."""
    title = await ctx.run(drafting.clone, ctx.person.id, BatchId(tap.batch))
    await ctx.say(posting_screens.clone(ctx.words, title))


ROUTES: tuple[Route, ...] = (
    on_command("batches", browse),
    on_tap(BatchesTap, browse_on),
    on_tap(CardTap, card),
    on_tap(MoreTap, more),
    on_tap(PauseTap, pause),
    on_tap(CloseBatchTap, close),
    on_tap(FlaggedTap, flagged),
    on_tap(JudgeTap, judge),
    on_tap(CloneTap, clone),
)
