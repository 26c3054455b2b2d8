"""The webhook: Telegram brings updates, and hears 200 only once they are stored, or will never be."""

import asyncio
import hmac
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from telegram.error import TelegramError

from rules.model import SECOND

from .context import Kit
from .inbox import KINDS, Inbox
from .supervision import outcome

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
LARGEST_UPDATE = 4 << 20
RECENT = 60 * SECOND


class Undelivered(TelegramError):
    """Telegram says that it does not get its updates through."""


class Webhook:
    """Takes in what comes to its address, and looks now and then whether Telegram gets through."""

    def __init__(self, kit: Kit, inbox: Inbox, url: str) -> None:
        self._bot = kit.bot
        self._clock = kit.clock
        self._contact = kit.contact
        self._secret = kit.secret.webhook_token()
        self._inbox = inbox
        self._url = url

    def add_to(self, app: web.Application) -> None:
        """Serve the address's path."""
        app.router.add_post(urlsplit(self._url).path or "/", self.receive)

    async def receive(self, request: web.Request) -> web.Response:
        """200 says that the update is stored; anything else has Telegram bring it again."""
        shown = request.headers.get(SECRET_HEADER, "").encode(errors="surrogateescape")
        if not hmac.compare_digest(shown, self._secret.encode()):
            return web.Response(status=403)
        try:
            update = await request.json()
        except RecursionError:
            update = None  # It would fail as often as it came, and keep the next ones waiting.
        except ValueError:
            return web.Response(status=400)
        await self._inbox.take_in([update])
        await self._contact.heard()
        return web.Response()

    async def run(self) -> None:
        """Have updates brought here until cancelled; at the end the address stays, so that Telegram keeps them."""
        await self._until_done(self._take_up)
        while True:
            await self._until_done(self._check)
            await asyncio.sleep(self._contact.patience.check)

    async def _take_up(self) -> None:
        await self._bot.set_webhook(self._url, secret_token=self._secret, allowed_updates=list(KINDS))
        await self._contact.heard()

    async def _check(self) -> None:
        """Nothing pending, or nothing refused lately, is as good as a delivery."""
        info = await self._bot.get_webhook_info()
        if info.url != self._url:
            await self._take_up()
        failed_at = info.last_error_date
        if info.pending_update_count and failed_at and self._clock.now() - failed_at.timestamp() * SECOND < RECENT:
            raise Undelivered(info.last_error_message or "no reason given")
        await self._contact.heard()

    async def _until_done(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while (error := await outcome(work(), self._contact.patience.total)) is not None:
            pause = self._contact.failed(error)
            await outcome(self._contact.tell(error))
            await asyncio.sleep(pause)
