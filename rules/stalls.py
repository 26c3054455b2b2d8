"""When a batch stands still: how long a silence is too long, and what would get it going again."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from statistics import median
from zoneinfo import ZoneInfo

from . import days, reminding
from .model import DAY, HOUR, Instant, Micros
from .reminding import Choices

WAKES, SLEEPS = 8, 21
"""Between these hours an answer can be expected, and a coordinator may be told that none comes."""
SHORTEST, LONGEST = 2 * HOUR, 24 * HOUR
USUAL_GAPS = 20
FORGOTTEN = 24 * HOUR
NEAR = 24 * HOUR
URGENT = 12 * HOUR
FAR_BELOW = 2
"""A batch pays far below the others when these pay so many times as much."""


class Cause(StrEnum):
    """Why a batch does not move."""

    PAUSED = "paused"
    REPORTED = "reported"
    NOBODY = "nobody"
    LANGUAGE = "language"
    MEMBERS = "members"
    EXHAUSTED = "exhausted"
    MONEY = "money"
    DEADLINE = "deadline"
    ASLEEP = "asleep"
    PRICE = "price"
    QUIET = "quiet"
    GOLD = "gold"


MOVING = frozenset({Cause.DEADLINE, Cause.GOLD})
"""What is told of batches that move."""

CALM = frozenset({Cause.ASLEEP, Cause.GOLD})
"""What can wait until the morning, whatever the deadline."""


def patience(gaps: list[int]) -> int:
    """Waking milliseconds of silence that mean nothing yet, after answers that came so far apart."""
    usual = int(median(gaps)) if gaps else 0
    return min(max(SHORTEST, USUAL_GAPS * usual), LONGEST)


def awake(since: Instant, until: Instant, timezone: ZoneInfo) -> int:
    """Milliseconds of a stretch in which people are up."""
    last, whole = days.date_of(until, timezone), 0
    when = days.date_of(since, timezone)
    while when <= last:
        begins, ends = (_at(datetime.combine(when, time(hour), timezone)) for hour in (WAKES, SLEEPS))
        whole += max(0, min(ends, until) - max(begins, since))
        when += timedelta(days=1)
    return whole


def is_night(now: Instant, timezone: ZoneInfo) -> bool:
    return not WAKES <= datetime.fromtimestamp(now / 1000, timezone).hour < SLEEPS


def wake(people: Sequence[Choices], now: Instant, rest: int = 0) -> tuple[bool, Instant | None]:
    """Whether all of some people are outside the hours that they chose, and when the first of them is up again.

    They count as asleep for `rest` milliseconds more after getting up. None where nobody will get up by themselves.
    """
    if any(_up(each, now) == now and _up(each, Instant(now - rest)) == now - rest for each in people):
        return False, now
    return True, min((up for each in people if (up := _up(each, now)) is not None), default=None)


def _up(choices: Choices, at: Instant) -> Instant | None:
    """The first instant from `at` on at which somebody may be told of work; None for whoever switched that off."""
    if choices.snoozed_until >= reminding.FOREVER:
        return None
    return reminding.opens(choices, Instant(max(at, choices.snoozed_until)))


def is_too_slow(wanted: int, lately: int, left: int) -> bool:
    """Whether so many answers don't come in the milliseconds left, at the pace of the last day."""
    return wanted * DAY > lately * max(left, 0)


def raise_to(price: Micros, hourly: float | None, others: list[tuple[Micros, float | None]]) -> Micros | None:
    """A price like that of the others, in two figures, where this one is far below; None where it is not.

    Prices are compared by what an hour brings, or as they are where nobody knows that of this batch.
    """
    known = [each for _, each in others if each is not None]
    if hourly is not None and hourly > 0 and known:
        factor = median(known) / hourly
    elif hourly is None and others:
        factor = median(each for each, _ in others) / price
    else:
        return None
    return _rounded_up(round(price * factor)) if factor >= FAR_BELOW else None


def _rounded_up(amount: int) -> Micros:
    step = 10 ** max(len(str(amount)) - 2, 0)
    return Micros(-(-amount // step) * step)


def _at(local: datetime) -> int:
    return round(local.timestamp() * 1000)
