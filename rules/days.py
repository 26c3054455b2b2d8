"""Days as people count them: from midnight to midnight where they live, 23 to 25 hours long when clocks change."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .model import Instant


@dataclass(frozen=True)
class Day:
    """A day of the calendar: from `begins` until just before `ends`."""

    date: date
    begins: Instant
    ends: Instant


def zone(name: str) -> ZoneInfo | None:
    """A time zone by its IANA name; None where there is none, be it that this machine has forgotten it."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def date_of(instant: Instant, timezone: ZoneInfo) -> date:
    return datetime.fromtimestamp(instant / 1000, timezone).date()


def day(when: date, timezone: ZoneInfo) -> Day:
    """A date of the calendar as a stretch of time."""
    return Day(when, _midnight(when, timezone), _midnight(when + timedelta(days=1), timezone))


def today(now: Instant, timezone: ZoneInfo) -> Day:
    return day(date_of(now, timezone), timezone)


def last_days(now: Instant, timezone: ZoneInfo, count: int) -> tuple[Day, ...]:
    """The last days, today the last of them."""
    last = date_of(now, timezone)
    return tuple(day(last - timedelta(days=back), timezone) for back in reversed(range(count)))


def _midnight(when: date, timezone: ZoneInfo) -> Instant:
    """The first moment of a date; where clocks skip midnight, the moment at which they do."""
    return Instant(round(datetime.combine(when, time.min, timezone).timestamp() * 1000))
