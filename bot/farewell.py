"""What the bot does about somebody who leaves: where it stands, the last message, and the forgetting."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from telegram import BotCommandScopeChat

from rules.currency import smallest
from rules.model import Instant, PersonId
from services import leaving
from services.leaving import Farewell
from services.notices import Notice
from storage.uploads.files import delete_upload

from .context import Context, Kit
from .screens import personal as screens

AT_ONCE = 500


def documents(kit: Kit) -> Path:
    """Where the documents of /mydata lie for as long as they are being sent."""
    return kit.config.data_dir / "personal"


async def prospect(ctx: Context) -> Farewell:
    """What leaving would mean for the person, or means. Raises Refusal for somebody who can't leave."""
    config = ctx.kit.config
    return await ctx.run(leaving.prospect, ctx.now, ctx.person.id, config.timezone, smallest(config.currency))


async def leave(ctx: Context, told: Instant) -> Farewell:
    """Begin to leave, on the date that the person was told."""
    config = ctx.kit.config
    return await ctx.run(leaving.leave, ctx.now, ctx.person.id, told, config.timezone, smallest(config.currency))


async def forgetting(kit: Kit, notice: Notice, _blanks: Mapping[str, Any]) -> None:
    """Say goodbye and forget the person at once; nothing to one who has come back."""
    now, person, config = kit.clock.now(), PersonId(notice.person), kit.config
    found = await kit.db.read(leaving.last_look, now, person, config.timezone, smallest(config.currency))
    if found is None:
        return
    await kit.telegraph.send(notice.telegram_id, screens.forgotten_screen(kit.words_for(notice), found))
    await kit.bot.delete_my_commands(scope=BotCommandScopeChat(notice.telegram_id))
    await forget(kit, now, person)


async def handed_over(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """An owner hears whose batches are theirs now; the name is looked up, so that it is nowhere else."""
    name = await kit.db.read(leaving.name_of, PersonId(blanks["person"]))
    screen = screens.handed_over_screen(kit.words_for(notice), name, blanks["batches"])
    await kit.telegraph.send(notice.telegram_id, screen)


async def forget(kit: Kit, now: Instant, person: PersonId) -> bool:
    """Delete who somebody was, if it is time: the files first, since their places are known only until then."""
    timezone, unit = kit.config.timezone, smallest(kit.config.currency)
    if await kit.db.read(leaving.last_look, now, person, timezone, unit) is None:
        return False
    telegram_id = await kit.db.read(leaving.telegram_id_of, person)
    for upload in await kit.db.read(leaving.files_of, person):
        await asyncio.to_thread(delete_upload, kit.config.uploads, upload)
    await _empty_received(kit, telegram_id)
    return await kit.db.run(leaving.forget, now, person, timezone, unit)


async def _empty_received(kit: Kit, telegram_id: int) -> None:
    """Look through the inbox beside the writer, some hundred updates at a time."""
    first, last = await kit.db.read(leaving.received)
    for after in range(first - 1, last, AT_ONCE):
        found = await kit.db.read(leaving.received_from, telegram_id, after, after + AT_ONCE)
        await kit.db.run(leaving.empty_received, found)
