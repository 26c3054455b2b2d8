"""The inbox at work: what is stored is handled, one update at a time per person, each to its end."""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from structlog.contextvars import bind_contextvars

from services import receiving
from services.alerting import alert
from services.people import Person
from services.receiving import Received
from storage import Database

from .clock import Clock
from .flood import Flood
from .ordering import PAUSE_SECONDS, KeyedDispatcher
from .secret import Secret
from .supervision import outcome
from .timer import SystemTimer, Timer

log = logging.getLogger(__name__)

HANDLER_SECONDS = 30.0
SUSPECT = 2
AGAIN = 0.2
"""What part of the pause is made before an update is tried again, for each attempt that failed."""

ALONE_SECONDS = 5.0
"""How long a start may be held up by updates that are handled one by one."""

LARGEST_ID = 2**63
KINDS = ("message", "callback_query", "my_chat_member")
"""The updates that Telegram is asked for."""

Update = dict[str, Any]


@dataclass
class Arrived:
    """An update in hand. `is_done` once a unit of work has marked it done together with its effects."""

    seq: int
    update: Update
    person: Person | None
    is_done: bool = False
    is_last: bool = False
    """Whether it is set aside when it fails this time."""


@dataclass(frozen=True)
class Item:
    """One stored update, waiting for its turn."""

    received: Received
    update: Update


class Inbox:
    """Stores updates, and hands each that is new to `handle` until it is done; a third failure sets it aside."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        secret: Secret,
        handle: Callable[[Arrived], Coroutine[Any, Any, None]],
        patience: float = HANDLER_SECONDS,
        pause: float = PAUSE_SECONDS,
        timer: Timer | None = None,
        flood: Flood | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._secret = secret
        self._handle = handle
        self._patience = patience
        self._pause = pause
        self._timer = timer or SystemTimer()
        self._dispatcher = KeyedDispatcher(self._process, pause=pause)
        self._flood = flood or Flood(self._timer)

    async def take_in(self, updates: Sequence[object]) -> None:
        """Once this returns, what came is safe and waits for its turn."""
        numbered = [each for each in updates if isinstance(each, dict) and number_of(each) is not None]
        admitted = [each for each in numbered if self._flood.admits(sender_of(each), each)]
        written = [(each, raw) for each in admitted if (raw := written_out(each)) is not None]
        await self._store(written)
        lost = len(updates) - len(numbered) + len(admitted) - len(written)
        if lost:
            log.error("%s updates that can't be read were left out", lost)
            await self._db.run(alert, self._clock.now(), "alert.unreadable")

    async def replay(self) -> int:
        """Take up what was stored before the last stop and not finished; how many there were.

        What was in hand at two ends of the process comes first and by itself, so that the third end tells which of
        many that happened to be in hand together it was, and no innocent one is set aside.
        """
        left = await self._db.run(receiving.unfinished)
        suspects = [each for each in left if each.attempts >= SUSPECT]
        timer = asyncio.get_running_loop().time
        until = timer() + ALONE_SECONDS
        for received in suspects:
            self._dispatch(received, read(received))
            if timer() < until:
                await outcome(self._dispatcher.idle(), until - timer())
        for received in left:
            if received.attempts < SUSPECT:
                update = read(received)
                self._flood.admits(sender_of(update), update, is_stored=True)
                self._go_on(received, update)
        return len(left)

    async def idle(self) -> None:
        """Wait until everything that was taken in is handled."""
        await self._flood.idle()
        await self._dispatcher.idle()

    async def stop(self, seconds: float) -> None:
        """Handle on for so long; the rest waits in the database for the next start."""
        self._flood.stop()
        await self._dispatcher.stop(seconds)

    async def _store(self, written: Sequence[tuple[Update, str]]) -> None:
        fresh: dict[int, Received] = {}
        try:
            raw = [(update["update_id"], raw) for update, raw in written]
            stored = await self._db.run(receiving.take_in, self._clock.now(), raw) if raw else []
            fresh = {received.update_id: received for received in stored}
        finally:
            for update, _ in written:
                if update["update_id"] not in fresh:
                    self._flood.withdraw(sender_of(update), update["update_id"])
        for update, _ in written:
            received = fresh.pop(update["update_id"], None)
            if received is not None:
                self._go_on(received, update)

    def _go_on(self, received: Received, update: Update) -> None:
        """Now, or when its writer has calmed down."""
        if not self._flood.holds(sender_of(update), received.update_id, lambda: self._dispatch(received, update)):
            self._dispatch(received, update)

    def _dispatch(self, received: Received, update: Update) -> None:
        self._dispatcher.add(sender_of(update), Item(received, update))

    async def _process(self, item: Item) -> None:
        received, update = item.received, item.update
        bind_contextvars(update=received.update_id)
        await self._handle_to_the_end(received.seq, update)
        self._flood.done(sender_of(update), received.update_id)

    async def _handle_to_the_end(self, seq: int, update: Update) -> None:
        while (begun := await self._db.run(receiving.begin, self._clock.now(), seq, sender_of(update))) is not None:
            if begun.person is not None:
                bind_contextvars(who=self._secret.pseudonym(begun.person.id))
            is_last = begun.attempt >= receiving.ATTEMPTS
            arrived = Arrived(seq, update, begun.person, is_last=is_last)
            error = await outcome(self._handle(arrived), self._patience)
            if error is None:
                if not arrived.is_done:
                    await self._db.run(receiving.finish, seq)
                return
            log.error("attempt %s of %s failed", begun.attempt, receiving.ATTEMPTS, exc_info=error)
            if not is_last and not arrived.is_done:
                await self._timer.sleep(self._pause * AGAIN * begun.attempt)


def written_out(update: Update) -> str | None:
    """An update as it is stored; None for one that is too deep for that."""
    try:
        return json.dumps(update, separators=(",", ":"))
    except RecursionError:
        return None


def read(received: Received) -> Update:
    """A stored update; an empty one, which nobody can handle, where it can't be read."""
    try:
        update: Update = json.loads(received.raw)
    except (ValueError, RecursionError):
        return {}
    return update


def number_of(update: object) -> int | None:
    """An update's id; None for what can't be an update."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if type(number) is int and 0 <= number < LARGEST_ID else None


def sender_of(update: Update) -> int:
    """Whose update it is, which is the key of its order; 0 where nobody can be made out."""
    for kind in KINDS:
        content = update.get(kind)
        sender = content.get("from") if isinstance(content, dict) else None
        number = sender.get("id") if isinstance(sender, dict) else None
        if type(number) is int and abs(number) < LARGEST_ID:
            return number
    return 0
