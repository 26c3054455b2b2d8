"""What workers are told of bonuses and corrections."""

from collections.abc import Mapping
from typing import Any

from services.notices import Notice

from .context import Kit
from .screens import bonuses as screens


async def bonus(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A worker has earned a bonus."""
    await kit.telegraph.send(notice.telegram_id, screens.earned_screen(kit.words_for(notice), **blanks))


async def adjusted(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """An owner has corrected a worker's money."""
    await kit.telegraph.send(notice.telegram_id, screens.told_screen(kit.words_for(notice), **blanks))
