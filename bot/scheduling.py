"""The clock: APScheduler keeps time, tables know which periods are due and who runs them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from rules import periods
from rules.backlog import Missed
from rules.model import MINUTE, SECOND, Instant
from rules.periods import Calendar, Period
from services import scheduling
from services.alerting import alert

from .context import Kit

log = logging.getLogger(__name__)

Run = Callable[[Kit, Instant], Awaitable[str]]

FIRST_SECONDS = 10
"""After the start what runs again and again runs first after so long, however long its pause: it may be late."""

PARTING_SECONDS = 2.0
PATIENCE = 5 * MINUTE
"""However often a job runs, nobody worries about it sooner than after twice this."""


class NotYet(Exception):
    """A run has to wait for something that its job has no part in, such as books that add up.

    Its period is begun again every few minutes for as long as that takes, and nobody hears of it.
    """


@dataclass(frozen=True)
class Every:
    """Again after so many seconds; running twice or late does no harm, and there are no periods to miss."""

    seconds: int


@dataclass(frozen=True)
class ForPeriod:
    """What is told which period it runs for, since `now` may be long after it."""

    run: Callable[[Kit, Instant, Period], Awaitable[str]]


@dataclass(frozen=True)
class Job:
    """One line of the schedule; `missed` says what becomes of a calendar's periods when nobody was there."""

    name: str
    when: Every | Calendar
    run: Run | ForPeriod
    missed: Missed = Missed.ONCE


async def run_job(kit: Kit, job: Job, now: Instant) -> str:
    """Run a job now, due or not; one with periods only if nobody has run it in this one yet."""
    if isinstance(job.when, Every):
        return await _run_plain(kit, job, job.run, now) or "failed"
    period = periods.current(job.when, now, kit.config.timezone)
    if not await kit.db.run(scheduling.claim, now, job.name, period.name):
        return "done before"
    return await run_period(kit, job, period, now) or "failed"


async def take(kit: Kit, job: Job, now: Instant) -> Period | None:
    """Begin the next of a job's periods that is due and that nobody runs; None when there is none now."""
    if isinstance(job.when, Every):
        return None
    handled = (await kit.db.read(scheduling.handled)).get(job.name, now)
    due = periods.due(job.when, handled, now, kit.config.timezone)
    return await kit.db.run(scheduling.take, now, job.name, job.missed, due) if due else None


async def run_period(kit: Kit, job: Job, period: Period, now: Instant) -> str | None:
    """Run a job for a period that was taken: its report, or None when it failed or has to wait, and is tried again."""
    try:
        report = await (job.run.run(kit, now, period) if isinstance(job.run, ForPeriod) else job.run(kit, now))
    except NotYet as reason:
        log.info("job %s waits with %s: %s", job.name, period.name, reason)
        await kit.db.run(scheduling.postpone, kit.clock.now(), job.name, period.name)
        return None
    except Exception:
        log.exception("job %s failed for %s", job.name, period.name)
        await kit.db.run(scheduling.fail, kit.clock.now(), job.name, period.name)
        return None
    await kit.db.run(scheduling.finish, kit.clock.now(), job.name, period.name)
    _note(kit, job, now, report)
    return report


async def register(kit: Kit, jobs: Iterable[Job]) -> None:
    """Know the jobs before they are due: periods before a job was first known are not missed."""
    await kit.db.run(scheduling.register, kit.clock.now(), {job.name: _longest(job) for job in jobs})
    for name, at in (await kit.db.read(scheduling.successes)).items():
        kit.metrics.job_succeeded(name, at)


async def _run_plain(kit: Kit, job: Job, run: Run | ForPeriod, now: Instant) -> str | None:
    if isinstance(run, ForPeriod):
        raise TypeError(f"{job.name} has no periods")
    try:
        report = await run(kit, now)
    except Exception:
        log.exception("job %s failed", job.name)
        await kit.db.run(alert, now, "alert.job", job.name, subject=job.name)
        return None
    _note(kit, job, now, report)
    return report


