"""What each kind of outbox message is when it is sent."""

from collections.abc import Mapping
from typing import Any

from rules.model import BatchId, Micros, PersonId
from rules.refusals import Refusal
from services import batches, stalls
from services.notices import Notice

from . import export_news, farewell, funding, mornings, payee_news, payout_news, reviews, tellings
from .again import again
from .context import Kit
from .outbox import Deliver
from .reminders import reminder
from .screens import notices as screens
from .screens.stalls import stall_screen


async def flagged(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A coordinator is asked to look at a task; nothing to one who has handed the batch over since."""
    try:
        card = await kit.db.run(batches.card, kit.clock.now(), PersonId(notice.person), BatchId(blanks["batch"]))
    except Refusal:
        return
    await kit.telegraph.send(notice.telegram_id, screens.flagged_screen(kit.words_for(notice), card))


async def paid(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A worker hears that money was sent."""
    await kit.telegraph.send(notice.telegram_id, screens.paid_screen(kit.words_for(notice), blanks["amount"]))


async def violated(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """An owner hears that the books do not add up."""
    words, rows = kit.words_for(notice), blanks.get("rows", [])
    screen = screens.violated_screen(words, blanks["checks"], rows, blanks.get("more", 0))
    await kit.telegraph.send(notice.telegram_id, screen)


async def alert(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """An owner hears of what keeps the bot from working."""
    words, amount = kit.words_for(notice), Micros(blanks.get("amount") or 0)
    await kit.telegraph.send(notice.telegram_id, screens.alert_screen(words, blanks["about"], blanks["detail"], amount))


async def stall(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A coordinator hears why a batch stands still, if it still does."""
    now, batch, person = kit.clock.now(), BatchId(blanks["batch"]), PersonId(notice.person)
    try:
        found = await kit.db.read(stalls.look, now, person, batch, kit.config.timezone)
    except Refusal:
        return
    if found is not None:
        await kit.telegraph.send(notice.telegram_id, stall_screen(kit.words_for(notice), found, now))


KINDS: Mapping[str, Deliver] = {
    "rejected": reviews.rejected,
    "judged": reviews.judged,
    "proposed": reviews.undecided,
    "appealed": reviews.undecided,
    "lapsed": reviews.lapsed,
    "flagged": flagged,
    "paid": paid,
    "violated": violated,
    "alert": alert,
    "stall": stall,
    "bonus": tellings.bonus,
    "digest": mornings.digest,
    "week": mornings.week,
    "adjusted": tellings.adjusted,
    "again": again,
    "completed": export_news.completed,
    "exported": export_news.exported,
    "export_failed": export_news.failed,
    "export_works": export_news.works,
    "forgetting": farewell.forgetting,
    "handed_over": farewell.handed_over,
    "short": funding.short,
    "funded": funding.funded,
    "payee_saved": payee_news.saved,
    "payee_changed": payee_news.changed,
    "payee_disputed": payee_news.disputed,
    "payee_released": payee_news.released,
    "payee_taxed": payee_news.taxed,
    "reminder": reminder,
    "payout_asked": payout_news.asked,
    "payout_paid": payout_news.paid,
    "payout_failed": payout_news.failed,
    "payout_late": payout_news.late,
    "payout_below": payout_news.below,
    "contradiction": payout_news.contradiction,
    "transfer_prepared": payout_news.prepared,
    "transfer_approved": payout_news.approved,
}
