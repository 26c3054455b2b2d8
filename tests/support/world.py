"""The whole bot and the people around it, in one process: real updates, a real database, a clock moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from telegram.error import NetworkError
from telegram.request import BaseRequest, RequestData

from bot.app import Running, assembled
from bot.config import read_config
from bot.context import Kit
from bot.scheduling import run_job
from jobs import SCHEDULE
from rules.model import Instant
from sandbox import ConnectionDropped, Limits, Phone, Sandbox, UploadedFile
from sandbox.server import serve
from storage import Tx

TOKEN = "7123456789:AAFakeFakeFakeFakeFakeFakeFakeFake"
OWNER = 1000001
START = 1_789_953_200_000
"""13 past 10 on Monday, 21 September 2026, in Seoul: people are awake."""
STUCK_SECONDS = 0.5

P = ParamSpec("P")
T = TypeVar("T")


class HandClock:
    """Time that passes only when a test says so: milliseconds for the bot, seconds for the sandbox."""

    def __init__(self) -> None:
        self._now = START
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def seconds(self) -> float:
        return self._now / 1000

    async def sleep(self, seconds: float) -> None:
        done = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.seconds() + seconds, done))
        await done

    @property
    def next_alarm(self) -> float | None:
        """Seconds until somebody who sleeps wakes up; None when nobody does."""
        return min((until - self.seconds() for until, done in self._sleepers if not done.done()), default=None)

    def now(self) -> Instant:
        return Instant(self._now)

    def __call__(self) -> float:
        return self._now / 1000

    def advance(self, milliseconds: int) -> None:
        self._now += milliseconds
        for until, done in self._sleepers:
            if until <= self.seconds() + 1e-6 and not done.done():
                done.set_result(None)
        self._sleepers = [(until, done) for until, done in self._sleepers if not done.done()]


class SandboxRequest(BaseRequest):
    """PTB's seam, straight into the sandbox: the same calls as over HTTP, without the sockets."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    @property
    def read_timeout(self) -> float | None:
        return 5.0

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,
        write_timeout: object = None,
        connect_timeout: object = None,
        pool_timeout: object = None,
    ) -> tuple[int, bytes]:
        parts = urlsplit(unquote(url))
        if parts.path.startswith("/file/bot"):
            token, _, path = parts.path.removeprefix("/file/bot").partition("/")
            data = self._sandbox.download(token, path)
            return (
                (200, data) if data is not None else (404, b'{"ok":false,"error_code":404,"description":"Not Found"}')
            )
        token, _, name = parts.path.removeprefix("/bot").partition("/")
        params: dict[str, object] = dict(parse_qsl(urlsplit(url).query))
        files: dict[str, UploadedFile] = {}
        if request_data is not None:
            params |= request_data.json_parameters
            for part, (file_name, content, kind) in request_data.multipart_data.items():
                data = content if isinstance(content, bytes) else content.read()
                files[part] = UploadedFile(file_name, data, kind)
        try:
            reply = await self._sandbox.call(token, name, params, files)
        except ConnectionDropped as error:
            raise NetworkError("the call did not get through") from error
        return reply.status, reply.payload


@dataclass(frozen=True)
class Someone:
    """A person with a phone; what they do is handled before they look again."""

    world: World
    name: str
    phone: Phone

    @property
    def telegram_id(self) -> int:
        return self.phone.user_id

    async def say(self, text: str) -> str:
        """Type something; the screen afterwards."""
        self.phone.say(text)
        return await self._look()

    async def send(self, file_name: str, data: bytes, caption: str | None = None) -> str:
        """Send a document; the screen afterwards."""
        self.phone.send(file_name, data, caption)
        return await self._look()

    async def tap(self, label: str, message_id: int | None = None) -> str:
        """Tap the newest button of this name; the screen afterwards."""
        self.phone.tap(label, message_id)
        return await self._look()

    async def _look(self) -> str:
        await self.world.settle()
        return self.screen

    @property
    def screen(self) -> str:
        return self.phone.screen

    @property
    def buttons(self) -> list[str]:
        """All buttons of the newest message that has some."""
        return [text for row in self.phone.buttons for text in row]

    @property
    def toast(self) -> str | None:
        return self.phone.toast

    @property
    def texts(self) -> list[str]:
        """Every message of the chat, oldest first."""
        return [str(each.get("text", each.get("caption", ""))) for each in self.phone.messages]


