"""What people are told about accounts: each looks at what is stored when it is sent, and says the last digits only."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from rules import days
from rules.model import Instant, PersonId
from rules.refusals import Refusal
from services import payees
from services.notices import Notice
from services.payees import Payee

from .context import Kit
from .screen import Screen
from .screens import payees as screens
from .words import Words


async def saved(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A worker hears that their account is stored; the message with the link that was used goes away."""
    await _tell(kit, notice, blanks, screens.saved_screen)


async def changed(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A worker hears that their account is another one now, and can stop it."""
    await _tell(kit, notice, blanks, screens.changed_screen)


async def _tell(
    kit: Kit, notice: Notice, blanks: Mapping[str, Any], screen_of: Callable[[Words, Payee, Instant], Screen]
) -> None:
    """Say what is stored; nothing of an account that has been replaced since, which has a message of its own."""
    payee = await kit.db.read(payees.of, PersonId(notice.person))
    if payee is None:
        return
    if blanks.get("changed_at", payee.changed_at) == payee.changed_at:
        screen = screen_of(kit.words_for(notice), payee, kit.clock.now())
        await kit.telegraph.send(notice.telegram_id, screen)
    await _clear(kit, notice, blanks)


async def disputed(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """An owner is asked to look; nothing where another one has, or where they are no owner any more."""
    try:
        known = await kit.db.read(payees.known, PersonId(notice.person), PersonId(blanks["person"]))
    except Refusal:
        return
    if known.payee is not None and known.payee.waits_for_owner:
        screen = screens.disputed_owner_screen(kit.words_for(notice), known, kit.clock.now())
        await kit.telegraph.send(notice.telegram_id, screen)


async def released(kit: Kit, notice: Notice, _blanks: Mapping[str, Any]) -> None:
    """A worker hears that an owner has looked."""
    payee = await kit.db.read(payees.of, PersonId(notice.person))
    if payee is not None:
        screen = screens.released_screen(kit.words_for(notice), payee, kit.clock.now())
        await kit.telegraph.send(notice.telegram_id, screen)


async def taxed(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A worker hears how they are taxed now; nothing where that has been changed again since."""
    payee, now = await kit.db.read(payees.of, PersonId(notice.person)), kit.clock.now()
    if payee is None or payee.tax_profile != blanks["profile"]:
        return
    rate = kit.config.payments.terms.rates.rate(payee.tax_profile, days.date_of(now, kit.config.timezone))
    percent = rate.percent if rate else Decimal(0)
    await kit.telegraph.send(notice.telegram_id, screens.taxed_screen(kit.words_for(notice), payee, percent, now))


async def _clear(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """Take the message with the used link away."""
    link = await kit.db.read(payees.look, kit.clock.now(), blanks["link"])
    if link.message_id is not None:
        kit.telegraph.pacer.later(kit.telegraph.delete(notice.telegram_id, link.message_id))
