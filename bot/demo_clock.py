"""A clock that starts some days ago and can be hurried up to the present."""

import asyncio
import time

from rules.model import Instant


class ShiftedClock:
    """Real time, less what it is behind; whoever waits by it does not wait for what is skipped."""

    def __init__(self) -> None:
        # Real time by a clock that nobody sets, so that it flows forward only.
        self._offset = time.time_ns() - time.monotonic_ns()
        self._behind = 0
        self._hurried = asyncio.Event()

    def now(self) -> Instant:
        return Instant(self.present() - self._behind)

    def seconds(self) -> float:
        return self.now() / 1000

    async def sleep(self, seconds: float) -> None:
        until = self.seconds() + seconds
        while (left := until - self.seconds()) > 0:
            try:
                async with asyncio.timeout(left):
                    await self._hurried.wait()
            except TimeoutError:
                return

    def present(self) -> Instant:
        return Instant((time.monotonic_ns() + self._offset) // 1_000_000)

    def go_back_to(self, instant: Instant) -> None:
        """Only before anybody has looked: from then on, time goes forward."""
        self._behind = self.present() - instant

    def advance(self, milliseconds: int) -> None:
        """Let time pass, at most up to the present."""
        self._behind = max(0, self._behind - milliseconds)
        self._hurried.set()
        self._hurried = asyncio.Event()

    def reach(self, instant: Instant) -> None:
        """Let time pass up to this instant; one that is over changes nothing."""
        self.advance(max(0, instant - self.now()))

    def catch_up(self) -> None:
        self.advance(self._behind)