class World:
    """A bot at work, its sandbox, and the clock of both."""

    def __init__(self, running: Running, sandbox: Sandbox, clock: HandClock) -> None:
        self.running = running
        self.sandbox = sandbox
        self.clock = clock

    @classmethod
    @asynccontextmanager
    async def open(
        cls, folder: Path, *, limits: Limits | None = None, environment: dict[str, str] | None = None
    ) -> AsyncIterator[World]:
        """A fresh installation in a folder."""
        clock = HandClock()
        sandbox = Sandbox(clock=clock, limits=limits)
        sandbox.create_bot(TOKEN, "tapwork_bot", "Tapwork")
        async with cls.joined(folder, sandbox, clock, environment or {}, seam(sandbox)) as world:
            yield world
        assert sandbox.violations == []

    @classmethod
    @asynccontextmanager
    async def over_http(cls, folder: Path) -> AsyncIterator[World]:
        """The same, where bot and sandbox speak real HTTP through the bot's own transport."""
        clock = HandClock()
        sandbox = Sandbox(clock=clock)
        sandbox.create_bot(TOKEN, "tapwork_bot", "Tapwork")
        server = await serve(sandbox)
        try:
            async with cls.joined(folder, sandbox, clock, {"TAPWORK_API_URL": server.url}) as world:
                yield world
        finally:
            await server.close()
        assert sandbox.violations == []

    @classmethod
    @asynccontextmanager
    async def joined(
        cls,
        folder: Path,
        sandbox: Sandbox,
        clock: HandClock,
        environment: dict[str, str],
        requests: tuple[BaseRequest, BaseRequest] | None = None,
    ) -> AsyncIterator[World]:
        """A bot on a folder and a sandbox that are there already: a restart."""
        settings = {
            "TAPWORK_TOKEN": TOKEN,
            "TAPWORK_API_URL": "http://sandbox",
            "TAPWORK_DATA_DIR": str(folder),
            "TAPWORK_DATABASE_URL": f"sqlite:///{folder / 'tapwork.db'}",
            "TAPWORK_OWNERS": str(OWNER),
            "TAPWORK_CHAT_RATE": "0",
            "TAPWORK_BOT_RATE": "0",
            **environment,
        }
        async with assembled(read_config(settings), clock=clock, requests=requests, timer=clock) as running:
            await running.inbox.replay()
            yield cls(running, sandbox, clock)

    @property
    def kit(self) -> Kit:
        return self.running.kit

    async def settle(self) -> None:
        """Let the bot handle everything that has arrived. Time passes only where nothing goes on without it."""
        while await self.running.receiver.poll(0):
            await self._idle()
        await self._idle()

    async def _idle(self) -> None:
        await self._unstuck(self.running.idle())
        await self.kit.telegraph.pacer.idle()

    async def _unstuck(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(work)
        while not (await asyncio.wait({task}, timeout=STUCK_SECONDS))[0]:
            self.clock.advance(ceil((self.clock.next_alarm or 0) * 1000))
        return task.result()

    async def wait(self, seconds: float) -> None:
        """Let time pass, and what waits for it go on."""
        left = ceil(seconds * 1000)
        while left > 0:
            step = min(left, max(1, ceil((self.clock.next_alarm or seconds) * 1000)))
            self.clock.advance(step)
            left -= step
            await asyncio.sleep(0)
            await self.settle()

    async def job(self, name: str) -> str:
        """Run one line of the schedule now."""
        job = next(job for job in SCHEDULE if job.name == name)
        return await self._unstuck(run_job(self.kit, job, self.clock.now()))

    async def do(self, unit: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One unit of work, as the bot would run it."""
        return await self.kit.db.run(unit, *args, **kwargs)

    def somebody(self, name: str, language: str = "ko", user_id: int | None = None) -> Someone:
        """A person who has never talked to the bot."""
        return Someone(
            self, name, Phone(self.sandbox, self.sandbox.create_user(name, language_code=language, user_id=user_id))
        )

    async def owner(self) -> Someone:
        """The owner, who has started the bot."""
        owner = self.somebody("운영자", user_id=OWNER)
        await owner.say("/start")
        return owner

    async def coordinator(self, owner: Someone, name: str = "소라", language: str = "ko") -> Someone:
        """Somebody who came in by the owner's link for coordinators."""
        await owner.say("/coordinators")
        await owner.tap("담당자 초대하기")
        someone = self.somebody(name, language)
        await someone.say(f"/start {code_of(owner.screen)}")
        return someone

    async def workers(self, host: Someone, *names: str, language: str = "ko") -> list[Someone]:
        """People who came in by a link for workers and agreed."""
        await host.say(f"/invite {len(names)}")
        code = code_of(host.screen)
        people = [self.somebody(name, language) for name in names]
        for someone in people:
            await someone.say(f"/start {code}")
            await someone.tap("동의" if language == "ko" else "Agree")
        return people

    async def together(self, *steps: Callable[[], object]) -> None:
        """Several people act before the bot hears of any of them."""
        for step in steps:
            step()
        await asyncio.sleep(0)
        await self.settle()


def seam(sandbox: Sandbox) -> tuple[BaseRequest, BaseRequest]:
    """What `joined` takes to speak without sockets."""
    return SandboxRequest(sandbox), SandboxRequest(sandbox)


def code_of(screen: str) -> str:
    """The code in the newest invitation."""
    return screen.split("start=")[1].split()[0]
