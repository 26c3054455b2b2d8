"""The messages around a rejection: to its worker, and to those who decide."""

from collections.abc import Mapping
from typing import Any

from rules.model import PersonId
from rules.refusals import Refusal
from services import appealing
from services.notices import Notice

from .context import Kit
from .screens import rejections, review


async def rejected(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A worker hears of a rejection, and can object from now on; nothing when it is decided already."""
    now, worker = kit.clock.now(), PersonId(notice.person)
    found = await kit.db.run(appealing.arrived, now, worker, blanks["rejection"])
    if found is not None:
        await kit.telegraph.send(notice.telegram_id, rejections.rejection(kit.words_for(notice), found, now))


async def judged(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A worker hears what was decided about their objection."""
    now, worker = kit.clock.now(), PersonId(notice.person)
    found = await kit.db.run(appealing.of_worker, worker, blanks["rejection"])
    await kit.telegraph.send(notice.telegram_id, rejections.rejection(kit.words_for(notice), found, now))


async def lapsed(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A reviewer hears that rejections of theirs came to nothing, since nobody has confirmed them."""
    screen = review.lapsed(kit.words_for(notice), blanks["title"], blanks["code"], blanks["count"])
    await kit.telegraph.send(notice.telegram_id, screen)


async def undecided(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """Somebody is asked to decide; nothing when that is done, or theirs no more."""
    now = kit.clock.now()
    try:
        found = await kit.db.run(appealing.for_decision, PersonId(notice.person), blanks["rejection"])
    except Refusal:
        return
    if found.state in ("proposed", "appealed"):
        await kit.telegraph.send(notice.telegram_id, review.decision(kit.words_for(notice), found, now))
