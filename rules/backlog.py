"""Which of the periods that are due is run now, after a day without a break as after a week without power."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from .model import MINUTE, Instant
from .periods import Period

GRACE = 30 * MINUTE
"""Whoever skips what was missed begins no later than this after its time."""
MOST = 31
"""Missed periods that are run one by one; those before them are let go."""
ATTEMPTS = 8
PAUSES = (MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE)
"""Between two attempts at a period; the last one again and again."""


class Missed(StrEnum):
    """What a job does about periods that passed while nobody could run it."""

    ONCE = "once"
    """One run for all of them."""
    EACH = "each"
    """A run for each, the oldest first."""
    SKIP = "skip"
    """Nothing: it comes too late."""


class State(StrEnum):
    """How far a period's run has got."""

    RUNNING = "running"
    FAILED = "failed"
    DONE = "done"
    LOST = "lost"
    """Tried in vain for the last time."""


@dataclass(frozen=True)
class Run:
    """A period that somebody has begun, and theirs alone until an instant."""

    state: State
    busy_until: Instant

    @property
    def is_over(self) -> bool:
        return self.state in (State.DONE, State.LOST)


@dataclass(frozen=True)
class Choice:
    """The period to run, if any; and up to when nothing is left to be done."""

    period: Period | None = None
    behind: Instant | None = None


def choose(missed: Missed, due: tuple[Period, ...], runs: Mapping[str, Run], now: Instant) -> Choice:
    """What to do about periods that are due, oldest first; nothing while another run of the job goes on."""
    if any(run.state is State.RUNNING and run.busy_until > now for run in runs.values()):
        return Choice()
    match missed:
        case Missed.ONCE:
            return _first(due[-1:], runs, now)
        case Missed.EACH:
            return _first(due[-MOST:], runs, now)
        case Missed.SKIP:
            return _first(due[-1:], runs, now) if now <= due[-1].at + GRACE else Choice(behind=due[-1].at)
        case _:
            assert_never(missed)


def _first(due: tuple[Period, ...], runs: Mapping[str, Run], now: Instant) -> Choice:
    """The oldest period that is not over. One that waits for its next attempt holds up those after it."""
    behind: Instant | None = None
    for period in due:
        run = runs.get(period.name)
        if run is None or not run.is_over:
            return Choice(period if run is None or run.busy_until <= now else None, behind)
        behind = period.at
    return Choice(behind=behind)


def pause(attempts: int) -> int:
    """Milliseconds until the next attempt after so many that failed."""
    return PAUSES[min(attempts, len(PAUSES)) - 1]
