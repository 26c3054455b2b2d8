"""The real bot as a process, which can be stopped in every way a process can."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from pathlib import Path

from sources import ROOT
from world import OWNER, TOKEN

START_SECONDS = 60.0


class Bot:
    """One `tapwork run` over a data folder; its log goes to a file that the next one appends to."""

    def __init__(self, process: Process, log: Path) -> None:
        self._process = process
        self.log = log

    @classmethod
    async def start(
        cls,
        folder: Path,
        url: str,
        log: Path,
        *,
        wrapped_in: tuple[str, ...] = (),
        user: str | None = None,
        **settings: str,
    ) -> Bot:
        """`wrapped_in` is a command that runs the bot, such as strace; `settings` are more of the environment."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TAPWORK_")},
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LC_ALL": "C.UTF-8",
            "TAPWORK_TOKEN": TOKEN,
            "TAPWORK_API_URL": url,
            "TAPWORK_OWNERS": str(OWNER),
            "TAPWORK_DATA_DIR": str(folder),
            "TAPWORK_JOIN": "open",
            "TAPWORK_CHAT_RATE": "0",
            "TAPWORK_BOT_RATE": "0",
            **settings,
        }
        with log.open("ab") as written:
            process = await asyncio.create_subprocess_exec(
                *wrapped_in,
                sys.executable,
                "-m",
                "bot",
                "run",
                cwd="/",
                env=environment,
                stdout=written,
                stderr=written,
                user=user,
                start_new_session=True,
            )
        return cls(process, log)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.returncode is None

    async def kill(self) -> None:
        """kill -9: no time for anything."""
        self._signal(signal.SIGKILL)
        await self._process.wait()

    async def stop(self, seconds: float = 30.0) -> float:
        """SIGTERM; how many seconds it took to go. Raises TimeoutError when it does not go in time."""
        timer = asyncio.get_running_loop().time
        began = timer()
        if self.is_running:
            self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            await self.kill()
            raise
        return timer() - began

    async def end(self, seconds: float = START_SECONDS) -> int:
        """Wait until it goes by itself; its exit status."""
        try:
            return await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            await self.kill()
            raise

    def _signal(self, number: signal.Signals) -> None:
        """To the bot and to what it is wrapped in."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return
