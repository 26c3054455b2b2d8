"""Polling: what comes is stored first, only then confirmed to Telegram; and after any failure it goes on."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlencode

from telegram import Bot
from telegram.error import Conflict, TelegramError
from telegram.request import BaseRequest

from .contact import Contact
from .inbox import KINDS, Inbox, number_of
from .supervision import outcome

SHORTEST_ROUND = 1.0


class Receiver:
    """Asks for updates again and again, over a connection of its own."""

    def __init__(self, bot: Bot, request: BaseRequest, inbox: Inbox, contact: Contact) -> None:
        self._bot = bot
        self._request = request
        self._inbox = inbox
        self._contact = contact
        self._offset: int | None = None

    async def run(self) -> None:
        """Poll until cancelled. Each poll is a task of its own, so that nothing that ends one ends the next."""
        await self._until_done(self._leave_webhook)
        while True:
            await self._until_done(self._round)

    async def poll(self, wait: int) -> int:
        """Fetch once, waiting some seconds for something to come; store and dispatch it. How many updates came."""
        parameters = {"timeout": wait, "limit": 100, "allowed_updates": json.dumps(KINDS)}
        if self._offset is not None:
            parameters["offset"] = self._offset
        address = f"{self._bot.base_url}/getUpdates?{urlencode(parameters)}"
        updates = await self._request.post(address, read_timeout=wait)
        if not isinstance(updates, list) or not updates:
            # Ids may begin anew after an idle week, so an offset is not kept over an empty poll.
            self._offset = None
            return 0
        await self._inbox.take_in(updates)
        numbers = [number for update in updates if (number := number_of(update)) is not None]
        if not numbers:
            raise TelegramError("updates without a number")
        self._offset = max(numbers) + 1
        return len(updates)

    async def _round(self) -> None:
        patience, timer = self._contact.patience, asyncio.get_running_loop().time
        is_long_silent = self._contact.silence >= patience.renew
        if is_long_silent:
            await self._request.shutdown()
            await self._request.initialize()
        began = timer()
        # After a silence it is enough to hear that nothing has come.
        count = await self.poll(0 if is_long_silent else patience.poll)
        await self._contact.heard()
        if not count and timer() - began < SHORTEST_ROUND:
            # A server that does not wait must not be asked without end.
            await asyncio.sleep(SHORTEST_ROUND)

    async def _until_done(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while (error := await outcome(work(), self._longest())) is not None:
            pause = self._contact.failed(error)
            if isinstance(error, Conflict) and "webhook" in error.message:
                await outcome(self._leave_webhook(), self._longest())
            await outcome(self._contact.tell(error))
            await asyncio.sleep(pause)

    def _longest(self) -> float:
        """Until when a poll may take: never beyond the next thing that silence leads to."""
        patience, silence = self._contact.patience, self._contact.silence
        next_steps = [at - silence for at in (patience.renew, patience.alarm) if at > silence]
        return min([patience.total, *next_steps])

    async def _leave_webhook(self) -> None:
        await self._bot.delete_webhook()
        await self._contact.heard()
