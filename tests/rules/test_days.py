"""Days of the calendar, where clocks stand still and where they do not."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from rules.days import date_of, day, last_days, today
from rules.model import HOUR, Instant

SEOUL = ZoneInfo("Asia/Seoul")
NEW_YORK = ZoneInfo("America/New_York")
CAIRO = ZoneInfo("Africa/Cairo")
ZONES = (SEOUL, NEW_YORK, CAIRO, ZoneInfo("America/Havana"), ZoneInfo("Pacific/Apia"), ZoneInfo("Asia/Kathmandu"))


def instant(text: str) -> Instant:
    return Instant(round(datetime.fromisoformat(text).timestamp() * 1000))


def test_a_day_in_seoul_begins_at_its_midnight() -> None:
    found = day(date(2026, 11, 25), SEOUL)
    assert (instant("2026-11-25T00:00+09:00"), instant("2026-11-26T00:00+09:00")) == (found.begins, found.ends)


def test_the_last_millisecond_belongs_to_the_day_that_ends() -> None:
    midnight = instant("2026-12-01T00:00+09:00")
    assert date(2026, 11, 30) == date_of(Instant(midnight - 1), SEOUL)
    assert date(2026, 12, 1) == date_of(midnight, SEOUL)


@pytest.mark.parametrize(
    ("when", "zone", "hours"),
    [
        (date(2026, 3, 8), NEW_YORK, 23),
        (date(2026, 11, 1), NEW_YORK, 25),
        (date(2026, 11, 2), NEW_YORK, 24),
        (date(2026, 4, 24), CAIRO, 23),
        (date(2026, 11, 25), SEOUL, 24),
    ],
)
def test_a_day_is_as_long_as_its_clocks_say(when: date, zone: ZoneInfo, hours: int) -> None:
    found = day(when, zone)
    assert hours * HOUR == found.ends - found.begins


def test_where_midnight_is_skipped_the_day_begins_with_the_skip() -> None:
    assert instant("2026-04-24T01:00+03:00") == day(date(2026, 4, 24), CAIRO).begins


def test_the_last_days_end_with_today_and_leave_no_gap() -> None:
    now = instant("2026-11-03T09:30-05:00")
    found = last_days(now, NEW_YORK, 14)
    assert [date(2026, 10, 21) + timedelta(days=place) for place in range(14)] == [each.date for each in found]
    assert [each.ends for each in found[:-1]] == [each.begins for each in found[1:]]
    assert today(now, NEW_YORK) == found[-1]


@given(some.dates(date(1980, 1, 1), date(2060, 1, 1)), some.sampled_from(ZONES))
def test_every_day_holds_exactly_its_own_moments(when: date, zone: ZoneInfo) -> None:
    found = day(when, zone)
    if found.begins == found.ends:
        assert (date(2011, 12, 30), "Pacific/Apia") == (when, zone.key)  # the day that Samoa left out
        return
    assert when == date_of(found.begins, zone)
    assert when == date_of(Instant(found.ends - 1), zone)
    assert when > date_of(Instant(found.begins - 1), zone)
