"""Sending reminders: what is still true of them, at a moment at which their reader wants to hear of it."""

from collections.abc import Mapping
from typing import Any

from rules.model import PersonId
from services import reminding
from services.notices import Notice

from .context import Kit
from .screens import reminders as screens


async def reminder(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """One card for all that there is to remind somebody of; nothing where nothing is left of it, or it is too late."""
    person, now = PersonId(notice.person), kit.clock.now()
    letter = await kit.db.run(reminding.opened, now, person, notice.id, kit.config.timezone)
    if not letter.lines:
        return
    await kit.telegraph.send(notice.telegram_id, screens.reminder_screen(kit.words_for(notice), letter, now))
    sent_at = kit.clock.now()
    await kit.db.run(reminding.told, sent_at, person, notice.id, sent_at)
