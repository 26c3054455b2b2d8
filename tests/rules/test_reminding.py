"""When a reminder may go out: held against a slow walk through time, over clocks that change and past midnight."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from rules import days, reminding
from rules.model import DAY, HOUR, MINUTE, Instant, PersonId
from rules.reminding import FOREVER, STEP, Choices, Kind, Snooze

SEOUL, BERLIN, NEW_YORK = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
ZONES = [
    SEOUL, BERLIN, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Africa/Cairo"), ZoneInfo("Asia/Kathmandu"),
    ZoneInfo("America/Santiago"), ZoneInfo("Antarctica/Troll"), ZoneInfo("Pacific/Chatham"), ZoneInfo("UTC"),
]  # fmt: skip
YEAR = 1_767_225_600_000
"""The beginning of 2026."""

instants = some.integers(YEAR, YEAR + 365 * DAY).map(Instant)


@some.composite
def choices(draw: some.DrawFn, *, most: int | None = None) -> Choices:
    return Choices(
        kinds=frozenset(Kind),
        days=draw(some.frozensets(some.integers(0, 6), min_size=1)),
        from_hour=draw(some.integers(0, 23)),
        to_hour=draw(some.integers(1, 24)),
        most=draw(some.integers(1, 3)) if most is None else most,
        timezone=draw(some.sampled_from(ZONES)),
    )


def at(zone: ZoneInfo, *when: int, fold: int = 0) -> Instant:
    year, month, day, hour, minute = when
    return Instant(round(datetime(year, month, day, hour, minute, tzinfo=zone, fold=fold).timestamp() * 1000))


def said_by_the_clock(choices: Choices, instant: Instant) -> bool:
    """The same question, asked of the wall clock and the calendar in so many words."""
    local = datetime.fromtimestamp(instant / 1000, choices.timezone)
    today, yesterday = local.weekday(), (local.weekday() - 1) % 7
    if choices.from_hour < choices.to_hour:
        return choices.from_hour <= local.hour < choices.to_hour and today in choices.days
    if local.hour >= choices.from_hour:
        return today in choices.days
    return local.hour < choices.to_hour and yesterday in choices.days


@given(choices(), instants)
@settings(max_examples=500, deadline=None)
def test_open_hours_are_what_clock_and_calendar_say(choices: Choices, instant: Instant) -> None:
    assert said_by_the_clock(choices, instant) == reminding.is_open(choices, instant)


@given(choices(), instants)
@settings(max_examples=120, deadline=None)
def test_hours_open_at_the_first_moment_that_a_walk_finds(choices: Choices, now: Instant) -> None:
    walk = range(now - now % STEP + STEP, now + 9 * DAY, STEP)
    expected = now
    if not said_by_the_clock(choices, now):
        expected = next(Instant(step) for step in walk if said_by_the_clock(choices, Instant(step)))

    assert expected == reminding.opens(choices, now)


@given(choices(), instants)
@settings(max_examples=100, deadline=None)
def test_hours_close_at_the_first_moment_that_a_walk_finds(choices: Choices, now: Instant) -> None:
    opened = reminding.opens(choices, now)
    assert opened is not None
    walk = range(opened - opened % STEP + STEP, opened + DAY + STEP, STEP)
    expected = next((step for step in walk if not said_by_the_clock(choices, Instant(step))), None)

    closes = reminding.closes(choices, opened)

    assert closes >= opened + DAY if expected is None else closes == expected


@given(choices(), instants, some.lists(some.integers(-2 * DAY, 2 * DAY), max_size=12), some.integers(0, 3 * DAY))
@settings(max_examples=120, deadline=None)
def test_what_is_allowed_breaks_no_rule_and_nothing_earlier_is_allowed(
    choices: Choices, now: Instant, apart: list[int], snooze: int
) -> None:
    sent = [Instant(now + each) for each in apart]
    until = Instant(now + snooze)
    snoozed = Choices(
        choices.kinds, choices.days, choices.from_hour, choices.to_hour, choices.most, choices.timezone, until
    )

    def may(instant: Instant) -> bool:
        day = days.today(instant, choices.timezone)
        told = sum(day.begins <= each < day.ends for each in sent)
        return said_by_the_clock(choices, instant) and told < choices.most and instant >= until

    then = reminding.next_allowed(snoozed, Kind.DEADLINE, now, sent)

    assert then is not None
    assert then >= now
    assert may(then)
    earlier = [now, until, *range(now - now % STEP + STEP, then, STEP)]
    assert not any(may(Instant(step)) for step in earlier if now <= step < then)


@pytest.mark.parametrize("zone", [SEOUL, BERLIN, NEW_YORK])
def test_the_usual_choices_are_quiet_from_nine_in_the_evening_to_eight(zone: ZoneInfo) -> None:
    usual = reminding.usual(zone)

    assert reminding.is_open(usual, at(zone, 2026, 11, 22, 8, 0))
    assert reminding.is_open(usual, at(zone, 2026, 11, 22, 20, 59))
    assert not reminding.is_open(usual, at(zone, 2026, 11, 22, 21, 0))
    assert not reminding.is_open(usual, at(zone, 2026, 11, 22, 7, 59))
    assert at(zone, 2026, 11, 23, 8, 0) == reminding.opens(usual, at(zone, 2026, 11, 22, 21, 0))


def test_new_work_and_calls_back_wait_to_be_asked_for() -> None:
    usual = reminding.usual(SEOUL)

    assert {Kind.SLICE_ENDING, Kind.DEADLINE, Kind.PAYOUT, Kind.DIGEST} == usual.kinds
    assert None is reminding.next_allowed(usual, Kind.NEW_WORK, at(SEOUL, 2026, 11, 22, 9, 0), [])


def test_the_night_in_which_clocks_change_is_as_quiet_as_any_other() -> None:
    for zone, day, length in ((BERLIN, (2026, 3, 29), 10), (BERLIN, (2026, 10, 25), 12), (NEW_YORK, (2026, 3, 8), 10)):
        usual = reminding.usual(zone)
        evening = Instant(at(zone, *day, 0, 0) - 3 * HOUR)

        morning = reminding.opens(usual, evening)

        assert at(zone, *day, 8, 0) == morning
        assert length * HOUR == morning - evening


def test_hours_that_the_clock_jumps_over_begin_after_the_jump() -> None:
    night = Choices(frozenset(Kind), frozenset({6}), 2, 5, 2, BERLIN)

    assert at(BERLIN, 2026, 3, 29, 3, 0) == reminding.opens(night, at(BERLIN, 2026, 3, 29, 0, 0))


def test_hours_past_midnight_belong_to_the_day_they_began_on() -> None:
    friday_night = Choices(frozenset(Kind), frozenset({4}), 22, 2, 2, SEOUL)

    assert reminding.is_open(friday_night, at(SEOUL, 2026, 11, 27, 23, 0))
    assert reminding.is_open(friday_night, at(SEOUL, 2026, 11, 28, 1, 59))
    assert not reminding.is_open(friday_night, at(SEOUL, 2026, 11, 27, 1, 0))
    assert not reminding.is_open(friday_night, at(SEOUL, 2026, 11, 28, 23, 0))


def test_the_second_reminder_of_a_day_is_the_last() -> None:
    usual, now = reminding.usual(SEOUL), at(SEOUL, 2026, 11, 22, 15, 0)
    sent = [at(SEOUL, 2026, 11, 22, 9, 0), at(SEOUL, 2026, 11, 22, 12, 0)]

    assert now == reminding.next_allowed(usual, Kind.DEADLINE, now, sent[:1])
    assert at(SEOUL, 2026, 11, 23, 8, 0) == reminding.next_allowed(usual, Kind.DEADLINE, now, sent)


def test_silence_three_times_in_a_row_ends_it() -> None:
    ignored = [Choices(frozenset(Kind), frozenset(range(7)), 8, 21, 2, SEOUL, ignored=times) for times in (2, 3)]
    now = at(SEOUL, 2026, 11, 22, 15, 0)

    assert [now, None] == [reminding.next_allowed(each, Kind.DEADLINE, now, []) for each in ignored]


def test_snoozing_lasts_for_the_day_for_a_week_or_until_it_is_taken_back() -> None:
    now = at(SEOUL, 2026, 11, 22, 15, 0)

    assert at(SEOUL, 2026, 11, 23, 0, 0) == reminding.snoozed_until(Snooze.TODAY, now, SEOUL)
    assert at(SEOUL, 2026, 11, 30, 0, 0) == reminding.snoozed_until(Snooze.WEEK, now, SEOUL)
    assert FOREVER == reminding.snoozed_until(Snooze.OFF, now, SEOUL)
    off = Choices(frozenset(Kind), frozenset(range(7)), 8, 21, 2, SEOUL, FOREVER)
    assert None is reminding.next_allowed(off, Kind.DEADLINE, now, [])


def test_who_has_little_time_is_told_while_half_of_it_is_left() -> None:
    lunch = Choices(frozenset(Kind), frozenset(range(7)), 12, 13, 2, SEOUL)
    usual = reminding.usual(SEOUL)

    assert reminding.has_room(lunch, at(SEOUL, 2026, 11, 22, 12, 30), 2 * HOUR)
    assert not reminding.has_room(lunch, at(SEOUL, 2026, 11, 22, 12, 31), 2 * HOUR)
    assert reminding.has_room(usual, at(SEOUL, 2026, 11, 22, 19, 0), 2 * HOUR)
    assert not reminding.has_room(usual, at(SEOUL, 2026, 11, 22, 19, 1), 2 * HOUR)
    assert not reminding.has_room(usual, at(SEOUL, 2026, 11, 22, 7, 0), 5 * MINUTE)


def test_one_in_ten_is_held_out_and_stays_so() -> None:
    people = [PersonId(number) for number in range(1, 5_001)]
    held = [[person for person in people if reminding.is_held_out(seed, person)] for seed in (b"one", b"two")]

    assert held[0] == [person for person in people if reminding.is_held_out(b"one", person)]
    assert all(430 <= len(each) <= 570 for each in held)
    assert 20 <= len(set(held[0]) & set(held[1])) <= 85


@given(some.integers(0, 10_000), some.integers(0, 500), some.integers(1, 30))
def test_shares_are_fair_and_never_more_than_there_is_unless_it_is_one(slots: int, people: int, most: int) -> None:
    each = reminding.share(slots, people, most)

    assert each <= most
    assert (each == 0) == (slots == 0 or people == 0)
    assert each <= 1 or each * people <= slots
    assert each in (0, most) or (each + 1) * people > slots


def test_an_instant_is_the_same_wherever_it_is_asked() -> None:
    now = round(datetime(2026, 11, 22, 12, 0, tzinfo=UTC).timestamp() * 1000)

    assert [True, True, False] == [
        reminding.is_open(reminding.usual(zone), Instant(now)) for zone in (BERLIN, ZoneInfo("UTC"), SEOUL)
    ]
