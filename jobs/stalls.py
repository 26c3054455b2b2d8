"""Batches that stand still: their coordinators hear why, and get a button that helps."""

from bot.context import Kit
from rules.model import BatchId, Instant
from services import stalls

AT_ONCE = 50


async def run(kit: Kit, now: Instant) -> str:
    """Look at every running batch; tell of each standstill once, by day."""
    timezone = kit.config.timezone
    standing = told = 0
    after = BatchId(0)
    while batches := await kit.db.read(stalls.running, after, AT_ONCE):
        for batch in batches:
            stall = await kit.db.read(stalls.examine, now, batch, timezone)
            if stall is None:
                await kit.db.run(stalls.clear, now, batch)
                continue
            standing += 1
            if stalls.may_tell(stall, now, timezone):
                told += await kit.db.run(stalls.tell, now, stall)
        after = batches[-1]
    return f"{standing} stand still, {told} coordinators told"
