"""A batch stands still: its coordinator hears once why, and one tap helps."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from parcels import caption, table
from world import Someone, World

from rules.model import DAY, HOUR, MINUTE, BatchId, Instant, Micros
from rules.refusals import Refusal
from services import budgeting, people, stalls
from storage import Tx

LATER = 3 * HOUR


@pytest.fixture
async def sora(world: World) -> Someone:
    at(world, "2026-09-22T10:00")
    return await world.coordinator(await world.owner())


def at(world: World, text: str) -> None:
    then = datetime.fromisoformat(text).replace(tzinfo=world.kit.config.timezone).timestamp()
    world.clock.advance(round(then * 1000) - world.clock.now())


async def post(sora: Someone, *texts: str, **settings: object) -> None:
    await sora.send("r.csv", table(*(texts or ("하나", "둘", "셋"))), caption(**settings))
    await sora.tap("게시")


async def look(world: World) -> str:
    report = await world.job("stalls")
    await world.job("outbox")
    return report


async def test_with_nobody_to_work_an_invite_link_is_one_tap_away(world: World, sora: Someone) -> None:
    await post(sora)
    assert "0 stand still, 0 coordinators told" == await look(world)
    world.clock.advance(LATER)

    assert "1 stand still, 1 coordinators told" == await look(world)
    assert "작업할 수 있는 사람이 아직 없어요" in sora.screen
    assert ["🔗 초대 링크 만들기", "일감 보기"] == sora.buttons
    assert "start=" in await sora.tap("초대 링크 만들기")


async def test_the_same_cause_is_told_again_only_after_it_moved(world: World, sora: Someone) -> None:
    await post(sora)
    [mina] = await world.workers(sora, "미나")
    world.clock.advance(LATER)
    told = [await look(world) for _ in range(3)]
    world.clock.advance(HOUR)
    await mina.say("/work")
    await mina.tap("positive")
    told.append(await look(world))
    world.clock.advance(LATER + HOUR)
    told.append(await look(world))

    assert [1, 0, 0, 0, 1] == [int(each.split()[3]) for each in told]
    assert "할 수 있는 사람은 1명이에요" in sora.screen


async def test_when_everybody_has_answered_everything_others_are_needed(world: World, sora: Someone) -> None:
    await post(sora, "하나", overlap=2)
    [mina] = await world.workers(sora, "미나")
    await mina.say("/work")
    await mina.tap("positive")
    world.clock.advance(LATER)
    await look(world)

    assert "작업자 1명이 할 수 있는 작업을 모두 끝냈어요" in sora.screen


async def test_a_language_that_nobody_reads_is_named(world: World, sora: Someone) -> None:
    await post(sora, language="en")
    await world.workers(sora, "미나")
    world.clock.advance(LATER)
    await look(world)

    assert "언어를 읽는 작업자가 없어요" in sora.screen


async def test_when_all_that_is_left_is_reported_it_is_shown(world: World, sora: Someone) -> None:
    await post(sora, "하나")
    for worker in await world.workers(sora, "미나", "준"):
        await worker.say("/work")
        await worker.tap("신고")
        await worker.tap(next(each for each in worker.buttons if "그 밖의" in each))
    world.clock.advance(LATER)
    await look(world)

    assert "남은 작업이 모두 신고됐어요" in sora.screen
    assert "하나" in await sora.tap("신고된 작업 보기")


async def test_a_pause_that_was_forgotten_is_ended_by_a_tap(world: World, sora: Someone) -> None:
    await post(sora)
    await sora.tap("멈추기")
    world.clock.advance(LATER)
    await look(world)
    assert "멈춰 있어요" not in sora.screen
    world.clock.advance(DAY)
    await look(world)

    assert "멈춰 있어요" in sora.screen
    assert "진행 중이에요" in await sora.tap("▶️ 다시 열기")


async def test_a_price_far_below_the_others_is_raised_by_a_tap(world: World, sora: Someone) -> None:
    [mina] = await world.workers(sora, "미나")
    await post(sora, "비싼 하나", "비싼 둘", title="Rich", price=95)
    await post(sora, title="Poor", price=20)
    world.clock.advance(LATER)
    await look(world)

    [message] = [text for text in sora.texts if "비슷해지려면" in text]
    assert "Poor" in message
    assert "95원" in message
    assert "단가 95원" in await sora.tap("💰 95원으로 올리기")
    assert "95원" in await mina.say("/work")


async def test_a_deadline_that_will_be_missed_is_told_in_time_and_moved_by_a_tap(world: World, sora: Someone) -> None:
    await world.workers(sora, "미나")
    await post(sora, deadline="2026-09-23 18:00")
    at(world, "2026-09-22T20:00")
    await look(world)

    assert "마감이 내일 18:00인데" in sora.screen
    assert "마감 9월 24일 18:00" in await sora.tap("늘리기")
    at(world, "2026-09-23T19:00")
    await world.job("batches")
    await look(world)
    assert "마감이 내일 18:00인데" in sora.screen, "another deadline is another cause"


async def test_a_reserve_that_is_used_up_is_filled_by_a_tap(world: World) -> None:
    """Two lapsed cards may still be answered and the reserve pays for one, so that the slot goes to nobody else."""
    sora, ha = await stuck_for_money(world, 10_000)
    await look(world)

    assert "예비비가 모자라" in sora.screen
    await sora.tap("예비비 채우기")
    assert "예비비를 채웠어요" in (sora.toast or "")
    assert "하나" in await ha.say("/work")


async def test_without_the_money_for_it_the_owner_is_asked(world: World) -> None:
    sora, *_ = await stuck_for_money(world, 100)
    await look(world)
    await sora.tap("예비비 채우기")
    await world.job("outbox")

    assert "운영자에게 알렸어요" in (sora.toast or "")


async def stuck_for_money(world: World, budget: int) -> list[Someone]:
    """A batch of one task on a budget, whose slot has lapsed from two workers' hands; and a third worker."""
    at(world, "2026-09-22T10:00")
    owner = await world.owner()
    sora = await world.coordinator(owner)
    person, boss = [await world.do(people.find, each.telegram_id) for each in (sora, owner)]
    assert person is not None
    assert boss is not None
    await world.do(budgeting.fund, world.clock.now(), boss.id, person.id, Micros(budget * 1_000_000))
    mina, jun, ha = await world.workers(sora, "미나", "준", "하")
    await post(sora, "하나", price=20)
    for someone in (mina, jun):
        await someone.say("/work")
        world.clock.advance(HOUR)
        await world.job("expire")
    assert "하나" not in await ha.say("/work")
    world.clock.advance(LATER)
    return [sora, ha]


