"""What is stored about a person, leaving, and coming back: /mydata, /leave."""

import asyncio
import gzip
import shutil
from pathlib import Path

from bot.context import Context
from bot.exports import MOST_BYTES
from bot.farewell import documents, leave, prospect
from bot.routing import Route, on_command, on_tap
from bot.screens import personal as screens
from bot.screens import start as start_screens
from bot.taps_personal import LeaveTap, ReturnTap
from rules.model import Instant
from services import disclosing, leaving

from .start import set_menu


async def show_mydata(ctx: Context, _argument: str) -> None:
    """/mydata: a card, and everything as a document."""
    card = await ctx.kit.db.read(disclosing.stored, ctx.person.id)
    await ctx.say(screens.mydata_screen(ctx.words, card))
    config = ctx.kit.config
    path = documents(ctx.kit) / f"{ctx.person.code}.json"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        await disclosing.write(ctx.kit.db, ctx.now, ctx.person.id, path, ctx.words.timezone, config.currency)
        await _send(ctx, path)
    finally:
        path.unlink(missing_ok=True)


async def ask(ctx: Context, _argument: str) -> None:
    """/leave: what it means, before anything happens."""
    await ctx.say(screens.farewell_screen(ctx.words, await prospect(ctx)))


async def confirm(ctx: Context, tap: LeaveTap) -> None:
    """Somebody leaves. A card whose date is not true any more is asked again with the right one."""
    card = ctx.person.card_message_id
    farewell = await leave(ctx, Instant(tap.forget_at))
    await ctx.show(screens.farewell_screen(ctx.words, farewell))
    await ctx.refresh()
    await set_menu(ctx.kit, ctx.person)
    if farewell.is_underway and card is not None:
        await ctx.strip(card)


async def come_back(ctx: Context, _tap: ReturnTap) -> None:
    """Somebody has changed their mind; consent was withdrawn, so that it is asked for anew."""
    await ctx.run(leaving.stay, ctx.person.id)
    await ctx.refresh()
    await ctx.toast(ctx.words.plain("personal.returned"))
    await ctx.show(start_screens.consent_screen(ctx.words, ctx.person.name))


async def _send(ctx: Context, path: Path) -> None:
    """The document, packed where it is larger than Telegram takes."""
    packed = path.with_suffix(".json.gz")
    try:
        is_large = await asyncio.to_thread(_pack, path, packed)
        sent = (packed, "tapwork-mydata.json.gz") if is_large else (path, "tapwork-mydata.json")
        await ctx.send_file(*sent)
    finally:
        packed.unlink(missing_ok=True)


def _pack(path: Path, packed: Path) -> bool:
    """Pack a document that is too large; whether it was."""
    if path.stat().st_size <= MOST_BYTES:
        return False
    with path.open("rb") as source, gzip.open(packed, "wb") as target:
        shutil.copyfileobj(source, target)
    return True


ROUTES: tuple[Route, ...] = (
    on_command("mydata", show_mydata),
    on_command("leave", ask),
    on_tap(LeaveTap, confirm),
    on_tap(ReturnTap, come_back),
)
