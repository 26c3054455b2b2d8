"""Reminders, and what somebody wants to be reminded of."""

from typing import assert_never
from zoneinfo import ZoneInfo

from rules.model import Instant
from rules.reminding import FOREVER, Choices, Kind, Snooze, hours
from services.inviting import Effect
from services.people import Person, Role
from services.preferring import MOST
from services.reminding import Letter, Line
from services.slicing import LASTS, Slice

from ..screen import Button, Row, Screen
from ..taps import BatchTap, WorkTap
from ..taps_payees import PayeeTap
from ..taps_reminders import (
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
from ..words import Html, Words

ZONES = (
    "Asia/Seoul", "Asia/Tokyo", "Asia/Shanghai", "Asia/Ho_Chi_Minh", "Asia/Kolkata",
    "Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Australia/Sydney",
)  # fmt: skip
HOURS_ACROSS = 4
TITLE_LETTERS = 18
"""How much of a title fits on a button beside a word."""


def reminder_screen(words: Words, letter: Letter, now: Instant) -> Screen:
    """All that there is to remind of: a line each, what to do about it, and how to hear less."""
    is_alone = len(letter.lines) == 1
    lines, rows = [words.line("remind.card")], list[Row]()
    for number, line in enumerate(letter.lines, 1):
        told = _told(words, line, now)
        shown = words.line("remind.one", line=told) if is_alone else _numbered(words, number, told)
        lines.append(shown)
        rows.append(_actions(words, line, 0 if is_alone else number))
    return Screen("\n\n".join(lines), (*rows, snoozes(words, on_settings=0)))


def _numbered(words: Words, number: int, told: Html) -> Html:
    return words.line("remind.numbered", number=number, line=told)


def _told(words: Words, line: Line, now: Instant) -> Html:
    match line.kind:
        case Kind.NEW_WORK | Kind.SLICE_ENDING if line.part is not None:
            # The time of a new slice runs from the moment at which this message is out.
            ends = Instant(now + LASTS) if line.kind is Kind.NEW_WORK else line.part.ends_at
            tasks, until, price = words.number(line.part.tasks), words.when(ends, now), words.money(line.part.price)
            if line.kind is Kind.NEW_WORK:
                key = "remind.new_work" if line.is_new else "remind.work_left"
                return words.line(key, title=line.title, price=price, tasks=tasks, until=until)
            return words.line("remind.slice_ending", title=line.title, tasks=tasks, until=until)
        case Kind.SLICE_ENDING:
            key = "remind.slice_closed" if line.is_over else "remind.slice_paused"
            return words.line(key, title=line.title, tasks=words.number(line.tasks))
        case Kind.DEADLINE if line.deadline is not None:
            return words.line("remind.deadline", title=line.title, until=words.when(line.deadline, now))
        case Kind.PAYOUT if line.deadline is not None:
            return words.line("remind.payout", day=words.day(line.deadline))
        case Kind.COME_BACK:
            return words.line("remind.come_back", count=words.number(line.batches))
        case _:
            raise ValueError(line)


def _actions(words: Words, line: Line, number: int) -> Row:
    """What can be done about a line; `number` is 0 where it is the only one."""
    match line.kind:
        case Kind.NEW_WORK | Kind.DEADLINE if line.batch is not None:
            titled = words.plain("remind.start_titled", title=_short(line.title))
            return (Button(titled, BatchTap(line.batch)),)
        case Kind.SLICE_ENDING if line.part is not None:
            keep = Button(_label(words, words.plain("remind.extend"), number), ExtendTap(line.part.id, int(not number)))
            give = Button(
                _label(words, words.plain("remind.give_up"), number), GiveUpTap(line.part.id, int(not number))
            )
            return (keep, give) if line.part.may_extend else (_start(words, line.part, number), give)
        case Kind.PAYOUT:
            return (Button(words.plain("remind.say_where"), PayeeTap()),)
        case _:
            return (Button(words.plain("remind.see_work"), WorkTap()),)


def _start(words: Words, part: Slice, number: int) -> Button:
    return Button(_label(words, words.plain("remind.start"), number), BatchTap(part.batch))


def _label(words: Words, text: str, number: int) -> str:
    return words.plain("remind.numbered_button", number=number, text=text) if number else text


def snoozes(words: Words, on_settings: int) -> Row:
    """How to hear less."""
    return tuple(Button(words.plain(f"remind.{how}"), SnoozeTap(how, on_settings)) for how in Snooze)


def snoozed_screen(words: Words, how: Snooze, until: Instant) -> Screen:
    """Somebody wants to hear nothing for a while."""
    match how:
        case Snooze.TODAY:
            told = words.line("remind.snoozed_today")
        case Snooze.WEEK:
            told = words.line("remind.snoozed_week", until=words.day(until))
        case Snooze.OFF:
            told = words.line("remind.snoozed_off")
        case _:
            assert_never(how)
    open_settings = Button(words.plain("remind.settings_open"), RemindersTap())
    keyboard = ((Button(words.plain("remind.see_work"), WorkTap()), open_settings),)
    return Screen("\n".join((told, words.line("remind.snoozed_kept"))), keyboard)


def extended_screen(words: Words, part: Slice, now: Instant) -> Screen:
    """What waits for somebody waits once more as long."""
    until = words.when(part.ends_at, now)
    text = words.line("remind.extended", title=part.title, tasks=words.number(part.tasks), until=until)
    give = Button(words.plain("remind.give_up"), GiveUpTap(part.id, 1))
    return Screen(text, ((_start(words, part, 0), give),))


def given_up_screen(words: Words, tasks: int) -> Screen:
    """What waited for somebody went to others."""
    text = words.line("remind.given_up", tasks=words.number(tasks)) if tasks else words.line("remind.slice_over")
    return Screen(text, ((Button(words.plain("remind.see_work"), WorkTap()),),))


def with_kept(words: Words, screen: Screen, tasks: int, until: str) -> Screen:
    """The end of a session, where tasks still wait for the worker."""
    kept = words.line("remind.kept", tasks=words.number(tasks), until=until)
    return Screen(f"{screen.text}\n{kept}", screen.keyboard)


def with_offer(words: Words, screen: Screen) -> Screen:
    """A card for somebody who finds nothing to do, with the offer to be told when there is."""
    return Screen(screen.text, (*screen.keyboard, (Button(words.plain("remind.offer"), OptInTap()),)))


def opted_in_screen(words: Words, choices: Choices) -> Screen:
    """Somebody will be told of new work."""
    text = words.line("remind.opted_in", hours=_hours(words, choices), most=choices.most)
    return Screen(text, ((Button(words.plain("remind.settings_open"), RemindersTap()),),))


def settings_screen(words: Words, person: Person, choices: Choices, now: Instant) -> Screen:
    """What a person is reminded of, and when; every button says what it sets."""
    lines = [words.line("remind.settings"), _state(words, choices, now), words.line("remind.hint")]
    is_silent = choices.snoozed_until > now
    resume = (Button(words.plain("remind.resume"), SnoozeTap("", 1)),)
    keyboard = (
        *_kinds(words, person, choices),
        *_days(words, choices),
        _when(words, choices),
        _how(words, choices),
        resume if is_silent else snoozes(words, on_settings=1),
    )
    return Screen("\n\n".join(lines), keyboard)


def _state(words: Words, choices: Choices, now: Instant) -> Html:
    days, span = _days_told(words, choices), _hours(words, choices)
    when = words.line("remind.when", days=days, hours=span, most=choices.most, zone=zone_name(choices.timezone))
    if choices.snoozed_until >= FOREVER:
        return Html("\n".join((words.line("remind.is_off"), when)))
    if choices.snoozed_until > now:
        return Html("\n".join((words.line("remind.paused", until=words.when(choices.snoozed_until, now)), when)))
    return when


def _days_told(words: Words, choices: Choices) -> str:
    if len(choices.days) == 7:
        return words.plain("remind.every_day")
    return " ".join(words.plain(f"remind.day_{day}") for day in sorted(choices.days))


def _hours(words: Words, choices: Choices) -> str:
    if hours(choices) == 24:
        return words.plain("remind.all_day")
    key = "remind.hours" if choices.to_hour > choices.from_hour else "remind.hours_overnight"
    return words.plain(key, begins=_clock(words, choices.from_hour), ends=_clock(words, choices.to_hour))


def _clock(words: Words, hour: int) -> str:
    return words.plain("remind.clock", hour=f"{hour:02}")


def _kinds(words: Words, person: Person, choices: Choices) -> tuple[Row, ...]:
    """Those who do not label are sent summaries alone."""
    kinds = tuple(Kind) if Role.WORKER in person.roles else (Kind.DIGEST,)
    buttons = [
        _switch(words, words.plain(f"remind.kind_{kind}"), KindTap(kind, int(kind not in choices.kinds)))
        for kind in kinds
    ]
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


def _days(words: Words, choices: Choices) -> tuple[Row, ...]:
    buttons = [
        _switch(words, words.plain(f"remind.day_{day}"), DayTap(day, int(day not in choices.days))) for day in range(7)
    ]
    return tuple(buttons[:4]), tuple(buttons[4:])


def _switch(words: Words, text: str, tap: KindTap | DayTap) -> Button:
    """A button that turns something on that is off, or off that is on."""
    return Button(words.plain("remind.not_on" if tap.on else "remind.on", text=text), tap)


def _when(words: Words, choices: Choices) -> Row:
    begins = words.plain("remind.from_button", clock=_clock(words, choices.from_hour))
    ends = words.plain("remind.to_button", clock=_clock(words, choices.to_hour))
    return Button(begins, HoursTap(0)), Button(ends, HoursTap(1))


def _how(words: Words, choices: Choices) -> Row:
    more = next((most for most in MOST if most > choices.most), MOST[0])
    most = Button(words.plain("remind.most_button", most=choices.most), MostTap(more))
    zone = words.plain("remind.zone_button", zone=_short(zone_name(choices.timezone).split("/")[-1]))
    return most, Button(zone, ZonesTap())


def hours_screen(words: Words, end: int) -> Screen:
    """Which hour, on a grid."""
    first = 1 if end else 0
    buttons = [Button(_clock(words, hour), HourTap(end, hour)) for hour in range(first, first + 24)]
    rows = tuple(tuple(buttons[start : start + HOURS_ACROSS]) for start in range(0, 24, HOURS_ACROSS))
    text = words.line("remind.choose_to" if end else "remind.choose_from")
    return Screen(text, (*rows, (Button(words.plain("remind.back"), RemindersTap()),)))


def zones_screen(words: Words, choices: Choices) -> Screen:
    """Some time zones, and the way to all others."""
    buttons = [Button(name.split("/")[-1].replace("_", " "), ZoneTap(name)) for name in ZONES]
    rows = tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))
    last = (Button(words.plain("remind.type_zone"), ZoneTap("")), Button(words.plain("remind.back"), RemindersTap()))
    return Screen(words.line("remind.choose_zone", zone=zone_name(choices.timezone)), (*rows, last))


def zone_name(zone: ZoneInfo) -> str:
    """`Asia/Ho Chi Minh`."""
    return zone.key.replace("_", " ")


def effect_line(words: Words, effect: Effect) -> Html:
    """Whether telling people of a batch brought work, in a line of its card."""
    told, workers = words.number(effect.told), words.number(effect.told_workers)
    if not effect.held_out:
        return words.line("remind.effect_alone", told=told, workers=workers)
    held, held_workers = words.number(effect.held_out), words.number(effect.held_out_workers)
    return words.line("remind.effect", told=told, workers=workers, held=held, held_workers=held_workers)


def _short(title: str) -> str:
    return title if len(title) <= TITLE_LETTERS else title[: TITLE_LETTERS - 1] + "…"
