import pytest
from parcels import caption, table
from world import Someone, World, code_of

from rules.model import DAY


@pytest.fixture
async def owner(world: World) -> Someone:
    return await world.owner()


async def test_an_invite_works_as_often_as_it_says(world: World, owner: Someone) -> None:
    await owner.say("/invite 1")
    code = code_of(owner.screen)
    mina, eve = world.somebody("미나"), world.somebody("이브")
    assert "저장하는 것" in await mina.say(f"/start {code}")

    assert "다 쓰였거나" in await eve.say(f"/start {code}")
    assert "/start" in await eve.say("/work")


async def test_the_same_person_may_come_in_by_the_same_link_again(world: World, owner: Someone) -> None:
    await owner.say("/invite 1")
    code = code_of(owner.screen)
    mina = world.somebody("미나")
    await mina.say(f"/start {code}")
    await mina.tap("동의")

    assert "반가워요" in await mina.say(f"/start {code}")


async def test_an_invite_ends_with_its_days(world: World, owner: Someone) -> None:
    await owner.say("/invite 5 2")
    code = code_of(owner.screen)
    world.clock.advance(2 * DAY + 1)

    assert "기한이 지났어요" in await world.somebody("미나").say(f"/start {code}")


async def test_a_made_up_invite_is_not_known(world: World) -> None:
    assert "찾을 수 없어요" in await world.somebody("이브").say("/start abcdef")


@pytest.mark.parametrize("typed", ["/invite 0", "/invite x", "/invite 5 999", "/invite 1 2 3", "/invite -3"])
async def test_a_wrong_number_of_invites_is_explained(owner: Someone, typed: str) -> None:
    assert "/invite 50 7" in await owner.say(typed)


async def test_the_owner_opens_the_door_and_anybody_may_come(world: World, owner: Someone) -> None:
    await owner.say("/settings")
    await owner.tap("누구나 들어오게 하기")
    eve = world.somebody("이브")
    assert "저장하는 것" in await eve.say("/start")

    await owner.tap("초대받은 사람만 들어오게 하기")

    assert "초대받은 분만" in await world.somebody("준").say("/start")


async def test_terms_can_be_read_in_the_other_language_before_agreeing(world: World, owner: Someone) -> None:
    await owner.say("/invite 1")
    mina = world.somebody("미나")
    await mina.say(f"/start {code_of(owner.screen)}")

    assert "What is stored" in await mina.tap("English")
    await mina.tap("Agree")
    assert "No more tasks" in mina.screen


async def test_nobody_works_before_agreeing(world: World, owner: Someone) -> None:
    await owner.say("/invite 1")
    mina = world.somebody("미나")
    await mina.say(f"/start {code_of(owner.screen)}")

    assert "동의" in await mina.say("/work")


async def test_the_menu_holds_what_a_person_may_do_in_their_language(world: World, owner: Someone) -> None:
    [emma] = await world.workers(owner, "Emma", language="en")
    menu = {each["command"]: each["description"] for each in world.sandbox.commands(emma.telegram_id)}

    assert menu["work"] == "label tasks"
    assert "newbatch" not in menu
    assert "coordinators" in {each["command"] for each in world.sandbox.commands(owner.telegram_id)}


async def test_a_removed_coordinator_may_do_nothing_and_their_batches_go_to_the_owner(
    world: World, owner: Someone
) -> None:
    sora = await world.coordinator(owner)
    await sora.send("r.csv", table("one"), caption(title="Soras"))
    await owner.say("/coordinators")
    await owner.tap("소라 담당 해제")
    assert "일감 1개는 운영자에게" in owner.screen
    await owner.tap("네, 해제할게요")

    for typed in ("/newbatch", "/batches", "/export", "/invite"):
        assert "담당자만" in await sora.say(typed), typed
    assert "담당자만" in await sora.send("r.csv", table("one"), caption())
    await sora.tap("게시")
    assert "담당자만" in str(sora.toast)
    assert "newbatch" not in {each["command"] for each in world.sandbox.commands(sora.telegram_id)}
    await owner.say("/batches")
    assert any("Soras" in button for button in owner.buttons)


