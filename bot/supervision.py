"""Work that may end in any way without taking along who waits for it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0
PARTING_SECONDS = 1.0


async def outcome(work: Coroutine[Any, Any, None], seconds: float | None = None) -> BaseException | None:
    """Do the work in a task of its own; None when it came to its end, else what ended it.

    That is whatever it raised, CancelledError when somebody cancelled it, and TimeoutError when it took too long.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            await _part(task)
            return TimeoutError()
    finally:
        task.cancel()
    return asyncio.CancelledError() if task.cancelled() else task.exception()


async def forever(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do it again whenever it ends, until cancelled."""
    while True:
        error = await outcome(work())
        log.error("something that should go on for ever ended; it begins anew", exc_info=error)
        await asyncio.sleep(PAUSE_SECONDS)


async def _part(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task}, timeout=PARTING_SECONDS)
    task.add_done_callback(lambda task: task.cancelled() or task.exception())


class Background:
    """Work that goes on after the update that began it, a little of it at a time."""

    def __init__(self, limit: int = 16) -> None:
        self._permits = asyncio.Semaphore(limit)
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(self._run(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def idle(self) -> None:
        """Wait until all of it is done."""
        while self._running:
            await asyncio.wait(self._running)

    async def stop(self, seconds: float) -> None:
        """Let it finish for so long, then cancel it."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        running = set(self._running)
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=PARTING_SECONDS)

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            async with self._permits:
                await work
        finally:
            work.close()
