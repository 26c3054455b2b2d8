"""Flood control: how much a bot may send before it hears 429."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.replies import too_many_requests


@dataclass(frozen=True)
class Limits:
    """What the server allows; 0 messages is no limit. Times are Telegram's own, changeable for quick tests."""

    chat_per_minute: float = 0
    chat_burst: int = 5
    bot_per_second: float = 0
    tap_seconds: float = 150
    answer_seconds: float = 150
    update_seconds: float = 24 * 3600
    webhook_retry_seconds: float = 2
    slow_repeated_polls: bool = False

    @classmethod
    def official(cls) -> Limits:
        return cls(chat_per_minute=20, bot_per_second=30, slow_repeated_polls=True)


@dataclass
class Bucket:
    rate: float
    size: float
    tokens: float
    at: float

    def wait(self, now: float, cost: int) -> float:
        """Seconds until `cost` tokens are there."""
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.rate)
        self.at = now
        return max(0.0, (min(cost, self.size) - self.tokens) / self.rate)


class FloodControl:
    """Counts sends and edits, per chat and over all chats of a bot."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._buckets: dict[tuple[int, int | None], Bucket] = {}

    def charge(self, bot_id: int, chat_id: int, cost: int = 1) -> None:
        """Takes `cost` messages from both allowances, or from none and raises Refused (429)."""
        now = self._clock()
        buckets = []
        if self._limits.chat_per_minute:
            rate, burst = self._limits.chat_per_minute / 60, self._limits.chat_burst
            buckets.append(self._bucket((bot_id, chat_id), rate, burst, now))
        if self._limits.bot_per_second:
            rate = self._limits.bot_per_second
            buckets.append(self._bucket((bot_id, None), rate, math.ceil(rate), now))
        wait = max((bucket.wait(now, cost) for bucket in buckets), default=0.0)
        if wait > 1e-9:
            raise too_many_requests(math.ceil(wait))
        for bucket in buckets:
            bucket.tokens -= cost

    def _bucket(self, key: tuple[int, int | None], rate: float, size: float, now: float) -> Bucket:
        return self._buckets.setdefault(key, Bucket(rate, size, size, now))
