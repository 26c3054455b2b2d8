"""An installation on a virtual clock that dies now and then, and what its people are really sent."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from telegram.request import RequestData
from world import OWNER, TOKEN, SandboxRequest

from bot.app import assembled
from bot.config import Config, read_config
from bot.context import Kit
from bot.scheduling import Every, Job, Schedule, run_job
from jobs import SCHEDULE
from rules.model import Instant
from rules.refusals import Refusal
from sandbox import Sandbox
from services import notices, returning
from storage import Tx, open_database

from .mortal import CrashedError, DiedError, Fate, MortalDatabase

P = ParamSpec("P")
T = TypeVar("T")

LEFT_OUT = frozenset({"backup", "cards", "uploads", "watch"})
"""What only looks after files and screens."""
SNOOZE = "zs:today:0"
"""Only reminders carry this button."""
TAXES = """
[[rate]]
profile = "resident"
since = {since}
income = 5
local = 0.5
"""


class Clock:
    """Time that moves when it is told to."""

    def __init__(self, start: datetime) -> None:
        self._now = round(start.timestamp() * 1000)

    def now(self) -> Instant:
        return Instant(self._now)

    def __call__(self) -> float:
        return self._now / 1000

    def advance(self, milliseconds: int) -> None:
        self._now += milliseconds


class Post(SandboxRequest):
    """Remembers which reminder went to whom, and when."""

    def __init__(
        self, sandbox: Sandbox, clock: Clock, reminders: list[tuple[int, Instant]], sent: Counter[str]
    ) -> None:
        super().__init__(sandbox)
        self._clock = clock
        self._reminders = reminders
        self._sent = sent

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: object, **more: object
    ) -> tuple[int, bytes]:
        status, payload = await super().do_request(url, method, request_data)
        name = url.rpartition("/")[2]
        if status == 200 and name.startswith("send") and request_data is not None:
            params = request_data.json_parameters
            self._sent[name] += 1
            if SNOOZE in json.dumps(params.get("reply_markup", "")):
                self._reminders.append((int(params["chat_id"]), self._clock.now()))
        return status, payload


class Site:
    """The bot over a folder. What it is asked to do `for sure` is asked again after each crash."""

    def __init__(self, folder: Path, start: datetime, seed: int, share: float, taxes_since: str) -> None:
        self.folder = folder
        self.clock = Clock(start)
        self.chance = random.Random(seed)
        self.sandbox = Sandbox(clock=self.clock, seed=seed)
        self.sandbox.create_bot(TOKEN, "tapwork_bot", "Tapwork")
        self.reminders: list[tuple[int, Instant]] = []
        self.sent: Counter[str] = Counter()
        self.fates: Counter[tuple[str, Fate]] = Counter()
        self.finished: Counter[tuple[str, str]] = Counter()
        self.deaths = 0
        self._share = share
        self._seed = seed
        self._stack = AsyncExitStack()
        (folder / "taxes.toml").write_text(TAXES.format(since=taxes_since), encoding="utf-8")

    @property
    def config(self) -> Config:
        return read_config(
            {
                "TAPWORK_TOKEN": TOKEN,
                "TAPWORK_API_URL": "http://sandbox",
                "TAPWORK_DATA_DIR": str(self.folder),
                "TAPWORK_OWNERS": str(OWNER),
                "TAPWORK_JOIN": "open",
                "TAPWORK_CHAT_RATE": "0",
                "TAPWORK_BOT_RATE": "0",
                "TAPWORK_PAYOUT_DAYS": "tue,fri",
                "TAPWORK_TAXES": str(self.folder / "taxes.toml"),
            }
        )

    @property
    def path(self) -> Path:
        return self.folder / "tapwork.db"

    async def start(self) -> None:
        """The bot comes up over what there is."""
        self.db = MortalDatabase(await open_database(f"sqlite:///{self.path}"), self.chance, 0, self.fates)
        self._stack.push_async_callback(self.db.close)
        posts = [Post(self.sandbox, self.clock, self.reminders, self.sent) for _ in range(2)]
        running = await self._stack.enter_async_context(
            assembled(self.config, db=self.db, clock=self.clock, requests=(posts[0], posts[1]))
        )
        self.kit: Kit = running.kit
        await self.db.run(notices.settle_interrupted)
        self.jobs = [job for job in SCHEDULE if job.name not in LEFT_OUT]
        self.schedule = Schedule(self.kit, self.jobs)
        self.db.share = self._share

    async def stop(self) -> None:
        self.db.is_dead, self.db.share = False, 0
        self.finished += self.db.finished
        await self._stack.aclose()

    async def restart(self) -> None:
        """The process is gone, with all that it was at; another one comes up."""
        self.deaths += 1
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self.stop()
        await self.start()

    async def do(self, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Have a unit of work done, asking until it is said to be; None where the answer is no."""
        return await self._for_sure(lambda: self.db.run(unit, *args, **kwargs))

    async def look(self, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T | None:
        return await self._for_sure(lambda: self.db.read(unit, *args, **kwargs))

    async def _for_sure(self, act: Callable[[], Awaitable[T]]) -> T | None:
        while True:
            try:
                return await act()
            except Refusal:
                return None
            except CrashedError:
                continue
            except DiedError:
                await self.restart()

    async def keep_time(self) -> None:
        """Telegram is heard, and what is due is run."""
        await self._for_sure(self._hear)
        for job in self.jobs:
            if isinstance(job.when, Every):
                await self._for_sure(partial(self._run, job))
        await self._for_sure(self._keep_calendar)
        # In life it runs every other second.
        await self._for_sure(partial(self._run, next(job for job in self.jobs if job.name == "outbox")))

    async def _hear(self) -> None:
        await self.kit.contact.heard()
        await self.db.run(returning.hear, self.clock.now())

    async def _run(self, job: Job) -> None:
        """The outbox again and again, while there is more in it."""
        while await run_job(self.kit, job, self.clock.now()) not in ("0 messages", "failed"):
            if job.name != "outbox":
                break
        self._require_life()

    async def _keep_calendar(self) -> None:
        await self.schedule.look()
        await self.schedule.idle()
        self._require_life()

    def _require_life(self) -> None:
        if self.db.is_dead:
            raise DiedError
