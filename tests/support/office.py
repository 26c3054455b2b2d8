"""An installation that the command line reaches in both ways: beside a running bot, and alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from world import OWNER, TOKEN, World

from bot import control
from bot.command_calls import call
from bot.commands import Command, Desk, ListPayable, Post
from bot.config import Config, read_config
from rules.model import HOUR
from sandbox import Limits
from storage import Database, open_database

SETTINGS = (("choices", "positive, negative"), ("price", "20.5"), ("overlap", "1"))


@dataclass(frozen=True)
class Office:
    """`worker` has 41 won available for two answers to the batch of this code."""

    config: Config
    batch: str
    worker: str
    db: Database | None

    async def call(self, command: Command, language: str = "en") -> int:
        """The exit status; what is said goes to the terminal."""
        return await call(self.config, command, language)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """The running bot's, or the one that nobody else has open."""
        if self.db is not None:
            yield self.db
            return
        db = await open_database(self.config.database_url)
        try:
            yield db
        finally:
            await db.close()


@asynccontextmanager
async def opened(folder: Path, *, is_running: bool) -> AsyncIterator[Office]:
    """An owner has posted two tasks, and Mina has answered and been settled."""
    async with World.open(folder, limits=Limits()) as world:
        desk = Desk(world.kit.config, world.kit.db, world.clock)
        async with control.listening(desk):
            batch, worker = await _work(world, folder)
            if is_running:
                yield Office(desk.config, batch, worker, desk.db)
                return
    yield Office(desk.config, batch, worker, None)


async def _work(world: World, folder: Path) -> tuple[str, str]:
    owner = await world.owner()
    table = folder / "reviews.csv"
    table.write_text("text\nI like it\nI don't\n", encoding="utf-8")
    command = Post(str(table), SETTINGS, OWNER, publish=True)
    desk = Desk(world.kit.config, world.kit.db, world.clock)
    reply = await control.answer(desk, command, "en", silent)
    [mina] = await world.workers(owner, "Mina")
    await mina.tap("positive")
    await mina.tap("negative")
    world.clock.advance(73 * HOUR)
    await world.job("settle")
    listed = await control.answer(desk, ListPayable(), "en", silent)
    return reply["ok"]["batch"], listed["ok"]["payable"][0]["worker"]


async def silent(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def config_at(folder: Path, **settings: str) -> Config:
    """The settings of an installation in a folder."""
    return read_config({"TAPWORK_TOKEN": TOKEN, "TAPWORK_DATA_DIR": str(folder), **settings})
