"""The clock: APScheduler keeps time, the jobs know what is due."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from rules.model import Instant
from services.alerting import alert
from services.scheduling import claim

from .context import Kit

log = logging.getLogger(__name__)

Run = Callable[[Kit, Instant], Awaitable[str]]


@dataclass(frozen=True)
class Every:
    """Again after so many seconds; running twice or late does no harm."""

    seconds: int


@dataclass(frozen=True)
class Daily:
    """Once a day at an hour and minute of the installation's time zone."""

    hour: int
    minute: int = 0


@dataclass(frozen=True)
class Job:
    """One line of the schedule."""

    name: str
    when: Every | Daily
    run: Run


async def run_job(kit: Kit, job: Job, now: Instant) -> str:
    """Run a job now; one that is daily only if nobody has run it for this day yet."""
    if isinstance(job.when, Daily):
        day = datetime.fromtimestamp(now / 1000, kit.config.timezone).date().isoformat()
        if not await kit.db.run(claim, now, job.name, day):
            return "done before"
    try:
        report = await job.run(kit, now)
    except Exception:
        log.exception("job %s failed", job.name)
        await kit.db.run(alert, now, "alert.job", job.name)
        return "failed"
    kit.metrics.job_succeeded(job.name, now)
    log.debug("job %s: %s", job.name, report)
    return report


class Schedule:
    """Jobs on the running event loop."""

    def __init__(self, kit: Kit, jobs: Iterable[Job]) -> None:
        self._kit = kit
        self._running: set[asyncio.Task[object]] = set()
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        for job in jobs:
            self._scheduler.add_job(self._tick, _trigger(kit, job), args=(job,), id=job.name)

    def start(self) -> None:
        self._scheduler.start()

    async def stop(self, seconds: float) -> None:
        """Begin nothing more, and let what runs finish for so long: a message half sent is one that nobody repeats."""
        self._scheduler.pause()
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        self._scheduler.shutdown(wait=False)

    async def _tick(self, job: Job) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a job runs in a task")
        self._running.add(task)
        try:
            await run_job(self._kit, job, self._kit.clock.now())
        finally:
            self._running.discard(task)


def _trigger(kit: Kit, job: Job) -> IntervalTrigger | CronTrigger:
    match job.when:
        case Every(seconds):
            return IntervalTrigger(seconds=seconds)
        case Daily(hour, minute):
            return CronTrigger(hour=hour, minute=minute, timezone=kit.config.timezone)
