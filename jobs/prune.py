"""Old paper: what has been handled and is not needed any more."""

from bot.context import Kit
from rules.model import Instant
from services import receiving

AT_ONCE = 500


async def run(kit: Kit, now: Instant) -> str:
    """Forget handled updates after two days."""
    total = 0
    while count := await kit.db.run(receiving.prune, now, AT_ONCE):
        total += count
    return f"{total} updates forgotten"
