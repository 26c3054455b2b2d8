"""Methods that put messages into a chat."""

from __future__ import annotations

from sandbox.contents import CONTENT_KEYS, Arguments, media_content, text_content
from sandbox.files import FileKind
from sandbox.keyboards import inline_keyboard, is_reply_keyboard
from sandbox.people import Chat
from sandbox.replies import Json, bad_request
from sandbox.world import World

ALBUM_KINDS = {"photo": FileKind.PHOTO, "document": FileKind.DOCUMENT}


def send_message(world: World, call: Arguments) -> Json:
    content = text_content(call.params)
    chat = _target(world, call)
    return _post(world, chat, call.params, content)


def send_photo(world: World, call: Arguments) -> Json:
    chat = _target(world, call)
    content = media_content(world.files, call, FileKind.PHOTO, call.params, call.params.get("photo"), "photo")
    return _post(world, chat, call.params, content)


def send_document(world: World, call: Arguments) -> Json:
    chat = _target(world, call)
    content = media_content(world.files, call, FileKind.DOCUMENT, call.params, call.params.get("document"), "document")
    return _post(world, chat, call.params, content)


def send_media_group(world: World, call: Arguments) -> list[Json]:
    items: list[Json] = call.params["media"]
    if not 2 <= len(items) <= 10:
        raise bad_request("an album has 2 to 10 items")
    kinds = {ALBUM_KINDS.get(item["type"]) for item in items}
    if len(kinds) > 1:
        raise bad_request("document can't be mixed with other media types")
    kind = kinds.pop()
    if kind is None:
        raise bad_request("the sandbox makes albums of photos and of documents only")
    chat = _target(world, call, len(items))
    contents = [media_content(world.files, call, kind, item, item["media"], "media") for item in items]
    group = {"media_group_id": str(world.chance.randrange(10**16, 10**17))}
    return [_post(world, chat, call.params, {**content, **group}) for content in contents]


def send_chat_action(world: World, call: Arguments) -> bool:
    world.open_chat(call.bot, call.params["chat_id"])
    return True


def copy_message(world: World, call: Arguments) -> Json:
    original = _original(world, call)
    content = {key: original[key] for key in CONTENT_KEYS if key in original}
    chat = _target(world, call)
    return {"message_id": _post(world, chat, call.params, content)["message_id"]}


def forward_message(world: World, call: Arguments) -> Json:
    original = _original(world, call)
    content = {key: original[key] for key in CONTENT_KEYS if key in original}
    origin = {"type": "user", "sender_user": original["from"], "date": original["date"]}
    chat = _target(world, call)
    return _post(world, chat, {}, {"forward_origin": origin, **content})


def _target(world: World, call: Arguments, cost: int = 1) -> Chat:
    inline_keyboard(call.params.get("reply_markup"))
    chat = world.open_chat(call.bot, call.params["chat_id"])
    world.spend(chat, cost)
    return chat


def _original(world: World, call: Arguments) -> Json:
    source = world.open_chat(call.bot, call.params["from_chat_id"])
    message = source.messages.get(call.params["message_id"])
    if message is None:
        raise bad_request("message to copy not found")
    return message


def _post(world: World, chat: Chat, params: Json, content: Json) -> Json:
    extra: Json = {}
    keyboard = inline_keyboard(params.get("reply_markup"))
    reply = params.get("reply_parameters")
    if reply:
        extra |= _replied(chat, reply)
    if params.get("protect_content"):
        extra["has_protected_content"] = True
    if keyboard:
        extra["reply_markup"] = keyboard
    message = world.post(chat, chat.bot.user(), {**content, **extra})
    if is_reply_keyboard(params.get("reply_markup")):
        chat.with_reply_keyboard.add(message["message_id"])
    return message


def _replied(chat: Chat, reply: Json) -> Json:
    target = chat.messages.get(reply["message_id"])
    if target is not None:
        return {"reply_to_message": {key: value for key, value in target.items() if key != "reply_to_message"}}
    if reply.get("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")
