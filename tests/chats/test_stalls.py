"""A batch stands still: its coordinator hears once why, and one tap helps."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from parcels import caption, table
from world import Someone, World

from rules.model import DAY, HOUR, MINUTE, SECOND, BatchId, Instant, Micros
from rules.refusals import Refusal
from rules.reminding import Snooze
from services import budgeting, people, preferring, stalls
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


# Everybody asleep -----------------------------------------------------------------------------------------------------


async def test_where_all_are_outside_their_hours_it_says_when_the_first_is_back(world: World, sora: Someone) -> None:
    mina, jun = await world.workers(sora, "미나", "준")
    await hours(world, mina, 18, 23)
    await hours(world, jun, 20, 24)
    await post(sora)
    world.clock.advance(LATER)

    assert "1 stand still, 1 coordinators told" == await look(world)
    assert "🌙 Reviews" in sora.screen
    assert "(2명)이 지금은 쉬는 시간이에요. 가장 빠르면 오늘 18:00에 돌아와요" in sora.screen
    assert ["🔗 초대 링크 만들기", "일감 보기"] == sora.buttons
    assert "🌙 모두 쉬는 시간이에요" in await sora.tap("일감 보기")


async def test_who_has_just_come_back_is_given_two_hours_before_it_is_told_again(world: World, sora: Someone) -> None:
    [mina] = await world.workers(sora, "미나")
    await hours(world, mina, 16, 20)
    await post(sora)
    told = []
    for clock in ("14:00", "16:00", "17:50", "18:00", "19:00"):
        at(world, f"2026-09-22T{clock}")
        told.append(int((await look(world)).split()[3]))
        if clock == "16:00":
            await sora.tap("일감 보기")
            assert "이제 막 돌아오고 있어요" in await sora.tap("왜 멈췄나요?")

    assert [1, 0, 0, 1, 0] == told
    assert "할 수 있는 사람은 1명이에요" in sora.screen


async def test_one_who_is_up_is_enough_for_the_usual_question(world: World, sora: Someone) -> None:
    mina, _ = await world.workers(sora, "미나", "준")
    await hours(world, mina, 18, 23)
    await post(sora)
    world.clock.advance(LATER)
    await look(world)

    assert "할 수 있는 사람은 2명이에요" in sora.screen


async def test_who_wants_to_hear_nothing_has_no_hour_at_which_they_are_back(world: World, sora: Someone) -> None:
    [mina] = await world.workers(sora, "미나")
    await choose(world, mina, preferring.snooze, Snooze.OFF, world.kit.config.timezone)
    await post(sora)
    world.clock.advance(LATER)
    await look(world)

    assert "(1명)이 알림을 꺼 두어서" in sora.screen


async def test_that_all_sleep_can_wait_until_the_morning_whatever_the_deadline(world: World, sora: Someone) -> None:
    """At the pace of the last day it would be done in time."""
    [mina] = await world.workers(sora, "미나")
    await post(sora, *(f"글 {number}" for number in range(1, 9)), deadline="2026-09-23 06:00")
    await mina.say("/work")
    for _ in range(6):
        await mina.tap("positive")
    await hours(world, mina, 4, 5)
    at(world, "2026-09-22T21:30")

    assert "1 stand still, 0 coordinators told" == await look(world)


async def hours(world: World, someone: Someone, begins: int, ends: int) -> None:
    await choose(world, someone, preferring.choose_hours, begins, ends)


async def choose(world: World, someone: Someone, choice: Callable[..., object], *values: object) -> None:
    person = await world.do(people.find, someone.telegram_id)
    assert person is not None
    await world.do(choice, world.clock.now(), person.id, *values)


# Gold -----------------------------------------------------------------------------------------------------------------

CREW = ("미나", "준", "하", "리", "소", "우")


async def unmeasured(world: World, sora: Someone, crew: int = 6, rounds: int = 12) -> list[Someone]:
    """Workers who have answered a good part of a batch and the only gold task of it."""
    workers = await world.workers(sora, *CREW[:crew])
    texts = tuple(f"글 {number}" for number in range(1, 61))
    await sora.send("r.csv", table(*texts, gold=(("아는 글", "positive"),)), caption(overlap=3))
    await sora.tap("게시")
    for worker in workers:
        await worker.say("/work")
    for _ in range(rounds):
        for worker in workers:
            world.clock.advance(SECOND)
            await worker.tap("positive")
    return workers


async def test_gold_that_all_have_seen_is_told_once_and_one_tap_makes_more(world: World, sora: Someone) -> None:
    workers = await unmeasured(world, sora)

    assert ["1 stand still, 1 coordinators told", "1 stand still, 0 coordinators told"] == [
        await look(world) for _ in range(2)
    ]
    assert "골드가 다 나갔어요. 최근 답의 100%는 골드로 확인되지 않아요(6명)" in sora.screen
    assert "더 드는 돈은 없어요" in sora.screen
    assert ["🥇 골드 5개 만들기", "이대로 둘게요", "일감 보기"] == sora.buttons
    card = await sora.tap("골드 5개 만들기")
    assert "이제 골드가 다시 나가요" in (sora.toast or "")
    assert "골드 6개" in card
    assert "🥇" not in card
    for worker in workers:
        for _ in range(8):
            await worker.tap("positive")
    assert "골드 6개" not in await sora.tap("새로 고침")


async def test_what_may_stay_as_it_is_is_not_told_again_nor_on_the_card(world: World, sora: Someone) -> None:
    await unmeasured(world, sora)
    await look(world)
    assert "🥇 골드가 다 나갔어요" in await sora.tap("일감 보기")
    assert "골드로 확인되지 않아요" in await sora.tap("골드는 어떻게 됐나요?")

    assert "🥇" not in await sora.tap("이대로 둘게요")
    assert "1 stand still, 0 coordinators told" == await look(world)
    assert "🥇" not in await sora.tap("새로 고침")


async def test_where_nothing_would_make_gold_the_answers_can_be_looked_at(world: World, sora: Someone) -> None:
    await unmeasured(world, sora, crew=3, rounds=20)
    await look(world)

    assert "골드로 쓸 만한 작업이 아직 없어요" in sora.screen
    assert "글" in await sora.tap("🔎 답 살펴보기")


async def test_gold_can_wait_until_the_morning(world: World, sora: Someone) -> None:
    at(world, "2026-09-22T22:00")
    await unmeasured(world, sora)

    assert "1 stand still, 0 coordinators told" == await look(world)


async def test_gold_that_has_to_be_paid_says_what_it_costs(world: World, sora: Someone) -> None:
    workers = await world.workers(sora, *(f"작업자 {number}" for number in range(18)))
    texts = tuple(f"글 {number}" for number in range(1, 61))
    golds = [(f"아는 글 {number}", "positive") for number in range(3)]
    await sora.send("r.csv", table(*texts, gold=golds), caption(overlap=3))
    await sora.tap("게시")
    for worker in workers:
        await worker.say("/work")
    for _ in range(7):
        for worker in workers:
            await worker.tap("positive")
    await look(world)

    assert "골드 답 8개에 160원이 더 들어요" in sora.screen
    await sora.tap("골드 더하기 · 160원")
    assert "이제 골드가 다시 나가요" in (sora.toast or "")


async def test_the_morning_card_counts_what_still_stands_still_and_no_gold(world: World, sora: Someone) -> None:
    [mina] = await world.workers(sora, "미나")
    await post(sora, "하나")
    world.clock.advance(LATER)
    await look(world)
    counted = [await world.do(standing, sora.telegram_id)]
    await mina.say("/work")
    await mina.tap("positive")
    await look(world)
    counted.append(await world.do(standing, sora.telegram_id))
    await unmeasured(world, sora)
    assert "1 stand still, 1 coordinators told" == await look(world)
    counted.append(await world.do(standing, sora.telegram_id))

    assert [1, 0, 0] == counted


def standing(tx: Tx, telegram_id: int) -> int:
    person = people.find(tx, telegram_id)
    assert person is not None
    row = tx.one("digests.decisions", person=person.id)
    assert row is not None
    return int(row["stalls"])
