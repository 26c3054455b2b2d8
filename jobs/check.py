"""Looks whether the books and the work add up. What it finds stops payments and is told to the owners."""

from bot.checkup import audit
from bot.context import Kit
from rules.model import Instant
from storage.checks import checks


async def run(kit: Kit, now: Instant) -> str:
    """Look, and remember what was found; a sound look lets payments go on."""
    found = await audit(kit.db, now)
    return "; ".join(f"{each.check}: {each.what}" for each in found) or f"{len(checks())} checks, all sound"
