"""A coordinator says when a batch's files are written by themselves, which, and where to."""

from bot.context import Context
from bot.routing import Route, on_tap
from bot.screens import export_plans as screens
from bot.taps_export import AgainTap, AskTargetTap, FormatTap, NoTargetTap, PlanPartTap, PlanTap, SetPlanTap
from rules.exports import Chat, Format, Scope, When
from rules.model import BatchId
from rules.refusals import Refusal
from services import export_runs, people, planning


async def show_plan(ctx: Context, tap: PlanTap) -> None:
    """The card of a plan."""
    if (ctx.person.expects or "").startswith(f"{planning.EXPECTING}:"):
        await ctx.run(people.expect, ctx.person.id, None)
    await _show(ctx, BatchId(tap.batch))


async def show_part(ctx: Context, tap: PlanPartTap) -> None:
    """What a part of the plan may be."""
    await _show_part(ctx, BatchId(tap.batch), tap.part)


async def set_part(ctx: Context, tap: SetPlanTap) -> None:
    """One part of the plan is chosen by a button."""
    batch, person = BatchId(tap.batch), ctx.person.id
    try:
        match tap.part:
            case "when":
                await ctx.run(planning.set_when, ctx.now, person, batch, When(tap.value))
            case "scope":
                await ctx.run(planning.set_scope, ctx.now, person, batch, Scope(tap.value))
            case _:
                await ctx.run(planning.set_chat, ctx.now, person, batch, Chat(tap.value))
    except ValueError:
        raise Refusal("start.lost_button") from None
    await _show(ctx, batch)


async def set_format(ctx: Context, tap: FormatTap) -> None:
    """A format comes or goes."""
    if tap.format not in set(Format):
        raise Refusal("start.lost_button")
    batch = BatchId(tap.batch)
    await ctx.run(planning.set_format, ctx.now, ctx.person.id, batch, Format(tap.format), is_on=bool(tap.on))
    await _show_part(ctx, batch, "format")


async def ask_target(ctx: Context, tap: AskTargetTap) -> None:
    """Ask for a place."""
    batch = BatchId(tap.batch)
    await ctx.run(planning.ask_target, ctx.person.id, batch)
    card = await ctx.kit.db.read(planning.card, ctx.person.id, batch)
    await ctx.show(screens.ask_target(ctx.words, batch, is_owner=card.is_owner))


async def type_target(ctx: Context, argument: str, text: str) -> None:
    """A place was typed."""
    batch = BatchId(int(argument))
    await ctx.run(planning.set_target, ctx.now, ctx.person.id, batch, text)
    await _show(ctx, batch)


async def forget_target(ctx: Context, tap: NoTargetTap) -> None:
    """Nowhere else any more."""
    batch = BatchId(tap.batch)
    await ctx.run(planning.set_target, ctx.now, ctx.person.id, batch, "")
    await _show(ctx, batch)


async def again(ctx: Context, tap: AgainTap) -> None:
    """Try a failed run at once; what comes of it is told."""
    is_due = await ctx.run(export_runs.again, ctx.now, ctx.person.id, tap.run)
    await ctx.toast(ctx.words.plain("export.trying" if is_due else "export.written_since"))


async def _show_part(ctx: Context, batch: BatchId, part: str) -> None:
    card = await ctx.kit.db.read(planning.card, ctx.person.id, batch)
    if part not in screens.PARTS:
        raise Refusal("start.lost_button")
    await ctx.show(screens.part_screen(ctx.words, card, part))


async def _show(ctx: Context, batch: BatchId) -> None:
    card = await ctx.kit.db.read(planning.card, ctx.person.id, batch)
    await ctx.show(screens.card_screen(ctx.words, card, ctx.kit.config.export_target, ctx.now))


EXPECTS = {planning.EXPECTING: type_target}

ROUTES: tuple[Route, ...] = (
    on_tap(PlanTap, show_plan),
    on_tap(PlanPartTap, show_part),
    on_tap(SetPlanTap, set_part),
    on_tap(FormatTap, set_format),
    on_tap(AskTargetTap, ask_target),
    on_tap(NoTargetTap, forget_target),
    on_tap(AgainTap, again),
)
