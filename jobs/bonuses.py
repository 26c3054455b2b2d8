"""Gives the bonuses that rules have promised, each once; ends the rules whose batches are over."""

from bot.context import Kit
from rules.model import Instant
from rules.refusals import Refusal
from services import bonusing


async def run(kit: Kit, now: Instant) -> str:
    """Evaluate every running rule. What an interrupted run has left is given by the next one."""
    rule = given = ended = 0
    try:
        while (following := await kit.db.read(bonusing.next_running, rule)) is not None:
            rule = following
            for due in await kit.db.read(bonusing.due, now, rule):
                given += await kit.db.run(bonusing.give, now, rule, due)
            ended += await kit.db.run(bonusing.finish, now, rule)
    except Refusal as refusal:
        return f"stopped by {refusal.key} after {given} bonuses"
    return f"{given} bonuses, {ended} rules ended"
