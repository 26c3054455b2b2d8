"""Rejections that take a second person: where there is none, and where none has looked in time."""

from world import Someone, World

from rules.model import HOUR
from services.deeds import is_alone
from storage.checks import violations

TEXTS = "text\n" + "\n".join(f"{number}번째 영화는 볼만했다" for number in range(1, 31))
CAPTION = (
    "/newbatch\ntitle: 영화 리뷰\nchoices: 긍정, 부정\nprice: 20\noverlap: 1\nreview: 72h\nguide: 줄거리만 있으면 부정"
)


async def posted(world: World, coordinator: Someone, count: int = 12) -> Someone:
    """A worker who has answered so many tasks of a batch."""
    await coordinator.send("리뷰.csv", TEXTS.encode(), CAPTION)
    await coordinator.tap("게시")
    [mina] = await world.workers(coordinator, "미나")
    await mina.say("/work")
    for _ in range(count):
        world.clock.advance(4_000)
        await mina.tap("긍정")
    return mina


async def reject_first(sora: Someone) -> str:
    await sora.say("/review")
    await sora.tap(next(button for button in sora.buttons if button.startswith("영화 리뷰 · ")))
    await sora.tap("반려")
    await sora.tap("1. 줄거리만 있으면 부정")
    return await sora.tap("✓ 부정" if "✓ 부정" in sora.buttons else "부정")


async def test_an_owner_without_anybody_else_is_shown_the_way_on_and_takes_it(world: World) -> None:
    owner = await world.owner()
    mina = await posted(world, owner)
    await reject_first(owner)

    screen = await reject_first(owner)

    assert "아직 반려되지 않았어요" in screen and "확인할 사람이 없어요" in screen
    assert ["혼자 운영해요", "다음 →"] == owner.buttons
    await owner.tap("혼자 운영해요")
    assert await world.do(is_alone)
    assert "확인이 필요한 반려" in owner.screen and "확인할 사람이 없어요" not in owner.screen
    await owner.tap("반려 확정")
    before = len(mina.phone.messages)
    await world.job("outbox")
    assert before + 2 == len(mina.phone.messages)
    assert [] == await world.do(violations)


async def test_what_waits_for_nobody_says_so_whenever_it_is_looked_at(world: World) -> None:
    owner = await world.owner()
    mina = await posted(world, owner)
    await reject_first(owner)
    await reject_first(owner)
    await owner.tap("다음 →")
    assert "운영자: 반려 1건" in (await owner.say("/review")).splitlines()
    await owner.tap("❗ 확인할 반려 · 영화 리뷰 · 2")

    assert "확정은 다른 사람이 해야 하는데" in owner.screen and "혼자 운영한다면" in owner.screen
    assert ["반려하지 않기", "혼자 운영해요", "← 목록"] == owner.buttons

    await world.job("outbox")
    await mina.tap("이의제기")
    await mina.tap("이유 없이 보내기")
    await world.job("outbox")
    assert "작업자가 이의를 냈어요" in owner.screen and "반려 유지는 다른 사람만" in owner.screen
    assert ["이의 인정", "혼자 운영해요", "← 목록"] == owner.buttons


async def test_where_there_is_somebody_nobody_is_told_that_there_is_not(world: World) -> None:
    owner = await world.owner()
    sora = await world.coordinator(owner)
    await posted(world, sora)
    await reject_first(sora)

    assert "아직 반려되지 않았어요" not in await reject_first(sora)

    assert "10%를 넘어서" in (sora.toast or "")
    await sora.say("/review")
    await sora.tap("❗ 확인할 반려 · 영화 리뷰")
    assert ["반려하지 않기", "← 목록"] == sora.buttons


async def test_a_reviewer_hears_that_nobody_has_confirmed_in_time(world: World) -> None:
    sora = await world.coordinator(await world.owner())
    mina = await posted(world, sora)
    for _ in range(3):
        await reject_first(sora)

    world.clock.advance(73 * HOUR)
    await world.job("appeals")
    await world.job("outbox")

    said = [message["text"] for message in sora.phone.messages if "없던 일이 됐어요" in message.get("text", "")]
    assert 1 == len(said) and "반려 2건이 없던 일이 됐어요" in said[0] and "영화 리뷰" in said[0]
    await world.job("settle")
    assert "출금 가능 220원" in await mina.say("/balance")
    await world.job("appeals")
    await world.job("outbox")
    assert 1 == sum("없던 일이 됐어요" in message.get("text", "") for message in sora.phone.messages)


async def test_a_reviewer_hears_nothing_where_the_worker_has_taken_the_answer_back(world: World) -> None:
    sora = await world.coordinator(await world.owner())
    mina = await posted(world, sora, 1)
    await reject_first(sora)
    await mina.tap("되돌리기")

    world.clock.advance(73 * HOUR)
    await world.job("appeals")
    await world.job("outbox")

    assert not any("없던 일이 됐어요" in message.get("text", "") for message in sora.phone.messages)
