"""The way in: /start, consent, language, settings, help."""

from telegram import BotCommand, BotCommandScopeChat

from bot.context import Context, Kit
from bot.farewell import prospect
from bot.routing import Route, on_command, on_tap
from bot.screen import Screen
from bot.screens import start as screens
from bot.screens.personal import farewell_screen
from bot.screens.start import OwnersSettings
from bot.taps import ConsentTap, DoorTap, LanguageTap, ReadsTap
from bot.taps_budgets import AloneTap
from rules.refusals import Refusal
from services import deeds, enrolling, people
from services.enrolling import Newcomer
from services.people import Person, Role

from .work import work


async def start(ctx: Context, argument: str) -> None:
    """Somebody comes in, perhaps by an invitation."""
    sender, config = ctx.sender, ctx.kit.config
    newcomer = Newcomer(sender.telegram_id, sender.name, sender.username, ctx.words.language)
    await ctx.run(enrolling.arrive, ctx.now, newcomer, argument, config.owners, config.join)
    await ctx.refresh()
    await set_menu(ctx.kit, ctx.person)
    if ctx.person.is_leaving:
        await ctx.say(farewell_screen(ctx.words, await prospect(ctx)))
    elif ctx.person.must_agree:
        await ctx.say(screens.consent_screen(ctx.words, ctx.person.name))
    else:
        await ctx.say(screens.welcome_screen(ctx.words, ctx.person))


async def agree(ctx: Context, tap: ConsentTap) -> None:
    """A worker agrees, and starts."""
    await ctx.run(enrolling.consent, ctx.now, ctx.person.id, tap.version)
    await ctx.refresh()
    await ctx.toast(ctx.words.plain("start.agreed"))
    await work(ctx, "")


async def speak(ctx: Context, tap: LanguageTap) -> None:
    """Somebody wants another language: the screen that asked comes again in it."""
    await ctx.run(people.speak, ctx.person.id, tap.language)
    await ctx.refresh()
    await set_menu(ctx.kit, ctx.person)
    if ctx.person.must_agree:
        await ctx.show(screens.consent_screen(ctx.words, ctx.person.name))
    else:
        await ctx.toast(ctx.words.plain("start.language_set"))
        await ctx.show(await _settings(ctx))


async def language(ctx: Context, _argument: str) -> None:
    """/language"""
    await ctx.say(screens.language_screen(ctx.words))


async def settings(ctx: Context, _argument: str) -> None:
    """/settings"""
    await ctx.say(await _settings(ctx))


async def read(ctx: Context, tap: ReadsTap) -> None:
    """A worker says which languages they label in."""
    await ctx.run(people.read, ctx.person.id, tap.language, bool(tap.on))
    await ctx.refresh()
    await ctx.show(await _settings(ctx))


async def set_door(ctx: Context, tap: DoorTap) -> None:
    """The owner opens or closes the door."""
    await ctx.run(enrolling.set_door, ctx.now, ctx.person.id, tap.value)
    await ctx.show(await _settings(ctx))


async def set_alone(ctx: Context, tap: AloneTap) -> None:
    """The owner says whether there is anybody else who could look twice."""
    await ctx.run(deeds.set_alone, ctx.now, ctx.person.id, bool(tap.on))
    await ctx.toast(ctx.words.plain("start.alone_noted"))
    await ctx.show(await _settings(ctx))


async def help_(ctx: Context, _argument: str) -> None:
    """/help"""
    if not ctx.is_known:
        raise Refusal("start.closed_door")
    await ctx.say(screens.help_screen(ctx.words, ctx.person))


async def set_menu(kit: Kit, person: Person) -> None:
    """The commands beside the input, those that this person may use, in their language."""
    words = kit.words_for(person)
    menu = [BotCommand(name, words.plain(f"command.{name}")) for name in screens.commands(person.roles)]
    await kit.bot.set_my_commands(menu, scope=BotCommandScopeChat(person.telegram_id))


async def _settings(ctx: Context) -> Screen:
    is_owner = Role.OWNER in ctx.person.roles
    if not is_owner:
        return screens.settings_screen(ctx.words, ctx.person, None)
    door = await ctx.run(enrolling.door, ctx.kit.config.join)
    alone_since = await ctx.run(deeds.alone_since)
    return screens.settings_screen(ctx.words, ctx.person, OwnersSettings(door, alone_since))


ROUTES: tuple[Route, ...] = (
    on_command("start", start, for_anyone=True),
    on_command("help", help_, for_anyone=True),
    on_command("language", language),
    on_command("settings", settings),
    on_tap(ConsentTap, agree),
    on_tap(LanguageTap, speak),
    on_tap(ReadsTap, read),
    on_tap(DoorTap, set_door),
    on_tap(AloneTap, set_alone),
)
