"""What people were told long ago is forgotten, and nothing that looks back misses it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from reminded import reseed
from world import Someone, World

from rules.model import DAY, HOUR, PersonId
from services.people import find
from services.pruning import KEPT
from storage.checks import violations

TABLES = ("outbox", "reminder", "slice", "digest", "invitation")


def counts(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]  # noqa: S608 - of this file
            for table in TABLES
        }


async def at_ten(world: World) -> None:
    local = (world.clock.now() // HOUR + 9) % 24
    world.clock.advance(((10 - local) % 24 or 24) * HOUR - world.clock.now() % HOUR)


async def clock(world: World) -> None:
    for job in ("expire", "remind", "nudge", "remind", "digests", "outbox"):
        await world.job(job)
    await world.settle()


async def id_of(world: World, someone: Someone) -> PersonId:
    person = await world.do(find, someone.telegram_id)
    assert person is not None
    return person.id


async def told_of_films(world: World) -> tuple[Someone, Someone]:
    """A batch that goes on for months: Mina was told and has worked, Jun was held out."""
    await at_ten(world)
    owner = await world.owner()
    sora = await world.coordinator(owner)
    mina, jun = await world.workers(owner, "미나", "준")
    for each in (mina, jun):
        await each.tap("🔔 새 일감 알림 받기")
    films = "text\n" + "\n".join(f"{number}번째 영화" for number in range(1, 61))
    await sora.send("영화.csv", films.encode(), "/newbatch\ntitle: 영화\nchoices: 긍정, 부정\nprice: 20\noverlap: 1")
    await sora.tap("게시")
    reseed(world.kit.config.database, [await id_of(world, mina)], [await id_of(world, jun)])
    await clock(world)
    await mina.tap("영화 시작하기")
    for _ in range(3):
        await mina.tap("긍정")
    await mina.tap("그만")
    for _ in range(3):
        world.clock.advance(DAY)
        await clock(world)
    return sora, mina


async def test_after_three_months_what_was_told_is_forgotten_and_the_card_says_the_same(world: World) -> None:
    sora, mina = await told_of_films(world)
    path = world.kit.config.database
    await sora.say("/batches")
    before = [line for line in (await sora.tap("🟢 영화 · 5%")).splitlines() if "알림" in line]
    rows = counts(path)
    world.clock.advance(KEPT - 4 * DAY)
    assert "0 messages, 0 reminders, 0 digests, 0 slices" in await world.job("prune")
    assert rows == counts(path)

    world.clock.advance(5 * DAY)
    await world.job("prune")

    assert {"outbox": 1, "reminder": 1, "slice": 1, "digest": 0, "invitation": rows["invitation"]} == counts(path)
    await sora.say("/batches")
    assert before == [line for line in (await sora.tap("🟢 영화 · 5%")).splitlines() if "알림" in line] != []
    assert [] == await world.do(violations)
    await mina.say("/mydata")
    assert "알림과 맡아 둔 작업의 기록은 90일 뒤에 지워요." in "\n".join(mina.texts)


async def test_nothing_goes_out_a_second_time_because_it_was_forgotten(world: World) -> None:
    _, mina = await told_of_films(world)
    world.clock.advance(KEPT + DAY)
    await mina.say("/reminders")
    await world.job("prune")
    before = mina.texts

    await world.job("outbox")
    await world.settle()

    assert before == mina.texts
