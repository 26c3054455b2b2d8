"""An office whose workers may be reminded: what was sent to whom and when, without a chat."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from desk import Desk

from rules.model import BatchId, Instant, PersonId
from rules.reminding import Kind, is_held_out
from services import expiring, inviting, notices, nudging, preferring, reminding
from services.inviting import Round
from services.reminding import Line

SEOUL = ZoneInfo("Asia/Seoul")
MORNING = Instant(1_790_035_200_000)
"""09:00 on Tuesday, 22 September 2026, in Seoul."""


def seed_of(told: Sequence[PersonId], held_out: Sequence[PersonId] = ()) -> str:
    """A seed by which exactly these are told of a batch, and those are not."""
    for number in count():
        seed = f"seed {number}"
        if [is_held_out(seed.encode(), person) for person in (*told, *held_out)] == [
            *[False] * len(told),
            *[True] * len(held_out),
        ]:
            return seed
    raise AssertionError


def reseed(path: Path, told: Sequence[PersonId], held_out: Sequence[PersonId] = ()) -> None:
    """From here on, these are told of every batch there is, and those are not."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE batch SET seed = ?", (seed_of(told, held_out),))


def unshown(path: Path) -> dict[int, int]:
    """How many tasks wait for each worker."""
    statement = "SELECT worker_id, COUNT(*) FROM assignment WHERE state = 'held' AND leased_at = 0 GROUP BY worker_id"
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute(statement).fetchall())


async def opted_in(desk: Desk, number: int) -> list[PersonId]:
    """Workers who want to be told of new work."""
    people = await desk.workers(number)
    for person in people:
        await desk.do(preferring.opt_in, desk.now, person)
    return people


async def invite(desk: Desk, batch: BatchId) -> Round:
    return await desk.do(inviting.invite, desk.now, batch, SEOUL)


async def due(desk: Desk) -> list[notices.Notice]:
    return [each for each in await desk.do(notices.due, desk.now, 1_000) if each.kind == "reminder"]


async def send(desk: Desk, how: str = "sent") -> dict[PersonId, tuple[Line, ...]]:
    """Gather and send what is due, or let it end as nobody knows or as failed; what each person was told."""
    while await desk.do(reminding.gather, desk.now, 50, SEOUL):
        pass
    said: dict[PersonId, tuple[Line, ...]] = {}
    for notice in await due(desk):
        person = PersonId(notice.person)
        await desk.do(notices.mark, notice.id, "sending", desk.now, attempted=True)
        letter = await desk.do(reminding.opened, desk.now, person, notice.id, SEOUL)
        if letter.lines:
            said[person] = letter.lines
        if letter.lines and how == "sent":
            await desk.do(reminding.told, desk.now, person, notice.id, desk.now)
        await desk.do(notices.mark, notice.id, how, desk.now)
    return said


async def tick(desk: Desk) -> dict[PersonId, tuple[Line, ...]]:
    """Everything that the clock does within half a minute; what each person was told."""
    await desk.do(reminding.settle, desk.now, 50)
    while await desk.do(expiring.expire, desk.now, 200):
        pass
    while await desk.do(nudging.end, desk.now):
        pass
    await desk.do(nudging.warn, desk.now)
    await desk.do(nudging.call_in, desk.now, 50)
    for batch in await desk.do(inviting.wanting, desk.now, SEOUL):
        await invite(desk, batch)
    for person in await desk.do(nudging.away, desk.now, SEOUL):
        await desk.do(nudging.call_back, desk.now, person, SEOUL)
    return await send(desk)


def kinds(said: dict[PersonId, tuple[Line, ...]], person: PersonId) -> list[Kind]:
    return [line.kind for line in said.get(person, ())]
