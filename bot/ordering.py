"""One update at a time per person, many people at once."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

from .supervision import outcome

T = TypeVar("T")
log = logging.getLogger(__name__)

AT_ONCE = 64
PAUSE_SECONDS = 5.0


class KeyedDispatcher(Generic[T]):
    """Runs `act` on items in their order within a key, with at most `limit` running over all keys.

    An act that ends by anything but its return is tried again after a pause: what it works on must not be lost.
    """

    def __init__(
        self, act: Callable[[T], Coroutine[Any, Any, None]], limit: int = AT_ONCE, pause: float = PAUSE_SECONDS
    ) -> None:
        self._act = act
        self._pause = pause
        self._permits = asyncio.Semaphore(limit)
        self._waiting: dict[int, deque[T]] = {}
        self._running: set[asyncio.Task[None]] = set()

    def add(self, key: int, item: T) -> None:
        """Queue an item behind the others of its key."""
        queue = self._waiting.get(key)
        if queue is not None:
            queue.append(item)
            return
        self._waiting[key] = deque([item])
        task = asyncio.get_running_loop().create_task(self._serve(key))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def idle(self) -> None:
        """Wait until everything that was added has run."""
        while self._running:
            await asyncio.wait(self._running)

    async def stop(self, seconds: float) -> None:
        """Let what was added run for so long, then drop the rest."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        running = set(self._running)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    async def _serve(self, key: int) -> None:
        queue = self._waiting[key]
        while queue:
            async with self._permits:
                await self._run(queue.popleft())
        del self._waiting[key]

    async def _run(self, item: T) -> None:
        while (error := await outcome(self._act(item))) is not None:
            log.error("an update could not be taken up", exc_info=error)
            await asyncio.sleep(self._pause)
