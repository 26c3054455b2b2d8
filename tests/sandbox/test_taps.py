from __future__ import annotations

import pytest
from bot_side import BotSide, HandClock, keyboard

from sandbox import BlockedError, Limits, NoSuchButton, Phone, Sandbox, TapError

TOO_OLD = (400, "Bad Request: query is too old and response timeout expired or query ID is invalid")


@pytest.fixture
async def card(bot: BotSide, mina: Phone) -> None:
    await bot.ok("sendMessage", chat_id=mina.user_id, text="재미있어요", reply_markup=keyboard(["긍정", "부정"]))
    await bot.updates(offset=-1)


async def test_a_tap_tells_who_tapped_what_on_which_message(bot: BotSide, mina: Phone, card: None) -> None:
    query_id = mina.tap("부정")
    query = (await bot.updates())[-1]["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (query_id, "do:부정", mina.user_id)
    assert query["message"] == mina.messages[-1]


async def test_a_tap_shows_the_message_as_it_was_tapped(bot: BotSide, mina: Phone, card: None) -> None:
    mina.tap("부정")
    await bot.ok("editMessageText", chat_id=mina.user_id, message_id=2, text="다음")
    assert (await bot.updates())[-1]["callback_query"]["message"]["text"] == "재미있어요"


async def test_a_query_is_answered_once(bot: BotSide, mina: Phone, card: None) -> None:
    query_id = mina.tap("긍정")
    assert await bot.ok("answerCallbackQuery", callback_query_id=query_id, text="저장했어요")
    assert mina.toast == "저장했어요"
    assert await bot.no("answerCallbackQuery", callback_query_id=query_id) == TOO_OLD


async def test_answers_are_kept_in_order(sandbox: Sandbox, bot: BotSide, mina: Phone, card: None) -> None:
    first, second = mina.tap("긍정"), mina.tap("부정")
    await bot.ok("answerCallbackQuery", callback_query_id=second, text="둘째", show_alert=True)
    await bot.ok("answerCallbackQuery", callback_query_id=first)
    answers = sandbox.answers(mina.user_id)
    assert [(one["query_id"], one["text"], one["show_alert"]) for one in answers] == [
        (second, "둘째", True),
        (first, None, False),
    ]
    assert mina.toast is None


async def test_a_query_grows_too_old(bot: BotSide, mina: Phone, card: None, clock: HandClock) -> None:
    query_id = mina.tap("긍정")
    clock.pass_by(151)
    assert await bot.no("answerCallbackQuery", callback_query_id=query_id) == TOO_OLD


async def test_only_the_bot_that_was_tapped_may_answer(sandbox: Sandbox, mina: Phone, card: None) -> None:
    sandbox.create_bot("7000000009:XX", "other_bot")
    other = BotSide(sandbox, "7000000009:XX")
    assert await other.no("answerCallbackQuery", callback_query_id=mina.tap("긍정")) == TOO_OLD


@pytest.mark.parametrize(("length", "fits"), [(200, True), (201, False)])
async def test_a_toast_has_at_most_200_characters(
    bot: BotSide, mina: Phone, card: None, length: int, fits: bool
) -> None:
    params = {"callback_query_id": mina.tap("긍정"), "text": "가" * length}
    if fits:
        await bot.ok("answerCallbackQuery", **params)
    else:
        assert await bot.no("answerCallbackQuery", **params) == (400, "Bad Request: MESSAGE_TOO_LONG")


async def test_what_is_not_there_can_not_be_tapped(sandbox: Sandbox, bot: BotSide, mina: Phone, card: None) -> None:
    with pytest.raises(TapError, match="no button 'do:other'"):
        sandbox.tap(mina.user_id, 2, "do:other")
    with pytest.raises(TapError, match="no message 9"):
        sandbox.tap(mina.user_id, 9, "do:긍정")
    with pytest.raises(NoSuchButton, match="'긍정', '부정'"):
        mina.tap("없음")
    assert len(await bot.updates()) == 1


async def test_a_modified_app_sends_whatever_it_likes(sandbox: Sandbox, bot: BotSide, mina: Phone, card: None) -> None:
    sandbox.tap(mina.user_id, 1, "forged", forge=True)
    query = (await bot.updates())[-1]["callback_query"]
    assert (query["data"], query["message"]["message_id"]) == ("forged", 1)


async def test_an_app_may_send_one_tap_twice(sandbox: Sandbox, bot: BotSide, mina: Phone, card: None) -> None:
    sandbox.faults.double_tap = 1
    mina.tap("긍정")
    one, two = (await bot.updates())[-2:]
    assert one["callback_query"]["data"] == two["callback_query"]["data"]
    assert one["update_id"] != two["update_id"]
    assert one["callback_query"]["id"] != two["callback_query"]["id"]


async def test_blocking_and_unblocking_are_told(sandbox: Sandbox, bot: BotSide, mina: Phone) -> None:
    sandbox.block(mina.user_id)
    sandbox.block(mina.user_id)
    sandbox.unblock(mina.user_id)
    changes = [update["my_chat_member"] for update in (await bot.updates())[1:]]
    assert [(one["old_chat_member"]["status"], one["new_chat_member"]["status"]) for one in changes] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]


