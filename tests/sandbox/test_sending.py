from __future__ import annotations

import pytest
from bot_side import BotSide, HandClock, keyboard, paper, picture, png

from sandbox import Phone, Sandbox, UploadedFile


async def test_a_message_reaches_the_phone_as_the_bot_got_it_back(bot: BotSide, mina: Phone, clock: HandClock) -> None:
    markup = keyboard(["긍정", "부정"], ["건너뛰기"])
    message = await bot.ok("sendMessage", chat_id=mina.user_id, text="재미있어요", reply_markup=markup)
    assert message == mina.messages[-1]
    assert mina.buttons == [["긍정", "부정"], ["건너뛰기"]]
    assert {"id": mina.user_id, "first_name": "미나", "type": "private"} == message["chat"]
    assert (2, int(clock()), True) == (message["message_id"], message["date"], message["from"]["is_bot"])


async def test_message_ids_are_counted_per_chat(sandbox: Sandbox, bot: BotSide, mina: Phone) -> None:
    other = Phone(sandbox, sandbox.create_user("소라"))
    other.say("/start")
    sent = [await bot.ok("sendMessage", chat_id=phone.user_id, text="x") for phone in (mina, mina, other)]
    assert [message["message_id"] for message in sent] == [2, 3, 2]


@pytest.mark.parametrize("chat_id", [1, "@nobody", "1"])
async def test_nobody_can_be_written_to_before_they_write(bot: BotSide, chat_id: object) -> None:
    assert await bot.no("sendMessage", chat_id=chat_id, text="x") == (400, "Bad Request: chat not found")


async def test_a_person_who_never_started_is_not_found(sandbox: Sandbox, bot: BotSide) -> None:
    user_id = sandbox.create_user("조용한")
    assert await bot.no("sendMessage", chat_id=user_id, text="x") == (400, "Bad Request: chat not found")


@pytest.mark.parametrize("method", ["sendMessage", "editMessageText"])
async def test_a_blocked_bot_may_not_write(sandbox: Sandbox, bot: BotSide, mina: Phone, method: str) -> None:
    sent = await bot.ok("sendMessage", chat_id=mina.user_id, text="before")
    sandbox.block(mina.user_id)
    params = {"message_id": sent["message_id"]} if method == "editMessageText" else {}
    refusal = await bot.no(method, chat_id=mina.user_id, text="after", **params)
    assert refusal == (403, "Forbidden: bot was blocked by the user")
    sandbox.unblock(mina.user_id)
    await bot.ok(method, chat_id=mina.user_id, text="after", **params)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "message text is empty"),
        (" \n ", "text must be non-empty"),
        ("<b></b>", "text must be non-empty"),
        ("가" * 4097, "message is too long"),
    ],
)
async def test_texts_that_can_not_be_sent(bot: BotSide, mina: Phone, text: str, reason: str) -> None:
    refusal = await bot.no("sendMessage", chat_id=mina.user_id, text=text, parse_mode="HTML")
    assert (400, f"Bad Request: {reason}") == refusal


async def test_lengths_count_after_the_markup_is_read(bot: BotSide, mina: Phone) -> None:
    text = "<b>" + "&lt;" * 4096 + "</b>"
    message = await bot.ok("sendMessage", chat_id=mina.user_id, text=text, parse_mode="HTML")
    assert message["text"] == "<" * 4096
    caption = "<i>" + "x" * 1024 + "</i>"
    photo = await bot.ok("sendPhoto", picture(), chat_id=mina.user_id, caption=caption, parse_mode="HTML")
    assert photo["caption"] == "x" * 1024
    refusal = await bot.no("sendPhoto", picture(), chat_id=mina.user_id, caption="x" * 1025)
    assert refusal == (400, "Bad Request: message caption is too long")


async def test_a_picture_is_uploaded_once_and_known_by_its_id(sandbox: Sandbox, bot: BotSide, mina: Phone) -> None:
    sent = await bot.ok("sendPhoto", picture(1600, 900), chat_id=mina.user_id)
    assert [(size["width"], size["height"]) for size in sent["photo"]] == [
        (90, 51),
        (320, 180),
        (800, 450),
        (1280, 720),
    ]
    again = await bot.ok("sendPhoto", chat_id=mina.user_id, photo=sent["photo"][-1]["file_id"])
    assert sent["photo"] == again["photo"]
    assert sandbox.uploads == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "file must be non-empty"),
        (b"not a picture", "IMAGE_PROCESS_FAILED"),
        (png(5001, 5000), "PHOTO_INVALID_DIMENSIONS"),
        (png(21, 1), "PHOTO_INVALID_DIMENSIONS"),
        (
            png(9, 9, padding=10 * 2**20),
            "file of size 10485828 bytes is too big for a photo; the maximum size is 10485760 bytes",
        ),
    ],
)
async def test_photos_that_can_not_be_sent(bot: BotSide, mina: Phone, data: bytes, reason: str) -> None:
    refusal = await bot.no("sendPhoto", {"photo": UploadedFile("x.png", data)}, chat_id=mina.user_id)
    assert (400, f"Bad Request: {reason}") == refusal
    assert len(mina.messages) == 1


