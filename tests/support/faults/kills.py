"""kill -9 at moments of chance under load, and what is left of the answers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from .books import Found, figure, look, look_behind, reading
from .crowd import Crowd, staffed
from .ground import Ground
from .promises import Promise

RATE = 40.0
WORKERS = 40
SHORTEST, LONGEST = 0.05, 2.0


@dataclass
class Tally:
    """What the looks after each kill found."""

    looks: list[Found] = field(default_factory=list)

    def add(self, found: Found) -> None:
        self.looks.append(found)

    def total(self, name: str) -> int:
        return sum(int(getattr(found, name)) for found in self.looks)

    @property
    def damaged(self) -> int:
        return sum(bool(found.damage) for found in self.looks)

    @property
    def unbalanced(self) -> int:
        return sum(found.ledger != 0 for found in self.looks)


async def killed(tmp_path: Path, kills: int, seed: int) -> Promise:
    """Kill the bot so often; people go on tapping while it is dead and while it comes back."""
    async with Ground.open(tmp_path, "kill", seed=seed) as ground:
        await ground.start()
        crowd = await staffed(ground, workers=WORKERS, tasks=60 + 12 * kills, overlap=12, seed=seed)
        tally = Tally()
        tapping = asyncio.create_task(crowd.tap_for(86_400, RATE))
        try:
            for _ in range(kills):
                await kill_once(ground, crowd, tally)
        finally:
            tapping.cancel()
        await asyncio.wait({tapping})
        await ground.idle()
        with reading(ground.folder) as connection:
            end = look(connection, crowd.record.first)
            set_aside = figure(connection, "SELECT COUNT(*) FROM inbox WHERE state = 'failed'")
    return verdict(crowd, tally, end, set_aside, seed)


async def kill_once(ground: Ground, crowd: Crowd, tally: Tally) -> None:
    await asyncio.sleep(crowd.chance.uniform(SHORTEST, LONGEST))
    assert ground.bot is not None
    await ground.bot.kill()
    looking = asyncio.create_task(look_behind(ground.folder, crowd.record.told()))
    await asyncio.sleep(0)
    await ground.start()
    tally.add(await looking)


def verdict(crowd: Crowd, tally: Tally, end: Found, set_aside: int, seed: int) -> Promise:
    record, kills = crowd.record, len(tally.looks)
    reached = (
        f"{kills} kills, {len(record.taps):,} taps, {len(record.saved):,} acknowledged: "
        f"{tally.total('lost')} acknowledged lost, {end.lost} taps lost ({set_aside} set aside), "
        f"{tally.total('paid_twice') + end.paid_twice} paid twice, {tally.unbalanced} sums not 0, "
        f"{tally.damaged + bool(end.damage)} databases damaged"
    )
    is_kept = all(found.is_sound for found in (*tally.looks, end)) and len(record.saved) > kills
    return Promise(
        "kill -9 at random instants, 40 taps/s, SQLite",
        f"{kills} kills: 0 acknowledged lost, 0 taps lost, 0 paid twice, ledger 0, integrity ok",
        reached,
        is_kept,
        str(seed),
    )
