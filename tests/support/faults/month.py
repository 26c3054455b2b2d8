"""A month of an installation on a virtual clock: everybody at work, every job, a crash at every step."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from rules.model import HOUR, MINUTE

from .month_site import Site
from .month_staff import Staff
from .month_truth import Truth
from .month_workers import Crowd, drawn
from .promises import Promise

SEOUL = ZoneInfo("Asia/Seoul")
START = datetime(2026, 10, 19, 7, 10, tzinfo=SEOUL)
"""Europe's clocks change on the sixth day, America's on the thirteenth."""


@dataclass(frozen=True)
class Size:
    """How much of a month is lived. The bot is away from `away` (a day and hours of it) for `away_hours`."""

    days: int
    workers: int
    batches: int
    tasks: int
    tick: int
    share: float
    eagerness: float
    away: float
    away_hours: int

    @property
    def taxes_since(self) -> date:
        return (START + timedelta(days=self.days * 2 / 3)).date()


SHORT = Size(
    days=8, workers=30, batches=8, tasks=60, tick=60 * MINUTE, share=0.006, eagerness=0.6, away=4.5, away_hours=38
)
LONG = Size(
    days=30, workers=300, batches=40, tasks=400, tick=30 * MINUTE, share=0.001, eagerness=0.15, away=11.6, away_hours=50
)


class Month:
    """One, from its first morning on."""

    def __init__(self, folder: Path, size: Size, seed: int) -> None:
        self.size = size
        self.site = Site(folder, START, seed, size.share, size.taxes_since.isoformat())
        self.crowd = Crowd(
            self.site, [drawn(self.site.chance, number) for number in range(size.workers)], size.eagerness
        )
        self.staff = Staff(self.site, self.crowd, size.tasks)
        begins = START + timedelta(days=size.away)
        away = (begins, begins + timedelta(hours=size.away_hours))
        self.truth = Truth(self.site, self.crowd, size.taxes_since, away)

    async def live(self) -> None:
        await self.site.start()
        try:
            await self.staff.come()
            await self.crowd.join()
            await self.staff.register()
            for tick in range(self.size.days * 24 * HOUR // self.size.tick):
                await self._pass(tick)
            await self.truth.check("the end")
        finally:
            await self.site.stop()

    async def _pass(self, tick: int) -> None:
        site, size = self.site, self.size
        site.clock.advance(size.tick)
        hours = (tick + 1) * size.tick / HOUR
        if size.away * 24 <= hours < size.away * 24 + size.away_hours:
            return
        await site.keep_time()
        local = datetime.fromtimestamp(site.clock(), SEOUL)
        if local.minute < size.tick / MINUTE:
            await self._keep_hours(local)
        await self.crowd.work()

    async def _keep_hours(self, local: datetime) -> None:
        """What the staff does once a day, each at its hour."""
        match local.hour:
            case 0:
                await self.truth.check(f"midnight of {local:%m-%d}")
            case 8 | 10:
                if self.staff.batches < self.size.batches:
                    await self._post(local)
            case 9:
                await self.staff.hear_from_bank()
            case 14:
                await self.staff.review(0.02)
                await self.crowd.object()
                await self.staff.correct()
            case 16:
                await self.crowd.ask_for_money()
                await self.staff.steer()
            case 17 if local.weekday() < 5:
                await self.staff.prepare_transfer()
                await self.staff.pay_by_hand()
            case _:
                pass

    async def _post(self, local: datetime) -> None:
        """All batches within the first three quarters of the month, in even steps."""
        done = (local - START) / timedelta(days=self.size.days * 0.75)
        while self.staff.batches < min(self.size.batches, 1 + done * self.size.batches):
            await self.staff.post()


def lived(folder: Path, size: Size, seed: int) -> Month:
    """A whole month in a loop of its own."""
    folder.mkdir(parents=True)
    month = Month(folder, size, seed)
    asyncio.run(month.live())
    return month


def months(tmp_path: Path, size: Size, seeds: list[int]) -> Promise:
    """Several; the seeds of those that went wrong are named."""
    wrong, totals = list[str](), Counter[str]()
    for seed in seeds:
        month = lived(tmp_path / f"month{seed}", size, seed)
        found = month.truth.judge()
        totals += month.truth.figures(month.staff.batches)
        if found:
            wrong.append(f"seed {seed}: {found[0]} (of {len(found)})")
    told = ", ".join(f"{count:,} {what}" for what, count in totals.items())
    broken = f" ({'; '.join(wrong)[:400]})" if wrong else ""
    return Promise(
        f"a simulated month of {size.workers} workers and {size.batches} batches, crashes at every step",
        "every worker's money exact, checks empty each midnight, reminders within their rules, each period run once",
        f"{len(seeds) - len(wrong)} of {len(seeds)} months sound: {told}{broken}",
        not wrong and all(totals[what] for what in ("answers", "crashes", "reminders", "payouts paid", "rejections")),
        ", ".join(map(str, seeds)),
    )
