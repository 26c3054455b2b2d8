"""Leases end: the slots go back, the late answers stay welcome for a day."""

from bot.context import Kit
from rules.model import Instant
from services import expiring

AT_ONCE = 200


async def run(kit: Kit, now: Instant) -> str:
    """Return every slot whose lease is over; none while nobody can answer, since that time is given back."""
    if kit.contact.is_lost:
        return "Telegram is out of reach"
    total = 0
    while count := await kit.db.run(expiring.expire, now, AT_ONCE):
        total += count
    return f"{total} leases ended"
