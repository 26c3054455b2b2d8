"""A backup is never much older than an hour, and owners hear when there is none."""

import asyncio
import sys
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest
from parcels import caption, table
from world import Someone, World

from rules.model import DAY, HOUR, MINUTE, SECOND
from storage import Tx
from storage.backups import ROOM, found

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


def nearly_full(world: World, copies: int) -> Callable[[Path], Disk]:
    """A disk on which so many copies and a half have room beside what must stay free."""
    size = found(world.kit.config.backups)[-1].manifest.size
    room = ROOM + copies * size + size // 2

    def usage(_: Path) -> Disk:
        used = sum(each.stat().st_size for each in world.kit.config.backups.glob("*.db"))
        return Disk(room, used, room - used)

    return usage


async def test_where_the_disk_is_full_the_oldest_copies_make_room_for_new_ones_and_owners_hear_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await world.owner()
    await world.job("backup")
    first = backups(world)
    monkeypatch.setattr("shutil.disk_usage", nearly_full(world, 4))
    for _ in range(10):
        world.clock.advance(HOUR)
        assert "tapwork-" in await world.job("backup")
    await world.job("outbox")

    assert 4 == len(backups(world))
    assert world.clock.now() == found(world.kit.config.backups)[-1].manifest.made_at
    assert first[0] not in backups(world)
    assert 1 == sum("가장 오래된 백업" in text for text in owner.texts)


async def test_the_newest_copies_of_three_days_stay_however_full_the_disk_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await world.owner()
    for _ in range(5):
        world.clock.advance(DAY)
        await world.job("backup")
    kept = backups(world)[-3:]
    monkeypatch.setattr("shutil.disk_usage", nearly_full(world, 3))
    world.clock.advance(HOUR)

    assert (await world.job("backup")).startswith("failed")
    assert 5 == len(backups(world)), "giving up two would not be enough"

    monkeypatch.setattr("shutil.disk_usage", nearly_full(world, 4))
    world.clock.advance(HOUR)
    assert "tapwork-" in await world.job("backup")
    await world.job("outbox")

    assert kept == backups(world)[:-1]
    assert any("백업하지 못했어요" in text for text in owner.texts)


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


async def elsewhere(script: str, world: World) -> None:
    command = (sys.executable, "-c", script, str(world.kit.config.database))
    assert 0 == await (await asyncio.create_subprocess_exec(*command)).wait()


async def test_owners_hear_of_a_broken_index_that_a_copy_would_heal(world: World) -> None:
    owner = await world.owner()
    await elsewhere(SPOIL, world)

    await world.job("backup")
    await world.job("outbox")

    assert "손상됐어요" in owner.screen
    assert 1 == len(backups(world))


EMPTY = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
with connection:
    connection.executemany("INSERT INTO moment VALUES (?, 0)", [(f"{number}" + 100_000 * "x",) for number in range(80)])
with connection:
    connection.execute("DELETE FROM moment WHERE happened_at = 0")
connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
"""
"""Fill pages and leave them empty."""


async def test_empty_pages_of_the_database_ask_for_no_room(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await elsewhere(EMPTY, world)
    monkeypatch.setattr("shutil.disk_usage", lambda _: Disk(1 << 40, 1 << 39, ROOM + (4 << 20)))

    assert "tapwork-" in await world.job("backup")
    assert world.kit.config.database.stat().st_size > 8 << 20
