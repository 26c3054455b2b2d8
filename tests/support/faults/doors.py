"""Starts that can't succeed, and a disk that runs full at work: said clearly, and nothing is acknowledged in vain."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from .books import NAME, look, reading
from .crowd import staffed
from .ground import Ground
from .kills import RATE
from .process import Bot
from .promises import Promise

PROMISE = "disk full, read-only folder, corrupt database, newer schema at start"
TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True)
class Door:
    """How a start ended: its status, what was said, and how often the bot acknowledged anything."""

    name: str
    status: int | None
    said: str
    acknowledged: int

    @property
    def is_kept(self) -> bool:
        return self.status not in (None, 0) and bool(self.said) and TRACEBACK not in self.said and not self.acknowledged

    @property
    def told(self) -> str:
        if TRACEBACK in self.said:
            return f"{self.name}: TRACEBACK, exit {self.status}"
        if self.status is None:
            return f"{self.name}: DID NOT END"
        return f"{self.name}: exit {self.status}"


def may_mount() -> bool:
    return os.geteuid() == 0 and shutil.which("mount") is not None


def run(command: str, *arguments: str) -> None:
    """A tool of the system. Raises LookupError when it is not here."""
    found = shutil.which(command)
    if found is None:
        raise LookupError(command)
    subprocess.run([found, *arguments], check=True)


@contextmanager
def small_disk(place: Path, kilobytes: int) -> Iterator[None]:
    """A file system of its own in a folder."""
    run("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place))
    try:
        yield
    finally:
        run("umount", "-l", str(place))


def make_corrupt(folder: Path) -> None:
    path = folder / NAME
    content = bytearray(path.read_bytes())
    content[:200] = os.urandom(200)
    path.write_bytes(content)


def make_newer(folder: Path) -> None:
    with closing(sqlite3.connect(folder / NAME)) as connection:
        connection.execute("PRAGMA user_version = 999")


def make_full(folder: Path) -> None:
    """Not a byte is free."""
    try:
        with (folder / "ballast").open("wb") as file:
            while True:
                file.write(bytes(4096))
                file.flush()
    except OSError:
        return


def make_read_only(folder: Path) -> None:
    run("mount", "-o", "remount,ro", str(folder))


async def tried(tmp_path: Path, name: str, spoil: Callable[[Path], None]) -> Door:
    """A bot that was here before, its folder spoiled, a tap waiting, and the next start."""
    async with Ground.open(tmp_path, f"door_{name}") as ground:
        with small_disk(ground.folder, 16_384) if may_mount() else unchanged():
            await ground.start()
            crowd = await staffed(ground, workers=2, tasks=4, overlap=2, seed=1)
            assert ground.bot is not None
            await ground.bot.stop()
            crowd.tap_once(crowd.people[0])
            await asyncio.to_thread(spoil, ground.folder)
            before, asked = ground.log.stat().st_size, len(crowd.record.acknowledged)
            bot = ground.bot = await Bot.start(ground.folder, ground.url, ground.log)
            try:
                status: int | None = await bot.end(20)
            except TimeoutError:
                status = None
            said = ground.log.read_bytes()[before:].decode(errors="replace")
            return Door(name, status, said, len(crowd.record.acknowledged) - asked)


@contextmanager
def unchanged() -> Iterator[None]:
    yield


async def doors(tmp_path: Path) -> Promise:
    """Each kind of door that is shut."""
    kinds = {"corrupt": make_corrupt, "newer schema": make_newer}
    if may_mount():
        kinds |= {"disk full": make_full, "read-only": make_read_only}
    found = [await tried(tmp_path, name, spoil) for name, spoil in kinds.items()]
    missing = "" if may_mount() else "; disk full and read-only NOT TRIED (needs root)"
    return Promise(
        PROMISE,
        "each: clear message, exit code, nothing acknowledged",
        ", ".join(each.told for each in found) + missing,
        all(each.is_kept for each in found) and may_mount(),
    )


async def filled(tmp_path: Path, seed: int) -> Promise:
    """The disk runs full at work, and has room again later."""
    name, asked = "disk full at work", "nothing acknowledged that is not stored; works again when there is room"
    if not may_mount():
        return Promise(name, asked, "needs root to mount a small disk", None)
    async with Ground.open(tmp_path, "full", seed=seed) as ground:
        with small_disk(ground.folder, 16_384):
            await ground.start()
            crowd = await staffed(ground, workers=20, tasks=40, overlap=12, seed=seed)
            make_full(ground.folder)
            await crowd.tap_for(5.0, RATE)
            await asyncio.sleep(1.0)
            saved_meanwhile = len(crowd.record.saved)
            with reading(ground.folder) as connection:
                kept_meanwhile = look(connection, crowd.record.told())
            (ground.folder / "ballast").unlink()
            await ground.until(lambda: len(crowd.record.saved) > saved_meanwhile, 60)
            await asyncio.sleep(6.0)
            await ground.idle()
            with reading(ground.folder) as connection:
                end = look(connection, crowd.record.first)
    return Promise(
        name,
        asked,
        f"{len(crowd.record.taps)} taps, {saved_meanwhile} acknowledged while full, {kept_meanwhile.lost} of them lost"
        f"; with room again {end.lost} taps lost",
        kept_meanwhile.is_sound and end.is_sound,
        str(seed),
    )
