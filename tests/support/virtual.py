"""Time for tests of what waits: hours of it pass in a moment, and nothing happens between two of its steps."""

from __future__ import annotations

import asyncio
from heapq import heappop, heappush
from itertools import count

TURNS_OF_THE_LOOP = 12


class VirtualTimer:
    """A bot's timer and a sandbox's clock, moved by `pass_time`."""

    def __init__(self, start: float = 1000.0) -> None:
        self._now = start
        self._numbers = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def seconds(self) -> float:
        return self._now

    def __call__(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        done = asyncio.get_running_loop().create_future()
        heappush(self._sleepers, (self._now + seconds, next(self._numbers), done))
        await done

    async def pass_time(self, seconds: float, *, threads: float = 0.0) -> None:
        """Let time pass from alarm to alarm; `threads` are real seconds given to a database after each."""
        until = self._now + seconds
        await self._let(threads)
        while self._sleepers and self._sleepers[0][0] <= until + 1e-9:
            self._now = max(self._now, self._sleepers[0][0])
            while self._sleepers and self._sleepers[0][0] <= self._now:
                done = heappop(self._sleepers)[2]
                if not done.done():
                    done.set_result(None)
            await self._let(threads)
        self._now = until
        await self._let(threads)

    async def _let(self, threads: float) -> None:
        if threads:
            await asyncio.sleep(threads)
        for _ in range(TURNS_OF_THE_LOOP):
            await asyncio.sleep(0)
