from __future__ import annotations

import pytest
from bot_side import BotSide

from sandbox import Json, Phone, Sandbox

WORK = [{"command": "work", "description": "일하기"}]
EXPORT = [{"command": "export", "description": "내보내기"}]
ENGLISH = [{"command": "work", "description": "Work"}]


async def test_the_bot_knows_itself(bot: BotSide) -> None:
    me = await bot.ok("getMe")
    assert (me["id"], me["is_bot"], me["username"], me["first_name"]) == (7123456789, True, "tapwork_bot", "Tapwork")


async def test_a_chat_can_be_looked_up_once_it_has_begun(sandbox: Sandbox, bot: BotSide, mina: Phone) -> None:
    chat = await bot.ok("getChat", chat_id=mina.user_id)
    assert (chat["id"], chat["type"], chat["first_name"]) == (mina.user_id, "private", "미나")
    silent = sandbox.create_user("조용한")
    assert await bot.no("getChat", chat_id=silent) == (400, "Bad Request: chat not found")


async def test_the_menu_goes_from_the_chat_to_the_language_to_everybody(
    sandbox: Sandbox, bot: BotSide, mina: Phone
) -> None:
    john = sandbox.create_user("John", language_code="en-GB")
    kim = sandbox.create_user("김", language_code="ko")
    await bot.ok("setMyCommands", commands=WORK)
    await bot.ok("setMyCommands", commands=ENGLISH, language_code="en")
    scope = {"type": "chat", "chat_id": mina.user_id}
    await bot.ok("setMyCommands", commands=EXPORT, scope=scope)
    assert [sandbox.commands(one) for one in (mina.user_id, john, kim)] == [EXPORT, ENGLISH, WORK]
    await bot.ok("setMyCommands", commands=EXPORT, scope={"type": "all_private_chats"})
    assert [sandbox.commands(one) for one in (john, kim)] == [EXPORT, EXPORT]
    await bot.ok("deleteMyCommands", scope={"type": "all_private_chats"})
    await bot.ok("deleteMyCommands", scope=scope)
    assert [sandbox.commands(one) for one in (mina.user_id, john, kim)] == [WORK, ENGLISH, WORK]


async def test_commands_are_read_back_by_scope_and_language(bot: BotSide, mina: Phone) -> None:
    await bot.ok("setMyCommands", commands=[{"command": "/work", "description": "Work"}], language_code="en")
    assert await bot.ok("getMyCommands", language_code="en") == ENGLISH
    assert await bot.ok("getMyCommands") == []


@pytest.mark.parametrize(
    ("commands", "reason"),
    [
        ([{"command": "Work", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "w" * 33, "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "work", "description": ""}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "work", "description": "x" * 257}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": f"c{n}", "description": "x"} for n in range(101)], "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_commands_that_are_refused(bot: BotSide, commands: list[Json], reason: str) -> None:
    assert await bot.no("setMyCommands", commands=commands) == (400, f"Bad Request: {reason}")


async def test_a_chat_scope_needs_a_chat_and_a_language_two_letters(bot: BotSide) -> None:
    refusal = await bot.no("setMyCommands", commands=WORK, scope={"type": "chat", "chat_id": 5})
    assert refusal == (400, "Bad Request: chat not found")
    refusal = await bot.no("setMyCommands", commands=WORK, language_code="korean")
    assert refusal == (400, "Bad Request: invalid language code specified")


@pytest.mark.parametrize(
    ("method", "field", "limit"),
    [("MyName", "name", 64), ("MyDescription", "description", 512), ("MyShortDescription", "short_description", 120)],
)
async def test_texts_of_the_profile_are_kept_by_language(bot: BotSide, method: str, field: str, limit: int) -> None:
    await bot.ok(f"set{method}", **{field: "everybody"})
    await bot.ok(f"set{method}", **{field: "한국어", "language_code": "ko"})
    assert await bot.ok(f"get{method}", language_code="ko") == {field: "한국어"}
    assert await bot.ok(f"get{method}", language_code="en") == {field: "everybody"}
    await bot.ok(f"set{method}", **{field: "x" * limit})
    assert (await bot.no(f"set{method}", **{field: "x" * (limit + 1)}))[0] == 400
    await bot.ok(f"set{method}", **{field: "", "language_code": "ko"})
    assert await bot.ok(f"get{method}", language_code="ko") == {field: "x" * limit}


async def test_the_menu_button_is_set_for_one_chat_or_for_all(bot: BotSide, mina: Phone) -> None:
    assert await bot.ok("getChatMenuButton") == {"type": "commands"}
    await bot.ok("setChatMenuButton", chat_id=mina.user_id, menu_button={"type": "default"})
    assert await bot.ok("getChatMenuButton", chat_id=mina.user_id) == {"type": "default"}
    assert await bot.ok("getChatMenuButton") == {"type": "commands"}


@pytest.mark.parametrize("method", ["logOut", "close"])
async def test_leaving_is_granted(bot: BotSide, method: str) -> None:
    assert await bot.ok(method)
