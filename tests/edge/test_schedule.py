"""Jobs go on to their end when the bot is told to stop, and those that fail say so and run again."""

import asyncio

import pytest
from world import World

from bot.app import work
from bot.context import Kit
from bot.scheduling import Every, Job, Schedule
from rules.model import Instant
from services.receiving import unfinished


async def test_a_job_that_runs_is_let_finish_and_none_begins_after_it(world: World) -> None:
    began, ended = asyncio.Event(), []

    async def run(_kit: Kit, _now: Instant) -> str:
        began.set()
        await asyncio.sleep(0.2)
        ended.append(1)
        return "done"

    schedule = Schedule(world.kit, [Job("slow", Every(seconds=1), run)])
    schedule.start()
    await asyncio.wait_for(began.wait(), 30)
    await schedule.stop(5)
    assert [1] == ended
    await asyncio.sleep(1.2)
    assert [1] == ended


async def test_a_job_that_does_not_end_is_cut_off_and_waited_for(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    began, cut = asyncio.Event(), asyncio.Event()

    async def run(_kit: Kit, _now: Instant) -> str:
        began.set()
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.1)
            cut.set()
        return "done"

    schedule = Schedule(world.kit, [Job("endless", Every(seconds=1), run)])
    schedule.start()
    await asyncio.wait_for(began.wait(), 30)
    await schedule.stop(0.05)
    assert cut.is_set(), "it is still at it when the database closes"
    await asyncio.sleep(0)
    assert [] == [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


async def test_a_bot_that_is_told_to_stop_leaves_nothing_half_done(world: World) -> None:
    """What it has taken in is answered; what it has not, Telegram still has."""
    stop = asyncio.Event()
    working = asyncio.create_task(work(world.running, stop))
    people = [world.somebody(f"worker {number}").phone for number in range(20)]
    for phone in people:
        phone.say("/start")
    async with asyncio.timeout(5):
        while not any(call.method == "sendMessage" for call in world.sandbox.calls):  # noqa: ASYNC110
            await asyncio.sleep(0)
    stop.set()
    await asyncio.wait_for(working, 30)
    assert [] == await world.do(unfinished)
    await world.settle()
    assert [2] * 20 == [len(phone.messages) for phone in people]
