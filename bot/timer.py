"""Time that only flows forward, and waiting for it: something that can be handed in."""

import asyncio
import time
from typing import Protocol


class Timer(Protocol):
    """Measures and waits, in seconds."""

    def seconds(self) -> float:
        """Seconds since some moment in the past."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class SystemTimer:
    """The machine's own."""

    def seconds(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
