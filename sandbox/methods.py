"""Which function answers which method of the Bot API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from sandbox import editing, polling, profile, sending
from sandbox.contents import Arguments
from sandbox.world import World

Method = Callable[[World, Arguments], object]
SlowMethod = Callable[[World, Arguments], Awaitable[object]]

METHODS: Mapping[str, Method] = {
    "answerCallbackQuery": editing.answer_callback_query,
    "close": profile.leave_server,
    "copyMessage": sending.copy_message,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "deleteMyCommands": profile.delete_my_commands,
    "deleteWebhook": polling.delete_webhook,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageMedia": editing.edit_message_media,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "editMessageText": editing.edit_message_text,
    "forwardMessage": sending.forward_message,
    "getChat": profile.get_chat,
    "getChatMenuButton": profile.get_chat_menu_button,
    "getFile": profile.get_file,
    "getMe": profile.get_me,
    "getMyCommands": profile.get_my_commands,
    "getMyDescription": profile.get_my_description,
    "getMyName": profile.get_my_name,
    "getMyShortDescription": profile.get_my_short_description,
    "getWebhookInfo": polling.get_webhook_info,
    "logOut": profile.leave_server,
    "sendChatAction": sending.send_chat_action,
    "sendDocument": sending.send_document,
    "sendMediaGroup": sending.send_media_group,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "setChatMenuButton": profile.set_chat_menu_button,
    "setMyCommands": profile.set_my_commands,
    "setMyDescription": profile.set_my_description,
    "setMyName": profile.set_my_name,
    "setMyShortDescription": profile.set_my_short_description,
    "setWebhook": polling.set_webhook,
}
SLOW_METHODS: Mapping[str, SlowMethod] = {"getUpdates": polling.get_updates}
