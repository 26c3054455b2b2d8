"""Methods that change, remove or answer what is already in a chat."""

from __future__ import annotations

from sandbox.contents import CONTENT_KEYS, Arguments, caption_content, media_content, text_content
from sandbox.files import FileKind
from sandbox.keyboards import inline_keyboard
from sandbox.people import Chat
from sandbox.replies import Json, bad_request
from sandbox.world import World

DELETE_SECONDS = 48 * 3600
TOAST_LIMIT = 200
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def edit_message_text(world: World, call: Arguments) -> Json:
    chat, message = _editable(world, call)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    content = text_content(call.params)
    world.spend(chat)
    return _edited(world, chat, message, content, call.params)


def edit_message_caption(world: World, call: Arguments) -> Json:
    chat, message = _editable(world, call)
    if "text" in message:
        raise bad_request("there is no caption in the message to edit")
    media = {key: message[key] for key in ("photo", "document", "has_media_spoiler") if key in message}
    content = media | caption_content(call.params)
    world.spend(chat)
    return _edited(world, chat, message, content, call.params)


def edit_message_media(world: World, call: Arguments) -> Json:
    chat, message = _editable(world, call)
    media: Json = call.params["media"]
    match media["type"]:
        case "photo":
            kind = FileKind.PHOTO
        case "document":
            kind = FileKind.DOCUMENT
        case other:
            raise bad_request(f"the sandbox has no media of type {other}")
    inline_keyboard(call.params.get("reply_markup"))
    world.spend(chat)
    content = media_content(world.files, call, kind, media, media["media"], "media")
    return _edited(world, chat, message, content, call.params)


def edit_message_reply_markup(world: World, call: Arguments) -> Json:
    chat, message = _editable(world, call)
    inline_keyboard(call.params.get("reply_markup"))
    world.spend(chat)
    content = {key: message[key] for key in CONTENT_KEYS if key in message}
    return _edited(world, chat, message, content, call.params)


def delete_message(world: World, call: Arguments) -> bool:
    chat = world.open_chat(call.bot, call.params["chat_id"])
    message = chat.messages.get(call.params["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    if world.clock() - message["date"] > DELETE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    world.remove(chat, message["message_id"])
    return True


def delete_messages(world: World, call: Arguments) -> bool:
    chat = world.open_chat(call.bot, call.params["chat_id"])
    for message_id in call.params["message_ids"]:
        message = chat.messages.get(message_id)
        if message is not None and world.clock() - message["date"] <= DELETE_SECONDS:
            world.remove(chat, message_id)
    return True


def answer_callback_query(world: World, call: Arguments) -> bool:
    tap = world.taps.get(call.params["callback_query_id"])
    text = str(call.params.get("text", ""))
    if len(text) > TOAST_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    expired = tap is None or world.clock() - tap.at > world.limits.answer_seconds
    if tap is None or expired or tap.bot is not call.bot or tap.answered:
        raise bad_request(TOO_OLD)
    answer = {
        "query_id": tap.query_id,
        "text": text or None,
        "show_alert": bool(call.params.get("show_alert")),
        "at": world.clock(),
    }
    world.remember_answer(tap, answer)
    return True


def _editable(world: World, call: Arguments) -> tuple[Chat, Json]:
    if "inline_message_id" in call.params:
        raise bad_request("the sandbox has no inline messages")
    if "chat_id" not in call.params:
        raise bad_request("chat_id is empty")
    if "message_id" not in call.params:
        raise bad_request("message identifier is not specified")
    chat = world.open_chat(call.bot, call.params["chat_id"])
    message = chat.messages.get(call.params["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if (
        message["from"]["id"] != call.bot.id
        or message["message_id"] in chat.with_reply_keyboard
        or "forward_origin" in message
    ):
        raise bad_request("message can't be edited")
    return chat, message


def _edited(world: World, chat: Chat, message: Json, content: Json, params: Json) -> Json:
    """An edit that names no keyboard takes the old one away, as on Telegram."""
    keyboard = inline_keyboard(params.get("reply_markup"))
    kept = {key: value for key, value in message.items() if key not in CONTENT_KEYS | {"reply_markup", "edit_date"}}
    changed = {**kept, **content, **({"reply_markup": keyboard} if keyboard else {})}
    if changed == {key: value for key, value in message.items() if key != "edit_date"}:
        raise bad_request(NOT_MODIFIED)
    return world.replace(chat, {**changed, "edit_date": world.date()})
