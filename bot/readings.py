"""The files that are being read: a few at a time, and each by one reader only."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from rules.model import UploadId

AT_ONCE = 2


class Readings:
    """Uploads in hand, and turns at reading them."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._held: set[UploadId] = set()

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
        if self._turns.locked():
            await waiting()
        async with self._turns:
            yield
