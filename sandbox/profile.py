"""Methods about the bot itself, its menu and its chats."""

from __future__ import annotations

from sandbox.contents import Arguments
from sandbox.replies import Json, bad_request
from sandbox.world import World

MOST_COMMANDS = 100
COMMAND_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


def get_me(world: World, call: Arguments) -> Json:
    return call.bot.user() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(world: World, call: Arguments) -> Json:
    chat = world.open_chat(call.bot, call.params["chat_id"])
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), True
    )
    return chat.person.chat() | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def get_file(world: World, call: Arguments) -> Json:
    stored = world.files.find(call.bot.id, call.params["file_id"])
    return {
        "file_id": call.params["file_id"],
        "file_unique_id": stored.unique_id,
        "file_size": len(stored.data),
        "file_path": world.files.open_path(stored, world.clock()),
    }


def set_my_commands(world: World, call: Arguments) -> bool:
    commands: list[Json] = call.params["commands"]
    if len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        name = command["command"].removeprefix("/")
        if not 1 <= len(name) <= 32 or not set(name) <= COMMAND_NAME:
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    kept = [{**command, "command": command["command"].removeprefix("/")} for command in commands]
    call.bot.commands[_commands_key(world, call)] = kept
    world.emit({"type": "commands"})
    return True


def get_my_commands(world: World, call: Arguments) -> list[Json]:
    return call.bot.commands.get(_commands_key(world, call), [])


def delete_my_commands(world: World, call: Arguments) -> bool:
    call.bot.commands.pop(_commands_key(world, call), None)
    world.emit({"type": "commands"})
    return True


def set_chat_menu_button(world: World, call: Arguments) -> bool:
    call.bot.menu_buttons[_menu_key(world, call)] = call.params.get("menu_button", {"type": "default"})
    return True


def get_chat_menu_button(world: World, call: Arguments) -> Json:
    buttons = call.bot.menu_buttons
    return buttons.get(_menu_key(world, call)) or buttons.get(None) or {"type": "commands"}


def set_my_name(world: World, call: Arguments) -> bool:
    return _set_text(call.bot.names, call, "name", 64)


def get_my_name(world: World, call: Arguments) -> Json:
    return _get_text(call.bot.names, call, "name")


def set_my_description(world: World, call: Arguments) -> bool:
    return _set_text(call.bot.descriptions, call, "description", 512)


def get_my_description(world: World, call: Arguments) -> Json:
    return _get_text(call.bot.descriptions, call, "description")


def set_my_short_description(world: World, call: Arguments) -> bool:
    return _set_text(call.bot.short_descriptions, call, "short_description", 120)


def get_my_short_description(world: World, call: Arguments) -> Json:
    return _get_text(call.bot.short_descriptions, call, "short_description")


def leave_server(world: World, call: Arguments) -> bool:
    """logOut and close: the sandbox has no other server to move to, and goes on."""
    return True


def _commands_key(world: World, call: Arguments) -> tuple[str, str]:
    scope: Json = call.params.get("scope", {"type": "default"})
    language = str(call.params.get("language_code", ""))
    if language and not (len(language) == 2 and language.isalpha() and language.islower()):
        raise bad_request("invalid language code specified")
    match scope["type"]:
        case "chat":
            return f"chat:{world.open_chat(call.bot, scope['chat_id']).person.id}", language
        case "chat_administrators" | "chat_member":
            raise bad_request("chat not found")
        case kind:
            return str(kind), language


def _menu_key(world: World, call: Arguments) -> int | None:
    chat_id = call.params.get("chat_id")
    return world.open_chat(call.bot, chat_id).person.id if chat_id is not None else None


def _set_text(texts: dict[str, str], call: Arguments, field: str, limit: int) -> bool:
    text = str(call.params.get(field, "")).strip()
    language = str(call.params.get("language_code", ""))
    if len(text) > limit:
        raise bad_request(f"bot {field.replace('_', ' ')} is too long")
    if not text and field == "name" and not language:
        raise bad_request("bot name is empty")
    if text:
        texts[language] = text
    else:
        texts.pop(language, None)
    return True


def _get_text(texts: dict[str, str], call: Arguments, field: str) -> Json:
    language = str(call.params.get("language_code", ""))
    return {field: texts.get(language, texts.get("", ""))}
