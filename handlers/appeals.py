"""A worker looks at a rejected answer of theirs, and agrees or objects."""

from bot.context import Context
from bot.routing import Route, on_tap
from bot.screens import rejections as screens
from bot.taps_review import AgreeTap, AppealTap, RejectionTap, SendAppealTap
from services import appealing


async def show(ctx: Context, tap: RejectionTap) -> None:
    found = await ctx.run(appealing.look_again, ctx.person.id, tap.rejection)
    await ctx.show(screens.rejection(ctx.words, found, ctx.now))


async def agree(ctx: Context, tap: AgreeTap) -> None:
    found = await ctx.run(appealing.agree, ctx.now, ctx.person.id, tap.rejection)
    await ctx.show(screens.rejection(ctx.words, found, ctx.now))


async def ask_note(ctx: Context, tap: AppealTap) -> None:
    """Why? The next typed words say it."""
    found = await ctx.run(appealing.ask_note, ctx.person.id, tap.rejection)
    await ctx.show(screens.ask_note(ctx.words, found))


async def send(ctx: Context, tap: SendAppealTap) -> None:
    await _appeal(ctx, tap.rejection, None)


async def typed(ctx: Context, argument: str, text: str) -> None:
    await _appeal(ctx, int(argument), text)


async def _appeal(ctx: Context, rejection: int, note: str | None) -> None:
    found = await ctx.run(appealing.appeal, ctx.now, ctx.person.id, rejection, note)
    await ctx.toast(ctx.words.plain("rejection.sent"))
    await ctx.show(screens.rejection(ctx.words, found, ctx.now))


ROUTES: tuple[Route, ...] = (
    on_tap(RejectionTap, show),
    on_tap(AgreeTap, agree),
    on_tap(AppealTap, ask_note),
    on_tap(SendAppealTap, send),
)

EXPECTS = {"appeal": typed}
