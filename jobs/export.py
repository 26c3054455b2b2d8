"""Files without anybody asking: by each batch's plan, and when a batch is finished."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from bot.context import Kit
from bot.export_runs import run_one
from rules.model import BatchId, Instant
from services import export_runs, planning, scheduling

T = TypeVar("T")

AT_ONCE = 50
SIGN_SECONDS = 60


async def run(kit: Kit, now: Instant) -> str:
    """Plan what has become due, and write it. One that fails does not stop the others."""
    await _plan(kit, now)
    written = failed = 0
    while due := await kit.db.read(export_runs.due, kit.clock.now(), AT_ONCE):
        outcomes = [await _alive(kit, run_one(kit, each)) for each in due]
        written, failed = written + outcomes.count(True), failed + outcomes.count(False)
    await on_completion(kit, now)
    return f"{written} batches exported, {failed} failed"


async def on_completion(kit: Kit, now: Instant) -> str:
    """Plan the last files of each finished batch; its coordinator is told once they are there."""
    batches, after = 0, BatchId(0)
    while last := await kit.db.run(planning.finish_batches, now, kit.config.timezone, after, AT_ONCE):
        batches, after = batches + 1, last
    return f"{batches} looked at"


async def _alive(kit: Kit, work: Coroutine[Any, Any, T]) -> T:
    """Do long work, and give signs of life meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait({task}, timeout=SIGN_SECONDS))[0]:
            await kit.db.run(scheduling.succeeded, kit.clock.now(), "export")
        return task.result()
    finally:
        task.cancel()


async def _plan(kit: Kit, now: Instant) -> None:
    await on_completion(kit, now)
    after = BatchId(0)
    while last := await kit.db.run(planning.schedule, now, kit.config.timezone, after, AT_ONCE):
        after = last
