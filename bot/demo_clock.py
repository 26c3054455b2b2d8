"""A clock that starts some days ago and can be hurried up to the present."""

import time

from rules.model import Instant


class ShiftedClock:
    """Real time, less what it is behind."""

    def __init__(self) -> None:
        self._behind = 0

    def now(self) -> Instant:
        return Instant(self.present() - self._behind)

    def seconds(self) -> float:
        return self.now() / 1000

    @staticmethod
    def present() -> Instant:
        return Instant(time.time_ns() // 1_000_000)

    def go_back_to(self, instant: Instant) -> None:
        """Only before anybody has looked: from then on, time goes forward."""
        self._behind = self.present() - instant

    def advance(self, milliseconds: int) -> None:
        """Let time pass, at most up to the present."""
        self._behind = max(0, self._behind - milliseconds)

    def reach(self, instant: Instant) -> None:
        """Let time pass up to this instant; one that is over changes nothing."""
        self.advance(max(0, instant - self.now()))

    def catch_up(self) -> None:
        self._behind = 0
