"""Each period of a job is run once, however long the bot was away, however often it died, and whoever else is there."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from world import START, World

from bot.context import Kit
from bot.scheduling import ForPeriod, Job, NotYet, Schedule, run_job
from jobs import SCHEDULE
from rules.backlog import ATTEMPTS, GRACE, MOST, Missed
from rules.model import DAY, HOUR, MINUTE, Instant
from rules.periods import Calendar, Daily, Hourly, Period
from services import scheduling
from storage import Tx

BERLIN = ZoneInfo("Europe/Berlin")
SPRING = "2027-03-28T00:30"
AUTUMN = "2026-10-25T00:30"


@dataclass
class Diary:
    """A job that writes down for which periods it ran, and fails or dies when it is told to."""

    calendar: Calendar
    missed: Missed
    done: list[str] = field(default_factory=list)
    began: list[str] = field(default_factory=list)
    fate: Callable[[], None] = lambda: None

    @property
    def job(self) -> Job:
        return Job("diary", self.calendar, ForPeriod(self.run), self.missed)

    async def run(self, _kit: Kit, _now: Instant, period: Period) -> str:
        self.began.append(period.name)
        await asyncio.sleep(0)
        self.fate()
        self.done.append(period.name)
        return "written"


class DiedError(BaseException):
    """The process is gone: nothing is cleaned up."""


def die() -> None:
    raise DiedError


def fail() -> None:
    raise OSError("the disk is away")


def wait() -> None:
    raise NotYet("the books")


async def start(kit: Kit, *jobs: Job) -> Schedule:
    """A bot that comes up, and what it begins at once."""
    schedule = Schedule(kit, jobs)
    await schedule.look()
    await schedule.idle()
    return schedule


def at(world: World, text: str, timezone: ZoneInfo) -> None:
    then = datetime.fromisoformat(text).replace(tzinfo=timezone).timestamp()
    world.clock.advance(round(then * 1000) - world.clock.now())


def elsewhere(kit: Kit, timezone: ZoneInfo) -> Kit:
    return replace(kit, config=replace(kit.config, timezone=timezone))


def attempts(tx: Tx, period: str) -> int:
    row = tx.one("jobs.attempts", job="diary", period=period)
    return 0 if row is None else int(row["attempts"])


@pytest.mark.parametrize(
    ("missed", "ran"),
    [
        (Missed.ONCE, ["2026-09-25"]),
        (Missed.EACH, ["2026-09-22", "2026-09-23", "2026-09-24", "2026-09-25"]),
        (Missed.SKIP, []),
    ],
)
async def test_after_three_days_away_each_job_does_what_it_says(world: World, missed: Missed, ran: list[str]) -> None:
    diary = Diary(Daily(3), missed)
    await start(world.kit, diary.job)
    assert [] == diary.done, "what was before the first start is nobody's"

    world.clock.advance(4 * DAY)
    for _ in range(3):
        await start(world.kit, diary.job)
        world.clock.advance(MINUTE)

    assert ran == diary.done


async def test_what_is_skipped_when_late_is_run_when_there_is_time(world: World) -> None:
    diary = Diary(Daily(3), Missed.SKIP)
    at(world, "2026-09-22T02:59", world.kit.config.timezone)
    schedule = await start(world.kit, diary.job)
    for day in range(3):
        world.clock.advance(MINUTE + GRACE + (day == 1) * MINUTE)
        await schedule.look()
        await schedule.idle()
        at(world, f"2026-09-{23 + day}T02:59", world.kit.config.timezone)

    assert ["2026-09-22", "2026-09-24"] == diary.done


async def test_a_year_away_brings_the_last_month_and_no_more(world: World) -> None:
    diary = Diary(Daily(3), Missed.EACH)
    await start(world.kit, diary.job)
    world.clock.advance(365 * DAY)
    await start(world.kit, diary.job)

    assert MOST == len(diary.done)
    assert sorted(diary.done) == diary.done


@pytest.mark.parametrize(("night", "hours"), [(SPRING, 23), (AUTUMN, 24)])
@pytest.mark.parametrize("is_away", [False, True])
async def test_the_nights_of_the_clock_changes_run_each_hour_and_each_day_once(
    world: World, night: str, hours: int, is_away: bool
) -> None:
    kit = elsewhere(world.kit, BERLIN)
    hourly, daily = Diary(Hourly(), Missed.EACH), Diary(Daily(2, 30), Missed.EACH)
    both = (replace(hourly.job, name="hourly"), replace(daily.job, name="daily"))
    at(world, night, BERLIN)
    at(world, f"{night[:11]}00:00", BERLIN)
    world.clock.advance(-MINUTE)
    schedule = await start(kit, *both)
    for _ in range(1 if is_away else 25 * 6):
        world.clock.advance(25 * HOUR if is_away else 10 * MINUTE)
        await schedule.look()
        await schedule.idle()

    today = [name for name in hourly.done if name.startswith(night[:10])]
    assert hours == len(today) == len(set(today))
    assert [night[:10]] == daily.done


async def test_what_fails_is_tried_again_after_growing_pauses_and_the_owners_hear(world: World) -> None:
    owner = await world.owner()
    diary = Diary(Daily(3), Missed.ONCE, fate=fail)
    schedule = await start(world.kit, diary.job)
    at(world, "2026-09-22T03:00", world.kit.config.timezone)
    began: list[int] = []
    for minute in range(6 * 60):
        await schedule.look()
        await schedule.idle()
        if len(began) < len(diary.began):
            began.append(minute)
        world.clock.advance(MINUTE)
    await world.job("outbox")

    assert [0, 1, 6, 21, 81, 141, 201, 261] == began
    assert ATTEMPTS == len(began)
    assert any("diary\n잠시 뒤에 다시 해 볼게요" in text for text in owner.texts)
    assert "이번 회차는 건너뛰어요: diary 2026-09-22" in owner.screen

    diary.fate = lambda: None
    world.clock.advance(DAY)
    await start(world.kit, diary.job)
    assert ["2026-09-23"] == diary.done


async def test_what_has_to_wait_waits_as_long_as_it_takes_and_is_no_failure(world: World) -> None:
    owner = await world.owner()
    diary = Diary(Daily(3), Missed.EACH, fate=wait)
    schedule = await start(world.kit, diary.job)
    at(world, "2026-09-22T03:00", world.kit.config.timezone)
    before = owner.texts
    for _ in range(2 * DAY // MINUTE // 7):
        await schedule.look()
        await schedule.idle()
        world.clock.advance(7 * MINUTE)
    await world.job("outbox")
    assert {"2026-09-22"} == set(diary.began)
    assert before == owner.texts

    diary.fate = lambda: None
    await start(world.kit, diary.job)
    await start(world.kit, diary.job)
    assert ["2026-09-22", "2026-09-23"] == diary.done


async def test_what_heals_is_done_the_same_day(world: World) -> None:
    diary = Diary(Daily(3), Missed.ONCE, fate=fail)
    await start(world.kit, diary.job)
    world.clock.advance(DAY)
    schedule = await start(world.kit, diary.job)
    diary.fate = lambda: None
    for _ in range(3):
        world.clock.advance(MINUTE)
        await schedule.look()
        await schedule.idle()

    assert ["2026-09-22"] == diary.done


async def test_a_run_that_dies_with_its_process_is_run_again_by_the_next_one(world: World) -> None:
    diary = Diary(Daily(3), Missed.ONCE, fate=die)
    await start(world.kit, diary.job)
    world.clock.advance(DAY)
    with pytest.raises(DiedError):
        await run_job(world.kit, diary.job, world.clock.now())
    diary.fate = lambda: None

    await start(world.kit, diary.job)
    assert [] == diary.done, "the dead one might still be at it"
    world.clock.advance(scheduling.LEASE)
    await start(world.kit, diary.job)
    assert ["2026-09-22"] == diary.done


async def test_a_run_that_kills_its_process_each_time_is_given_up_and_the_owners_hear(world: World) -> None:
    owner = await world.owner()
    diary = Diary(Daily(3), Missed.ONCE, fate=die)
    await start(world.kit, diary.job)
    world.clock.advance(DAY)
    for _ in range(ATTEMPTS):
        with pytest.raises(DiedError):
            await run_job(world.kit, diary.job, world.clock.now())
        world.clock.advance(scheduling.LEASE)
    await start(world.kit, diary.job)
    await world.job("outbox")

    assert ATTEMPTS == len(diary.began) == await world.kit.db.read(attempts, "2026-09-22")
    assert "이번 회차는 건너뛰어요: diary 2026-09-22" in owner.screen


async def test_two_schedulers_at_once_share_the_periods(world: World) -> None:
    diary = Diary(Hourly(), Missed.EACH)
    first, second = Schedule(world.kit, [diary.job]), Schedule(world.kit, [diary.job])
    await asyncio.gather(first.look(), second.look())
    await asyncio.gather(first.idle(), second.idle())
    for _ in range(48):
        world.clock.advance(30 * MINUTE)
        await asyncio.gather(first.look(), second.look())
        await asyncio.gather(first.idle(), second.idle())

    assert 24 == len(diary.done) == len(set(diary.done))


async def test_a_long_run_stays_with_the_scheduler_that_began_it(world: World) -> None:
    has_begun, go_on = asyncio.Event(), asyncio.Event()
    diary = Diary(Daily(3), Missed.ONCE)

    async def run(kit: Kit, now: Instant, period: Period) -> str:
        has_begun.set()
        await go_on.wait()
        return await Diary.run(diary, kit, now, period)

    job = replace(diary.job, run=ForPeriod(run))
    first, second = Schedule(world.kit, [job]), Schedule(world.kit, [job])
    await first.look()
    await first.idle()
    world.clock.advance(DAY)
    await first.look()
    await has_begun.wait()
    for _ in range(60):
        world.clock.advance(MINUTE)
        await first.look()
        await second.look()
        await second.idle()
    go_on.set()
    await first.idle()

    assert ["2026-09-22"] == diary.done


async def test_a_job_that_ran_before_its_first_start_goes_on_from_there(world: World) -> None:
    """Runs of an older release are in the table without a word about jobs."""
    diary = Diary(Daily(3), Missed.EACH)
    await world.do(scheduling.claim, Instant(START - 3 * DAY), "diary", "2026-09-18")
    await world.do(scheduling.finish, Instant(START - 3 * DAY), "diary", "2026-09-18")
    await start(world.kit, diary.job)

    assert ["2026-09-19", "2026-09-20", "2026-09-21"] == diary.done


async def test_old_runs_are_forgotten_and_not_repeated(world: World) -> None:
    diary = Diary(Daily(3), Missed.EACH)
    await start(world.kit, diary.job)
    for _ in range(100):
        world.clock.advance(DAY)
        await start(world.kit, diary.job)
    before = len(diary.done)
    assert 9 == await world.do(scheduling.prune, world.clock.now())
    await start(world.kit, diary.job)

    assert before == len(diary.done) == 100


async def test_a_job_that_does_not_succeed_for_two_periods_is_overdue(world: World) -> None:
    diary = Diary(Daily(3), Missed.ONCE, fate=fail)
    await start(world.kit, diary.job)
    began = world.clock.now()
    world.clock.advance(2 * DAY + HOUR)
    assert () == await world.do(scheduling.overdue, world.clock.now())
    world.clock.advance(2 * HOUR)
    await start(world.kit, diary.job)
    assert () == await world.do(scheduling.overdue, world.clock.now()), "it has just begun to make up for it"
    world.clock.advance(scheduling.SETTLING)
    assert (scheduling.Overdue("diary", began),) == await world.do(scheduling.overdue, world.clock.now())

    diary.fate = lambda: None
    world.clock.advance(MINUTE)
    await start(world.kit, diary.job)
    assert () == await world.do(scheduling.overdue, world.clock.now())


async def test_a_job_that_left_the_schedule_is_nobody_s_worry(world: World) -> None:
    await start(world.kit, Diary(Daily(3), Missed.ONCE).job)
    await start(world.kit, Diary(Daily(3), Missed.ONCE).job, *SCHEDULE[:1])
    assert {"diary", SCHEDULE[0].name} == set(await world.do(scheduling.handled))
    await start(world.kit, *SCHEDULE[:1])
    assert {SCHEDULE[0].name} == set(await world.do(scheduling.handled))


async def test_a_clock_that_was_ahead_for_a_while_stops_nothing(world: World) -> None:
    diary = Diary(Daily(3), Missed.ONCE)
    await start(world.kit, diary.job)
    world.clock.advance(1000 * DAY)
    await start(world.kit, diary.job)
    world.clock.advance(-999 * DAY)
    await start(world.kit, diary.job)
    world.clock.advance(DAY)
    await start(world.kit, diary.job)

    assert "2026-09-23" == diary.done[-1]


async def test_the_doctor_names_a_job_that_has_not_succeeded_for_long(world: World) -> None:
    owner = await world.owner()
    diary = Diary(Daily(3), Missed.ONCE, fate=fail)
    await start(world.kit, diary.job)
    assert "정해진 일이 모두 제때" in await owner.say("/doctor")

    world.clock.advance(3 * DAY)
    said = await owner.say("/doctor")
    assert "diary" in said
    assert "⚠️" in said


async def test_after_a_start_figures_know_what_jobs_did_before_it(world: World) -> None:
    diary = Diary(Hourly(), Missed.ONCE)
    await start(world.kit, diary.job)
    world.clock.advance(HOUR)
    await start(world.kit, diary.job)
    did = world.clock.now()
    world.kit.metrics.job_last_success.clear()
    world.clock.advance(MINUTE)

    await start(world.kit, diary.job)

    [sample] = next(iter(world.kit.metrics.job_last_success.collect())).samples
    assert ({"job": "diary"}, did / 1000) == (sample.labels, sample.value)
