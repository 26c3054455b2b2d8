"""Receiving updates: into the durable inbox first, only then confirmed to Telegram and handled."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import BaseRequest

from rules.model import Instant
from services import receiving
from services.receiving import Received
from storage import Database

from .clock import Clock
from .ordering import KeyedDispatcher

log = logging.getLogger(__name__)

POLL_SECONDS = 25
PAUSE_SECONDS = 2.0
ALLOWED = ["message", "callback_query", "my_chat_member"]

Update = dict[str, Any]


@dataclass(frozen=True)
class Item:
    """One stored update, ready to be handled."""

    received: Received
    update: Update


def sender_of(update: Update) -> int:
    """Whose update it is: the key of its order."""
    for kind in ("message", "callback_query", "my_chat_member"):
        if kind in update:
            sender: int = update[kind].get("from", {}).get("id", 0)
            return sender
    return 0


class Receiver:
    """Polls, stores, confirms, dispatches; and after any failure it goes on."""

    def __init__(
        self,
        request: BaseRequest,
        address: str,
        db: Database,
        clock: Clock,
        handle: Callable[[Update], Awaitable[None]],
    ) -> None:
        self._request = request
        self._address = address
        self._db = db
        self._clock = clock
        self._handle = handle
        self._offset: int | None = None
        self._dispatcher = KeyedDispatcher(self._process)

    async def replay(self) -> int:
        """Handle what was stored before the last stop and not finished; how many there were."""
        left = await self._db.run(receiving.unfinished)
        for received in left:
            self._dispatch(received)
        return len(left)

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            try:
                await self.poll(POLL_SECONDS)
            except RetryAfter as error:
                await asyncio.sleep(seconds(error))
            except (InvalidToken, Conflict) as error:
                log.error("Telegram refuses this bot: %s", type(error).__name__)
                await asyncio.sleep(PAUSE_SECONDS)
            except TelegramError as error:
                log.warning("polling failed: %s", type(error).__name__)
                await asyncio.sleep(PAUSE_SECONDS)

    async def poll(self, wait: int) -> int:
        """Fetch once, waiting some seconds for something to come; store and dispatch it. How many updates came."""
        parameters = {"timeout": wait, "limit": 100, "allowed_updates": json.dumps(ALLOWED)}
        if self._offset is not None:
            parameters["offset"] = self._offset
        address = f"{self._address}/getUpdates?{urlencode(parameters)}"
        updates = await self._request.post(address, read_timeout=wait + 10)
        if not isinstance(updates, list) or not updates:
            # Ids may begin anew after an idle week, so an offset is not kept over an empty poll.
            self._offset = None
            return 0
        await self._take_in(updates, self._clock.now())
        self._offset = max(int(update["update_id"]) for update in updates) + 1
        return len(updates)

    async def idle(self) -> None:
        """Wait until everything that was taken in is handled."""
        await self._dispatcher.idle()

    async def _take_in(self, updates: list[Update], now: Instant) -> None:
        raw = [(int(update["update_id"]), json.dumps(update, ensure_ascii=False)) for update in updates]
        for received in await self._db.run(receiving.take_in, now, raw):
            self._dispatch(received)

    def _dispatch(self, received: Received) -> None:
        update = json.loads(received.raw)
        self._dispatcher.add(sender_of(update), Item(received, update))

    async def _process(self, item: Item) -> None:
        if not await self._db.run(receiving.attempt, item.received.seq):
            log.error("update %s was set aside after %s attempts", item.received.update_id, receiving.ATTEMPTS)
            return
        await self._handle(item.update)
        await self._db.run(receiving.finish, item.received.seq)


def seconds(error: RetryAfter) -> float:
    """How long a 429 asks us to wait."""
    wait = error.retry_after
    return wait if isinstance(wait, int | float) else wait.total_seconds()
