"""`tapwork demo`: the real bot, a local Bot API server, phones in the browser, and a world that is already at work."""

import asyncio
import errno
import logging
import secrets
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sandbox import Sandbox
from sandbox.server import Running as Server
from sandbox.server import serve
from storage import DatabaseTaken
from storage.lock import FileLock

from . import app, control, logs
from .command_run import stopped_by_signals, unless
from .commands import Desk
from .config import Config, read_config
from .demo_clock import ShiftedClock
from .demo_world import Cast, World, cast, opening

PORTS = 50
BOT_NAME, BOT_USERNAME = "Tapwork", "tapwork_demo_bot"


@dataclass(frozen=True)
class Demo:
    """A demo that is ready to be played with."""

    url: str
    config: Config
    sandbox: Sandbox
    cast: Cast


async def demo(folder: Path, port: int, *, is_simulated: bool = True) -> None:
    """Play until SIGTERM or SIGINT. The folder is wiped at the start, since the phones live in memory."""
    logs.set_up(logging.WARNING)
    stop = stopped_by_signals()
    async with playing(folder, port, stop, is_simulated=is_simulated) as ready:
        if ready is not None:
            sys.stdout.write(f"{announcement(ready)}\n")
            sys.stdout.flush()
            await stop.wait()


def announcement(ready: Demo) -> str:
    names = ", ".join(ready.cast.played)
    return f"Tapwork demo: open {ready.url} in a browser (phones of {names}). Ctrl-C stops it."


@asynccontextmanager
async def playing(
    folder: Path, port: int, stop: asyncio.Event, *, is_simulated: bool = True
) -> AsyncIterator[Demo | None]:
    """A filled world with the bot at work in it; None when it was told to stop before it was ready."""
    clock = ShiftedClock()
    sandbox = Sandbox(clock=clock.seconds)
    token = f"7{secrets.randbelow(10**9):09}:{secrets.token_urlsafe(26)[:35]}"
    sandbox.create_bot(token, BOT_USERNAME, BOT_NAME)
    players = cast(sandbox)
    with fresh(folder) as data:
        server = await listen(sandbox, port)
        config = settings(token, server.url, data, players)
        clock.go_back_to(opening(config.timezone, clock.present()))
        try:
            async with app.assembled(config, clock=clock, timer=clock) as running:
                kit = running.kit
                async with control.listening(Desk(config, kit.db, clock)), asyncio.TaskGroup() as tasks:
                    tasks.create_task(app.work(running, stop))
                    ready = Demo(server.url, config, sandbox, players)
                    try:
                        filled = await unless(stop, World(players, running, clock).fill(is_simulated=is_simulated))
                        yield ready if filled else None
                    finally:
                        stop.set()
        finally:
            await server.close()


def settings(token: str, url: str, data: Path, players: Cast) -> Config:
    """The settings of the demo's installation, whatever the environment says."""
    near = f"127.0.0.1:{spare()}"
    return read_config(
        {
            "TAPWORK_TOKEN": token,
            "TAPWORK_API_URL": url,
            "TAPWORK_DATA_DIR": str(data),
            "TAPWORK_OWNERS": str(players.owner.phone.user_id),
            "TAPWORK_JOIN": "open",
            "TAPWORK_LISTEN": near,
            "TAPWORK_PUBLIC_URL": f"http://{near}",
        }
    )


def spare() -> int:
    """A port for the form that takes workers' accounts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def listen(sandbox: Sandbox, port: int) -> Server:
    """Serve the phones and the Bot API, at the next port when this one is taken."""
    for candidate in range(port, min(port + PORTS, 65_536)):
        try:
            return await serve(sandbox, port=candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    raise OSError(errno.EADDRINUSE, f"no port from {port} on is free")


@contextmanager
def fresh(folder: Path) -> Iterator[Path]:
    """An empty data folder, by its whole path, that no other demo uses: beside this one when this one is in use."""
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        data = folder if number == 1 else folder.with_name(f"{folder.name}-{number}")
        lock = FileLock(data)
        try:
            lock.acquire()
        except DatabaseTaken:
            continue
        try:
            shutil.rmtree(data, ignore_errors=True)
            yield data
        finally:
            lock.release()
        return
