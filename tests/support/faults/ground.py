"""Where a fault is tried: Telegram as the sandbox plays it over real HTTP, a data folder, a bot, and people."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from world import OWNER, TOKEN

from sandbox import Limits, Phone, Sandbox
from sandbox.replies import Json
from sandbox.server import serve

from .process import START_SECONDS, Bot

OUTPUT = "TAPWORK_FAULTS_OUTPUT"
FULL = "TAPWORK_FAULTS"
NAME_MARK = "이름표"
TEXT_MARK = "비밀문장"
"""These stand in every name and every task's text, so that no log may hold them."""

IDS = ".ids"


def is_full() -> bool:
    """Whether the figures that are promised are to be reached, instead of a short look at each."""
    return os.environ.get(FULL) == "1"


def output_folder(otherwise: Path) -> Path:
    """Where logs go that are searched for secrets at the end."""
    folder = Path(os.environ.get(OUTPUT) or otherwise)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Ground:
    """`folder` is the data folder; `log` is what every bot on it wrote."""

    def __init__(self, sandbox: Sandbox, url: str, folder: Path, log: Path) -> None:
        self.sandbox = sandbox
        self.url = url
        self.folder = folder
        self.log = log
        self.metrics = f"127.0.0.1:{free_port()}"
        self.bot: Bot | None = None

    @classmethod
    @asynccontextmanager
    async def open(
        cls, tmp_path: Path, name: str, *, seed: int = 1, limits: Limits | None = None
    ) -> AsyncIterator[Ground]:
        sandbox = Sandbox(seed=seed, limits=limits)
        sandbox.create_bot(TOKEN, "tapwork_bot", "Tapwork")
        folder = tmp_path / name
        folder.mkdir(parents=True)
        server = await serve(sandbox)
        ground = cls(sandbox, server.url, folder, output_folder(tmp_path / "output") / f"{name}.log")
        try:
            yield ground
            await ground.keep_metrics()
        finally:
            if ground.bot is not None and ground.bot.is_running:
                await ground.bot.kill()
            await server.close()
            note_ids(sandbox, ground.log.with_suffix(IDS))
        assert [] == sandbox.violations

    async def start(self, *, wrapped_in: tuple[str, ...] = (), url: str | None = None, **settings: str) -> Bot:
        """A bot that is about to ask for updates: its first poll comes right after this call."""
        asking = self.next_call("deleteWebhook")
        more = {"TAPWORK_METRICS_LISTEN": self.metrics, **settings}
        self.bot = await Bot.start(self.folder, url or self.url, self.log, wrapped_in=wrapped_in, **more)
        gone = asyncio.create_task(self.bot.end(2 * START_SECONDS))
        try:
            waiting: set[asyncio.Future[Any]] = {asking, gone}
            await asyncio.wait(waiting, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                raise RuntimeError(f"the bot did not come to work; see {self.log}")
        finally:
            gone.cancel()
            asking.cancel()
        return self.bot

    async def keep_metrics(self) -> None:
        """Put the figures beside the log, where there is a bot to tell them."""
        if self.bot is None or not self.bot.is_running:
            return
        async with aiohttp.ClientSession() as session, session.get(f"http://{self.metrics}/metrics") as response:
            self.log.with_suffix(".metrics").write_bytes(await response.read())

    async def restart(self) -> None:
        """Kill it, and start another."""
        assert self.bot is not None
        await self.bot.kill()
        await self.start()

    def next_call(self, method: str) -> asyncio.Future[Json]:
        """The next call of a method that the sandbox has answered or begun to hold."""
        return self.next_event(lambda event: event["type"] == "call" and event["method"] == method)

    def next_event(self, matches: Callable[[Json], bool]) -> asyncio.Future[Json]:
        future: asyncio.Future[Json] = asyncio.get_running_loop().create_future()

        def listen(event: Json) -> None:
            if not future.done() and matches(event):
                future.set_result(event)

        unsubscribe = self.sandbox.subscribe(listen)
        future.add_done_callback(lambda _: unsubscribe())
        return future

    async def until(self, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until something is so. Raises TimeoutError."""
        changed = asyncio.Event()
        unsubscribe = self.sandbox.subscribe(lambda _: changed.set())
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    changed.clear()
                    await asyncio.wait({asyncio.ensure_future(changed.wait())}, timeout=0.05)
        finally:
            changed.set()
            unsubscribe()

    async def idle(self, seconds: float = 120.0) -> None:
        """Wait until the bot has fetched everything and made no call for half a second."""
        await self.until(lambda: not self.sandbox.world.bot(None).updates, seconds)
        while True:
            quiet = self.next_event(lambda event: event["type"] == "call" and event["method"] != "getUpdates")
            try:
                await asyncio.wait_for(quiet, 0.5)
            except TimeoutError:
                return

    def owner(self) -> Phone:
        """The owner's phone; they have to say /start."""
        name = f"{NAME_MARK} 운영자"
        return Phone(self.sandbox, self.sandbox.create_user(name, user_id=OWNER, username="nametag_owner"))

    async def say(self, phone: Phone, text: str) -> str:
        """Type something and read the answer."""
        answer = self.next_event(lambda event: is_to(event, phone))
        phone.say(text)
        await asyncio.wait_for(answer, 30)
        return phone.screen

    async def tap(self, phone: Phone, label: str) -> str:
        """Tap something and read the answer."""
        answer = self.next_event(lambda event: is_to(event, phone))
        phone.tap(label)
        await asyncio.wait_for(answer, 30)
        return phone.screen


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def note_ids(sandbox: Sandbox, path: Path) -> None:
    """Remember whose ids must not stand anywhere."""
    path.write_text("\n".join(str(user_id) for user_id in sandbox.world.people), encoding="utf-8")


def is_to(event: Json, phone: Phone) -> bool:
    """Whether the bot has shown something on this phone."""
    is_shown = event["type"] in ("message", "edited") and event["user_id"] == phone.user_id
    return bool(is_shown and event["message"]["from"]["is_bot"])