@pytest.mark.parametrize(
    ("width", "height", "shown"),
    [(5000, 5000, (1280, 1280)), (20, 1, (20, 1)), (1, 1, (1, 1)), (1, 20, (1, 20))],
)
async def test_photos_at_the_limits_are_sent(
    bot: BotSide, mina: Phone, width: int, height: int, shown: tuple[int, int]
) -> None:
    largest = (await bot.ok("sendPhoto", picture(width, height), chat_id=mina.user_id))["photo"][-1]
    assert (largest["width"], largest["height"]) == shown


async def test_a_document_arrives_with_its_name_and_bytes(bot: BotSide, mina: Phone) -> None:
    files = paper("결과.csv", b"a,b\n")
    sent = await bot.ok("sendDocument", files, chat_id=mina.user_id, document="attach://document", caption="여기요")
    assert (
        sent["document"]["file_name"],
        sent["document"]["mime_type"],
        sent["document"]["file_size"],
        sent["caption"],
    ) == ("결과.csv", "text/csv", 4, "여기요")
    assert mina.documents == ["결과.csv"]
    assert mina.document("결과.csv") == b"a,b\n"


async def test_a_document_may_have_50_megabytes_and_no_more(bot: BotSide, mina: Phone) -> None:
    await bot.ok("sendDocument", paper("full.bin", bytes(50 * 2**20)), chat_id=mina.user_id)
    refusal = await bot.no("sendDocument", paper("more.bin", bytes(50 * 2**20 + 1)), chat_id=mina.user_id)
    assert refusal == (413, "Request Entity Too Large")


async def test_a_file_id_is_good_for_its_bot_and_its_kind_only(sandbox: Sandbox, bot: BotSide, mina: Phone) -> None:
    document = await bot.ok("sendDocument", paper(), chat_id=mina.user_id)
    photo = await bot.ok("sendPhoto", picture(), chat_id=mina.user_id)
    photo_id = photo["photo"][0]["file_id"]
    refusal = await bot.no("sendPhoto", chat_id=mina.user_id, photo=document["document"]["file_id"])
    assert refusal == (400, "Bad Request: can't use file of type Document as Photo")
    refusal = await bot.no("sendDocument", chat_id=mina.user_id, document=photo_id)
    assert refusal == (400, "Bad Request: can't use file of type Photo as Document")
    other = sandbox.create_bot("7000000003:CC", "other_bot")
    sandbox.say(mina.user_id, "/start", bot=other)
    refusal = await BotSide(sandbox, "7000000003:CC").no("sendPhoto", chat_id=mina.user_id, photo=photo_id)
    assert refusal == (400, "Bad Request: wrong file identifier/HTTP URL specified")


async def test_an_album_is_several_messages_of_one_group(sandbox: Sandbox, bot: BotSide, mina: Phone) -> None:
    files = {"one": UploadedFile("1.png", png(10, 10)), "two": UploadedFile("2.png", png(20, 10))}
    media = [{"type": "photo", "media": "attach://one", "caption": "하나"}, {"type": "photo", "media": "attach://two"}]
    sent = await bot.ok("sendMediaGroup", files, chat_id=mina.user_id, media=media)
    assert [message["photo"][-1]["width"] for message in sent] == [10, 20]
    assert len({message["media_group_id"] for message in sent}) == 1
    assert [message.get("caption", "") for message in sent] == ["하나", ""]
    assert sandbox.uploads == 2


async def test_an_album_of_one_or_of_two_kinds_is_refused(bot: BotSide, mina: Phone) -> None:
    files = {"one": UploadedFile("1.png", png(10, 10))}
    photo = {"type": "photo", "media": "attach://one"}
    document = {"type": "document", "media": "attach://one"}
    assert (await bot.no("sendMediaGroup", files, chat_id=mina.user_id, media=[photo]))[0] == 400
    refusal = await bot.no("sendMediaGroup", files, chat_id=mina.user_id, media=[photo, document])
    assert refusal == (400, "Bad Request: document can't be mixed with other media types")


async def test_a_copy_has_the_content_without_the_buttons(bot: BotSide, mina: Phone) -> None:
    photo = await bot.ok("sendPhoto", picture(), chat_id=mina.user_id, caption="c", reply_markup=keyboard(["a"]))
    params = {"chat_id": mina.user_id, "from_chat_id": mina.user_id, "message_id": photo["message_id"]}
    copied = await bot.ok("copyMessage", **params)
    assert copied == {"message_id": 3}
    assert (photo["photo"], "c", None) == (
        mina.messages[-1]["photo"],
        mina.messages[-1]["caption"],
        mina.messages[-1].get("reply_markup"),
    )
    forwarded = await bot.ok("forwardMessage", **params)
    assert photo["date"] == forwarded["forward_origin"]["date"]
    missing = await bot.no("copyMessage", **(params | {"message_id": 99}))
    assert missing == (400, "Bad Request: message to copy not found")


async def test_a_reply_needs_its_message(bot: BotSide, mina: Phone) -> None:
    reply = await bot.ok("sendMessage", chat_id=mina.user_id, text="x", reply_parameters={"message_id": 1})
    assert reply["reply_to_message"]["text"] == "/start"
    refusal = await bot.no("sendMessage", chat_id=mina.user_id, text="x", reply_parameters={"message_id": 99})
    assert refusal == (400, "Bad Request: message to be replied not found")


async def test_a_chat_action_needs_a_chat(bot: BotSide, mina: Phone) -> None:
    assert await bot.ok("sendChatAction", chat_id=mina.user_id, action="typing")
    assert await bot.no("sendChatAction", chat_id=5, action="typing") == (400, "Bad Request: chat not found")
