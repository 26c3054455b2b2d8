"""How long a silence is too long, and what would end it."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rules.model import DAY, HOUR, MINUTE, Instant, Micros
from rules.reminding import FOREVER, NEVER, Choices, usual
from rules.stalls import awake, is_night, is_too_slow, patience, raise_to, wake

SEOUL, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")
WON = 1_000_000


def instant(text: str, timezone: ZoneInfo = SEOUL) -> Instant:
    return Instant(round(datetime.fromisoformat(text).replace(tzinfo=timezone).timestamp() * 1000))


@pytest.mark.parametrize(
    ("gaps", "hours"),
    [([], 2), ([5_000] * 50, 2), ([10 * MINUTE, 9 * MINUTE, 8 * HOUR], 10 / 3), ([DAY], 24)],
)
def test_patience_grows_with_the_usual_pace_from_two_hours_to_a_day(gaps: list[int], hours: float) -> None:
    assert round(hours * HOUR) == patience(gaps)


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-11-22T10:00", "2026-11-22T12:30", 2.5),
        ("2026-11-22T20:00", "2026-11-23T09:00", 2),
        ("2026-11-22T22:00", "2026-11-23T07:00", 0),
        ("2026-11-20T07:00", "2026-11-22T07:00", 26),
    ],
)
def test_the_night_does_not_count(since: str, until: str, hours: float) -> None:
    assert hours * HOUR == awake(instant(since), instant(until), SEOUL)


def test_a_day_on_which_clocks_change_has_its_thirteen_hours() -> None:
    for day in ("2026-03-29", "2026-10-25"):
        assert 13 * HOUR == awake(instant(f"{day}T00:00", BERLIN), instant(f"{day}T23:59", BERLIN), BERLIN)


@pytest.mark.parametrize(("clock", "night"), [("07:59", True), ("08:00", False), ("20:59", False), ("21:00", True)])
def test_nights_are_from_nine_to_eight(clock: str, night: bool) -> None:
    assert night == is_night(instant(f"2026-11-22T{clock}"), SEOUL)


@pytest.mark.parametrize(
    ("wanted", "lately", "hours", "slow"),
    [(100, 100, 24, False), (100, 99, 24, True), (100, 200, 12, False), (1, 0, 24, True), (1, 100, -1, True)],
)
def test_too_slow_is_what_does_not_come_in_time_at_the_pace_of_a_day(
    wanted: int, lately: int, hours: int, slow: bool
) -> None:
    assert slow == is_too_slow(wanted, lately, hours * HOUR)


def living(
    begins: int = 8, ends: int = 21, days: str = "0123456", zone: ZoneInfo = SEOUL, snoozed: Instant = NEVER
) -> Choices:
    weekdays = frozenset(map(int, days))
    return replace(usual(zone), from_hour=begins, to_hour=ends, days=weekdays, snoozed_until=snoozed)


SUNDAY = "2026-11-22T10:00"


@pytest.mark.parametrize(
    ("people", "sleep", "until"),
    [
        ([living()], False, SUNDAY),
        ([living(18, 23)], True, "2026-11-22T18:00"),
        ([living(18, 23), living(22, 6)], True, "2026-11-22T18:00"),
        ([living(18, 23), living()], False, SUNDAY),
        ([living(days="01234")], True, "2026-11-23T08:00"),
        ([living(zone=BERLIN)], True, "2026-11-22T16:00"),
        ([living(snoozed=instant("2026-11-22T15:00"))], True, "2026-11-22T15:00"),
        ([living(snoozed=instant("2026-11-22T23:00"))], True, "2026-11-23T08:00"),
        ([living(snoozed=FOREVER), living(18, 23)], True, "2026-11-22T18:00"),
        ([living(snoozed=FOREVER)], True, None),
        ([], True, None),
    ],
)
def test_everybody_sleeps_outside_the_hours_and_days_that_they_chose(
    people: list[Choices], sleep: bool, until: str | None
) -> None:
    assert (sleep, instant(until) if until else None) == wake(people, instant(SUNDAY))


@pytest.mark.parametrize(("clock", "sleep"), [("18:00", True), ("19:59", True), ("20:00", False)])
def test_whoever_has_just_got_up_is_given_a_while(clock: str, sleep: bool) -> None:
    now = instant(f"2026-11-22T{clock}")

    assert (sleep, now) == wake([living(18, 23)], now, 2 * HOUR)


def price(won: float) -> Micros:
    return Micros(round(won * WON))


@pytest.mark.parametrize(
    ("mine", "hourly", "others", "raised"),
    [
        (20, None, [], None),
        (20, None, [(30, None)], None),
        (20, None, [(95, None)], 95),
        (0.4, None, [(1, None), (3, None)], 2),
        (20, 3_000, [(20, 9_000)], 60),
        (20, 3_000, [(500, 5_000)], None),
        (17, 3_000, [(17, 7_000)], 40),
        (100, 3_000, [(100, 7_000)], 240),
        (20, 3_000, [(95, None)], None),
        (20, 0, [(20, 9_000)], None),
    ],
)
def test_a_price_is_raised_to_what_an_hour_brings_elsewhere_in_two_figures(
    mine: float, hourly: float | None, others: list[tuple[float, float | None]], raised: float | None
) -> None:
    told = raise_to(price(mine), hourly, [(price(each), rate) for each, rate in others])

    assert (None if raised is None else price(raised)) == told