def _note(kit: Kit, job: Job, now: Instant, report: str) -> None:
    kit.metrics.job_succeeded(job.name, now)
    log.debug("job %s: %s", job.name, report)


class Schedule:
    """Jobs on the running event loop."""

    def __init__(self, kit: Kit, jobs: Iterable[Job]) -> None:
        self._kit = kit
        self._jobs = tuple(jobs)
        self._running: set[asyncio.Task[None]] = set()
        self._ticks: set[asyncio.Task[object]] = set()
        self._catching_up: dict[str, Period | None] = {}
        self._noted: dict[str, Instant] = {}
        self._is_registered = self._is_stopping = False
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        for job in self._jobs:
            if isinstance(job.when, Every):
                self._repeat(job, job.when.seconds)
        each_minute = CronTrigger(minute="*", timezone=UTC)
        self._scheduler.add_job(self.look, each_minute, args=(), id="calendar", next_run_time=datetime.now(UTC))

    def _repeat(self, job: Job, seconds: int) -> None:
        first = datetime.now(UTC) + timedelta(seconds=min(seconds, FIRST_SECONDS))
        trigger = IntervalTrigger(seconds=seconds)
        self._scheduler.add_job(self._tick, trigger, args=(job,), id=job.name, next_run_time=first)

    def start(self) -> None:
        self._scheduler.start()

    async def look(self) -> None:
        """Begin what is due and not begun: nothing hangs on a minute in which nobody was there."""
        if not self._is_registered:
            await register(self._kit, self._jobs)
            self._is_registered = True
        busy = tuple((job, period.name) for job, period in self._catching_up.items() if period is not None)
        if busy:
            await self._kit.db.run(scheduling.renew, self._kit.clock.now(), busy)
        for job in self._jobs:
            if not isinstance(job.when, Every) and job.name not in self._catching_up:
                self._catching_up[job.name] = None
                self._begin(self._catch_up(job))

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """In a task of its own, so that it is nobody else's trouble when it is cancelled."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a run of a job could not be noted; it is taken up again later", exc_info=error)

    async def idle(self) -> None:
        """Wait until nothing runs that was begun."""
        while self._running:
            await asyncio.wait(set(self._running))

    async def stop(self, seconds: float) -> None:
        """Begin nothing more, and let what runs finish for so long: a message half sent is one that nobody repeats.

        Once this returns, nothing of it works with the database any more.
        """
        self._is_stopping = True
        self._scheduler.pause()
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        for task in self._running:
            task.cancel()
        if left := self._running | self._ticks:
            await asyncio.wait(left, timeout=PARTING_SECONDS)
        self._scheduler.shutdown(wait=False)

    async def _tick(self, job: Job) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a job runs in a task")
        if self._is_stopping:
            return
        self._ticks.add(task)
        try:
            await asyncio.wait({self._begin(self._once(job))})
        finally:
            self._ticks.discard(task)

    async def _once(self, job: Job) -> None:
        now = self._kit.clock.now()
        if await _run_plain(self._kit, job, job.run, now) is not None:
            await self._succeeded(job, now)

    async def _succeeded(self, job: Job, now: Instant) -> None:
        """Once a minute is often enough for those who look."""
        if now - self._noted.get(job.name, Instant(0)) >= MINUTE:
            self._noted[job.name] = now
            await self._kit.db.run(scheduling.succeeded, now, job.name)

    async def _catch_up(self, job: Job) -> None:
        """One period after the other, until none is left or one has failed."""
        try:
            while not self._is_stopping:
                now = self._kit.clock.now()
                period = self._catching_up[job.name] = await take(self._kit, job, now)
                if period is None or await run_period(self._kit, job, period, now) is None:
                    return
        finally:
            del self._catching_up[job.name]


def _longest(job: Job) -> int:
    return max(PATIENCE, job.when.seconds * SECOND) if isinstance(job.when, Every) else periods.longest(job.when)