async def test_who_has_blocked_the_bot_can_not_talk_to_it(sandbox: Sandbox, mina: Phone, card: None) -> None:
    sandbox.block(mina.user_id)
    with pytest.raises(BlockedError):
        mina.say("hello?")
    with pytest.raises(BlockedError):
        mina.tap("긍정")


async def test_a_command_is_marked_as_one(bot: BotSide, mina: Phone) -> None:
    mina.say("/start invite_code-1")
    message = (await bot.updates())[-1]["message"]
    assert message["text"] == "/start invite_code-1"
    assert message["entities"] == [{"offset": 0, "length": 6, "type": "bot_command"}]


async def test_what_a_person_sends_can_be_fetched(bot: BotSide, mina: Phone, clock: HandClock) -> None:
    mina.send("리뷰.csv", "text\n좋아요\n".encode(), "title: 리뷰\nprice: 20")
    message = (await bot.updates())[-1]["message"]
    assert (message["caption"], message["document"]["file_name"]) == ("title: 리뷰\nprice: 20", "리뷰.csv")
    file = await bot.ok("getFile", file_id=message["document"]["file_id"])
    assert bot.sandbox.download(bot.token, file["file_path"]) == "text\n좋아요\n".encode()
    assert bot.sandbox.download("7000000009:XX", file["file_path"]) is None
    clock.pass_by(3601)
    assert bot.sandbox.download(bot.token, file["file_path"]) is None


async def test_a_bot_gets_files_up_to_20_megabytes(bot: BotSide, mina: Phone) -> None:
    mina.send("fits.bin", bytes(20 * 2**20))
    mina.send("large.bin", bytes(20 * 2**20 + 1))
    fits, large = (update["message"]["document"]["file_id"] for update in (await bot.updates())[-2:])
    assert (await bot.ok("getFile", file_id=fits))["file_size"] == 20 * 2**20
    assert await bot.no("getFile", file_id=large) == (400, "Bad Request: file is too big")
    wrong = (400, "Bad Request: wrong file identifier/HTTP URL specified")
    assert await bot.no("getFile", file_id="AgACunknown") == wrong


async def test_the_phone_prefers_the_button_with_exactly_that_text(bot: BotSide, mina: Phone) -> None:
    await bot.ok("sendMessage", chat_id=mina.user_id, text="old", reply_markup=keyboard(["work"]))
    await bot.ok("sendMessage", chat_id=mina.user_id, text="new", reply_markup=keyboard(["work more", "rest"]))
    for label in ("work", "more", "rest"):
        mina.tap(label)
    mina.tap("wor", 2)
    queries = [update["callback_query"] for update in (await bot.updates())[1:]]
    assert [(one["message"]["message_id"], one["data"]) for one in queries] == [
        (2, "do:work"),
        (3, "do:work more"),
        (3, "do:rest"),
        (2, "do:work"),
    ]


def test_users_are_told_apart(sandbox: Sandbox) -> None:
    first = sandbox.create_user("미나", user_id=4242, username="mina")
    assert first == 4242
    with pytest.raises(ValueError, match="4242"):
        sandbox.create_user("소라", user_id=4242)
    assert sandbox.users[0].user() == {
        "id": 4242,
        "is_bot": False,
        "first_name": "미나",
        "username": "mina",
        "language_code": "ko",
    }
    assert [Sandbox(seed=5).create_user("x"), Sandbox(seed=6).create_user("x")] == [
        Sandbox(seed=5).create_user("y"),
        Sandbox(seed=6).create_user("y"),
    ]


def test_nobody_types_more_than_a_message_holds(sandbox: Sandbox, mina: Phone) -> None:
    with pytest.raises(ValueError, match="4096"):
        mina.say("가" * 4097)
    with pytest.raises(ValueError, match="1024"):
        mina.send("x.csv", b"x", "가" * 1025)
    assert len(mina.messages) == 1


async def test_an_answer_can_come_too_late_for_a_tap_that_arrived(clock: HandClock) -> None:
    sandbox = Sandbox(clock=clock, limits=Limits(answer_seconds=15))
    sandbox.create_bot("7123456789:AA", "tapwork_bot")
    bot, phone = BotSide(sandbox, "7123456789:AA"), Phone(sandbox, sandbox.create_user("준"))
    phone.say("/start")
    await bot.ok("sendMessage", chat_id=phone.user_id, text="?", reply_markup=keyboard(["예"]))
    query_id = phone.tap("예")
    clock.pass_by(20)
    assert (await bot.updates())[-1]["callback_query"]["id"] == query_id
    assert await bot.no("answerCallbackQuery", callback_query_id=query_id) == TOO_OLD


async def test_recent_taps_stay_answerable_however_many_there_are(
    sandbox: Sandbox, bot: BotSide, mina: Phone, card: None, clock: HandClock
) -> None:
    old = mina.tap("긍정")
    clock.pass_by(200)
    recent = [sandbox.tap(mina.user_id, 2, "do:긍정") for _ in range(10_001)]
    assert await bot.ok("answerCallbackQuery", callback_query_id=recent[0])
    assert await bot.ok("answerCallbackQuery", callback_query_id=recent[-1])
    assert await bot.no("answerCallbackQuery", callback_query_id=old) == TOO_OLD
    assert old not in sandbox.world.taps
