"""The form for an account as a browser without a screen sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from socket_ports import free_port
from world import Someone, World

from bot.app import serving

ACCOUNT = "3333011234567"
TYPED = {
    "bank": "090", "account": "3333-01-1234567", "holder": "김미나", "tax_profile": "resident", "consent": "yes"
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """What came back."""

    status: int
    text: str
    headers: dict[str, str]


class Office:
    """A bot that serves the form, and somebody who sends things to it."""

    def __init__(self, world: World, url: str) -> None:
        self.world = world
        self.url = url

    async def get(self, url: str, method: str = "GET", **headers: str) -> Page:
        return await self._send(method, url, None, headers)

    async def post(self, url: str, typed: object = TYPED, **headers: str) -> Page:
        return await self._send("POST", url, typed, headers)

    async def register(self, someone: Someone, account: str = "3333-01-1234567", **typed: str) -> Page:
        """Somebody gets a link and fills in the form."""
        return await self.post(await self.link(someone), TYPED | {"account": account} | typed)

    async def link(self, someone: Someone) -> str:
        """A fresh link of somebody's."""
        await someone.say("/payee")
        return link_of(someone)

    async def _send(self, method: str, url: str, data: object, headers: dict[str, str]) -> Page:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with (
            aiohttp.ClientSession(skip_auto_headers=["Accept-Encoding"]) as session,
            session.request(method, url, data=data, headers=named, allow_redirects=False) as response,
        ):
            return Page(response.status, await response.text(), dict(response.headers))


def link_of(someone: Someone) -> str:
    """The newest address that a button of theirs opens."""
    buttons = [
        str(button["url"])
        for message in someone.phone.messages
        for row in message.get("reply_markup", {}).get("inline_keyboard", [])
        for button in row
        if "url" in button
    ]
    return buttons[-1]


@asynccontextmanager
async def opened(folder: Path, **settings: str) -> AsyncIterator[Office]:
    """A fresh installation that serves the form under a path."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/tapwork"
    environment = {"TAPWORK_PUBLIC_URL": url, "TAPWORK_LISTEN": f"127.0.0.1:{port}"}
    environment |= {f"TAPWORK_{name}": value for name, value in settings.items()}
    async with World.open(folder, environment=environment) as world, serving(world.running):
        yield Office(world, url)
