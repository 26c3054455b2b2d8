"""Running batches in the chat: the list, the card that follows its batch, prices, reports, the end."""

import pytest
from world import Someone, World

from rules.model import DAY, HOUR, MINUTE
from storage.checks import violations

REVIEWS = "text\n첫째\n둘째\n셋째\n".encode()
CAPTION = "title: 리뷰\nchoices: 긍정, 부정\nprice: 20\noverlap: 2"


async def opened(world: World, owner: Someone | None = None) -> tuple[Someone, Someone, Someone]:
    """A coordinator with an open batch, its card on the screen; and two workers."""
    sora = await world.coordinator(owner or await world.owner())
    mina, jun = await world.workers(sora, "미나", "준")
    await sora.send("리뷰.csv", REVIEWS, CAPTION)
    await sora.tap("게시")
    return sora, mina, jun


async def test_the_list_leads_to_the_card_and_to_the_draft(world: World) -> None:
    sora, *_ = await opened(world)
    await sora.send("둘째.csv", REVIEWS, "choices: a, b\nprice: 20")
    await sora.say("/batches")

    assert ["📝 둘째 · 초안", "🟢 리뷰 · 0%"] == sora.buttons
    assert "초안" in await sora.tap("둘째 · 초안")
    await sora.say("/batches")
    assert "작업 0 / 3건" in await sora.tap("리뷰 · 0%")


async def test_a_batch_is_shown_by_its_code(world: World) -> None:
    sora, *_ = await opened(world)
    code = sora.screen.split(" · ")[1].split("\n")[0]

    assert "작업 0 / 3건" in await sora.say(f"/batches {code.lower()}")
    assert "찾지 못했어요" in await sora.say("/batches XXXXX")


async def test_the_newest_card_follows_its_batch_at_most_once_a_minute(world: World) -> None:
    sora, mina, _ = await opened(world)
    card = int(sora.phone.messages[-1]["message_id"])

    def shown() -> str:
        return next(str(each["text"]) for each in sora.phone.messages if each["message_id"] == card)

    await mina.say("/work")
    await mina.tap("긍정")
    await world.job("cards")
    too_early = shown()
    world.clock.advance(MINUTE)
    await world.job("cards")
    edited = shown()

    assert "답 0개" in too_early
    assert "답 1개" in edited
    assert "비용 20원 / 최대 120원" in edited


@pytest.mark.parametrize("button", ["더보기", "답 살펴보기", "내보내기", "내 일감"])
async def test_a_card_that_became_another_screen_leaves_it_alone(world: World, button: str) -> None:
    sora, mina, _ = await opened(world)
    await mina.say("/work")
    await mina.tap("긍정")
    await sora.say("/batches")
    await sora.tap("리뷰")
    shown = await sora.tap(button)
    buttons = sora.buttons

    await mina.tap("긍정")
    world.clock.advance(MINUTE)
    await world.job("cards")

    assert (shown, buttons) == (sora.screen, sora.buttons)


async def test_a_card_that_is_back_follows_its_batch_again(world: World) -> None:
    sora, mina, _ = await opened(world)
    await sora.tap("더보기")
    await sora.tap("← 뒤로")
    await mina.say("/work")
    await mina.tap("긍정")
    world.clock.advance(MINUTE)
    await world.job("cards")

    assert "답 1개" in sora.screen


async def test_what_is_done_seldom_waits_behind_one_button_of_the_same_card(world: World) -> None:
    sora, *_ = await opened(world)
    card = sora.screen

    assert ["멈추기", "답 살펴보기", "내보내기", "새로 고침", "내 일감", "더보기"] == sora.buttons
    assert card == await sora.tap("더보기")
    assert ["단가", "마감 시각", "가이드", "같은 설정으로", "마감하기", "← 뒤로"] == sora.buttons
    assert card == await sora.tap("← 뒤로")
    assert "멈추기" == sora.buttons[0]


async def test_a_closed_batch_has_nothing_more_to_offer(world: World) -> None:
    sora, *_ = await opened(world)
    await sora.tap("더보기")
    older = int(sora.phone.messages[-1]["message_id"])
    await sora.say("/batches")
    await sora.tap("리뷰")
    await sora.tap("더보기")
    await sora.tap("마감하기")
    await sora.tap("네, 마감해요")

    assert ["답 살펴보기", "내보내기", "같은 설정으로", "새로 고침", "내 일감"] == sora.buttons
    assert "진행 중인 일감이 아니에요." == (await sora.tap("단가", older), sora.toast)[1]


