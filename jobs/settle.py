"""Makes money available whose review time is over; before that it looks at the books, and stops when they are wrong."""

from bot.checkup import audit
from bot.context import Kit
from rules.model import Instant, PersonId
from services import settling
from storage import Database


async def run(kit: Kit, now: Instant) -> str:
    """Settle all that is due. What an interrupted run has left is taken up by the next one."""
    return await settle_due(kit.db, now)


async def settle_due(db: Database, now: Instant) -> str:
    if await db.read(settling.next_due, now, PersonId(0)) is None:
        return "nothing due"
    if found := await audit(db, now):
        return f"stopped: {len(found)} violations, the first is {found[0].check}"
    workers = answers = 0
    worker = PersonId(0)
    while (due := await db.read(settling.next_due, now, worker)) is not None:
        worker = due
        workers += 1
        while settled := await db.run(settling.settle, now, worker):
            answers += settled
    return f"{answers} answers of {workers} workers"
