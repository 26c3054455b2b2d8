"""Batch cards that follow their batches."""

from bot.context import Kit
from bot.screens.batches import card_screen
from bot.telegraph import CardGone, Sent
from rules.model import Instant
from rules.refusals import Refusal
from services import batches
from services.batches import LiveCard


async def run(kit: Kit, now: Instant) -> str:
    """Edit the newest card of each busy batch, at most once a minute and only where it says something new."""
    live = await kit.db.run(batches.live_cards, now)
    edited = [card for card in live if await _update(kit, now, card)]
    return f"{len(edited)} of {len(live)} cards"


async def _update(kit: Kit, now: Instant, live: LiveCard) -> bool:
    try:
        card = await kit.db.run(batches.card, now, live.person, live.batch)
    except Refusal:
        # Its reader is no coordinator any more.
        await kit.db.run(batches.drop_card, live.batch, live.message_id)
        return False
    screen = card_screen(kit.words(live.language), card, now)
    if screen.text == live.shown:
        return False
    try:
        await kit.telegraph.edit(live.telegram_id, Sent(live.message_id, has_picture=False), screen)
    except CardGone:
        await kit.db.run(batches.drop_card, live.batch, live.message_id)
        return False
    await kit.db.run(batches.keep_card, now, live.person, live.batch, live.message_id, screen.text)
    return True
