"""Gives the bonuses that rules have promised, each once; ends the rules whose batches are over."""

from collections.abc import Iterable

from bot.context import Kit
from rules.model import Instant, PersonId
from rules.refusals import Refusal
from services import bonusing
from services.bonusing import Due


def by_worker(found: Iterable[Due]) -> dict[PersonId, list[int]]:
    """Whose bonuses, and the how-many-eth of theirs."""
    numbers: dict[PersonId, list[int]] = {}
    for due in found:
        numbers.setdefault(due.worker, []).append(due.number)
    return numbers


async def run(kit: Kit, now: Instant) -> str:
    """Evaluate every running rule. What an interrupted run has left is given by the next one."""
    rule = given = ended = 0
    try:
        while (following := await kit.db.read(bonusing.next_running, rule)) is not None:
            rule = following
            for worker, numbers in by_worker(await kit.db.read(bonusing.due, now, rule)).items():
                given += await kit.db.run(bonusing.give, now, rule, worker, numbers)
            ended += await kit.db.run(bonusing.finish, now, rule)
    except Refusal as refusal:
        return f"stopped by {refusal.key} after {given} bonuses"
    return f"{given} bonuses, {ended} rules ended"
