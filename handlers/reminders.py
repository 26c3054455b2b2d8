"""Reminders: what comes of their buttons, and /reminders, where a person says of what and when."""

from bot.context import Context
from bot.routing import Route, on_command, on_tap
from bot.screen import Screen
from bot.screens import reminders as screens
from bot.taps_reminders import (
    DayTap,
    ExtendTap,
    GiveUpTap,
    HoursTap,
    HourTap,
    KindTap,
    MostTap,
    OptInTap,
    RemindersTap,
    SnoozeTap,
    ZonesTap,
    ZoneTap,
)
from rules.refusals import Refusal
from rules.reminding import Choices, Snooze
from services import people, preferring, slicing

TYPED_ZONE = "remind_zone"


async def show_reminders(ctx: Context, _: str | RemindersTap) -> None:
    """What this person is reminded of, and when."""
    await ctx.show(await _settings(ctx))


async def opt_in(ctx: Context, _tap: OptInTap) -> None:
    """A worker wants to be told of new work."""
    await ctx.run(preferring.opt_in, ctx.now, ctx.person.id)
    await ctx.say(screens.opted_in_screen(ctx.words, await _choices(ctx)))


async def choose_kind(ctx: Context, tap: KindTap) -> None:
    await ctx.run(preferring.choose_kind, ctx.now, ctx.person.id, tap.kind, bool(tap.on))
    await ctx.show(await _settings(ctx))


async def choose_day(ctx: Context, tap: DayTap) -> None:
    await ctx.run(preferring.choose_day, ctx.now, ctx.person.id, tap.day, bool(tap.on))
    await ctx.show(await _settings(ctx))


async def ask_hour(ctx: Context, tap: HoursTap) -> None:
    await ctx.show(screens.hours_screen(ctx.words, tap.end))


async def choose_hour(ctx: Context, tap: HourTap) -> None:
    begins, ends = (None, tap.hour) if tap.end else (tap.hour, None)
    await ctx.run(preferring.choose_hours, ctx.now, ctx.person.id, begins, ends)
    await ctx.show(await _settings(ctx))


async def choose_most(ctx: Context, tap: MostTap) -> None:
    await ctx.run(preferring.choose_most, ctx.now, ctx.person.id, tap.most)
    await ctx.show(await _settings(ctx))


async def ask_zone(ctx: Context, _tap: ZonesTap) -> None:
    await ctx.show(screens.zones_screen(ctx.words, await _choices(ctx)))


async def choose_zone(ctx: Context, tap: ZoneTap) -> None:
    """One of the list, or none of it: then the name is typed."""
    if not tap.name:
        await ctx.run(people.expect, ctx.person.id, TYPED_ZONE)
        await ctx.say(Screen(ctx.words.line("remind.ask_zone")))
        return
    await ctx.run(preferring.choose_zone, ctx.now, ctx.person.id, tap.name)
    await ctx.refresh()
    await ctx.show(await _settings(ctx))


async def type_zone(ctx: Context, _argument: str, text: str) -> None:
    """A time zone that was typed; a name that is none is asked for again."""
    await ctx.run(preferring.choose_zone, ctx.now, ctx.person.id, text)
    await ctx.run(people.expect, ctx.person.id, None)
    await ctx.refresh()
    await ctx.show(await _settings(ctx))


async def snooze(ctx: Context, tap: SnoozeTap) -> None:
    """Leave somebody alone for a while, or no longer."""
    if tap.how and tap.how not in set(Snooze):
        raise Refusal("start.lost_button")
    how = Snooze(tap.how) if tap.how else None
    choices = await ctx.run(preferring.snooze, ctx.now, ctx.person.id, how, ctx.kit.config.timezone)
    if how is None or tap.on_settings:
        await ctx.show(await _settings(ctx))
    else:
        await ctx.show(screens.snoozed_screen(ctx.words, how, choices.snoozed_until))


async def extend(ctx: Context, tap: ExtendTap) -> None:
    """A worker wants to keep what waits for them. A card that tells of more than that stays as it is."""
    part = await ctx.run(slicing.extend, ctx.now, ctx.person.id, tap.slice_id)
    screen = screens.extended_screen(ctx.words, part, ctx.now)
    await (ctx.show if tap.is_alone else ctx.say)(screen)


async def give_up(ctx: Context, tap: GiveUpTap) -> None:
    """A worker lets others have what waits for them."""
    tasks = await ctx.run(slicing.give_up, ctx.now, ctx.person.id, tap.slice_id)
    await (ctx.show if tap.is_alone else ctx.say)(screens.given_up_screen(ctx.words, tasks))


async def _choices(ctx: Context) -> Choices:
    return await ctx.kit.db.run(preferring.choices_of, ctx.person.id, ctx.kit.config.timezone)


async def _settings(ctx: Context) -> Screen:
    choices = await _choices(ctx)
    return screens.settings_screen(ctx.words, ctx.person, choices, ctx.now)


EXPECTS = {TYPED_ZONE: type_zone}

ROUTES: tuple[Route, ...] = (
    on_command("reminders", show_reminders),
    on_tap(RemindersTap, show_reminders),
    on_tap(OptInTap, opt_in),
    on_tap(KindTap, choose_kind),
    on_tap(DayTap, choose_day),
    on_tap(HoursTap, ask_hour),
    on_tap(HourTap, choose_hour),
    on_tap(MostTap, choose_most),
    on_tap(ZonesTap, ask_zone),
    on_tap(ZoneTap, choose_zone),
    on_tap(SnoozeTap, snooze),
    on_tap(ExtendTap, extend),
    on_tap(GiveUpTap, give_up),
)
