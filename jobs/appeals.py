"""Decides what nobody has decided in time about rejections, and gives back what nobody can dispute any more."""

from collections.abc import Awaitable, Callable
from functools import partial

from bot.context import Kit
from rules.model import Instant
from services import appealing

AT_ONCE = 50


async def run(kit: Kit, now: Instant) -> str:
    """After a stop it catches up with all that has become due."""
    withdrawn = await _all(partial(kit.db.run, appealing.withdraw_late, now, AT_ONCE))
    upheld = await _all(partial(kit.db.run, appealing.uphold_undecided, now, AT_ONCE))
    released = await _all(partial(kit.db.run, appealing.release_final, now, AT_ONCE))
    return f"{withdrawn} proposals withdrawn, {upheld} appeals upheld, {released} rejections final"


async def _all(unit: Callable[[], Awaitable[int]]) -> int:
    """Chunk after chunk, until one is not full."""
    total = 0
    while (done := await unit()) == AT_ONCE:
        total += done
    return total + done
