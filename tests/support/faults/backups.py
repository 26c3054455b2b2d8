"""Backups that are made while people tap, and what a restored one holds."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path

from sources import ROOT
from world import OWNER, TOKEN

from .books import Found, look_at
from .crowd import Card, Tapped, staffed
from .ground import Ground
from .kills import RATE, WORKERS
from .promises import Promise

KEY = "secret.key"
WRONG_USE = 2


async def tapwork(ground: Ground, folder: Path, *arguments: str) -> tuple[int, str]:
    """A command over a data folder: its exit status, and what it said."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TAPWORK_")},
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C.UTF-8",
        "TAPWORK_TOKEN": TOKEN,
        "TAPWORK_API_URL": ground.url,
        "TAPWORK_OWNERS": str(OWNER),
        "TAPWORK_DATA_DIR": str(folder),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd="/",
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode(errors="replace")


async def backed_up(tmp_path: Path, times: int, seed: int) -> Promise:
    """Make and restore so many backups, each under load."""
    name, asked = "backup under load and restore", f"{times}: integrity ok, ledger 0, everything acknowledged before it"
    looks: list[Found] = []
    failed: list[str] = []
    async with Ground.open(tmp_path, "backup", seed=seed) as ground:
        await ground.start()
        crowd = await staffed(ground, workers=WORKERS, tasks=60 + 24 * times, overlap=12, seed=seed)
        tapping = asyncio.create_task(crowd.tap_for(86_400, RATE))
        try:
            for number in range(times):
                await asyncio.sleep(crowd.chance.uniform(0.2, 1.5))
                place = tmp_path / f"backup{number}"
                told = crowd.record.told()
                status, said = await tapwork(ground, ground.folder, "backup", "--to", str(place))
                if status == WRONG_USE and "invalid choice" in said:
                    return Promise(name, asked, "`tapwork backup` is not there yet", None)
                if status:
                    failed.append(said.strip()[-200:])
                    continue
                looks.append(await restored(ground, place, told, failed))
        finally:
            tapping.cancel()
    lost = sum(each.lost for each in looks)
    unsound = sum(not each.is_sound and not each.lost for each in looks)
    why = f" ({failed[0]})" if failed else ""
    reached = f"{len(looks)} restored, {len(failed)} failed{why}: {lost} answers missing, {unsound} unsound"
    return Promise(name, asked, reached, not (failed or lost or unsound) and len(looks) == times, str(seed))


async def restored(ground: Ground, place: Path, told: dict[Card, Tapped], failed: list[str]) -> Found:
    """What stands in a data folder of which only the key was left, after the backup was put into it."""
    fresh = place.with_name(f"{place.name}-restored")
    await asyncio.to_thread(fresh.mkdir)
    await asyncio.to_thread(shutil.copyfile, ground.folder / KEY, fresh / KEY)
    status, said = await tapwork(ground, fresh, "restore", str(place), "--yes")
    if status:
        failed.append(said.strip()[-200:])
        return Found(len(told), 0, 0, 0, ())
    return await asyncio.to_thread(look_at, fresh, told)