@pytest.mark.parametrize("typed", ["/newbatch", "/batches", "/export", "/invite", "/coordinators"])
async def test_a_worker_is_told_what_is_not_theirs(world: World, owner: Someone, typed: str) -> None:
    [mina] = await world.workers(owner, "미나")

    screen = await mina.say(typed)

    assert "담당자만" in screen or "운영자만" in screen


@pytest.mark.parametrize("typed", ["/work", "/balance", "/earnings", "/history"])
async def test_a_coordinator_who_is_no_worker_is_told_how_to_become_one(
    world: World, owner: Someone, typed: str
) -> None:
    sora = await world.coordinator(owner)

    assert "작업자만" in await sora.say(typed)


async def test_coordinators_see_only_their_own_batches(world: World, owner: Someone) -> None:
    sora, hana = await world.coordinator(owner, "소라"), await world.coordinator(owner, "하나")
    await sora.send("r.csv", table("one"), caption(title="Soras"))
    await sora.tap("게시")
    code = sora.screen.split("· ")[1][:5]

    assert "Soras" not in await hana.say("/batches")
    assert "Soras" not in " ".join(hana.buttons)
    assert "Soras" not in await hana.say(f"/export {code}")
    assert hana.phone.documents == []


async def test_unknown_words_and_commands_get_an_answer(world: World, owner: Someone) -> None:
    assert "/help" in await owner.say("안녕")
    assert "/help" in await owner.say("/dance")
    assert "/start" in await world.somebody("이브").say("안녕")


async def test_a_forged_button_does_nothing(world: World, owner: Someone) -> None:
    [mina] = await world.workers(owner, "미나")
    message = mina.phone.messages[-1]["message_id"]
    for data in ("x", "AAAAAAAAAAAa:1:1:0", "💥" * 10, ":" * 64):
        world.sandbox.tap(mina.telegram_id, message, data, forge=True)
        await world.settle()
        assert "쓸 수 없어요" in str(mina.toast)


async def test_a_button_of_somebody_else_does_nothing(world: World, owner: Someone) -> None:
    await owner.send("r.csv", table("one", "two"), caption())
    await owner.tap("게시")
    mina, eve = await world.workers(owner, "미나", "이브")
    button = next(
        button["callback_data"]
        for row in mina.phone.messages[-1]["reply_markup"]["inline_keyboard"]
        for button in row
        if button["text"] == "positive"
    )

    world.sandbox.tap(eve.telegram_id, eve.phone.messages[-1]["message_id"], button, forge=True)
    await world.settle()

    assert "쓸 수 없어요" in str(eve.toast)
    await mina.tap("positive")
    assert mina.toast == "저장했어요 · positive"


async def test_cancel_leaves_a_dialogue(world: World, owner: Someone) -> None:
    assert "취소할 것이 없어요" in await owner.say("/cancel")
    await owner.send("r.csv", table("one"))
    assert "취소했어요" in await owner.say("/cancel")
    assert "취소할 것이 없어요" in await owner.say("/cancel")


async def test_who_blocks_the_bot_is_remembered_and_who_comes_back_too(world: World, owner: Someone) -> None:
    [mina] = await world.workers(owner, "미나")
    world.sandbox.block(mina.telegram_id)
    await world.settle()
    reach = await world.do(lambda tx: tx.one("people.by_telegram", telegram=mina.telegram_id))
    assert reach is not None
    assert reach["reachable"] == 0

    world.sandbox.unblock(mina.telegram_id)
    await world.settle()
    reach = await world.do(lambda tx: tx.one("people.by_telegram", telegram=mina.telegram_id))
    assert reach is not None
    assert reach["reachable"] == 1
