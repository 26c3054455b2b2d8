"""The periods of a calendar, each due once: hours, days, weeks and dates of a month, as clocks on a wall show them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from .days import date_of, day
from .model import DAY, HOUR, Instant

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hourly:
    """Every hour of the day, at a minute. An hour that clocks skip has no period, one that they repeat has one."""

    minute: int = 0


@dataclass(frozen=True)
class Daily:
    """Every day; where clocks skip the time of day, as much later."""

    hour: int
    minute: int = 0


@dataclass(frozen=True)
class Weekly:
    """Every week on one day, 1 for Monday to 7 for Sunday."""

    weekday: int
    hour: int
    minute: int = 0


@dataclass(frozen=True)
class Monthly:
    """Some days of every month; in a month that is shorter, its last day."""

    days: tuple[int, ...]
    hour: int
    minute: int = 0


Calendar = Hourly | Daily | Weekly | Monthly


@dataclass(frozen=True)
class Period:
    """One hour or date on which something is due, by its name; from `at` on."""

    name: str
    at: Instant


def due(calendar: Calendar, after: Instant, until: Instant, timezone: ZoneInfo) -> tuple[Period, ...]:
    """The periods that became due after an instant and not later than another, oldest first."""
    found = (
        period
        for when in _dates(date_of(after, timezone) - ONE_DAY, date_of(until, timezone), timezone)
        for period in _on(calendar, when, timezone)
        if after < period.at <= until
    )
    return tuple(sorted(found, key=lambda period: period.at))


def current(calendar: Calendar, now: Instant, timezone: ZoneInfo) -> Period:
    """The period whose hour, day or week it is, due or not; of a month's dates the one that was last."""
    local = datetime.fromtimestamp(now / 1000, timezone)
    when = local.date()
    if isinstance(calendar, Monthly):
        while not _is_on(calendar, when):
            when -= ONE_DAY
    return Period(_name(calendar, when, local.hour), now)


def longest(calendar: Calendar) -> int:
    """Milliseconds between two periods, at most."""
    match calendar:
        case Hourly():
            return 2 * HOUR
        case Daily():
            return DAY + HOUR
        case Weekly():
            return 7 * DAY + HOUR
        case Monthly():
            return 31 * DAY + HOUR
        case _:
            assert_never(calendar)


def _dates(first: date, last: date, timezone: ZoneInfo) -> Iterator[date]:
    """Without those that a place has skipped to get to the other side of the date line."""
    for offset in range((last - first).days + 1):
        when = day(first + offset * ONE_DAY, timezone)
        if when.begins < when.ends:
            yield when.date


def _on(calendar: Calendar, when: date, timezone: ZoneInfo) -> Iterator[Period]:
    if not _is_on(calendar, when):
        return
    hours = range(24) if isinstance(calendar, Hourly) else (calendar.hour,)
    for hour in hours:
        at = _instant(when, hour, calendar.minute, timezone)
        shown = datetime.fromtimestamp(at / 1000, timezone)
        if not isinstance(calendar, Hourly) or (shown.date(), shown.hour) == (when, hour):
            yield Period(_name(calendar, when, hour), at)


def _is_on(calendar: Calendar, when: date) -> bool:
    match calendar:
        case Hourly() | Daily():
            return True
        case Weekly(weekday):
            return when.isoweekday() == weekday
        case Monthly(days):
            is_last = (when + ONE_DAY).month != when.month
            return when.day in days or (is_last and max(days) > when.day)
        case _:
            assert_never(calendar)


def _name(calendar: Calendar, when: date, hour: int) -> str:
    match calendar:
        case Hourly():
            return f"{when.isoformat()}T{hour:02}"
        case Daily() | Monthly():
            return when.isoformat()
        case Weekly():
            year, week, _ = when.isocalendar()
            return f"{year}-W{week:02}"
        case _:
            assert_never(calendar)


def _instant(when: date, hour: int, minute: int, timezone: ZoneInfo) -> Instant:
    """The first moment at which clocks show this; where they skip it, as long after the skip as it lies within."""
    return Instant(round(datetime.combine(when, time(hour, minute), timezone).timestamp() * 1000))
