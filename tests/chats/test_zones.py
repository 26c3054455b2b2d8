"""Times are those of where their reader lives: the same moment has the same words, whatever says it."""

import ast
from pathlib import Path

from forms import link_of, opened
from reminded import reseed
from sources import SPEAKING, sources
from world import Someone, World

from rules.model import HOUR, PersonId
from services import preferring
from services.people import find

BERLIN, LOS_ANGELES = "Europe/Berlin", "America/Los_Angeles"


async def at_hour(world: World, hour: int) -> None:
    """Let time pass until it is this hour in Seoul."""
    local = (world.clock.now() // HOUR + 9) % 24
    world.clock.advance(((hour - local) % 24 or 24) * HOUR - world.clock.now() % HOUR)


async def lives_in(world: World, someone: Someone, zone: str) -> PersonId:
    person = await world.do(find, someone.telegram_id)
    assert person is not None
    await world.do(preferring.choose_zone, world.clock.now(), person.id, zone)
    return person.id


async def test_what_waits_for_a_worker_does_so_until_the_same_time_wherever_it_is_said(world: World) -> None:
    await at_hour(world, 17)
    owner = await world.owner()
    sora = await world.coordinator(owner)
    [mina] = await world.workers(owner, "Mina")
    await mina.tap("🔔 새 일감 알림 받기")
    person = await lives_in(world, mina, BERLIN)
    rows = "\n".join(f"{number}번째 영화" for number in range(30))
    await sora.send(
        "리뷰.csv", f"text\n{rows}".encode(), "title: 영화 리뷰\nchoices: 긍정, 부정\nprice: 20\noverlap: 1"
    )
    await sora.tap("게시")
    reseed(world.kit.config.database, [person])
    for job in ("remind", "outbox"):
        await world.job(job)

    assert "오늘 12:00까지 맡아 둘게요" in mina.screen
    await mina.tap("영화 리뷰 시작하기")
    await mina.tap("긍정")
    assert "18건은 오늘 12:00까지 그대로예요" in await mina.tap("그만")


async def test_a_deadline_is_typed_and_shown_in_the_time_of_its_coordinator(world: World) -> None:
    await at_hour(world, 10)
    owner = await world.owner()
    sora = await world.coordinator(owner)
    await lives_in(world, sora, LOS_ANGELES)
    await sora.send(
        "리뷰.csv", "text\n하나".encode(), "title: 리뷰\nchoices: 예, 아니요\nprice: 20\ndeadline: 2026-12-01 18:00"
    )
    await sora.tap("게시")

    await sora.say("/batches")
    assert "12월 1일 18:00" in await sora.tap("리뷰")
    await owner.say("/batches")
    assert "12월 2일 11:00" in await owner.tap("리뷰")


async def test_a_link_for_an_account_closes_at_the_same_time_in_the_chat_and_on_its_page(tmp_path: Path) -> None:
    async with opened(tmp_path) as office:
        world = office.world
        await at_hour(world, 10)
        owner = await world.owner()
        [mina] = await world.workers(owner, "미나")
        await lives_in(world, mina, LOS_ANGELES)

        await mina.say("/payee")

        assert "오늘 18:15까지" in mina.screen
        assert "오늘 18:15까지" in (await office.get(link_of(mina))).text


async def test_a_days_money_is_that_of_the_day_where_its_worker_lives(world: World) -> None:
    await at_hour(world, 23)
    owner = await world.owner()
    sora = await world.coordinator(owner)
    [mina, juno] = await world.workers(owner, "미나", "주노")
    await lives_in(world, mina, BERLIN)
    await sora.send("리뷰.csv", b"text\n1\n2\n3", "title: x\nchoices: yes, no\nprice: 20\noverlap: 2")
    await sora.tap("게시")
    for worker in (mina, juno):
        await worker.say("/work")
        await worker.tap("yes")
    world.clock.advance(2 * HOUR)

    assert "오늘 20원" in await mina.say("/balance")
    assert "오늘 0원" in await juno.say("/balance")


def test_words_for_somebody_are_asked_for_with_where_they_live() -> None:
    found = [
        source.at(node)
        for source in sources(*SPEAKING)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "words"
        and len(node.args) == 1
        and isinstance(node.args[0], ast.Attribute)
        and node.args[0].attr == "language"
    ]
    assert [] == found
