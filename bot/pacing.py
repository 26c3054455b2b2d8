"""Every send and edit at a pace that Telegram bears; a chat that is told to wait waits alone, and newest wins."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from rules.model import SECOND, Instant
from rules.pace import halvings_left
from services import pacing
from services.pacing import Slowed
from storage import Database

from .clock import Clock
from .contact import seconds
from .tempo import Tempo
from .timer import SystemTimer, Timer
from .transport import NotSent
from .turns import Lane, Superseded, Turns

T = TypeVar("T")
log = logging.getLogger(__name__)

ATTEMPTS = 5
REPEAT_SECONDS = 0.5
LOOK_SECONDS = 0.01


@dataclass(frozen=True)
class Turn:
    """How a call wants to be made.

    One that `may_repeat` is made again when its answer was lost; a long one does not keep others from their turns; a
    patient one sits out the pauses that Telegram asks for, and waits for a line.
    """

    chat: int
    lane: Lane
    key: object = None
    may_repeat: bool = False
    is_long: bool = False
    is_patient: bool = True


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

    @property
    def now(self) -> Instant:
        return self._clock.now()

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

    async def run(self, turn: Turn, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call in its turn, and once more where it surely had no effect, or may be repeated.

        Raises Superseded when something newer with the same key has come.
        """
        for attempt in range(1, ATTEMPTS):
            try:
                return await self._attempt(turn, call, is_repeat=attempt > 1)
            except (RetryAfter, NotSent) as error:
                if not turn.is_patient:
                    raise
                if isinstance(error, NotSent):
                    await self._timer.sleep(REPEAT_SECONDS)
            except (BadRequest, ChatMigrated, Forbidden):
                raise
            except NetworkError:
                if not turn.may_repeat:
                    raise
                await self._timer.sleep(REPEAT_SECONDS)
        return await self._attempt(turn, call, is_repeat=True)

    async def idle(self) -> None:
        """Wait until what was left for later is done, or waits for nothing but its turn."""
        while len(self._later) > self._turns.waiting:
            await asyncio.wait(self._later, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)

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

    async def _attempt(self, turn: Turn, call: Callable[[], Awaitable[T]], *, is_repeat: bool) -> T:
        self._recover(turn.chat)
        await self._turns.wait(turn.chat, turn.lane, turn.key, is_repeat=is_repeat)
        if turn.is_long:
            self._turns.done(turn.chat)
        try:
            return await call()
        except RetryAfter as error:
            await self._complain(turn.chat, seconds(error))
            raise
        finally:
            self._turns.done(turn.chat, arrived_late=turn.is_long)

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
