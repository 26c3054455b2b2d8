"""What people are still to be told."""

from bot import outbox
from bot.context import Kit
from bot.deliveries import KINDS
from rules.model import Instant


async def run(kit: Kit, now: Instant) -> str:
    """Send what is due."""
    return await outbox.send_due(kit, now, KINDS)
