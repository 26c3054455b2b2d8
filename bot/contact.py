"""Being in touch with Telegram: since when not, what to say about it, and what follows once it is over."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from telegram.error import Conflict, InvalidToken, RetryAfter

from services import returning
from services.alerting import alert
from storage import Database

from .clock import Clock

log = logging.getLogger(__name__)

NOTED_EVERY = 10.0


@dataclass(frozen=True)
class Patience:
    """In seconds: how long one poll waits and may take, after which silence a new connection is made and the
    owners are told, and how long to pause after a failure, from the first to the longest."""

    poll: int = 25
    total: float = 35.0
    renew: float = 45.0
    alarm: float = 90.0
    pause: float = 2.0
    longest_pause: float = 30.0
    check: float = 30.0


class Contact:
    """Whether Telegram is in reach, by the last success of whoever receives updates."""

    def __init__(
        self, db: Database, clock: Clock, patience: Patience | None = None, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._db = db
        self._clock = clock
        self._timer = timer
        self.patience = patience or Patience()
        self._heard_at = timer()
        self._noted_at: float | None = None
        self._failures = 0
        self._noting = asyncio.Lock()

    @property
    def silence(self) -> float:
        """Seconds since the last success, or since the start."""
        return self._timer() - self._heard_at

    @property
    def is_lost(self) -> bool:
        """Whether taps may be getting lost at Telegram, so that no lease should end now."""
        return self.silence * 1000 > returning.OUTAGE

    async def heard(self) -> None:
        """Telegram was reached. The first time, and after an outage, leases and cards are put right."""
        async with self._noting:
            now, since_noted = self._clock.now(), self._timer() - (self._noted_at or 0)
            if self._noted_at is None or self.is_lost:
                away = None if self._noted_at is None else int(self.silence * 1000)
                again = await self._db.run(returning.come_back, now, away)
                log.info("Telegram is in reach; %s open tasks are shown again", again)
                self._noted_at = self._timer()
            elif since_noted >= NOTED_EVERY:
                await self._db.run(returning.hear, now)
                self._noted_at = self._timer()
            self._heard_at = self._timer()
            self._failures = 0

    def failed(self, error: BaseException) -> float:
        """Count a failure; how many seconds to pause after it."""
        self._failures += 1
        log.warning("no updates from Telegram (%s), silent for %.0f s", type(error).__name__, self.silence)
        if isinstance(error, RetryAfter):
            return seconds(error)
        doubled: float = self.patience.pause * 2 ** min(self._failures - 1, 10)
        return min(self.patience.longest_pause, doubled)

    async def tell(self, error: BaseException) -> None:
        """Say loudly, and to the owners, what does not pass by itself."""
        about = self._about(error)
        if about is not None:
            log.error("Telegram refuses this bot (%s)", about)
            await self._db.run(alert, self._clock.now(), about)
        elif self.silence >= self.patience.alarm:
            await self._db.run(alert, self._clock.now(), "alert.silent")

    @staticmethod
    def _about(error: BaseException) -> str | None:
        match error:
            case InvalidToken():
                return "alert.token"
            case Conflict():
                return "alert.conflict"
            case _:
                return None


def seconds(error: RetryAfter) -> float:
    """How long a 429 asks us to wait."""
    wait = error.retry_after
    return wait if isinstance(wait, int | float) else wait.total_seconds()
