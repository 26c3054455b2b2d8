"""A coordinator takes labels and answers home."""

from bot.context import Context
from bot.exports import deliver
from bot.routing import Route, on_command, on_tap
from bot.screens import exports as screens
from bot.taps_export import ExportsTap, ExportTap
from rules.exports import Format, formats_of
from rules.model import BatchId
from rules.refusals import Refusal
from services import taking
from services.shapes import check


async def export_command(ctx: Context, argument: str) -> None:
    """`/export CODE FORMATS`, or `/export` with a choice among the batches; the only one is taken at once."""
    code, _, named = argument.strip().partition(" ")
    if code:
        listed = await ctx.kit.db.read(taking.permit_code, ctx.person.id, code)
        formats = formats_of(named)
        check(formats)
        _begin(ctx, listed.batch, formats)
        return
    listing = await ctx.kit.db.read(taking.choices, ctx.person.id, 0)
    match listing.batches:
        case ():
            raise Refusal("export.none")
        case (only,):
            _begin(ctx, only.batch)
        case _:
            await ctx.say(screens.choose(listing, ctx.words))


async def show_older(ctx: Context, tap: ExportsTap) -> None:
    listing = await ctx.kit.db.read(taking.choices, ctx.person.id, tap.before)
    await ctx.show(screens.choose(listing, ctx.words))


async def export_batch(ctx: Context, tap: ExportTap) -> None:
    """The tapped message stays: it may be the batch's card."""
    batch = BatchId(tap.batch)
    await ctx.kit.db.read(taking.permit, ctx.person.id, batch)
    await ctx.toast(ctx.words.plain("export.preparing"))
    _begin(ctx, batch)


def _begin(ctx: Context, batch: BatchId, formats: tuple[Format, ...] = ()) -> None:
    """Writing the files may take minutes."""
    ctx.later(lambda ctx: deliver(ctx.kit, ctx.person, batch, formats))


ROUTES: tuple[Route, ...] = (
    on_command("export", export_command),
    on_tap(ExportsTap, show_older),
    on_tap(ExportTap, export_batch),
)
