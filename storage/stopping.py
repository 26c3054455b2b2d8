"""Long work on a thread of its own, which ends soon after whoever waits for it gives up."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

T = TypeVar("T")


class Stopped(Exception):
    """The work was ended before it was done."""


class Stop:
    """How work on a thread hears that nobody wants it any more."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._end: Callable[[], None] | None = None
        self._asked = False

    def ask(self) -> None:
        """End what is going on; from any thread."""
        with self._lock:
            self._asked = True
            if self._end is not None:
                self._end()

    @contextmanager
    def ending(self, end: Callable[[], None]) -> Iterator[None]:
        """Work that `end` ends, by making it fail. Raises Stopped where that was asked for."""
        with self._lock:
            if self._asked:
                raise Stopped
            self._end = end
        try:
            yield
        finally:
            with self._lock:
                self._end = None
                if self._asked:
                    raise Stopped


async def apart(work: Callable[[Stop], T]) -> T:
    """Do the work on a thread of its own; when this is cancelled, it is stopped and waited for."""
    stop = Stop()
    working = asyncio.ensure_future(asyncio.to_thread(work, stop))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        stop.ask()
        await asyncio.wait({working})
        working.exception()
        raise
