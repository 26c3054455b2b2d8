"""Power cuts: what was synced is there, of the rest whatever chance left, and nothing acknowledged may be missing."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sandbox.replies import Json

from .books import NAME, figure, look, opened
from .crowd import Crowd, staffed
from .disk import Disk, Event, recorded, recorder
from .ground import Ground
from .kills import RATE
from .promises import Promise

WORKERS = 40
FILES = (NAME, f"{NAME}-wal", f"{NAME}-journal")
PROMISE = "power cut: unsynced writes dropped at a random instant, reopened"


@dataclass
class Confirmed:
    """Until which update Telegram was told that all arrived, by the instant when it was told."""

    first: int
    told: list[tuple[float, int]] = field(default_factory=list)

    def notice(self, event: Json) -> None:
        if event["type"] == "call" and event["method"] == "getUpdates" and event["params"].get("offset"):
            self.told.append((event["at"], int(event["params"]["offset"])))

    def before(self, instant: float) -> int:
        """The highest offset that had been told by then, 0 for none."""
        return max((offset for at, offset in self.told if at < instant), default=0)


@dataclass
class Damage:
    """What all the looks found."""

    cuts: int = 0
    dropped: int = 0
    lost: int = 0
    forgotten: int = 0
    broken: int = 0


async def power_cut(tmp_path: Path, recordings: int, cuts: int, seconds: float, seed: int) -> Promise:
    """Record so often for so long, and cut the power so often in each recording."""
    asked = f"{recordings * cuts} cuts: opens, integrity ok, everything acknowledged and confirmed is there"
    if shutil.which("strace") is None:
        return Promise(PROMISE, asked, "strace is not installed (apt-get install strace)", None)
    total = Damage()
    for number in range(recordings):
        await record_and_cut(tmp_path, number, cuts, seconds, seed + number, total)
    reached = (
        f"{total.cuts} cuts, {total.dropped} unsynced writes at stake: {total.lost} acknowledged answers lost, "
        f"{total.forgotten} confirmed updates lost, {total.broken} databases broken"
    )
    sound = not (total.lost or total.forgotten or total.broken) and total.dropped > 0
    return Promise(PROMISE, asked, reached, sound and total.cuts == recordings * cuts, str(seed))


async def record_and_cut(tmp_path: Path, number: int, cuts: int, seconds: float, seed: int, total: Damage) -> None:
    async with Ground.open(tmp_path, f"power{number}", seed=seed) as ground:
        await ground.start()
        crowd = await staffed(ground, workers=WORKERS, tasks=240, overlap=12, seed=seed)
        assert ground.bot is not None
        await ground.bot.stop()
        base, trace = tmp_path / f"base{number}", tmp_path / f"trace{number}" / "calls"
        base.mkdir()
        trace.parent.mkdir()
        shutil.copyfile(ground.folder / NAME, base / NAME)
        crowd.tap_once(crowd.people[0])
        confirmed = Confirmed(ground.sandbox.world.bot(None).updates.waiting()[0].update_id)
        ground.sandbox.subscribe(confirmed.notice)
        await ground.start(wrapped_in=recorder(ground.folder, trace, FILES))
        await crowd.tap_for(seconds, RATE)
        await asyncio.sleep(1.0)
        await ground.bot.kill()
        events = recorded(trace)
    await asyncio.to_thread(cut_often, base, events, crowd, confirmed, random.Random(seed), cuts, total)


def cut_often(
    base: Path,
    events: list[Event],
    crowd: Crowd,
    confirmed: Confirmed,
    chance: random.Random,
    cuts: int,
    total: Damage,
) -> None:
    """At instants of chance, in their order, so that the disk is played once."""
    disk, done = Disk(base), 0
    for at in sorted(chance.randrange(1, len(events)) for _ in range(cuts)):
        for event in events[done:at]:
            disk.do(event)
        done = at
        total.cuts += 1
        total.dropped += disk.unsynced
        with TemporaryDirectory(dir=base.parent) as place:
            disk.lose_power(Path(place), chance)
            look_after(Path(place), crowd, confirmed, events[at].at, total)


def look_after(place: Path, crowd: Crowd, confirmed: Confirmed, instant: float, total: Damage) -> None:
    record = crowd.record
    told = {record.taps[query].card for query, at in record.saved.items() if at < instant and query in record.taps}
    try:
        with opened(place) as connection:
            found = look(connection, {card: record.first[card] for card in told})
            first, offset = confirmed.first, confirmed.before(instant)
            kept = figure(connection, "SELECT COUNT(*) FROM inbox WHERE update_id BETWEEN ? AND ?", first, offset - 1)
    except sqlite3.DatabaseError:
        total.broken += 1
        return
    total.lost += found.lost
    total.broken += not found.is_sound and not found.lost
    total.forgotten += max(0, offset - first - kept)