async def test_a_card_that_was_deleted_is_left_alone(world: World) -> None:
    sora, mina, _ = await opened(world)
    await mina.say("/work")
    await mina.tap("긍정")
    for message in sora.phone.messages:
        await world.kit.bot.delete_message(sora.telegram_id, int(message["message_id"]))
    world.clock.advance(MINUTE)

    assert "0 of 1 cards" == await world.job("cards")
    assert "0 of 0 cards" == await world.job("cards")


async def test_pause_and_resume(world: World) -> None:
    sora, mina, _ = await opened(world)

    assert "잠시 멈췄어요" in await sora.tap("멈추기")
    assert "남은 작업이 없어요" in await mina.say("/work")
    assert "진행 중이에요" in await sora.tap("다시 열기")
    assert "첫째" in await mina.say("/work")


async def test_a_new_price_is_for_tasks_shown_from_now_on(world: World) -> None:
    sora, mina, _ = await opened(world)
    await mina.say("/work")
    await sora.tap("더보기")
    await sora.tap("단가")

    assert "단가 50원" in await sora.tap("50원")
    assert "단가를 바꿨어요. 지금부터 보이는 작업에 적용돼요." == sora.toast
    assert "50원" in await mina.tap("긍정")
    await mina.tap("긍정")
    await mina.say("/balance")
    assert "70원" in mina.screen
    assert [] == await world.do(violations)


async def test_a_deadline_typed_in_words_closes_the_batch(world: World) -> None:
    sora, *_ = await opened(world)
    await sora.tap("더보기")
    await sora.tap("마감 시각")
    await sora.tap("3일 뒤 18:00")
    assert "바꿨어요." == sora.toast
    await sora.tap("더보기")
    await sora.tap("마감 시각")
    local = world.kit.words("ko").local(world.clock.now())
    hour = local.replace(minute=0).strftime("%Y-%m-%d ") + f"{(local.hour + 2) % 24:02}:00"

    answer = await sora.say(hour if local.hour < 22 else f"{local:%Y-%m-%d}")
    world.clock.advance(3 * HOUR)
    await world.job("batches")

    assert "마감 오늘" in answer
    await sora.say("/batches")
    assert "마감했어요" in await sora.tap("리뷰")


async def test_closing_is_asked_once_more_and_gives_back_what_is_left(world: World) -> None:
    sora, *_ = await opened(world)

    await sora.tap("더보기")
    assert "남은 작업 3건" in await sora.tap("마감하기")
    assert "진행 중이에요" in await sora.tap("← 뒤로")
    await sora.tap("더보기")
    await sora.tap("마감하기")
    assert "⚪ 마감했어요" in await sora.tap("네, 마감해요")
    world.clock.advance(DAY + 11 * MINUTE)

    assert "1 released" in await world.job("batches")
    assert "0 released" in await world.job("batches")
    assert [] == await world.do(violations)


async def test_reported_tasks_are_judged_one_by_one(world: World) -> None:
    sora, mina, jun = await opened(world)
    for worker in (mina, jun):
        await worker.say("/work")
        while "첫째" not in worker.screen:
            await worker.tap("건너뛰기")
        await worker.tap("신고")
        await worker.tap("보이지 않아요")
    await sora.say("/batches")
    await sora.tap("리뷰")

    assert "신고된 작업 1건" in sora.screen
    flagged = await sora.tap("신고된 작업 보기 (1)")
    assert "첫째" in flagged
    assert "보이지 않아요 2" in flagged
    assert "작업 1 / 3건" in await sora.tap("빼기")
    assert "신고된 작업" not in sora.screen


async def test_nobody_else_reaches_a_batch(world: World) -> None:
    owner = await world.owner()
    sora, mina, _ = await opened(world, owner)
    code = sora.screen.split(" · ")[1].split("\n")[0]
    jihun = await world.coordinator(owner, "지훈")

    assert "담당자만" in await mina.say("/batches")
    assert "볼 수 없는 일감" in await jihun.say(f"/batches {code}")
    assert "작업 0 / 3건" in await owner.say(f"/batches {code}")
