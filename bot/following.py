"""Cards on coordinators' phones that follow their batches."""

import logging

from telegram.error import TelegramError

from rules.model import Instant
from rules.refusals import Refusal
from services import batches
from services.batches import LiveCard

from .context import Kit
from .screens.batches import card_screen
from .telegraph import CardGone, Sent
from .turns import Lane

log = logging.getLogger(__name__)


async def follow(kit: Kit, now: Instant, live: LiveCard) -> bool:
    """Edit a card that is behind its batch; whether it was."""
    try:
        card = await kit.db.run(batches.card, now, live.person, live.batch)
    except Refusal:
        # Its reader is no coordinator any more.
        await kit.db.run(batches.drop_card, live.batch, live.message_id)
        return False
    screen = card_screen(kit.words_for(live), card, now)
    if screen.text == live.shown:
        return False
    if kit.telegraph.pacer.delay(live.telegram_id, Lane.PUSH):
        return False
    try:
        await kit.telegraph.pushing().edit(live.telegram_id, Sent(live.message_id, has_picture=False), screen)
    except CardGone:
        await kit.db.run(batches.drop_card, live.batch, live.message_id)
        return False
    except TelegramError as error:
        log.info("the card of batch %s waits for another minute: %s", live.batch, error)
        await kit.db.run(batches.followed, now, live.batch, live.message_id, live.shown)
        return False
    await kit.db.run(batches.followed, now, live.batch, live.message_id, screen.text)
    return True