async def test_at_night_nobody_is_told_unless_it_can_not_wait(world: World, sora: Someone) -> None:
    await world.workers(sora, "미나")
    await post(sora, title="Calm")
    await post(sora, title="Urgent", deadline="2026-09-23 08:00")
    before = len(sora.texts)
    at(world, "2026-09-23T01:00")

    assert "2 stand still, 1 coordinators told" == await look(world)
    assert ["Urgent" in text for text in sora.texts[before:]] == [True]
    at(world, "2026-09-23T08:00")
    await look(world)
    assert "Calm" in sora.screen


async def test_the_night_is_no_silence(world: World, sora: Someone) -> None:
    [mina] = await world.workers(sora, "미나")
    await post(sora)
    at(world, "2026-09-22T20:30")
    await mina.say("/work")
    await mina.tap("positive")
    at(world, "2026-09-23T09:00")

    assert "0 stand still, 0 coordinators told" == await look(world)
    at(world, "2026-09-23T09:31")
    assert "1 stand still, 1 coordinators told" == await look(world)


async def test_the_card_says_it_too_until_it_moves(world: World, sora: Someone) -> None:
    [mina] = await world.workers(sora, "미나")
    await post(sora)
    world.clock.advance(LATER)
    await look(world)

    assert "🐢 움직이지 않아요" in await sora.tap("일감 보기")
    assert "할 수 있는 사람은 1명이에요" in await sora.tap("왜 멈췄나요?")
    await mina.say("/work")
    world.clock.advance(MINUTE)
    await mina.tap("positive")
    assert "🐢" not in await sora.tap("일감 보기")


async def test_what_moves_again_before_the_message_goes_out_is_not_told(world: World, sora: Someone) -> None:
    [mina] = await world.workers(sora, "미나")
    await post(sora)
    world.clock.advance(LATER)
    await world.job("stalls")
    await mina.say("/work")
    await mina.tap("positive")
    before = sora.texts
    await world.job("outbox")

    assert before == sora.texts


async def test_nobody_else_may_look_why(world: World) -> None:
    at(world, "2026-09-22T10:00")
    owner = await world.owner()
    sora, other = await world.coordinator(owner), await world.coordinator(owner, "도윤")
    await post(sora)
    [mina] = await world.workers(sora, "미나")
    world.clock.advance(LATER)
    await look(world)
    zone = world.kit.config.timezone
    for someone, key in ((other, "batch.not_yours"), (mina, "refusal.only_coordinator")):
        with pytest.raises(Refusal) as refused:
            await world.do(why, world.clock.now(), someone.telegram_id, zone)
        assert key == refused.value.key


def why(tx: Tx, now: Instant, telegram_id: int, timezone: ZoneInfo) -> stalls.Stall | None:
    """What somebody gets who asks why the first batch stands still."""
    person = people.find(tx, telegram_id)
    assert person is not None
    return stalls.look(tx, now, person.id, BatchId(1), timezone)


async def test_a_coordinator_who_speaks_english_hears_it_in_english(world: World) -> None:
    at(world, "2026-09-22T10:00")
    emma = await world.coordinator(await world.owner(), "Emma", "en")
    await emma.send("r.csv", table("one", "two"), caption())
    await emma.tap("Publish")
    world.clock.advance(LATER)
    await look(world)

    assert "Nobody can work on it yet" in emma.screen
    assert ["🔗 Make an invite link", "See the batch"] == emma.buttons
