"""What people hear of payouts without asking: amounts are looked up when it is sent, and only codes are queued."""

from collections.abc import Mapping
from typing import Any

from rules.model import PersonId
from rules.refusals import Refusal
from services import contradictions, deeds, payouts, transfers
from services.notices import Notice
from services.payouts import Payout
from services.transfers import State

from .context import Kit
from .screens import closing as closing_screens
from .screens import contradictions as contradiction_screens
from .screens import payouts as screens


async def asked(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A worker hears that the bot has asked on a payday; nothing once they have taken it back."""
    now, terms = kit.clock.now(), kit.config.payments.terms
    found = await kit.db.read(payouts.standing, now, PersonId(notice.person), terms)
    if found.open is not None and found.open.code == blanks["code"]:
        words = kit.words_for(notice)
        await kit.telegraph.send(notice.telegram_id, screens.asked(found.open, found, words))


async def paid(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A worker hears that their money has arrived."""
    if (payout := await _standing(kit, notice, blanks, "paid")) is not None:
        await kit.telegraph.send(notice.telegram_id, screens.paid(payout, kit.words_for(notice)))


async def failed(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A worker hears that it has not, and why."""
    if (payout := await _standing(kit, notice, blanks, "failed")) is not None:
        await kit.telegraph.send(notice.telegram_id, screens.failed(payout, kit.words_for(notice)))


async def _standing(kit: Kit, notice: Notice, blanks: Mapping[str, Any], state: str) -> Payout | None:
    """A payout, unless the bank has said something else since, or it is known by another code by now."""
    try:
        payout = await kit.db.read(payouts.find, PersonId(notice.person), blanks["code"])
    except LookupError:
        return None
    return payout if payout.state == state else None


async def late(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A worker hears that money has arrived after all that was said to have failed."""
    if (payout := await _standing(kit, notice, blanks, "paid")) is not None:
        await kit.telegraph.send(notice.telegram_id, screens.late(payout, kit.words_for(notice)))


async def below(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A worker hears that what they asked for is too little by now; nothing once they have taken it back."""
    now, terms = kit.clock.now(), kit.config.payments.terms
    found = await kit.db.read(payouts.standing, now, PersonId(notice.person), terms)
    if found.open is not None and found.open.code == blanks["code"] and found.is_below:
        await kit.telegraph.send(notice.telegram_id, screens.below(found.open, found, kit.words_for(notice)))


async def contradiction(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """Who may decide hears that the bank contradicts itself; nothing once somebody has, or they may not any more."""
    try:
        found = await kit.db.read(contradictions.find, PersonId(notice.person), blanks["contradiction"])
    except Refusal:
        return
    if found.decision is None:
        may_decide = await kit.db.read(deeds.may_second, found.reported_by, PersonId(notice.person))
        screen = contradiction_screens.card(found, may_decide, kit.words_for(notice))
        await kit.telegraph.send(notice.telegram_id, screen)


async def prepared(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A second person is asked to approve a transfer; nothing once that is done, or they may not any more."""
    try:
        found = await kit.db.read(transfers.transfer, PersonId(notice.person), blanks["transfer"])
    except Refusal:
        return
    if found.state is State.PREPARED:
        await kit.telegraph.send(notice.telegram_id, closing_screens.prepared(found, kit.words_for(notice)))


async def approved(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """Whoever prepared a transfer hears that it may go to the bank."""
    try:
        found = await kit.db.read(transfers.transfer, PersonId(notice.person), blanks["transfer"])
    except Refusal:
        return
    if found.state is State.APPROVED:
        await kit.telegraph.send(notice.telegram_id, closing_screens.approved(found, kit.words_for(notice)))
