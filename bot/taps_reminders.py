"""The buttons of reminders, and of what somebody wants to be reminded of."""

from dataclasses import dataclass

from .taps import Tap


@dataclass(frozen=True)
class RemindersTap(Tap):
    """What am I reminded of, and when?"""

    code = "z"


@dataclass(frozen=True)
class OptInTap(Tap):
    """Tell me of new work."""

    code = "zo"


@dataclass(frozen=True)
class KindTap(Tap):
    """Remind me of this (on 1), or do not (on 0)."""

    code = "zk"
    kind: str
    on: int


@dataclass(frozen=True)
class DayTap(Tap):
    """Remind me on this day of the week, Monday being 0 (on 1), or do not (on 0)."""

    code = "zd"
    day: int
    on: int


@dataclass(frozen=True)
class HoursTap(Tap):
    """Let me choose the hour from which (end 0), or until which (end 1)."""

    code = "zh"
    end: int


@dataclass(frozen=True)
class HourTap(Tap):
    """From (end 0), or until (end 1) this hour."""

    code = "zu"
    end: int
    hour: int


@dataclass(frozen=True)
class MostTap(Tap):
    """So many times a day at the most."""

    code = "zm"
    most: int


@dataclass(frozen=True)
class ZonesTap(Tap):
    """Let me choose a time zone."""

    code = "zz"


@dataclass(frozen=True)
class ZoneTap(Tap):
    """I live in this time zone; without a name, I type it."""

    code = "zt"
    name: str


@dataclass(frozen=True)
class SnoozeTap(Tap):
    """Leave me alone for today, for a week, or for good; without a word, remind me again.

    `on_settings` is 1 on the card of settings, 0 under a reminder.
    """

    code = "zs"
    how: str
    on_settings: int


@dataclass(frozen=True)
class ExtendTap(Tap):
    """Keep what waits for me; `is_alone` is 1 where the message is about nothing else."""

    code = "ze"
    slice_id: int
    is_alone: int


@dataclass(frozen=True)
class GiveUpTap(Tap):
    """Give back what waits for me; `is_alone` is 1 where the message is about nothing else."""

    code = "zb"
    slice_id: int
    is_alone: int
