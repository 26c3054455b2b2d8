from __future__ import annotations

import pytest
from bot_side import BotSide, HandClock, keyboard, paper, picture, png

from sandbox import Json, Phone, Sandbox, UploadedFile

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)


@pytest.fixture
async def card(bot: BotSide, mina: Phone) -> Json:
    """A text with two buttons, as message 2."""
    sent: Json = await bot.ok("sendMessage", chat_id=mina.user_id, text="첫째", reply_markup=keyboard(["긍정", "부정"]))
    return {"chat_id": mina.user_id, "message_id": sent["message_id"]}


@pytest.fixture
async def photo(bot: BotSide, mina: Phone) -> Json:
    """A picture with a caption, as message 2 or 3."""
    sent: Json = await bot.ok("sendPhoto", picture(), chat_id=mina.user_id, caption="설명")
    return {"chat_id": mina.user_id, "message_id": sent["message_id"]}


async def test_an_edit_changes_the_message_in_its_place(
    bot: BotSide, mina: Phone, card: Json, clock: HandClock
) -> None:
    sent_at = int(clock())
    clock.pass_by(60)
    edited = await bot.ok("editMessageText", text="둘째", reply_markup=keyboard(["예"]), **card)
    assert edited == mina.messages[-1]
    assert (edited["message_id"], edited["date"], edited["edit_date"]) == (2, sent_at, sent_at + 60)
    assert (mina.screen, mina.buttons) == ("둘째", [["예"]])


async def test_an_edit_that_names_no_buttons_takes_them_away(bot: BotSide, mina: Phone, card: Json) -> None:
    await bot.ok("editMessageText", text="둘째", **card)
    assert mina.buttons == []


async def test_the_same_content_again_is_not_modified(bot: BotSide, card: Json) -> None:
    same = {"text": "첫째", "reply_markup": keyboard(["긍정", "부정"])}
    assert await bot.no("editMessageText", **card, **same) == (400, NOT_MODIFIED)
    await bot.ok("editMessageText", **card, **(same | {"text": "둘째"}))
    assert await bot.no("editMessageText", **card, **(same | {"text": "둘째"})) == (400, NOT_MODIFIED)
    await bot.ok("editMessageText", **card, text="둘째", reply_markup=keyboard(["긍정"]))


@pytest.mark.parametrize("method", ["editMessageText", "editMessageReplyMarkup"])
async def test_a_message_that_is_not_there_can_not_be_edited(bot: BotSide, mina: Phone, method: str) -> None:
    params = {"text": "x"} if method == "editMessageText" else {}
    refusal = await bot.no(method, chat_id=mina.user_id, message_id=77, **params)
    assert refusal == (400, "Bad Request: message to edit not found")


async def test_what_the_person_wrote_can_not_be_edited(bot: BotSide, mina: Phone) -> None:
    refusal = await bot.no("editMessageText", chat_id=mina.user_id, message_id=1, text="x")
    assert refusal == (400, "Bad Request: message can't be edited")


async def test_a_message_with_a_reply_keyboard_can_not_be_edited(bot: BotSide, mina: Phone) -> None:
    markup = {"keyboard": [[{"text": "예"}]]}
    sent = await bot.ok("sendMessage", chat_id=mina.user_id, text="x", reply_markup=markup)
    refusal = await bot.no("editMessageText", chat_id=mina.user_id, message_id=sent["message_id"], text="y")
    assert refusal == (400, "Bad Request: message can't be edited")
    assert "reply_markup" not in sent


async def test_a_text_becomes_a_picture_but_not_back(sandbox: Sandbox, bot: BotSide, mina: Phone, card: Json) -> None:
    files = {"picture": UploadedFile("p.png", png(60, 40))}
    media = {"type": "photo", "media": "attach://picture", "caption": "<b>보세요</b>", "parse_mode": "HTML"}
    edited = await bot.ok("editMessageMedia", files, media=media, reply_markup=keyboard(["예"]), **card)
    assert ("text" in edited, edited["caption"], edited["photo"][-1]["width"]) == (False, "보세요", 60)
    assert mina.buttons == [["예"]]
    refusal = await bot.no("editMessageText", text="x", **card)
    assert refusal == (400, "Bad Request: there is no text in the message to edit")
    assert sandbox.uploads == 1


