"""Batch cards that follow their batches."""

from bot.context import Kit
from bot.following import follow
from rules.model import Instant
from services import batches


async def run(kit: Kit, now: Instant) -> str:
    """Edit the newest card of each busy batch, at most once a minute and only where it says something new."""
    live = await kit.db.run(batches.live_cards, now)
    edited = [card for card in live if await follow(kit, now, card)]
    return f"{len(edited)} of {len(live)} cards"
