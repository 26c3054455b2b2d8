"""python-telegram-bot as it comes, over real HTTP."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
from bot_side import TOKEN, png
from telegram import Bot, BotCommand, BotCommandScopeChat, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from sandbox import Phone, Sandbox

CHOICES = InlineKeyboardMarkup([[InlineKeyboardButton(text, callback_data=text) for text in ("긍정", "부정")]])


@pytest.fixture
async def ptb(url: str) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot") as ptb:
        yield ptb


async def test_a_tap_goes_round(ptb: Bot, sandbox: Sandbox, mina: Phone) -> None:
    await ptb.send_message(mina.user_id, "<b>재미</b>있어요", parse_mode="HTML", reply_markup=CHOICES)
    mina.tap("부정")
    *_, update = await ptb.get_updates(timeout=1, allowed_updates=["message", "callback_query"])
    query = update.callback_query
    assert query is not None
    assert query.data == "부정"
    await query.answer("저장했어요")
    await query.edit_message_text("다음", reply_markup=CHOICES)
    assert (mina.toast, mina.screen, mina.buttons) == ("저장했어요", "다음", [["긍정", "부정"]])
    with pytest.raises(BadRequest, match="Message is not modified"):
        await query.edit_message_text("다음", reply_markup=CHOICES)
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer()
    assert sandbox.violations == []


async def test_pictures_and_documents_travel(ptb: Bot, sandbox: Sandbox, mina: Phone) -> None:
    sent = await ptb.send_message(mina.user_id, "잠시만요")
    media = InputMediaPhoto(png(64, 48), caption="<i>보세요</i>", parse_mode="HTML")
    edited = await ptb.edit_message_media(media, mina.user_id, sent.message_id, reply_markup=CHOICES)
    assert not isinstance(edited, bool)
    assert (edited.photo[-1].width, edited.caption) == (64, "보세요")
    await ptb.send_photo(mina.user_id, edited.photo[-1].file_id)
    await ptb.send_media_group(mina.user_id, [InputMediaPhoto(png(10, 10)), InputMediaPhoto(edited.photo[0].file_id)])
    await ptb.send_document(mina.user_id, io.BytesIO(b"task,label\n"), filename="라벨.csv")
    assert mina.document("라벨.csv") == b"task,label\n"
    assert sandbox.uploads == 3
    mina.send("일감.csv", b"text\n" * 1000)
    message = (await ptb.get_updates())[-1].message
    assert message is not None and message.document is not None
    file = await message.document.get_file()
    assert bytes(await file.download_as_bytearray()) == b"text\n" * 1000
    assert sandbox.violations == []


async def test_menus_and_chats_are_read(ptb: Bot, sandbox: Sandbox, mina: Phone) -> None:
    await ptb.set_my_commands([BotCommand("work", "일하기")], BotCommandScopeChat(mina.user_id), "ko")
    assert await ptb.get_my_commands(BotCommandScopeChat(mina.user_id), "ko") == (BotCommand("work", "일하기"),)
    assert (await ptb.get_chat(mina.user_id)).first_name == "미나"
    assert (await ptb.get_webhook_info()).pending_update_count == 1
    assert sandbox.violations == []


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, BadRequest), (401, InvalidToken), (403, Forbidden), (409, Conflict), (429, RetryAfter), (502, NetworkError)],
)
async def test_errors_are_understood(
    ptb: Bot, sandbox: Sandbox, status: int, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    sandbox.faults.rig("getMe", status)
    with pytest.raises(error):
        await ptb.get_me()


@pytest.mark.parametrize("fault", ["drop_after", "drop_before", "bad_gateway"])
async def test_trouble_on_the_way_is_a_network_error(ptb: Bot, sandbox: Sandbox, fault: str) -> None:
    setattr(sandbox.faults, fault, 1)
    with pytest.raises(NetworkError):
        await ptb.get_me()
    sandbox.faults.clear()
    assert (await ptb.get_me()).username == "tapwork_bot"
