from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from parcels import album, caption, table
from world import Someone, World, seam

from rules.model import DAY, MINUTE
from storage.checks import violations


@pytest.fixture
async def owner(world: World) -> AsyncIterator[Someone]:
    yield await world.owner()
    assert await world.do(violations) == []


@pytest.fixture
async def mina(world: World, owner: Someone) -> Someone:
    [mina] = await world.workers(owner, "미나")
    return mina


async def post(owner: Someone, data: bytes, name: str = "r.csv", **settings: object) -> None:
    """The owner posts and publishes a batch."""
    await owner.send(name, data, caption(**settings))
    await owner.tap("게시")


async def test_from_the_invite_to_the_first_task_it_is_one_tap(world: World, owner: Someone) -> None:
    await post(owner, table("Lovely film"))

    [mina] = await world.workers(owner, "미나")

    assert "Lovely film" in mina.screen
    assert mina.phone.buttons[0] == ["positive", "negative"]


async def test_one_tap_stores_and_shows_the_next_task_in_the_same_message(world: World, owner: Someone) -> None:
    await post(owner, table("one", "two"))
    [mina] = await world.workers(owner, "미나")
    before = len(mina.texts)

    await mina.tap("positive")

    assert mina.toast == "저장했어요 · positive"
    assert "two" in mina.screen
    assert len(mina.texts) == before


async def test_when_nothing_is_left_the_session_is_summed_up(world: World, owner: Someone) -> None:
    await post(owner, table("one", "two"))
    [mina] = await world.workers(owner, "미나")
    await mina.tap("positive")
    world.clock.advance(MINUTE)

    await mina.tap("negative")

    assert "남은 작업이 없어요" in mina.screen
    assert "2건 · 40원" in mina.screen
    assert "시간당 약 2,400원" in mina.screen


async def test_a_double_tap_is_one_answer_and_a_kind_word(world: World, owner: Someone) -> None:
    await post(owner, table("one", "two", "three"))
    [mina] = await world.workers(owner, "미나")

    mina.phone.tap("positive")
    await mina.tap("positive")

    toasts = [each["text"] for each in world.sandbox.answers(mina.telegram_id)][-2:]
    assert toasts == ["저장했어요 · positive", "이미 처리된 작업이에요. 지금 작업을 보여 드릴게요."]
    assert "two" in mina.screen


async def test_work_again_brings_the_same_task_and_bares_the_old_card(world: World, owner: Someone) -> None:
    await post(owner, table("one", "two"))
    [mina] = await world.workers(owner, "미나")
    await mina.say("/work")

    with_buttons = [each for each in mina.phone.messages if "건너뛰기" in str(each.get("reply_markup"))]
    assert len(with_buttons) == 1
    assert "one" in mina.screen


async def test_with_several_batches_work_shows_a_button_for_each(world: World, owner: Someone, mina: Someone) -> None:
    await post(owner, table("one"), title="Film reviews")
    await post(owner, table("eins"), title="Book reviews", price="0.4")

    await mina.say("/work")

    assert [text.split(" · ")[0] for text in mina.buttons] == ["Film reviews", "Book reviews"]
    assert "건당 0.4원" in mina.screen
    assert "남은 1건" in mina.screen
    await mina.tap("Book reviews")
    assert "eins" in mina.screen


async def test_several_choices_are_ticked_and_submitted(world: World, owner: Someone) -> None:
    await post(owner, table("one", "two"), kind="multiple", choices="red, green, blue")
    [mina] = await world.workers(owner, "미나")
    assert mina.buttons[:4] == ["☐ red", "☐ green", "☐ blue", "제출"]
    await mina.tap("제출")
    assert mina.toast == "하나 이상 골라 주세요."

    await mina.tap("☐ red")
    await mina.tap("☐ blue")
    await mina.tap("☑ red")
    assert mina.buttons[:4] == ["☐ red", "☐ green", "☑ blue", "제출 (1개)"]
    await mina.tap("제출")

    assert mina.toast == "저장했어요 · blue"
    assert "two" in mina.screen


async def test_undo_brings_the_last_one_back(world: World, owner: Someone) -> None:
    await post(owner, table("one", "two"))
    [mina] = await world.workers(owner, "미나")
    await mina.tap("되돌리기")
    assert mina.toast == "되돌릴 답이 없어요."
    await mina.tap("positive")

    await mina.tap("되돌리기")

    assert "one" in mina.screen
    await mina.tap("negative")
    assert "two" in mina.screen
    await mina.say("/balance")
    assert "검수 대기 20원" in mina.screen


async def test_the_last_answer_of_all_can_still_be_undone(world: World, owner: Someone) -> None:
    await post(owner, table("one"))
    [mina] = await world.workers(owner, "미나")
    await mina.tap("positive")

    await mina.tap("되돌리기")

    assert "one" in mina.screen


async def test_reporting_asks_why_and_goes_on(world: World, owner: Someone) -> None:
    await post(owner, table("one", "two"))
    [mina] = await world.workers(owner, "미나")

    await mina.tap("신고")
    assert "불쾌한 내용이에요" in mina.buttons
    await mina.tap("← 돌아가기")
    assert "positive" in mina.buttons
    await mina.tap("신고")
    await mina.tap("불쾌한 내용이에요")

    assert "two" in mina.screen
    await mina.say("/balance")
    assert "아직 번 돈이 없어요" in mina.screen


