"""/doctor: whether the bot, its database and its surroundings are well."""

from bot.checkup import everything
from bot.context import Context
from bot.routing import Route, on_command
from bot.screens import doctor as screens
from services import people
from services.people import Role


async def doctor(ctx: Context, _argument: str) -> None:
    """/doctor: for owners; the look takes seconds in a large database, so it goes on beside other work."""
    await ctx.run(people.require, ctx.person.id, Role.OWNER)
    await ctx.say(screens.looking_screen(ctx.words))
    ctx.later(_look)


async def _look(ctx: Context) -> None:
    kit = ctx.kit
    findings = await everything(kit.config, kit.db, kit.bot, ctx.words, ctx.now)
    await ctx.say(screens.doctor_screen(ctx.words, findings))


ROUTES: tuple[Route, ...] = (on_command("doctor", doctor),)