async def test_a_known_picture_replaces_another_without_an_upload(
    sandbox: Sandbox, bot: BotSide, mina: Phone, card: Json
) -> None:
    other = await bot.ok("sendPhoto", picture(90, 10), chat_id=mina.user_id)
    media = {"type": "photo", "media": other["photo"][0]["file_id"]}
    edited = await bot.ok("editMessageMedia", media=media, **card)
    assert edited["photo"] == other["photo"]
    assert await bot.no("editMessageMedia", media=media, **card) == (400, NOT_MODIFIED)
    assert sandbox.uploads == 1


async def test_a_picture_becomes_a_document(bot: BotSide, photo: Json) -> None:
    files = {"x": paper()["document"]}
    edited = await bot.ok("editMessageMedia", files, media={"type": "document", "media": "attach://x"}, **photo)
    assert ("photo" in edited, edited["document"]["file_name"]) == (False, "labels.csv")


async def test_a_caption_is_edited_and_taken_away(bot: BotSide, card: Json, photo: Json) -> None:
    assert (await bot.ok("editMessageCaption", caption="새 설명", **photo))["caption"] == "새 설명"
    assert "caption" not in await bot.ok("editMessageCaption", **photo)
    assert await bot.no("editMessageCaption", caption="x" * 1025, **photo) == (
        400,
        "Bad Request: message caption is too long",
    )
    refusal = await bot.no("editMessageCaption", caption="x", **card)
    assert refusal == (400, "Bad Request: there is no caption in the message to edit")


async def test_the_buttons_alone_are_changed(bot: BotSide, mina: Phone, card: Json) -> None:
    edited = await bot.ok("editMessageReplyMarkup", reply_markup=keyboard(["하나"]), **card)
    assert (edited["text"], mina.buttons) == ("첫째", [["하나"]])
    assert "reply_markup" not in await bot.ok("editMessageReplyMarkup", **card)
    assert await bot.no("editMessageReplyMarkup", **card) == (400, NOT_MODIFIED)


async def test_a_deleted_message_is_gone(bot: BotSide, mina: Phone, card: Json) -> None:
    assert await bot.ok("deleteMessage", **card)
    assert [message["message_id"] for message in mina.messages] == [1]
    assert await bot.no("deleteMessage", **card) == (400, "Bad Request: message to delete not found")
    assert await bot.no("editMessageText", text="x", **card) == (400, "Bad Request: message to edit not found")


async def test_a_message_can_be_deleted_for_48_hours_and_edited_for_ever(
    bot: BotSide, card: Json, clock: HandClock
) -> None:
    clock.pass_by(48 * 3600 + 2)
    assert await bot.no("deleteMessage", **card) == (400, "Bad Request: message can't be deleted for everyone")
    await bot.ok("editMessageText", text="still", **card)


async def test_several_messages_are_deleted_where_they_can_be(bot: BotSide, mina: Phone, card: Json) -> None:
    assert await bot.ok("deleteMessages", chat_id=mina.user_id, message_ids=[1, 2, 99])
    assert mina.messages == []


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": "가" * 22}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x"},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
    ],
)
async def test_buttons_that_are_refused(bot: BotSide, mina: Phone, button: Json, reason: str) -> None:
    markup = {"inline_keyboard": [[button]]}
    refusal = await bot.no("sendMessage", chat_id=mina.user_id, text="x", reply_markup=markup)
    assert refusal == (400, f"Bad Request: {reason}")
    assert len(mina.messages) == 1


@pytest.mark.parametrize(
    ("rows", "fits"),
    [([["x"] * 8] * 12 + [["x"] * 4], True), ([["x"] * 8] * 12 + [["x"] * 5], False), ([["x"] * 9], False)],
)
async def test_a_keyboard_has_at_most_100_buttons_and_8_in_a_row(
    bot: BotSide, mina: Phone, rows: list[list[str]], fits: bool
) -> None:
    params = {"chat_id": mina.user_id, "text": "x", "reply_markup": keyboard(*rows)}
    if fits:
        await bot.ok("sendMessage", **params)
    else:
        assert await bot.no("sendMessage", **params) == (400, "Bad Request: reply markup is too long")


async def test_64_bytes_of_callback_data_come_back_whole(bot: BotSide, mina: Phone) -> None:
    data = "가" * 21 + "x"
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": data}]]}
    await bot.ok("sendMessage", chat_id=mina.user_id, text="x", reply_markup=markup)
    mina.tap("x")
    assert (await bot.updates())[-1]["callback_query"]["data"] == data
