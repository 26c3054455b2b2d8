"""News of budgets: an owner hears that one is too small, a coordinator that money has come."""

from collections.abc import Mapping
from typing import Any

from rules.model import BatchId, Micros, PersonId
from rules.refusals import Refusal
from services import budgeting, drafting, shortage
from services.notices import Notice
from storage import Tx

from .context import Kit
from .screens import budgets as screens


async def short(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """An owner is asked for money; nothing to one who was quicker, or who is no owner any more."""
    now, batch, price = kit.clock.now(), BatchId(blanks["batch"]), blanks["price"]
    try:
        found = await kit.db.run(shortage.look, now, PersonId(notice.person), batch, price)
    except Refusal:
        return
    if found is not None:
        await kit.telegraph.send(notice.telegram_id, screens.short_notice(kit.words_for(notice), found))


async def funded(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A coordinator hears of their money."""
    person, batch = PersonId(notice.person), blanks["batch"]
    left = await kit.db.run(budgeting.left, person)
    draft = batch if batch and await kit.db.run(_is_draft, person, BatchId(batch)) else 0
    screen = screens.funded_notice(kit.words_for(notice), Micros(blanks["amount"]), left, draft)
    await kit.telegraph.send(notice.telegram_id, screen)


def _is_draft(tx: Tx, person: PersonId, batch: BatchId) -> bool:
    try:
        return bool(drafting.own(tx, person, batch)["state"] == "draft")
    except Refusal:
        return False
