"""Inline keyboards: what the server takes, and what the others leave behind on a message."""

from __future__ import annotations

from sandbox.replies import Json, bad_request

MOST_BUTTONS = 100
MOST_IN_A_ROW = 8
ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


def inline_keyboard(markup: Json | None) -> Json | None:
    """The keyboard as the message keeps it, None for none; raises Refused for a button the server does not take."""
    if not markup or "inline_keyboard" not in markup:
        return None
    rows = [[_checked(button) for button in row] for row in markup["inline_keyboard"] if row]
    if not rows:
        return None
    if sum(map(len, rows)) > MOST_BUTTONS or any(len(row) > MOST_IN_A_ROW for row in rows):
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": rows}


def is_reply_keyboard(markup: Json | None) -> bool:
    return bool(markup) and "inline_keyboard" not in (markup or {})


def _checked(button: Json) -> Json:
    actions = [name for name in ACTIONS if name in button]
    if not actions:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if not str(button["text"]).strip():
        raise bad_request("can't parse inline keyboard button: Text must be non-empty")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    return button


def callback_buttons(message: Json) -> list[Json]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button for row in rows for button in row if "callback_data" in button]
