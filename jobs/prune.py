"""Old paper: what has been handled and is not needed any more."""

from bot.context import Kit
from rules.model import Instant
from services import receiving, scheduling

AT_ONCE = 500


async def run(kit: Kit, now: Instant) -> str:
    """Forget handled updates after two days, and after three months that a job ran."""
    total = 0
    while count := await kit.db.run(receiving.prune, now, AT_ONCE):
        total += count
    runs = await kit.db.run(scheduling.prune, now)
    return f"{total} updates and {runs} runs of jobs forgotten"
