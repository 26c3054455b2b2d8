"""Forgets those who have left, on the date that they were told: first a goodbye, and with it who they were."""

import asyncio
from contextlib import suppress
from pathlib import Path

from bot.context import Kit
from bot.farewell import documents, forget
from rules.currency import smallest
from rules.model import DAY, Instant
from services import leaving


async def run(kit: Kit, now: Instant) -> str:
    """Say goodbye to everybody whose time has come; forget those at once who have been told, or can't be."""
    timezone, unit = kit.config.timezone, smallest(kit.config.currency)
    told = forgotten = 0
    for leaver in await kit.db.read(leaving.due, now, timezone, unit):
        if leaver.is_told:
            forgotten += await forget(kit, now, leaver.person)
        else:
            told += await kit.db.run(leaving.announce, now, leaver.person)
    unlinked = await kit.db.run(leaving.unlink, now, unit)
    await asyncio.to_thread(_sweep, documents(kit), now)
    return f"{told} told, {forgotten} forgotten, {unlinked} unlinked"


def _sweep(folder: Path, now: Instant) -> None:
    """A document that a stopped bot has left is not kept: what is stored of somebody, or a month of their money."""
    for path in folder.glob("*.*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime * 1_000 < now - DAY:
                path.unlink()
