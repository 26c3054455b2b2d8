"""Whether somebody hears of things every morning."""

from bot.context import Context
from bot.routing import Route, on_tap
from bot.screens import digests as screens
from bot.taps_digests import DigestTap
from services import digests


async def switch(ctx: Context, tap: DigestTap) -> None:
    """The card that was told stays; beside it stands what holds from now on."""
    await ctx.run(digests.switch, ctx.now, ctx.person.id, bool(tap.on))
    await ctx.say(screens.switched_screen(ctx.words, is_on=bool(tap.on)))


ROUTES: tuple[Route, ...] = (on_tap(DigestTap, switch),)
