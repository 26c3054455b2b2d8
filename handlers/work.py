"""A worker labels: /work, the taps of the labeling message, and what stands around it."""

from bot.cards import bring, offering_reminders, tell
from bot.context import Context
from bot.routing import Route, on_command, on_tap
from bot.screens import work as screens
from bot.taps import (
    AnswerTap,
    BatchTap,
    CloseTap,
    GuideTap,
    ReportMenuTap,
    ReportTap,
    SkipTap,
    StopTap,
    SubmitTap,
    ToggleTap,
    UndoTap,
    WorkTap,
)
from rules.model import AssignmentId, BatchId
from services import offering, undoing, working
from services.dealing import Shown
from services.working import Reason


async def work(ctx: Context, _argument: str) -> None:
    """Show the open batches, or the task at once when there is just one."""
    offers = await ctx.run(offering.offers, ctx.person.id)
    if len(offers) == 1:
        await bring(ctx, await ctx.run(offering.begin, ctx.now, ctx.person.id, offers[0].batch))
    else:
        screen = screens.offers_screen(ctx.words, offers, ctx.now)
        await ctx.show(screen if offers else await offering_reminders(ctx, screen))


async def browse(ctx: Context, _tap: WorkTap) -> None:
    """The same, from a button."""
    await work(ctx, "")


async def choose(ctx: Context, tap: BatchTap) -> None:
    """A worker chose a batch."""
    await bring(ctx, await ctx.run(offering.begin, ctx.now, ctx.person.id, BatchId(tap.batch)))


async def answer(ctx: Context, tap: AnswerTap) -> None:
    """A worker tapped a label."""
    assignment = AssignmentId(tap.assignment)
    await tell(ctx, await ctx.run(working.answer, ctx.now, ctx.person.id, assignment, tap.revision, tap.choice))


async def toggle(ctx: Context, tap: ToggleTap) -> None:
    """A worker put one label of several on or off."""
    assignment, is_on = AssignmentId(tap.assignment), bool(tap.on)
    await tell(ctx, await ctx.run(working.toggle, ctx.now, ctx.person.id, assignment, tap.revision, tap.choice, is_on))


async def submit(ctx: Context, tap: SubmitTap) -> None:
    """A worker is done choosing."""
    await tell(ctx, await ctx.run(working.submit, ctx.now, ctx.person.id, AssignmentId(tap.assignment), tap.revision))


async def skip(ctx: Context, tap: SkipTap) -> None:
    """A worker leaves a task to others."""
    await tell(ctx, await ctx.run(working.skip, ctx.now, ctx.person.id, AssignmentId(tap.assignment), tap.revision))


async def report_menu(ctx: Context, tap: ReportMenuTap) -> None:
    """A worker finds something wrong with a task, or thought better of it."""
    then = await ctx.run(working.look, ctx.now, ctx.person.id, AssignmentId(tap.assignment), tap.revision)
    if isinstance(then, Shown) and tap.open:
        await ctx.show(screens.report_screen(ctx.words, then))
    elif isinstance(then, Shown):
        await ctx.show(screens.task_screen(ctx.words, then))
    else:
        await tell(ctx, then)


async def report(ctx: Context, tap: ReportTap) -> None:
    """A worker says what is wrong."""
    reason, assignment = Reason(tap.reason), AssignmentId(tap.assignment)
    await tell(ctx, await ctx.run(working.report, ctx.now, ctx.person.id, assignment, tap.revision, reason))


async def undo(ctx: Context, tap: UndoTap) -> None:
    """A worker wants to answer again."""
    await tell(ctx, await ctx.run(undoing.undo, ctx.now, ctx.person.id, BatchId(tap.batch), tap.answer))


async def guide(ctx: Context, tap: GuideTap) -> None:
    """A worker wants to read the rules."""
    found = await ctx.run(offering.guide_of, ctx.person.id, BatchId(tap.batch))
    if found.content is None:
        await ctx.toast(ctx.words.plain("work.no_guide"), alert=True)
    else:
        await ctx.say(screens.guide_screen(ctx.words, found.title, found.content))


async def stop(ctx: Context, tap: StopTap) -> None:
    """A worker has had enough for now."""
    await bring(ctx, await ctx.run(working.stop, ctx.now, ctx.person.id, BatchId(tap.batch)))


async def close(ctx: Context, _tap: CloseTap) -> None:
    """Somebody has read a message."""
    await ctx.close()


ROUTES: tuple[Route, ...] = (
    on_command("work", work),
    on_tap(WorkTap, browse),
    on_tap(BatchTap, choose),
    on_tap(AnswerTap, answer),
    on_tap(ToggleTap, toggle),
    on_tap(SubmitTap, submit),
    on_tap(SkipTap, skip),
    on_tap(ReportMenuTap, report_menu),
    on_tap(ReportTap, report),
    on_tap(UndoTap, undo),
    on_tap(GuideTap, guide),
    on_tap(StopTap, stop),
    on_tap(CloseTap, close),
)
