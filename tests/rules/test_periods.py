"""A period is an hour or a date as clocks on a wall show it, and each is due once, whatever the clocks do."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from rules.model import DAY, MINUTE, Instant
from rules.periods import Calendar, Daily, Hourly, Monthly, Weekly, current, due, longest

SEOUL = ZoneInfo("Asia/Seoul")
BERLIN = ZoneInfo("Europe/Berlin")
NUUK = ZoneInfo("America/Nuuk")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
APIA = ZoneInfo("Pacific/Apia")
BEIRUT = ZoneInfo("Asia/Beirut")
SEVERAL: list[Calendar] = [Hourly(), Hourly(30), Daily(2, 30), Daily(23, 30), Weekly(7, 2, 30), Monthly((1, 15, 31), 2)]


def instant(text: str, timezone: ZoneInfo = SEOUL, fold: int = 0) -> Instant:
    return Instant(round(datetime.fromisoformat(text).replace(tzinfo=timezone, fold=fold).timestamp() * 1000))


def shown(calendar: Calendar, after: str, until: str, timezone: ZoneInfo = SEOUL) -> list[tuple[str, str]]:
    """Each period's name, and what clocks in its place show when it is due."""
    found = due(calendar, instant(after, timezone), instant(until, timezone), timezone)
    return [(each.name, f"{datetime.fromtimestamp(each.at / 1000, timezone):%d %H:%M}") for each in found]


def names(calendar: Calendar, after: str, until: str, timezone: ZoneInfo = SEOUL) -> list[str]:
    return [name for name, _ in shown(calendar, after, until, timezone)]


def test_a_period_is_due_from_its_minute_on_and_not_again_after_it() -> None:
    assert [] == names(Daily(3), "2026-11-22T02:00", "2026-11-22T02:59:59")
    assert ["2026-11-22"] == names(Daily(3), "2026-11-22T02:59:59", "2026-11-22T03:00")
    assert [] == names(Daily(3), "2026-11-22T03:00", "2026-11-23T02:59")


def test_three_days_without_power_leave_three_days_the_oldest_first() -> None:
    assert ["2026-11-20", "2026-11-21", "2026-11-22"] == names(Daily(3), "2026-11-19T12:00", "2026-11-22T12:00")
    assert 72 == len(names(Hourly(), "2026-11-19T12:00", "2026-11-22T12:00"))


def test_weeks_are_those_of_the_calendar() -> None:
    assert [("2026-W53", "28 09:00"), ("2027-W01", "04 09:00")] == shown(
        Weekly(1, 9), "2026-12-25T00:00", "2027-01-10T00:00"
    )


def test_a_month_without_the_date_has_its_last_day_instead() -> None:
    assert ["2026-01-31", "2026-02-28", "2026-03-31"] == names(
        Monthly((31,), 9), "2026-01-01T00:00", "2026-04-01T00:00"
    )
    assert ["2026-02-15", "2026-02-28"] == names(Monthly((15, 30), 9), "2026-02-01T00:00", "2026-03-01T00:00")


def test_a_time_that_clocks_skip_comes_as_much_later_on_the_same_day() -> None:
    assert [("2026-03-28", "28 02:30"), ("2026-03-29", "29 03:30"), ("2026-03-30", "30 02:30")] == shown(
        Daily(2, 30), "2026-03-28T00:00", "2026-03-31T00:00", BERLIN
    )


def test_a_time_that_clocks_repeat_comes_once() -> None:
    assert [("2026-10-24", "24 02:30"), ("2026-10-25", "25 02:30"), ("2026-10-26", "26 02:30")] == shown(
        Daily(2, 30), "2026-10-24T00:00", "2026-10-27T00:00", BERLIN
    )


def test_an_hour_that_does_not_exist_has_no_period_and_one_that_comes_twice_has_one() -> None:
    spring = names(Hourly(), "2026-03-28T23:59", "2026-03-29T23:59", BERLIN)
    assert 23 == len(spring)
    assert "2026-03-29T02" not in spring
    autumn = names(Hourly(), "2026-10-24T23:59", "2026-10-25T23:59", BERLIN)
    assert 24 == len(autumn) == len(set(autumn))


def test_half_an_hour_that_is_skipped_leaves_the_hour_its_period() -> None:
    assert [("2026-10-04T01", "04 01:00"), ("2026-10-04T02", "04 02:30"), ("2026-10-04T03", "04 03:00")] == shown(
        Hourly(), "2026-10-04T00:30", "2026-10-04T03:30", LORD_HOWE
    )


def test_a_skip_over_midnight_moves_what_is_due_into_the_next_day_under_its_own_name() -> None:
    assert [("2026-03-28", "29 00:30"), ("2026-03-29", "29 23:30")] == shown(
        Daily(23, 30), "2026-03-28T12:00", "2026-03-29T23:59", NUUK
    )
    assert [("2026-03-29", "29 01:00")] == shown(Daily(0), "2026-03-28T12:00", "2026-03-29T12:00", BEIRUT)


def test_a_date_that_a_place_has_skipped_has_no_period() -> None:
    assert ["2011-12-29", "2011-12-31"] == names(Daily(3), "2011-12-29T00:00", "2011-12-31T23:00", APIA)


@pytest.mark.parametrize("calendar", SEVERAL, ids=str)
@pytest.mark.parametrize("timezone", [SEOUL, BERLIN, NUUK, LORD_HOWE, BEIRUT], ids=str)
def test_looking_each_minute_or_once_in_a_while_finds_the_same_periods(calendar: Calendar, timezone: ZoneInfo) -> None:
    begin = Instant(round(datetime(2026, 3, 27, tzinfo=UTC).timestamp() * 1000))
    for start in (begin, Instant(begin + 209 * DAY), Instant(begin + 189 * DAY)):
        end = Instant(start + 4 * DAY)
        whole = due(calendar, start, end, timezone)
        steps = [
            period
            for step in range(0, 4 * DAY, 20 * MINUTE)
            for period in due(calendar, Instant(start + step), Instant(start + step + 20 * MINUTE), timezone)
        ]

        assert list(whole) == steps
        assert len(whole) == len({period.name for period in whole})


@pytest.mark.parametrize("calendar", SEVERAL, ids=str)
def test_no_two_periods_are_farther_apart_than_the_longest_pause(calendar: Calendar) -> None:
    start = instant("2026-01-01T00:00")
    found = due(calendar, start, Instant(start + 366 * DAY), BERLIN)
    pauses = [after.at - before.at for before, after in pairwise(found)]

    assert max(pauses) <= longest(calendar)


def test_the_current_period_is_the_one_of_the_hour_the_day_and_the_week() -> None:
    now = instant("2026-11-22T10:20")
    told = [current(each, now, SEOUL).name for each in (Hourly(30), Daily(23), Weekly(1, 9), Monthly((1, 15), 9))]

    assert ["2026-11-22T10", "2026-11-22", "2026-W47", "2026-11-15"] == told


def test_names_tell_the_order_of_periods() -> None:
    for calendar in SEVERAL:
        told = names(calendar, "2026-09-01T00:00", "2027-03-01T00:00", BERLIN)
        assert sorted(told) == told
