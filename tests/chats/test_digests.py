"""The morning: what people read in it, in both languages, and how they stop it."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from world import Someone, World

from rules.model import DAY, HOUR, MINUTE

SEOUL = ZoneInfo("Asia/Seoul")
REVIEWS = "text\n" + "\n".join(f"{number}번째 영화는 볼만했다" for number in range(1, 31))


def until(world: World, text: str) -> None:
    """Let the clock be what it is in Seoul at a moment."""
    then = round(datetime.fromisoformat(text).replace(tzinfo=SEOUL).timestamp() * 1000)
    world.clock.advance(then - world.clock.now())


async def staffed(world: World, language: str = "ko") -> tuple[Someone, Someone, list[Someone]]:
    """An owner, a coordinator whose batch wants two answers each, and two workers."""
    owner = await world.owner()
    sora = await world.coordinator(owner, language=language)
    await sora.send("r.csv", REVIEWS.encode(), "title: 영화 리뷰\nchoices: 긍정, 부정\nprice: 20\noverlap: 2")
    await sora.tap("게시" if language == "ko" else "Publish")
    return owner, sora, await world.workers(owner, "미나", "준", language=language)


async def label(world: World, someone: Someone, count: int, choice: str) -> None:
    await someone.say("/work")
    for _ in range(count):
        world.clock.advance(4_000)
        await someone.tap(choice)


async def morning(world: World, text: str) -> None:
    until(world, text)
    await world.job("digests")
    await world.job("digests")
    await world.job("outbox")


async def test_everybody_reads_what_matters_to_them(world: World) -> None:
    owner, sora, (mina, jun) = await staffed(world)
    await label(world, mina, 5, "긍정")
    await label(world, jun, 4, "부정")
    await morning(world, "2026-09-22 08:30")

    assert "☀️ 어제 100원 · 5건" in mina.screen
    assert "검수 대기 100원\n\n출금 가능해지는 돈\n9월 24일 (목) 100원" in mina.screen
    assert "☀️ 어제 9건 · 180원\n\n영화 리뷰 · 13%\n4 / 30건 · 어제 9건 · 180원" in sora.screen
    assert "답이 가장 엇갈린 작업\n• " in sora.screen
    assert "답 2개 중 1개만 같아요\n   “1번째 영화는 볼만했다”" in sora.screen
    assert "☀️ 어제의 운영" in owner.screen
    assert "작업자가 번 돈 180원" in owner.screen
    assert "✅ 장부가 맞아요." in owner.screen
    count = len(mina.texts)
    world.clock.advance(3 * HOUR)
    await world.job("digests")
    await world.job("outbox")
    assert count == len(mina.texts)


async def test_english_mornings(world: World) -> None:
    _, sora, (eve, _) = await staffed(world, "en")
    await label(world, eve, 2, "긍정")
    await morning(world, "2026-09-22 08:30")

    assert "Yesterday ₩40 · 2 answers" in eve.screen
    assert "Becoming available\nThu 24 Sep ₩40" in eve.screen
    assert "Yesterday 2 answers · ₩40" in sora.screen
    assert "Nothing waits for you." in sora.screen


async def test_under_a_workers_card_stands_how_to_hear_less(world: World) -> None:
    _, _, (mina, _) = await staffed(world)
    await label(world, mina, 1, "긍정")
    await morning(world, "2026-09-22 08:30")
    assert ["아침 소식 끄기", "오늘 그만", "일주일 쉬기", "모두 끄기"] == mina.buttons[-4:]

    assert "9월 30일까지" in await mina.tap("일주일 쉬기")
    await label(world, mina, 1, "긍정")
    said = len(mina.texts)
    await morning(world, "2026-09-23 08:30")

    assert said == len(mina.texts)


async def test_a_button_stops_it_and_another_brings_it_back(world: World) -> None:
    _, _, (mina, _) = await staffed(world)
    await label(world, mina, 1, "긍정")
    await morning(world, "2026-09-22 08:30")
    assert "보내지 않을게요" in await mina.tap("아침 소식 끄기")
    await label(world, mina, 1, "긍정")
    count = len(mina.texts)
    await morning(world, "2026-09-23 08:30")
    assert count == len(mina.texts)
    assert "내일부터 다시" in await mina.tap("아침 소식 켜기")
    await morning(world, "2026-09-24 08:30")
    assert "출금 가능해지는 돈\n오늘" in mina.screen


async def test_decisions_wait_for_their_coordinator(world: World) -> None:
    _, sora, (mina, jun) = await staffed(world)
    for someone in (mina, jun):
        await someone.say("/work")
        await someone.tap("신고")
        await someone.tap("글이 이상해요" if "글이 이상해요" in someone.buttons else someone.buttons[0])
    await morning(world, "2026-09-22 08:30")

    assert "결정을 기다려요\n· 신고된 작업 1건" in sora.screen


async def test_mondays_come_with_a_picture_of_the_week(world: World) -> None:
    _, sora, (mina, _) = await staffed(world)
    await label(world, mina, 5, "긍정")
    await morning(world, "2026-09-28 08:30")

    [picture] = [each for each in sora.phone.messages if "photo" in each]
    assert "지난 7일 5건 · 진행 중인 일감 8% 완료" in str(picture["caption"])
    [drawn] = [each for each in mina.phone.messages if "photo" in each]
    assert "지난 7일 100원 · 5건" in str(drawn["caption"])


@pytest.mark.parametrize("hour", ["07:59", "21:00", "23:30"])
async def test_quiet_hours_are_quiet(tmp_path: Path, hour: str) -> None:
    async with World.open(tmp_path) as world:
        _, _, (mina, _) = await staffed(world)
        await label(world, mina, 1, "긍정")
        count = len(mina.texts)
        await morning(world, f"2026-09-22 {hour}")

        assert count == len(mina.texts)


async def test_a_restart_in_between_tells_nothing_twice(tmp_path: Path) -> None:
    async with World.open(tmp_path) as world:
        _, _, (mina, _) = await staffed(world)
        await label(world, mina, 1, "긍정")
        until(world, "2026-09-22 08:30")
        await world.job("digests")
        world.clock.advance(6 * MINUTE)
        await world.job("digests")
        await world.job("outbox")
        await world.job("outbox")

        assert 1 == sum("☀️" in text for text in mina.texts)
        world.clock.advance(DAY)
        await world.job("digests")
        await world.job("outbox")
        assert 1 == sum("☀️" in text for text in mina.texts)


@pytest.mark.parametrize("late", ["2026-09-22 22:00", "2026-09-23 09:00"])
async def test_what_could_not_be_sent_in_time_is_not_sent_at_night_nor_the_day_after(world: World, late: str) -> None:
    _, _, (mina, _) = await staffed(world)
    await label(world, mina, 1, "긍정")
    until(world, "2026-09-22 20:50")
    await world.job("digests")
    until(world, late)
    await world.job("outbox")

    assert not any("☀️" in text for text in mina.texts)
