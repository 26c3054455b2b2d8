"""The bank says something else than before: a second person decides what is true."""

from bot.context import Context
from bot.routing import Route, on_tap
from bot.screens import contradictions as screens
from bot.taps_payouts import ContradictionTap, DecideTap
from services import contradictions, deeds
from services.contradictions import Contradiction


async def show(ctx: Context, tap: ContradictionTap) -> None:
    await _show(ctx, await ctx.run(contradictions.find, ctx.person.id, tap.contradiction))


async def decide(ctx: Context, tap: DecideTap) -> None:
    """It is as the bank says, or as it was, after being asked once more."""
    found = await ctx.run(contradictions.find, ctx.person.id, tap.contradiction)
    if not tap.sure and found.decision is None:
        await ctx.show(screens.sure(found, bool(tap.accept), ctx.words))
        return
    act = contradictions.accept if tap.accept else contradictions.dismiss
    await _show(ctx, await ctx.run(act, ctx.now, ctx.person.id, tap.contradiction))


async def _show(ctx: Context, found: Contradiction) -> None:
    may_decide = await ctx.run(deeds.may_second, found.reported_by, ctx.person.id)
    await ctx.show(screens.card(found, may_decide, ctx.words))


ROUTES: tuple[Route, ...] = (on_tap(ContradictionTap, show), on_tap(DecideTap, decide))
