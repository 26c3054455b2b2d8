"""Reminders as people meet them: told of new work with tasks of their own, left alone when they say so."""

import json
from datetime import datetime
from pathlib import Path

from reminded import SEOUL, reseed, unshown
from world import Someone, World

from rules.model import DAY, HOUR, MINUTE, PersonId
from services.people import find
from storage.checks import violations


def reviews(count: int) -> bytes:
    return ("text\n" + "\n".join(f"{number}번째 영화" for number in range(1, count + 1))).encode()


async def at_hour(world: World, hour: int) -> None:
    """Let time pass until it is this hour in Seoul."""
    local = (world.clock.now() // HOUR + 9) % 24
    world.clock.advance(((hour - local) % 24 or 24) * HOUR - world.clock.now() % HOUR)


async def id_of(world: World, someone: Someone) -> PersonId:
    person = await world.do(find, someone.telegram_id)
    assert person is not None
    return person.id


async def post(world: World, sora: Someone, *told: Someone, title: str = "영화 리뷰", tasks: int = 30) -> None:
    """A published batch, of which chance keeps nobody from being told."""
    labels = "긍정, 부정" if "가" <= title[0] else "good, bad"
    await sora.send("리뷰.csv", reviews(tasks), f"/newbatch\ntitle: {title}\nchoices: {labels}\nprice: 20\noverlap: 1")
    await sora.tap("게시")
    reseed(world.kit.config.database, [await id_of(world, each) for each in told])


async def clock(world: World) -> None:
    """What the clock does within half a minute."""
    for job in ("expire", "remind", "nudge", "remind", "outbox"):
        await world.job(job)


async def opened(world: World, language: str = "ko") -> tuple[Someone, Someone]:
    """A coordinator, and a worker who has asked to be told of new work; it is ten in the morning."""
    await at_hour(world, 10)
    owner = await world.owner()
    sora = await world.coordinator(owner)
    [mina] = await world.workers(owner, "Mina", language=language)
    await mina.tap("🔔 새 일감 알림 받기" if language == "ko" else "🔔 Tell me of new work")
    return sora, mina


async def test_a_worker_is_told_of_new_work_and_starts_on_tasks_that_wait_for_them(world: World) -> None:
    sora, mina = await opened(world)
    assert "새 일감이 오면 알려 드릴게요. 08:00–21:00에만, 하루 2번까지예요." == mina.screen
    await post(world, sora, mina)

    await clock(world)

    assert (
        "🔔 알림\n\n• 새 일감 영화 리뷰 · 건당 20원\n20건을 오늘 12:00까지 맡아 둘게요. 서두르지 않아도 돼요."
        == mina.screen
    )
    assert ["영화 리뷰 시작하기", "오늘 그만", "일주일 쉬기", "모두 끄기"] == mina.buttons
    assert "1번째 영화" in await mina.tap("영화 리뷰 시작하기")
    await mina.tap("긍정")
    await mina.tap("부정")
    assert "맡아 둔 17건은 오늘 12:00까지 그대로예요." in await mina.tap("그만")
    assert "4번째 영화" in await mina.tap("이어서 하기")
    await sora.say("/batches")
    assert "알림 1명 중 1명이 일했어요" in await sora.tap("영화 리뷰")
    assert [] == await world.do(violations)


async def test_the_same_in_english(world: World) -> None:
    sora, mina = await opened(world, "en")
    assert "We will tell you of new work: only 08:00–21:00, at most 2 a day." == mina.screen
    await post(world, sora, mina, title="Films")

    await clock(world)

    assert "• New batch Films · ₩20 each\n20 kept for you until today 12:00. No need to hurry." in mina.screen
    assert ["Start Films", "Not today", "Rest a week", "Turn all off"] == mina.buttons
    world.clock.advance(90 * MINUTE)
    await clock(world)
    assert "• Films: 20 kept for you until today 12:00. Keep them longer, or give them back." in mina.screen
    assert "Films: 20 kept for you until today 14:00." == await mina.tap("Keep")
    assert "Back in the queue: 20. Thank you for telling us." == await mina.tap("Give back")


async def test_who_was_promised_tasks_hears_when_their_batch_is_stopped(world: World) -> None:
    sora, mina = await opened(world)
    await post(world, sora, mina)
    await clock(world)
    await sora.say("/batches")
    await sora.tap("영화 리뷰")
    await sora.tap("멈추기")

    await clock(world)

    said = "🔔 알림\n\n• 영화 리뷰 일감이 잠시 쉬어서 맡아 두었던 20건을 돌려놓았어요. 이미 한 작업은 그대로 지급돼요."
    assert said == mina.screen
    assert ["일감 보기", "오늘 그만", "일주일 쉬기", "모두 끄기"] == mina.buttons
    assert {} == unshown(world.kit.config.database)
    count = len(mina.texts)
    for _ in range(5):
        world.clock.advance(30 * MINUTE)
        await clock(world)
    assert count == len(mina.texts)


async def test_the_same_of_a_batch_that_is_closed(world: World) -> None:
    sora, mina = await opened(world, "en")
    await post(world, sora, mina, title="Films")
    await clock(world)
    await sora.say("/batches")
    await sora.tap("Films")
    await sora.tap("더보기")
    await sora.tap("마감하기")
    await sora.tap("네, 마감해요")

    await clock(world)

    assert "Films is over, so what was kept for you (20) has gone back." in mina.screen


async def test_a_batch_is_new_to_somebody_for_a_day_and_once(world: World) -> None:
    sora, mina = await opened(world)
    await post(world, sora, mina)
    await clock(world)
    assert "• 새 일감 영화 리뷰 · 건당 20원" in mina.screen

    world.clock.advance(3 * HOUR)
    await clock(world)
    world.clock.advance(4 * DAY - 3 * HOUR)
    await clock(world)

    assert (
        "🔔 알림\n\n• 남은 일감 영화 리뷰 · 건당 20원\n10건을 오늘 12:00까지 맡아 둘게요. 서두르지 않아도 돼요."
        == mina.screen
    )


async def test_a_batch_of_the_day_before_yesterday_is_not_new_to_anybody(world: World) -> None:
    sora, mina = await opened(world, "en")
    await at_hour(world, 22)
    await post(world, sora, mina, title="Films")
    world.clock.advance(36 * HOUR)

    await clock(world)

    assert "• Work left: Films · ₩20 each\n20 kept for you until today 12:00. No need to hurry." in mina.screen


async def test_a_batch_that_somebody_has_begun_by_themselves_is_not_new_to_them(world: World) -> None:
    sora, mina = await opened(world)
    await post(world, sora, mina)
    await mina.say("/work")
    await mina.tap("긍정")
    await mina.tap("그만")
    world.clock.advance(HOUR)

    await clock(world)

    assert "• 남은 일감 영화 리뷰 · 건당 20원" in mina.screen


async def test_the_offer_to_be_told_is_made_once(world: World) -> None:
    await at_hour(world, 10)
    [mina] = await world.workers(await world.owner(), "미나")
    assert ["내 잔액", "🔔 새 일감 알림 받기"] == mina.buttons

    await mina.say("/work")

    assert ["내 잔액"] == mina.buttons


async def test_who_finishes_the_last_task_is_asked_whether_to_be_told_of_more(world: World) -> None:
    await at_hour(world, 10)
    owner = await world.owner()
    sora = await world.coordinator(owner)
    await post(world, sora, tasks=1)
    [mina] = await world.workers(owner, "미나")

    await mina.tap("긍정")

    assert "🔔 새 일감 알림 받기" in mina.buttons


async def test_a_slice_about_to_end_is_kept_or_given_back(world: World) -> None:
    sora, mina = await opened(world)
    await post(world, sora, mina)
    await clock(world)
    world.clock.advance(90 * MINUTE)

    await clock(world)

    assert (
        "🔔 알림\n\n• 영화 리뷰 20건을 오늘 12:00까지 맡아 두고 있어요. 더 두려면 계속, 아니면 반납을 눌러 주세요."
        == mina.screen
    )
    assert ["계속", "반납", "오늘 그만", "일주일 쉬기", "모두 끄기"] == mina.buttons
    assert "영화 리뷰 20건을 오늘 14:00까지 더 맡아 둘게요." == await mina.tap("계속")
    assert ["시작하기", "반납"] == mina.buttons
    assert "20건을 돌려놓았어요. 알려 주셔서 고마워요." == await mina.tap("반납")
    assert [] == await world.do(violations)


async def test_of_two_slices_one_is_kept_and_the_other_given_back(world: World) -> None:
    sora, mina = await opened(world)
    for title in ("영화 리뷰", "책 리뷰"):
        await post(world, sora, mina, title=title)
    await clock(world)
    assert "1. 새 일감 영화 리뷰" in mina.screen
    assert "2. 새 일감 책 리뷰" in mina.screen
    world.clock.advance(90 * MINUTE)
    await clock(world)

    assert "영화 리뷰 20건을 오늘 14:00까지 더 맡아 둘게요." == await mina.tap("1. 계속")
    assert "20건을 돌려놓았어요. 알려 주셔서 고마워요." == await mina.tap("2. 반납")

    assert {await id_of(world, mina): 20} == unshown(world.kit.config.database)
    await mina.tap("1. 계속")
    assert "한 번 더 맡아 둔 작업이에요. 지금 시작하면 그대로 할 수 있어요." == mina.toast


async def test_each_way_to_be_left_alone_is_kept_to(world: World) -> None:
    sora, mina = await opened(world)
    await post(world, sora, mina)
    await clock(world)
    assert "오늘은 더 알리지 않을게요.\n맡아 둔 작업이 있으면 약속한 시간까지 그대로예요." == await mina.tap(
        "오늘 그만"
    )
    before = len(mina.texts)
    world.clock.advance(90 * MINUTE)
    await clock(world)
    assert before == len(mina.texts)

    await at_hour(world, 10)
    await post(world, sora, mina, title="책 리뷰")
    await clock(world)
    assert "책 리뷰" in mina.screen
    assert "까지 알리지 않을게요." in await mina.tap("일주일 쉬기")
    before = len(mina.texts)
    for _ in range(7):
        await at_hour(world, 10)
        await post(world, sora, mina, title="음식 리뷰")
        await clock(world)
    assert before == len(mina.texts)

    await at_hour(world, 10)
    await clock(world)
    assert "음식 리뷰" in mina.screen
    await mina.tap("모두 끄기")
    assert "⏸ 모두 꺼져 있어요." in await mina.say("/reminders")
    before = len(mina.texts)
    for _ in range(9):
        await at_hour(world, 10)
        await clock(world)
    assert before == len(mina.texts)
    assert "⏸" not in await mina.tap("다시 받기")


async def test_what_when_and_how_often_is_chosen_by_buttons(world: World) -> None:
    [mina] = await world.workers(await world.owner(), "미나")
    await mina.say("/settings")
    await mina.tap("🔔 알림")
    assert "매일 · 08:00–21:00 · 하루 2번까지\n시간대 Asia/Seoul" in mina.screen

    await mina.tap("☐ 새 일감")
    await mina.tap("☑ 아침 소식")
    assert ["☑ 새 일감", "☐ 아침 소식"] == [each for each in mina.buttons if each[2:] in ("새 일감", "아침 소식")]
    for day in "월화수목금":
        await mina.tap(f"☑ {day}")
    await mina.tap("08:00부터")
    await mina.tap("22:00")
    await mina.tap("21:00까지")
    await mina.tap("02:00")
    assert "토 일 · 22:00–다음 날 02:00 · 하루 2번까지" in mina.screen
    await mina.tap("하루 2번까지")
    await mina.tap("시간대 Seoul")
    await mina.tap("Berlin")
    assert "하루 3번까지\n시간대 Europe/Berlin" in mina.screen
    await mina.tap("☑ 토")
    await mina.tap("☑ 일")
    assert "요일을 하나는 골라 주세요. 모두 쉬려면 모두 끄기를 눌러 주세요." == mina.toast


async def test_a_time_zone_is_typed_and_a_wrong_one_asked_for_again(world: World) -> None:
    [mina] = await world.workers(await world.owner(), "미나")
    await mina.say("/reminders")
    await mina.tap("시간대 Seoul")
    await mina.tap("직접 쓰기")

    assert "Asia/Soul 시간대를 찾을 수 없어요. Asia/Seoul 처럼 써 주세요." in await mina.say("Asia/Soul")
    assert "시간대 Pacific/Auckland" in await mina.say("Pacific/Auckland")
    assert "무슨 말인지" in await mina.say("Pacific/Auckland")


async def test_times_in_reminders_are_those_of_the_readers_clock(world: World) -> None:
    sora, mina = await opened(world)
    await mina.say("/reminders")
    await mina.tap("시간대 Seoul")
    await mina.tap("Kolkata")
    await at_hour(world, 14)
    await post(world, sora, mina)

    await clock(world)

    # 14:00 in Seoul is 10:30 in Kolkata.
    assert "20건을 오늘 12:30까지 맡아 둘게요." in mina.screen


async def test_a_coordinator_chooses_among_what_they_are_sent(world: World) -> None:
    sora = await world.coordinator(await world.owner())

    await sora.say("/reminders")

    assert ["☑ 아침 소식"] == [each for each in sora.buttons if each[:1] in "☑☐"][:1]
    assert "☑ 새 일감" not in sora.buttons


async def test_a_batch_that_ends_tomorrow_is_told_to_those_who_worked_on_it(world: World) -> None:
    sora, mina = await opened(world)
    await mina.say("/reminders")
    await mina.tap("☑ 새 일감")
    await post(world, sora, mina)
    await mina.say("/work")
    await mina.tap("긍정")
    await mina.tap("그만")
    await sora.say("/batches")
    await sora.tap("영화 리뷰")
    await sora.tap("더보기")
    await sora.tap("마감 시각")
    await sora.say(f"{datetime.fromtimestamp((world.clock.now() + DAY) / 1000, SEOUL):%Y-%m-%d} 09:00")
    world.clock.advance(2 * HOUR)

    await clock(world)

    assert "• 영화 리뷰 일감이 내일 09:00에 끝나요. 아직 할 수 있는 작업이 있어요." in mina.screen
    assert "3번째 영화" in await mina.tap("영화 리뷰 시작하기")


async def test_somebody_who_asked_for_it_is_called_back_to_work_that_there_is(world: World) -> None:
    sora, mina = await opened(world)
    await mina.say("/reminders")
    await mina.tap("☑ 새 일감")
    await mina.tap("☐ 오래 쉬었을 때")
    await post(world, sora, mina)
    world.clock.advance(3 * DAY)

    await clock(world)

    assert "• 지금 할 수 있는 일감이 1개 있어요. 편할 때 들러 주세요." in mina.screen
    assert "1번째 영화" in await mina.tap("일감 보기")


async def test_what_is_stored_about_reminders_is_told_and_goes(world: World) -> None:
    sora, mina = await opened(world)
    await post(world, sora, mina)
    await clock(world)

    person = await id_of(world, mina)
    await mina.say("/mydata")

    told = json.loads(mina.phone.document("tapwork-mydata.json"))
    [wanted], [reminder] = told["reminders_wanted"], told["reminders"]
    assert ("new_work,slice_ending,deadline,payout,digest", 2, 0) == (
        wanted["kinds"],
        wanted["most"],
        wanted["ignored"],
    )
    assert ("new_work", "sent") == (reminder["kind"], reminder["state"])
    assert [(20, "held")] == [(each["slots"], each["state"]) for each in told["tasks_kept"]]
    assert [0] == [each["is_held_out"] for each in told["batches_told_of"]]
    assert [] == told["open_tasks"]
    await mina.tap("모두 끄기")
    await mina.say("/mydata")
    await mina.say("/leave")
    await mina.tap("나가기")
    assert {} == unshown(world.kit.config.database)
    await at_hour(world, 10)
    before = len(mina.texts)
    await clock(world)
    assert before == len(mina.texts)
    world.clock.advance(3 * DAY)
    await world.job("forgetting")
    await world.job("outbox")
    world.clock.advance(DAY)
    await world.job("forgetting")
    kept = await world.do(
        lambda tx: (tx.all("reminders.stored", person=person), tx.all("preferences.find", person=person))
    )
    assert ([], []) == kept


async def test_the_day_before_a_payday_those_are_told_who_have_not_said_where_to_pay(tmp_path: Path) -> None:
    environment = {"TAPWORK_PAYOUT_DAYS": "fri", "TAPWORK_PAYOUT_MINIMUM": "20"}
    async with World.open(tmp_path / "paydays", environment=environment) as world:
        sora, mina = await opened(world)
        await post(world, sora)
        await mina.say("/work")
        await mina.tap("긍정")
        await mina.tap("그만")
        # From Tuesday to Wednesday a week later: one Friday passes before the money is there.
        for _ in range(8):
            world.clock.advance(DAY)
            await world.job("settle")
            await clock(world)
        assert not any("지급일" in text for text in mina.texts)

        await at_hour(world, 10)
        await clock(world)

        assert "• 10월 2일이 지급일이에요. 지급 계좌가 아직 없어서 미리 알려 드려요." in mina.screen
        await clock(world)
        assert 1 == sum("지급일" in text for text in mina.texts)
        assert "아직 등록된 계좌가 없어요" in await mina.tap("지급 계좌 정하기")
