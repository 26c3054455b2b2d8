"""The files that are being read: a few at a time, and each by one reader only."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from rules.model import UploadId

AT_ONCE = 2
PARTING_SECONDS = 2.0


class Readings:
    """Uploads in hand, and turns at reading them."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._held: set[UploadId] = set()
        self._at_it: set[asyncio.Task[Any]] = set()
        self._is_over = False

    @property
    def held(self) -> frozenset[UploadId]:
        return frozenset(self._held)

    @contextmanager
    def holding(self, upload: UploadId) -> Iterator[bool]:
        """Have an upload in hand; False when somebody else has it, who then goes on alone."""
        if upload in self._held:
            yield False
            return
        self._held.add(upload)
        try:
            yield True
        finally:
            self._held.remove(upload)

    @asynccontextmanager
    async def turn(self, waiting: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
        """Read while few others do; `waiting` is called where that has to be waited for."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("files are read in tasks")
        if self._is_over:
            raise asyncio.CancelledError
        self._at_it.add(task)
        try:
            if self._turns.locked():
                await waiting()
            async with self._turns:
                yield
        finally:
            self._at_it.discard(task)

    async def stop(self) -> None:
        """Read no further, and cancel who does or waits for it: the next start reads those files from the beginning."""
        self._is_over = True
        for task in self._at_it:
            task.cancel()
        if self._at_it:
            await asyncio.wait(self._at_it, timeout=PARTING_SECONDS)
