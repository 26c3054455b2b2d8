"""Looks whether the books and the work add up. What it finds stops payments and is told to the owners."""

from bot.context import Kit
from rules.model import Instant
from services import auditing
from storage import Database
from storage.checks import Violation, checks, look


async def run(kit: Kit, now: Instant) -> str:
    """Look, and remember what was found; a sound look lets payments go on."""
    found = await audit(kit.db, now)
    return "; ".join(f"{each.check}: {each.what}" for each in found) or f"{len(checks())} checks, all sound"


async def audit(db: Database, now: Instant) -> list[Violation]:
    """What all checks find, looked for one by one beside the running work, and remembered."""
    found = [violation for check in checks() for violation in await db.read(look, check)]
    await db.run(auditing.remember, now, found)
    return found
