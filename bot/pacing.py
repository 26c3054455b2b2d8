"""Every send and edit at a pace that Telegram bears; a chat that is told to wait waits alone, and newest wins."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from rules.model import SECOND, Instant
from rules.pace import halvings_left
from services import pacing
from services.pacing import Slowed
from storage import Database

from .clock import Clock
from .tempo import Tempo
from .timer import SystemTimer, Timer
from .transport import NotSent
from .turns import Lane, Superseded, Turns

T = TypeVar("T")
log = logging.getLogger(__name__)

ATTEMPTS = 5
REPEAT_SECONDS = 0.5

__all__ = ["Lane", "Pacer", "Superseded"]


class Pacer:
    """Gives calls their turns, and repeats those that Telegram did not take."""

    def __init__(
        self, db: Database, clock: Clock, chat_rate: float, bot_rate: float, timer: Timer | None = None
    ) -> None:
        """`chat_rate` is a minute, `bot_rate` a second; 0 is no limit."""
        self._db = db
        self._clock = clock
        self._timer = timer or SystemTimer()
        self._turns = Turns(chat_rate, bot_rate, self._timer)
        self._slowed: dict[int, Slowed] = {}
        self._later: set[asyncio.Task[None]] = set()
        self.tempo = Tempo(self._timer, self._turns.level)

    async def load(self) -> None:
        """Go on as slowly as before the last stop."""
        now = self._clock.now()
        for slowed in await self._db.run(pacing.slowed, now):
            self._slow(slowed)
            if slowed.stopped_until > now:
                self._turns.stop(slowed.chat, (slowed.stopped_until - now) / SECOND)

    def delay(self, chat_id: int, lane: Lane = Lane.TAP) -> float:
        """About how many seconds something new would wait for its chat."""
        return self._turns.delay(chat_id, lane)

    async def run(
        self,
        chat_id: int,
        lane: Lane,
        call: Callable[[], Awaitable[T]],
        *,
        key: object = None,
        may_repeat: bool = False,
        is_long: bool = False,
    ) -> T:
        """Make a call in its turn, and again after a pause that Telegram asks for, in lane PUSH at most once.

        One that `may_repeat` is made again when its answer was lost; a long one does not keep others from their turns.
        Raises Superseded when something newer with the same key has come.
        """
        for attempt in range(1, ATTEMPTS + 1):
            self._recover(chat_id)
            await self._turns.wait(chat_id, lane, key, is_repeat=attempt > 1)
            is_last = attempt == ATTEMPTS or lane == Lane.PUSH
            try:
                return await self._call(chat_id, call, is_long=is_long)
            except RetryAfter:
                if is_last:
                    raise
            except (BadRequest, ChatMigrated, Forbidden):
                raise
            except NetworkError as error:
                if is_last or not (may_repeat or isinstance(error, NotSent)):
                    raise
                await self._timer.sleep(REPEAT_SECONDS)
        raise AssertionError("the last attempt returns or raises")

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something as soon as its chat allows, while the caller goes on."""
        task = asyncio.create_task(work)
        self._later.add(task)
        task.add_done_callback(self._finished)

    async def close(self) -> None:
        """Let go of what still waits."""
        self._turns.close()
        for task in self._later:
            task.cancel()
        if self._later:
            await asyncio.wait(self._later)

    async def _call(self, chat_id: int, call: Callable[[], Awaitable[T]], *, is_long: bool) -> T:
        if is_long:
            self._turns.done(chat_id)
        try:
            return await call()
        except RetryAfter as error:
            await self._complain(chat_id, seconds(error))
            raise
        finally:
            self._turns.done(chat_id, arrived_late=is_long)

    async def _complain(self, chat_id: int, wait: float) -> None:
        log.warning("a chat has to be left alone for %.0f s", wait)
        self._turns.stop(chat_id, wait)
        now = self._clock.now()
        slowed = await self._db.run(pacing.complained, now, chat_id, Instant(now + int(wait * SECOND)))
        self._slow(slowed)

    def _slow(self, slowed: Slowed) -> None:
        self._slowed[slowed.chat] = slowed
        self._recover(slowed.chat)

    def _recover(self, chat_id: int) -> None:
        slowed = self._slowed.get(chat_id)
        if slowed is None:
            return
        left = halvings_left(slowed.halvings, slowed.limited_at, self._clock.now())
        self._turns.halve(chat_id, left)
        if not left:
            del self._slowed[chat_id]

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._later.discard(task)
        if task.cancelled():
            return
        match task.exception():
            case None | Superseded():
                pass
            case TelegramError() as error:
                log.info("a screen did not arrive: %s", type(error).__name__)
            case error:
                log.error("a screen was not shown", exc_info=error)


def seconds(error: RetryAfter) -> float:
    """How long a 429 asks us to wait."""
    wait = error.retry_after
    return wait if isinstance(wait, int | float) else wait.total_seconds()
