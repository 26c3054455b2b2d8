"""What becomes of batches in time: deadlines, completion, money given back."""

from bot.context import Kit
from rules.model import Instant
from services import drafting, steering


async def run(kit: Kit, now: Instant) -> str:
    """Close what is due, mark what is complete, give back what is unused, clear discarded drafts away."""
    closed = await kit.db.run(steering.close_due, now)
    complete = await kit.db.run(steering.complete_finished, now)
    unused = await kit.db.read(steering.unused, now)
    released = [left for left in unused if await kit.db.run(steering.release, now, left)]
    while await kit.db.run(drafting.purge, now):
        pass
    return f"{closed} closed, {len(complete)} complete, {len(released)} released"
