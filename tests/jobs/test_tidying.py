"""What a process that was killed left on the disk: accounts in clear for an hour at the most, documents for a day."""

import os
import time
from pathlib import Path

from world import World

from bot.farewell import documents
from rules.model import DAY


def left_behind(path: Path, age_seconds: float, now: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"1101234567891")
    for each in (path, path.parent):
        os.utime(each, (now - age_seconds, now - age_seconds))
    return path


async def test_files_for_a_bank_that_a_killed_bot_left_go_without_anybody_asking(world: World) -> None:
    now = time.time()
    old = left_behind(world.kit.config.payouts / "handing-old" / "T.csv", 2 * 3_600, now)
    fresh = left_behind(world.kit.config.payouts / "handing-fresh" / "T.csv", 60, now)

    await world.job("uploads")

    assert (False, True) == (old.parent.exists(), fresh.exists())


async def test_documents_that_a_killed_bot_left_go_whatever_they_are(world: World) -> None:
    at = world.clock.now() / 1_000
    names = ("ABC.json.part", "ABC-2026-11.pdf", "ABC-2026-11.csv")
    kept = left_behind(documents(world.kit) / "ABC-2026-12.pdf", 60, at)
    old = [left_behind(documents(world.kit) / name, 2 * DAY / 1_000, at) for name in names]

    await world.job("forgetting")

    assert [kept] == [path for path in (*old, kept) if path.exists()]
