"""Showing workers their open tasks again, after Telegram was out of reach and may have lost what they tapped."""

from collections.abc import Mapping
from typing import Any

from rules.model import BatchId, Instant, PersonId
from services import people, returning, working
from services.notices import Notice

from .context import Kit
from .screens.work import task_screen


async def again(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A fresh card in place of the old one; nothing to somebody who has one already, or has let the task go."""
    worker, batch, since = PersonId(notice.person), BatchId(blanks["batch"]), Instant(blanks["since"])
    shown = await kit.db.run(returning.again, worker, batch, since)
    person = await kit.db.run(people.find, notice.telegram_id)
    if shown is None or person is None:
        return
    sent = await kit.telegraph.send(notice.telegram_id, task_screen(kit.words_for(notice), shown))
    card = (shown.assignment, shown.revision)
    await kit.db.run(working.seen, kit.clock.now(), worker, sent.message_id, sent.has_picture, card)
    if person.card_message_id is not None:
        await kit.telegraph.strip(notice.telegram_id, person.card_message_id)
