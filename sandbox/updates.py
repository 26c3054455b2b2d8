"""What waits for a bot: updates, in order, until they are confirmed or too old."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sandbox.replies import Json, Refused

UNASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
SLACK = 10
WEEK = 7 * 24 * 3600
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"

Lane = tuple[str, int]


@dataclass(frozen=True)
class Pending:
    """`lane` names what must stay in order over a webhook: one person's taps, one chat's messages."""

    update_id: int
    lane: Lane
    expires_at: float
    body: Json


class UpdateQueue:
    def __init__(self, clock: Callable[[], float], chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance
        self._pending: dict[int, Pending] = {}
        self._next_id = chance.randrange(100_000_000, 999_000_000)
        self._last_added = clock()
        self._allowed: frozenset[str] | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._last_poll: tuple[int, float] = (0, float("-inf"))
        self.on_arrival: Callable[[], None] | None = None

    def __len__(self) -> int:
        return len(self.waiting())

    def add(self, kind: str, payload: Json, lane: Lane, lifetime: float) -> int | None:
        """The update's id, None when the bot does not want this kind; after an idle week ids start anywhere."""
        if kind in UNASKED if self._allowed is None else kind not in self._allowed:
            return None
        now = self._clock()
        if now - self._last_added > WEEK:
            self._next_id = self._chance.randrange(100_000_000, 999_000_000)
        update_id, self._next_id, self._last_added = self._next_id, self._next_id + 1, now
        body = {"update_id": update_id, kind: payload}
        self._pending[update_id] = Pending(update_id, lane, now + lifetime, body)
        self._wake()
        return update_id

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Which kinds of update come from now on; none named means all usual ones, None leaves it as it was."""
        if kinds is not None:
            self._allowed = frozenset(kinds) or None

    @property
    def allowed(self) -> list[str]:
        return sorted(self._allowed or ())

    def waiting(self) -> list[Pending]:
        now = self._clock()
        for update_id in [one.update_id for one in self._pending.values() if one.expires_at <= now]:
            del self._pending[update_id]
        return list(self._pending.values())

    def done(self, update_id: int) -> None:
        self._pending.pop(update_id, None)

    def clear(self) -> None:
        self._pending.clear()

    def confirm(self, offset: int) -> None:
        """Forgets what lies before the offset; a negative one counts from the end, one far ahead is not heeded."""
        first = self._next_id + offset if offset < 0 else offset
        if first <= self._next_id + SLACK:
            for update_id in [one for one in self._pending if one < first]:
                del self._pending[update_id]

    async def poll(self, offset: int, limit: int, patience: float, slow_repeats: bool) -> list[Json]:
        """Up to `limit` updates, waiting `patience` real seconds for the first; a waiting one cuts an older one."""
        self.confirm(offset)
        if slow_repeats:
            limit, patience = self._slowed(offset, limit, patience)
        if not self.waiting() and patience > 0:
            await self._arrival(patience)
        return [one.body for one in self.waiting()[:limit]]

    def cut(self, description: str) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(Refused(409, description))
        self._waiter = None

    async def _arrival(self, patience: float) -> None:
        self.cut(CONFLICT)
        waiter = self._waiter = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(patience):
                await waiter
        except TimeoutError:
            return
        finally:
            if self._waiter is waiter:
                self._waiter = None

    def _slowed(self, offset: int, limit: int, patience: float) -> tuple[int, float]:
        """The same offset again at once gets one update and has to wait: a loop on a poison update is slow."""
        last_offset, last_at = self._last_poll
        now = asyncio.get_running_loop().time()
        self._last_poll = (offset, now)
        if offset == last_offset and now - last_at < 3 and patience < 3:
            return (1 if now - last_at < 0.5 else limit), 3
        return limit, patience

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        if self.on_arrival is not None:
            self.on_arrival()
