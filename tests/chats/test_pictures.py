"""Pictures on their way: uploaded once, and once more when Telegram has forgotten them."""

import pytest
from parcels import album, caption
from world import Someone, World

FORGOTTEN = ["Bad Request: wrong file identifier/HTTP URL specified", "Bad Request: wrong remote file identifier"]


@pytest.fixture
async def owner(world: World) -> Someone:
    owner = await world.owner()
    await owner.send("p.zip", album(3), caption(overlap=4))
    await owner.tap("게시")
    return owner


async def test_each_picture_is_uploaded_once_however_many_see_it(world: World, owner: Someone) -> None:
    before = world.sandbox.uploads
    people = await world.workers(owner, "미나", "준", "하나", "소라")
    for label in ("positive", "negative", "positive"):
        await world.together(*(lambda someone=someone: someone.phone.tap(label) for someone in people))  # noqa: B023

    assert ["남은 작업이 없어요." in someone.screen for someone in people] == [True] * 4
    assert world.sandbox.uploads - before <= 3


@pytest.mark.parametrize("answer", FORGOTTEN)
async def test_a_new_card_whose_picture_telegram_forgot_brings_it_anew(
    world: World, owner: Someone, answer: str
) -> None:
    mina, jun = await world.workers(owner, "미나", "준")
    uploads = world.sandbox.uploads
    world.sandbox.faults.rig("sendPhoto", 400, description=answer)

    await jun.say("/work")

    assert "photo" in jun.phone.messages[-1]
    assert uploads + 1 == world.sandbox.uploads
    await mina.say("/work")
    assert "photo" in mina.phone.messages[-1]
    assert uploads + 1 == world.sandbox.uploads


@pytest.mark.parametrize("answer", FORGOTTEN)
async def test_a_card_turns_into_a_picture_that_telegram_forgot(world: World, owner: Someone, answer: str) -> None:
    mina, jun = await world.workers(owner, "미나", "준")
    await mina.tap("positive")
    uploads, card = world.sandbox.uploads, jun.phone.messages[-1]["message_id"]
    world.sandbox.faults.rig("editMessageMedia", 400, description=answer)

    await jun.tap("positive")

    assert card == jun.phone.messages[-1]["message_id"]
    assert mina.phone.messages[-1]["photo"] != []
    assert uploads + 1 == world.sandbox.uploads
    assert jun.toast == "저장했어요 · positive"


async def test_a_chat_that_is_stopped_while_it_uploads_keeps_nobody_from_the_picture(
    world: World, owner: Someone
) -> None:
    mina, jun = await world.workers(owner, "미나", "준")
    world.sandbox.faults.flood(mina.telegram_id, 240)
    mina.phone.tap("positive")
    await jun.tap("positive")

    assert "이번에 1건" in str(jun.phone.messages[-1]["caption"])
    assert "이번에" not in str(mina.phone.messages[-1].get("caption"))
    await world.wait(241)
    assert "이번에 1건" in str(mina.phone.messages[-1]["caption"])
