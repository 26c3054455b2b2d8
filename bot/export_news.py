"""What people hear of exports that they did not ask for just now."""

from collections.abc import Mapping
from typing import Any

from rules.model import BatchId, PersonId
from rules.refusals import Refusal
from services import export_runs, planning, taking
from services.notices import Notice
from services.taking import Listed

from . import exports
from .context import Kit
from .screens import export_plans as screens


async def completed(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """A batch is finished: its files, unless the plan keeps them out of the chat."""
    listed = await _permitted(kit, notice, blanks)
    if listed is None:
        return
    words = kit.words_for(notice)
    plan = await kit.db.read(planning.plan_of, listed.batch)
    if plan.chat != "no" and await exports.send_run(
        kit, notice.telegram_id, words, listed, "export.completed", blanks.get("run", 0)
    ):
        return
    await kit.telegraph.send(notice.telegram_id, screens.completed_screen(listed, words))


async def exported(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """The files of a planned run; nothing when newer runs have pushed them out."""
    listed = await _permitted(kit, notice, blanks)
    if listed is not None:
        words = kit.words_for(notice)
        await exports.send_run(kit, notice.telegram_id, words, listed, "export.planned", blanks["run"])


async def failed(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """An export does not work, and why."""
    if await _permitted(kit, notice, blanks) is not None:
        failure = await kit.db.read(export_runs.failure, blanks["run"])
        await kit.telegraph.send(notice.telegram_id, screens.failed_screen(failure, kit.words_for(notice)))


async def works(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """It works again."""
    listed = await _permitted(kit, notice, blanks)
    if listed is not None:
        await kit.telegraph.send(notice.telegram_id, screens.works_screen(listed, kit.words_for(notice)))


async def _permitted(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> Listed | None:
    """The batch, unless it has been handed to somebody else since."""
    try:
        return await kit.db.read(taking.permit, PersonId(notice.person), BatchId(blanks["batch"]))
    except Refusal:
        return None
