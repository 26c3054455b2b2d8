"""A backup is never much older than an hour, and owners hear when there is none."""

import asyncio
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from parcels import caption, table
from world import Someone, World

from rules.model import HOUR, MINUTE, SECOND
from storage import Tx
from storage.backups import found

Disk = namedtuple("Disk", "total used free")
FULL = Disk(1 << 40, 1 << 40, 0)


def backups(world: World) -> list[Path]:
    return [backup.path for backup in found(world.kit.config.backups)]


async def tapping(world: World, texts: int) -> Someone:
    """A worker with a batch before them."""
    owner = await world.owner()
    await owner.send("r.csv", table(*(f"text {number}" for number in range(texts))), caption())
    await owner.tap("게시")
    [mina] = await world.workers(owner, "미나")
    await mina.say("/work")
    return mina


def newest_answer(tx: Tx) -> int:
    return int(tx.all("backups.answers")[0]["newest"])


async def test_the_newest_answer_of_a_backup_is_at_most_an_interval_old(world: World) -> None:
    mina = await tapping(world, 80)
    behind = []
    for _ in range(70):
        world.clock.advance(3 * MINUTE)
        await mina.tap("positive")
        await world.job("backup")
        newest = found(world.kit.config.backups)[-1].manifest.figures.newest_answer_at
        assert newest is not None
        behind.append(await world.kit.db.read(newest_answer) - newest)

    assert max(behind) <= HOUR
    assert max(behind) > HOUR / 2, "it would be fresh by chance only"
    assert 4 == len(backups(world))


async def test_within_the_hour_nothing_is_due(world: World) -> None:
    assert "tapwork-" in await world.job("backup")
    world.clock.advance(HOUR - SECOND)
    assert "not due" == await world.job("backup")
    world.clock.advance(SECOND)
    assert "tapwork-" in await world.job("backup")


async def test_owners_hear_of_a_backup_that_failed_and_it_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await world.owner()
    with monkeypatch.context() as full:
        full.setattr("shutil.disk_usage", lambda _: FULL)
        assert (await world.job("backup")).startswith("failed")
    await world.job("outbox")
    assert "백업하지 못했어요" in owner.screen

    assert "failed a short while ago" == await world.job("backup")
    world.clock.advance(15 * MINUTE)
    assert "tapwork-" in await world.job("backup")


SPOIL = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
(page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'batch_completed'").fetchone()
with open(sys.argv[1], "r+b") as file:
    file.seek((page - 1) * 4096)
    file.write(b"\\xa5" * 4096)
"""
"""Break an index that nothing here needs, from another process as a failing disk would."""


async def test_owners_hear_of_a_broken_index_that_a_copy_would_heal(world: World) -> None:
    owner = await world.owner()
    command = (sys.executable, "-c", SPOIL, str(world.kit.config.database))
    assert 0 == await (await asyncio.create_subprocess_exec(*command)).wait()

    await world.job("backup")
    await world.job("outbox")

    assert "손상됐어요" in owner.screen
    assert 1 == len(backups(world))
