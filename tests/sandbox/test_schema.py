from __future__ import annotations

import json

import pytest
from bot_side import BotSide, keyboard, paper

from sandbox import Json, Phone, Sandbox
from sandbox.methods import METHODS, SLOW_METHODS
from sandbox.schema import bot_api

BUTTON: Json = {"text": "x", "callback_data": "x"}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"text": "x", "chatid": 1}, 'sendMessage: unknown parameter "chatid"'),
        ({}, 'sendMessage: parameter "text" is missing'),
        ({"text": 5}, "sendMessage.text: String is expected, not 5"),
        ({"text": "x", "protect_content": "maybe"}, 'sendMessage.protect_content: Boolean is expected, not "maybe"'),
        ({"text": "x", "reply_markup": "{"}, "sendMessage.reply_markup: not JSON"),
        ({"text": "x", "reply_markup": {"inline": []}}, "sendMessage.reply_markup: fits none of"),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [BUTTON]}},
            "sendMessage.reply_markup.inline_keyboard[0]: an array is expected",
        ),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{**BUTTON, "color": "red"}]]}},
            'sendMessage.reply_markup.inline_keyboard[0][0]: InlineKeyboardButton has no field "color"',
        ),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"callback_data": "x"}]]}},
            'sendMessage.reply_markup.inline_keyboard[0][0]: InlineKeyboardButton needs "text"',
        ),
        (
            {"text": "x", "entities": [{"type": "bold", "offset": "0", "length": 1}]},
            "sendMessage.entities[0].offset: Integer is expected",
        ),
    ],
)
async def test_a_call_that_the_documentation_does_not_allow_is_refused_and_remembered(
    sandbox: Sandbox, bot: BotSide, mina: Phone, params: Json, words: str
) -> None:
    status, description = await bot.no("sendMessage", chat_id=mina.user_id, **params)
    assert (status, description.startswith(f"Bad Request: {words}")) == (400, True), description
    assert [f"Bad Request: {one}" for one in sandbox.violations] == [description]
    assert len(mina.messages) == 1


@pytest.mark.parametrize(
    ("media", "words"),
    [
        ({"type": "photo"}, "editMessageMedia.media: fits none of"),
        ({"type": "postcard", "media": "x"}, "editMessageMedia.media: fits none of"),
        ({"type": "photo", "media": "x", "size": 1}, 'editMessageMedia.media: InputMediaPhoto has no field "size"'),
    ],
)
async def test_media_are_checked_by_their_type(
    sandbox: Sandbox, bot: BotSide, mina: Phone, media: Json, words: str
) -> None:
    _, description = await bot.no("editMessageMedia", chat_id=mina.user_id, message_id=2, media=media)
    assert description.startswith(f"Bad Request: {words}"), description
    assert len(sandbox.violations) == 1


async def test_parameters_of_a_form_are_text_and_mean_the_same(sandbox: Sandbox, bot: BotSide, mina: Phone) -> None:
    markup = keyboard(["긍정"])
    form = {"chat_id": str(mina.user_id), "text": "5", "protect_content": "true", "reply_markup": json.dumps(markup)}
    sent = await bot.ok("sendMessage", **form)
    assert (sent["text"], sent["has_protected_content"], sent["reply_markup"]) == ("5", True, markup)
    assert sandbox.violations == []


async def test_a_method_nobody_simulates_is_refused_loudly(sandbox: Sandbox, bot: BotSide, mina: Phone) -> None:
    refusal = await bot.no("sendDice", chat_id=mina.user_id)
    assert refusal == (501, "Not Implemented: method sendDice is not simulated by the sandbox")
    assert sandbox.violations == ["sendDice: the method is not simulated"]


async def test_a_method_nobody_knows_is_not_found(bot: BotSide) -> None:
    assert await bot.no("sendLove") == (404, "Not Found: method not found")


async def test_an_unknown_token_is_unauthorized(sandbox: Sandbox) -> None:
    assert await BotSide(sandbox, "7:wrong").no("getMe") == (401, "Unauthorized")


async def test_the_case_of_a_method_does_not_matter(sandbox: Sandbox, bot: BotSide) -> None:
    assert await bot.ok("getme") == await bot.ok("GetMe")
    assert [call.method for call in sandbox.calls] == ["getMe", "getMe"]


def test_every_simulated_method_is_in_the_documentation() -> None:
    assert {name for name in [*METHODS, *SLOW_METHODS] if bot_api().method(name) != name} == set()


async def test_calls_are_remembered_without_the_token_and_without_bytes(
    sandbox: Sandbox, bot: BotSide, mina: Phone
) -> None:
    await bot.ok("sendDocument", paper(data=b"x" * 9), chat_id=mina.user_id, caption="가" * 600)
    await bot.no("sendMessage", chat_id=mina.user_id, text="")
    first, second = (call.as_json() for call in sandbox.calls)
    assert first["params"] == {
        "chat_id": mina.user_id,
        "caption": "가" * 500 + "…",
        "document": "<labels.csv, 9 bytes>",
    }
    assert (second["seq"], second["method"], second["status"], second["description"]) == (
        2,
        "sendMessage",
        400,
        "Bad Request: message text is empty",
    )
    assert bot.token not in str([first, second])
