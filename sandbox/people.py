"""Who talks: people, bots, and the private chat between a person and a bot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from sandbox.replies import Json

if TYPE_CHECKING:
    from sandbox.updates import UpdateQueue
    from sandbox.webhooks import Webhook


class Switchable(Protocol):
    """Something that plays a person as long as it is on."""

    pace: float

    @property
    def on(self) -> bool: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True)
class Person:
    id: int
    first_name: str
    language_code: str
    username: str | None = None
    role: str | None = None

    def user(self) -> Json:
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            **({"username": self.username} if self.username else {}),
            "language_code": self.language_code,
        }

    def chat(self) -> Json:
        return {
            "id": self.id,
            "first_name": self.first_name,
            **({"username": self.username} if self.username else {}),
            "type": "private",
        }


@dataclass
class Bot:
    """Texts of the profile are kept by language code, "" for everybody else; commands by scope and language code."""

    token: str
    id: int
    username: str
    updates: UpdateQueue
    names: dict[str, str]
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    menu_buttons: dict[int | None, Json] = field(default_factory=dict)
    webhook: Webhook | None = None

    def user(self) -> Json:
        return {"id": self.id, "is_bot": True, "first_name": self.names[""], "username": self.username}

    def commands_for(self, person: Person) -> list[Json]:
        """The menu that this person sees: the narrowest scope that has one, in their language or in any."""
        scopes = (f"chat:{person.id}", "all_private_chats", "default")
        for key in ((scope, language) for scope in scopes for language in (person.language_code[:2], "")):
            if key in self.commands:
                return self.commands[key]
        return []


@dataclass
class Chat:
    """`messages` are never changed in place: an edit puts a new one under the old id."""

    bot: Bot
    person: Person
    started: bool = False
    blocked: bool = False
    last_message_id: int = 0
    messages: dict[int, Json] = field(default_factory=dict)
    with_reply_keyboard: set[int] = field(default_factory=set)

    def next_message_id(self) -> int:
        self.last_message_id += 1
        return self.last_message_id


@dataclass
class Tap:
    """A callback query, which can be answered once."""

    query_id: str
    bot: Bot
    person: Person
    at: float
    answered: bool = False
