"""What was withheld in a month, for whoever files it: from /payouts."""

from bot import withholding as flow
from bot.context import Context
from bot.routing import Route, on_tap
from bot.screens import withholding as screens
from bot.taps_payouts import WithholdingsTap, WithholdingTap
from services import transfers, withholding
from services.tracing import date_from


async def show(ctx: Context, tap: WithholdingsTap) -> None:
    before = date_from(tap.before) if tap.before else None
    timezone = ctx.kit.config.timezone
    found = await ctx.kit.db.read(withholding.months, ctx.now, ctx.person.id, before, timezone)
    await ctx.show(screens.months(found, ctx.words))


async def send(ctx: Context, tap: WithholdingTap) -> None:
    """The file takes a while; the button says at once that it comes."""
    first = date_from(tap.month)
    await ctx.run(transfers.require_closer, ctx.person.id)
    await ctx.toast(ctx.words.plain("closing.files_coming"))
    ctx.later(lambda ctx: flow.send_month(ctx, first))


ROUTES: tuple[Route, ...] = (on_tap(WithholdingsTap, show), on_tap(WithholdingTap, send))
