"""What people do on their phones."""

from __future__ import annotations

from sandbox.contents import CAPTION_LIMIT, TEXT_LIMIT, formatted
from sandbox.files import FileKind
from sandbox.keyboards import callback_buttons
from sandbox.markup import with_found_entities
from sandbox.people import Chat, Person, Tap
from sandbox.replies import Json, UploadedFile
from sandbox.world import World


class TapError(LookupError):
    """The message is gone, or has no such button."""


class BlockedError(RuntimeError):
    """The person has blocked the bot and can not write to it before unblocking."""


def join(
    world: World, first_name: str, language_code: str, user_id: int | None, username: str | None, role: str | None
) -> int:
    if user_id is None:
        user_id = world.chance.randrange(100_000, 7_000_000_000)
        while user_id in world.people:
            user_id = world.chance.randrange(100_000, 7_000_000_000)
    if user_id in world.people:
        raise ValueError(f"there is a user {user_id} already")
    person = world.people[user_id] = Person(user_id, first_name, language_code, username, role)
    world.emit({"type": "user", "user_id": user_id, "user": person.user()})
    return user_id


def say(world: World, user_id: int, text: str, bot: int | None) -> Json:
    body, _ = formatted(text, None, None)
    if not body:
        raise ValueError("there is nothing to send")
    if len(body) > TEXT_LIMIT:
        raise ValueError(f"a message has at most {TEXT_LIMIT} characters")
    entities = with_found_entities(body, [])
    return _write(world, _chat(world, user_id, bot), {"text": body, **({"entities": entities} if entities else {})})


def send_document(world: World, user_id: int, upload: UploadedFile, caption: str | None, bot: int | None) -> Json:
    chat = _chat(world, user_id, bot)
    stored = world.files.add(chat.bot.id, FileKind.DOCUMENT, upload)
    return _write(world, chat, {"document": stored.document(), **_captioned(caption)})


def send_photo(world: World, user_id: int, data: bytes, caption: str | None, bot: int | None) -> Json:
    chat = _chat(world, user_id, bot)
    stored = world.files.add(chat.bot.id, FileKind.PHOTO, UploadedFile("photo.jpg", data, "image/jpeg"))
    return _write(world, chat, {"photo": stored.photo_sizes(), **_captioned(caption)})


def tap(world: World, user_id: int, message_id: int, data: str, forge: bool, bot: int | None) -> str:
    chat = _chat(world, user_id, bot)
    message = chat.messages.get(message_id)
    if message is None:
        raise TapError(f"there is no message {message_id} in the chat of user {user_id}")
    if not forge and data not in [button["callback_data"] for button in callback_buttons(message)]:
        raise TapError(f"message {message_id} has no button {data!r}")
    query_id = _send_tap(world, chat, message, data)
    if world.faults.doubles_tap():
        _send_tap(world, chat, message, data)
    return query_id


def set_blocked(world: World, user_id: int, blocked: bool, bot: int | None) -> None:
    chat = world.chat(world.bot(bot), user_id)
    if chat.blocked == blocked:
        return
    chat.blocked = blocked
    world.emit({"type": "user", "user_id": user_id, "user": chat.person.user(), "blocked": blocked})
    states = ("member", "kicked") if blocked else ("kicked", "member")
    old, new = (_membership(chat, status) for status in states)
    update = {
        "chat": chat.person.chat(),
        "from": chat.person.user(),
        "date": world.date(),
        "old_chat_member": old,
        "new_chat_member": new,
    }
    chat.bot.updates.add("my_chat_member", update, ("chat", user_id), world.limits.update_seconds)


def _membership(chat: Chat, status: str) -> Json:
    return {"user": chat.bot.user(), "status": status, **({"until_date": 0} if status == "kicked" else {})}


def _send_tap(world: World, chat: Chat, message: Json, data: str) -> str:
    query_id = str(chat.person.id * 2**32 % 2**63 + world.chance.randrange(2**32))
    world.remember_tap(Tap(query_id, chat.bot, chat.person, world.clock()))
    query = {
        "id": query_id,
        "from": chat.person.user(),
        "message": message,
        "chat_instance": str(chat.person.id * 2_654_435_761 % 2**63),
        "data": data,
    }
    chat.bot.updates.add("callback_query", query, ("tap", chat.person.id), world.limits.tap_seconds)
    return query_id


def _chat(world: World, user_id: int, bot: int | None) -> Chat:
    chat = world.chat(world.bot(bot), user_id)
    if chat.blocked:
        raise BlockedError(f"user {user_id} has blocked the bot")
    return chat


def _write(world: World, chat: Chat, content: Json) -> Json:
    chat.started = True
    message = world.post(chat, chat.person.user(), content)
    chat.bot.updates.add("message", message, ("chat", chat.person.id), world.limits.update_seconds)
    return message


def _captioned(caption: str | None) -> Json:
    text, entities = formatted(caption or "", None, None)
    if len(text) > CAPTION_LIMIT:
        raise ValueError(f"a caption has at most {CAPTION_LIMIT} characters")
    return {**({"caption": text} if text else {}), **({"caption_entities": entities} if text and entities else {})}
