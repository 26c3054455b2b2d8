"""`tapwork run`: the bot, until it is told to stop."""

import asyncio
import logging
import signal
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from telegram.error import InvalidToken, RetryAfter, TelegramError

from storage import open_database

from . import app, control
from .app import Running
from .clock import WallClock
from .commands import Desk
from .config import Config
from .contact import seconds
from .transport import AiohttpRequest

T = TypeVar("T")
log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
REFUSALS = 3
"""So often a token has to be refused, since a server that is being repaired refuses good ones, too."""


class TokenRefused(Exception):
    """Telegram knows no bot of this token."""


async def run(config: Config, stop: asyncio.Event | None = None) -> None:
    """Work until SIGTERM or SIGINT. Raises DatabaseTaken or NewerSchema, and TokenRefused once Telegram says so."""
    stop = stop or stopped_by_signals()
    db = await open_database(config.database_url)
    try:
        desk = Desk(config, db, WallClock())
        async with control.listening(desk):
            await _serve(config, desk, stop)
    finally:
        await db.close()


def stopped_by_signals() -> asyncio.Event:
    """Set at the first SIGTERM or SIGINT; a second one ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def set_once() -> None:
        stop.set()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, set_once)
    return stop


async def _serve(config: Config, desk: Desk, stop: asyncio.Event) -> None:
    """Come to work; while Telegram can't be reached, try again with growing pauses."""
    pause, refused = FIRST_PAUSE, 0
    while not stop.is_set():
        try:
            await _work(config, desk, stop)
        except InvalidToken as error:
            refused += 1
            if refused == REFUSALS:
                raise TokenRefused from error
            await unless(stop, asyncio.sleep(FIRST_PAUSE))
        except TelegramError as error:
            wait = max(pause, seconds(error)) if isinstance(error, RetryAfter) else pause
            log.warning("no Telegram at %s: %s. Trying again in %.0f s", config.api_url, error.message, wait)
            await unless(stop, asyncio.sleep(wait))
            pause = min(2 * pause, LONGEST_PAUSE)


async def _work(config: Config, desk: Desk, stop: asyncio.Event) -> None:
    requests = (AiohttpRequest(), AiohttpRequest(connections=2))
    async with AsyncExitStack() as held:
        for request in requests:
            held.push_async_callback(request.shutdown)
        bot = app.assembled(config, db=desk.db, clock=desk.clock, requests=requests)
        running: Running | None = await unless(stop, held.enter_async_context(bot))
        if running is not None:
            await app.work(running, stop)


async def unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What comes of the work, or None when told to stop before it is done."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for each in (task, stopped):
            each.cancel()
        await asyncio.wait({task, stopped})
