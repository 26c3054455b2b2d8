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

log = logging.getLogger(__name__)

HANDLER_SECONDS = 30.0
SUSPECT = 2
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
    ) -> None:
        self._db = db
        self._clock = clock
        self._secret = secret
        self._handle = handle
        self._patience = patience
        self._dispatcher = KeyedDispatcher(self._process, pause=pause)
        self._flood = Flood(self._store)

    async def take_in(self, updates: Sequence[object]) -> None:
        """Once this returns, what came is safe and waits for its turn."""
        now = self._clock.now()
        numbered = [each for each in updates if isinstance(each, dict) and number_of(each) is not None]
        if len(numbered) < len(updates):
            log.error("%s updates without a number were left out", len(updates) - len(numbered))
            await self._db.run(alert, now, "alert.unreadable")
        await self._store(*(each for each in numbered if not self._flood.holds(sender_of(each), each)))

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
            self._dispatch(received)
            if timer() < until:
                await outcome(self._dispatcher.idle(), until - timer())
        for received in left:
            if received.attempts < SUSPECT:
                self._dispatch(received)
        return len(left)

    async def idle(self) -> None:
        """Wait until everything that was taken in is handled."""
        await self._dispatcher.idle()

    async def stop(self, seconds: float) -> None:
        """Handle on for so long; the rest waits in the database for the next start."""
        await self._store(*self._flood.held())
        await self._dispatcher.stop(seconds)

    async def _store(self, *updates: Update) -> None:
        if not updates:
            return
        raw = [(update["update_id"], json.dumps(update, separators=(",", ":"))) for update in updates]
        fresh = await self._db.run(receiving.take_in, self._clock.now(), raw)
        for update in updates:
            self._flood.done(sender_of(update), update)
        for received in fresh:
            self._dispatch(received)

    def _dispatch(self, received: Received) -> None:
        update = json.loads(received.raw)
        self._flood.begun(sender_of(update), update)
        self._dispatcher.add(sender_of(update), Item(received, update))

    async def _process(self, item: Item) -> None:
        seq, update = item.received.seq, item.update
        bind_contextvars(update=item.received.update_id)
        await self._handle_to_the_end(seq, update)
        self._flood.done(sender_of(update), update)

    async def _handle_to_the_end(self, seq: int, update: Update) -> None:
        while (begun := await self._db.run(receiving.begin, self._clock.now(), seq, sender_of(update))) is not None:
            if begun.person is not None:
                bind_contextvars(who=self._secret.pseudonym(begun.person.id))
            arrived = Arrived(seq, update, begun.person)
            error = await outcome(self._handle(arrived), self._patience)
            if error is None:
                if not arrived.is_done:
                    await self._db.run(receiving.finish, seq)
                return
            log.error("attempt %s of %s failed", begun.attempt, receiving.ATTEMPTS, exc_info=error)


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
