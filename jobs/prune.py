"""Old paper: what has been handled or told, and is not needed any more."""

from collections.abc import Callable

from bot.context import Kit
from rules.model import Instant
from services import pruning, receiving, scheduling
from storage import Tx

AT_ONCE = 200
SLICES_AT_ONCE = 20
"""Each of them lets go of the tasks that it was cut for, which are as many."""


async def run(kit: Kit, now: Instant) -> str:
    """Forget handled updates after two days; what people were told, and that a job ran, after three months."""
    updates = await _forget(kit, now, receiving.prune)
    reminders = await _forget(kit, now, pruning.reminders)
    slices = await _forget(kit, now, pruning.slices, SLICES_AT_ONCE)
    digests = await _forget(kit, now, pruning.digests)
    # A message is needed by the reminders that it told of.
    messages = await _forget(kit, now, pruning.messages)
    runs = await kit.db.run(scheduling.prune, now)
    told = f"{messages} messages, {reminders} reminders, {digests} digests, {slices} slices"
    return f"{updates} updates, {told} and {runs} runs of jobs forgotten"


async def _forget(kit: Kit, now: Instant, unit: Callable[[Tx, Instant, int], int], at_once: int = AT_ONCE) -> int:
    """In short units, so that nobody who taps waits for it."""
    total = 0
    while count := await kit.db.run(unit, now, at_once):
        total += count
    return total
