"""One person's phone: what is on its screen, and what a thumb can do with it."""

from __future__ import annotations

from sandbox.core import Sandbox
from sandbox.replies import Json


class NoSuchButton(LookupError):
    """No message on the phone has a button of this name."""


class Phone:
    def __init__(self, sandbox: Sandbox, user_id: int) -> None:
        self.sandbox = sandbox
        self.user_id = user_id

    @property
    def messages(self) -> list[Json]:
        return self.sandbox.chat(self.user_id)

    @property
    def screen(self) -> str:
        """Text or caption of the newest message, "" for none."""
        return text_of(self.messages[-1]) if self.messages else ""

    @property
    def buttons(self) -> list[list[str]]:
        """The rows of button texts of the newest message that has a keyboard."""
        for message in reversed(self.messages):
            if "reply_markup" in message:
                return [[str(button["text"]) for button in row] for row in message["reply_markup"]["inline_keyboard"]]
        return []

    @property
    def toast(self) -> str | None:
        """What the last answered tap said."""
        answers = self.sandbox.answers(self.user_id)
        return answers[-1]["text"] if answers else None

    @property
    def documents(self) -> list[str]:
        """Names of the documents that the bot sent, oldest first."""
        return [str(message["document"]["file_name"]) for message in self._documents()]

    def document(self, name: str) -> bytes:
        """The newest document of this name that the bot sent; raises LookupError."""
        for message in reversed(self._documents()):
            if message["document"]["file_name"] == name:
                return self.sandbox.file(message["document"]["file_id"])[1]
        raise LookupError(f"no document {name!r} among {self.documents}")

    def say(self, text: str) -> Json:
        return self.sandbox.say(self.user_id, text)

    def send(self, file_name: str, data: bytes, caption: str | None = None) -> Json:
        return self.sandbox.send_document(self.user_id, file_name, data, caption)

    def tap(self, label: str, message_id: int | None = None) -> str:
        """Taps the newest button whose text is the label, else contains it; returns the callback query's id."""
        candidates = [
            (int(message["message_id"]), button)
            for message in reversed(self.messages)
            if message_id in (None, message["message_id"])
            for row in message.get("reply_markup", {}).get("inline_keyboard", [])
            for button in row
            if "callback_data" in button
        ]
        equal = [(where, button) for where, button in candidates if button["text"] == label]
        like = [(where, button) for where, button in candidates if label in button["text"]]
        for where, button in equal or like:
            return self.sandbox.tap(self.user_id, where, button["callback_data"])
        there = ", ".join(repr(button["text"]) for _, button in candidates) or "no buttons at all"
        raise NoSuchButton(f"no button {label!r}; there are {there}; the screen says {self.screen!r}")

    def _documents(self) -> list[Json]:
        return [message for message in self.messages if "document" in message and message["from"]["is_bot"]]


def text_of(message: Json) -> str:
    return str(message.get("text", message.get("caption", "")))
