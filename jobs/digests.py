"""Tells people the state of things in the morning of where they live, each of them once a day."""

from bot.context import Kit
from rules.model import Instant, PersonId
from services import digests
from services.digests import Digest, Morning


async def run(kit: Kit, now: Instant) -> str:
    """Queue what is due. Late in the day it is told all the same, on the day after no more."""
    told = 0
    for morning in await kit.db.read(digests.mornings, now, kit.config.timezone):
        for digest in Digest:
            told += await _tell(kit, now, digest, morning)
    return f"{told} digests"


async def _tell(kit: Kit, now: Instant, digest: Digest, morning: Morning) -> int:
    """One kind of digest for all who live in one time zone."""
    zone, told, after = kit.config.timezone, 0, PersonId(0)
    while people := await kit.db.read(digests.candidates, digest, morning, after, zone):
        after = people[-1]
        for person in people:
            if await kit.db.read(digests.wants, now, digest, person, zone):
                told += await kit.db.run(digests.tell, now, digest, person, morning, zone)
    return told
