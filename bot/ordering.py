"""One update at a time per person, many people at once."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)


class KeyedDispatcher(Generic[T]):
    """Runs `act` on items in their order within a key, with at most `limit` running over all keys."""

    def __init__(self, act: Callable[[T], Awaitable[None]], limit: int = 64) -> None:
        self._act = act
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

    async def _serve(self, key: int) -> None:
        queue = self._waiting[key]
        while queue:
            async with self._permits:
                await self._run(queue.popleft())
        del self._waiting[key]

    async def _run(self, item: T) -> None:
        # In a task of its own, so that a cancelled handler ends neither the queue nor its neighbours.
        task = asyncio.ensure_future(self._act(item))
        await asyncio.wait([task])
        if task.cancelled():
            log.warning("a handler was cancelled")
        elif error := task.exception():
            log.error("an update was not handled", exc_info=error)