async def test_two_reports_bring_the_task_before_its_coordinator(world: World, owner: Someone) -> None:
    await post(owner, table("one", "two"), overlap=3)
    for someone in await world.workers(owner, "미나", "준"):
        while "one" not in someone.screen:
            await someone.tap("건너뛰기")
        await someone.tap("신고")
        await someone.tap("보이지 않아요")
    await world.job("outbox")

    assert "작업자 두 명이 문제를 알린" in owner.screen
    await owner.tap("살펴보기")
    assert "one" in owner.screen


async def test_the_guide_opens_beside_the_task_and_closes_again(world: World, owner: Someone) -> None:
    await post(owner, table("one"), guide="Stars <4> & more are positive")
    [mina] = await world.workers(owner, "미나")
    await mina.tap("가이드")
    assert "Stars <4> & more are positive" in mina.screen

    await mina.tap("닫기")

    assert "one" in mina.screen


async def test_stop_gives_the_task_back_and_go_on_brings_one(world: World, owner: Someone) -> None:
    await post(owner, table("one", "two"))
    [mina] = await world.workers(owner, "미나")
    await mina.tap("positive")
    await mina.tap("그만")
    assert "1건 · 20원" in mina.screen

    await mina.tap("이어서 하기")

    assert "two" in mina.screen


async def test_an_answer_after_the_lease_is_saved_and_paid(world: World, owner: Someone) -> None:
    await post(owner, table("only"))
    [mina, jun] = await world.workers(owner, "미나", "준")
    world.clock.advance(11 * MINUTE)
    await world.job("expire")
    await jun.say("/work")
    await jun.tap("positive")

    await mina.tap("negative")

    assert mina.toast == "시간이 지났지만 저장했고, 지급할게요."
    await mina.say("/balance")
    assert "검수 대기 20원" in mina.screen


async def test_an_answer_to_a_closed_batch_is_paid_for_a_day(world: World, owner: Someone) -> None:
    await post(owner, table("one", "two", "three"), overlap=2, lease="24h")
    [mina, jun] = await world.workers(owner, "미나", "준")
    await owner.say("/batches")
    await owner.tap("Reviews")
    await owner.tap("더보기")
    await owner.tap("마감하기")
    await owner.tap("네, 마감해요")

    await mina.tap("positive")
    assert "이 일감은 끝났어요" in mina.screen
    assert mina.toast == "저장했어요 · positive"
    world.clock.advance(DAY + MINUTE)
    await jun.tap("positive")
    assert "하루가 넘어서" in str(jun.toast)


async def test_pictures_are_swapped_in_place_and_text_after_a_picture_is_a_new_card(
    world: World, owner: Someone
) -> None:
    rows = [["text", "image"], ["with a picture", "1.png"], ["", "2.png"], ["text alone", ""], ["again", "1.png"]]
    await post(owner, album(2, rows), "p.zip")
    [mina] = await world.workers(owner, "미나")
    assert "photo" in mina.phone.messages[-1]
    first = mina.phone.messages[-1]["message_id"]
    await mina.tap("positive")
    assert mina.phone.messages[-1]["message_id"] == first
    await mina.tap("positive")

    assert "text alone" in mina.screen
    assert mina.phone.messages[-1]["message_id"] > first
    old = next(each for each in mina.phone.messages if each["message_id"] == first)
    assert "reply_markup" not in old
    await mina.tap("positive")
    assert "photo" in mina.phone.messages[-1]
    assert "again" in mina.screen


async def test_a_text_that_fills_a_whole_message_is_shown_whole(world: World, owner: Someone) -> None:
    long = "가" * 4096
    await post(owner, table(long, "<b>not bold</b> & such"))
    [mina] = await world.workers(owner, "미나")
    assert mina.screen == long

    await mina.tap("positive")

    assert "<b>not bold</b> & such" in mina.screen


async def test_everything_is_there_in_english(world: World, owner: Someone) -> None:
    await post(owner, table("one", "two"))
    [emma] = await world.workers(owner, "Emma", language="en")
    assert emma.buttons[2:] == ["Skip", "Report", "Undo", "Guide", "Stop"]

    await emma.tap("positive")
    assert emma.toast == "Saved · positive"
    await emma.tap("negative")

    assert "No more tasks" in emma.screen
    assert "₩40" in emma.screen


async def test_a_batch_in_another_language_is_not_offered_until_it_is_wanted(
    world: World, owner: Someone, mina: Someone
) -> None:
    await post(owner, table("one"), language="en")
    assert "남은 작업이 없어요" in await mina.say("/work")

    await mina.say("/settings")
    await mina.tap("☐ English")

    assert "one" in await mina.say("/work")


async def test_a_worker_invited_to_a_project_sees_that_project_only(world: World, owner: Someone) -> None:
    await post(owner, table("one"), title="Mine", project="Mine")
    await post(owner, table("eins"), title="Other", project="Other", choices="ja, nein")
    await owner.say("/invite")
    await owner.tap("‘Mine’만")
    mina = world.somebody("미나")
    await mina.say(f"/start {owner.screen.split('start=')[1].split()[0]}")

    await mina.tap("동의")

    assert "one" in mina.screen


async def test_the_bot_goes_on_where_it_was_after_a_restart(tmp_path: Path) -> None:
    async with World.open(tmp_path) as world:
        owner = await world.owner()
        await post(owner, table("one", "two"))
        [mina] = await world.workers(owner, "미나")
    mina.phone.tap("positive")

    async with World.joined(tmp_path, world.sandbox, world.clock, {}, seam(world.sandbox)) as restarted:
        await restarted.settle()

        assert "two" in mina.screen
        assert await restarted.do(violations) == []
