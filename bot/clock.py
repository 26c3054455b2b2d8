"""The time, as something that can be handed in."""

import time
from typing import Protocol

from rules.model import Instant


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Instant: ...


class WallClock:
    """The machine's time."""

    def now(self) -> Instant:
        return Instant(time.time_ns() // 1_000_000)
