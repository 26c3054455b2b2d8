"""When somebody may be reminded: on the days and hours that they chose, where they live, and never too often."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import assert_never
from zoneinfo import ZoneInfo

from . import days
from .model import HOUR, MINUTE, Instant, PersonId


class Kind(StrEnum):
    """What somebody may be reminded of."""

    NEW_WORK = "new_work"
    SLICE_ENDING = "slice_ending"
    DEADLINE = "deadline"
    PAYOUT = "payout"
    DIGEST = "digest"
    COME_BACK = "come_back"


class Manner(StrEnum):
    """When news goes out that nobody has asked for: by day is in the hours that somebody chose for reminders."""

    AT_ONCE = "at once"
    BY_DAY = "by day"
    IF_WANTED = "if wanted"


class Snooze(StrEnum):
    """For how long somebody wants to hear nothing."""

    TODAY = "today"
    WEEK = "week"
    OFF = "off"


USUAL_KINDS = frozenset(Kind) - {Kind.NEW_WORK, Kind.COME_BACK}
"""What people hear of unless they say otherwise; of new work, and to be called back, they have to ask."""

EVERY_DAY = frozenset(range(7))
USUAL_FROM, USUAL_TO = 8, 21
USUAL_MOST = 2
STOPS_AFTER = 3
"""So many reminders in a row without a sign of life, and there are no more of them until there is one."""

NEVER, FOREVER = Instant(0), Instant(253_000_000_000_000)
STEP = 15 * MINUTE
"""Every time zone of today is a multiple of this away from UTC, before and after its clocks change."""

HOLD_OUT_OF = 10
"""One in so many is not told of a batch, so that it can be seen whether telling brings work."""


@dataclass(frozen=True)
class Choices:
    """What somebody wants to hear of and when. Days count from Monday, 0; hours are those of their clock.

    Hours that end at or before the one at which they begin run past midnight, and belong to the day they began on.
    """

    kinds: frozenset[Kind]
    days: frozenset[int]
    from_hour: int
    to_hour: int
    most: int
    timezone: ZoneInfo
    snoozed_until: Instant = NEVER
    ignored: int = 0


def usual(timezone: ZoneInfo) -> Choices:
    """What holds for whoever has chosen nothing."""
    return Choices(USUAL_KINDS, EVERY_DAY, USUAL_FROM, USUAL_TO, USUAL_MOST, timezone)


def is_open(choices: Choices, at: Instant) -> bool:
    """Whether an instant lies in the chosen days and hours."""
    local = datetime.fromtimestamp(at / 1000, choices.timezone)
    since = local.hour - choices.from_hour
    began = local.date() if since >= 0 else local.date() - timedelta(days=1)
    return since % 24 < hours(choices) and began.weekday() in choices.days


def hours(choices: Choices) -> int:
    """How many hours of a day are open, 1 to 24."""
    return (choices.to_hour - choices.from_hour) % 24 or 24


def opens(choices: Choices, at: Instant) -> Instant | None:
    """The first open instant from `at` on; None when no day is chosen."""
    if is_open(choices, at):
        return at
    today = days.date_of(at, choices.timezone)
    for ahead in range(-1, 9):
        begins = _begins(choices, today + timedelta(days=ahead))
        if begins > at and is_open(choices, begins):
            return _earlier(choices, begins, at)
    return None


def closes(choices: Choices, at: Instant) -> Instant:
    """When the hours end that are open at an instant; a day later at the most."""
    began = datetime.fromtimestamp(at / 1000, choices.timezone) - timedelta(hours=choices.from_hour)
    local = datetime.combine(began.date(), time(choices.from_hour)) + timedelta(hours=hours(choices))
    end = Instant(round(local.replace(tzinfo=choices.timezone, fold=1).timestamp() * 1000))
    if is_open(choices, Instant(end - 1)) and not is_open(choices, end) and at < end <= at + 24 * HOUR:
        return end
    end = Instant(at - at % STEP + STEP)
    while is_open(choices, end) and end < at + 24 * HOUR:
        end = Instant(end + STEP)
    return end


def next_allowed(choices: Choices, kind: Kind, at: Instant, sent: Sequence[Instant]) -> Instant | None:
    """The first instant from `at` on at which a reminder may go out; None when nothing but the person changes that.

    `sent` is when the reminders of the last days went out.
    """
    if kind not in choices.kinds or not choices.most or is_given_up(choices) or choices.snoozed_until >= FOREVER:
        return None
    then = opens(choices, Instant(max(at, choices.snoozed_until)))
    while then is not None:
        day = days.today(then, choices.timezone)
        if sum(day.begins <= each < day.ends for each in sent) < choices.most:
            return then
        then = opens(choices, day.ends)
    return None


def news_allowed(choices: Choices, manner: Manner, at: Instant) -> Instant | None:
    """The first instant from `at` on at which news may go out; None when somebody does not want it.

    What has to be known goes out by day on every day, whatever somebody wants; other news is as payouts are.
    """
    match manner:
        case Manner.AT_ONCE:
            return at
        case Manner.BY_DAY:
            return opens(replace(choices, days=EVERY_DAY), at)
        case Manner.IF_WANTED:
            if Kind.PAYOUT not in choices.kinds or choices.snoozed_until >= FOREVER:
                return None
            return opens(choices, Instant(max(at, choices.snoozed_until)))
        case _:
            assert_never(manner)


def is_given_up(choices: Choices) -> bool:
    """Whether too many reminders in a row were met with silence."""
    return choices.ignored >= STOPS_AFTER


def has_room(choices: Choices, now: Instant, needed: int) -> bool:
    """Whether the open hours last long enough for something; of hours that are short altogether, half are enough."""
    return is_open(choices, now) and closes(choices, now) - now >= min(needed, hours(choices) * HOUR // 2)


def snoozed_until(how: Snooze, now: Instant, timezone: ZoneInfo) -> Instant:
    """Until when somebody hears nothing: for the rest of the day, or for seven more."""
    if how is Snooze.OFF:
        return FOREVER
    more = timedelta(days=1 if how is Snooze.TODAY else 8)
    return days.day(days.date_of(now, timezone) + more, timezone).begins


def is_held_out(seed: bytes, person: PersonId) -> bool:
    """Whether a person is one of those who are not told of a batch; unpredictable without its seed, and for good."""
    digest = blake2b(f"reminder:{person}".encode(), key=seed[:64], digest_size=8).digest()
    return int.from_bytes(digest, "big") % HOLD_OUT_OF == 0


def share(slots: int, people: int, most: int) -> int:
    """How many slots each of so many people gets; one each where there are not enough for everybody."""
    return min(most, max(slots // people, 1)) if slots and people else 0


def _begins(choices: Choices, day: date) -> Instant:
    """When a day's hours begin, as its clock says."""
    local = datetime.combine(day, time(choices.from_hour), choices.timezone)
    return Instant(round(local.timestamp() * 1000))


def _earlier(choices: Choices, begins: Instant, at: Instant) -> Instant:
    """The same unless clocks jump over the hour: then hours begin with the first instant after the jump."""
    while begins - STEP > at and is_open(choices, Instant(begins - STEP)):
        begins = Instant(begins - STEP)
    return begins
