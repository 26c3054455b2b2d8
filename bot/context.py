"""What a handler has at hand: the person, the clock, the database, and a way to show something."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from telegram import Bot

from rules.model import Instant
from services import people
from services.people import Person
from storage import Database, Tx

from .clock import Clock
from .config import Config
from .screen import Screen
from .secret import Secret
from .telegraph import CardGone, Sent, Telegraph
from .words import Words

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Kit:
    """What the whole bot shares."""

    config: Config
    bot: Bot
    db: Database
    clock: Clock
    secret: Secret
    telegraph: Telegraph

    def words(self, language: str) -> Words:
        return Words(language, self.config.currency, self.config.timezone)


@dataclass(frozen=True)
class Sender:
    """Who an update came from, as Telegram says."""

    telegram_id: int
    name: str
    username: str | None
    language_code: str | None


@dataclass(frozen=True)
class Tapped:
    """The button's message, and the query to acknowledge."""

    query_id: str
    message: Sent


class Context:
    """One update of one person."""

    def __init__(self, kit: Kit, sender: Sender, person: Person | None, tapped: Tapped | None) -> None:
        self.kit = kit
        self.sender = sender
        self.tapped = tapped
        self._person = person
        self._acknowledged = tapped is None

    @property
    def person(self) -> Person:
        """The person; routing lets nobody unknown past it, except where a handler asks for them."""
        if self._person is None:
            raise LookupError(self.sender.telegram_id)
        return self._person

    @property
    def is_known(self) -> bool:
        return self._person is not None

    @property
    def words(self) -> Words:
        if self._person is not None:
            return self.kit.words(self._person.language)
        return self.kit.words("ko" if (self.sender.language_code or "ko").startswith("ko") else "en")

    @property
    def now(self) -> Instant:
        return self.kit.clock.now()

    @property
    def data_dir(self) -> Path:
        return self.kit.config.data_dir

    async def run(self, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one unit of work."""
        return await self.kit.db.run(unit, *args, **kwargs)

    async def refresh(self) -> None:
        """Read the person again, after something about them has changed."""
        self._person = await self.kit.db.run(people.find, self.sender.telegram_id)

    async def show(self, screen: Screen) -> Sent:
        """A tap's message becomes the screen where it can; otherwise a new message."""
        if self.tapped is None:
            return await self.say(screen)
        try:
            return await self.kit.telegraph.edit(self.sender.telegram_id, self.tapped.message, screen)
        except CardGone:
            await self.kit.telegraph.strip(self.sender.telegram_id, self.tapped.message.message_id)
            return await self.say(screen)

    async def say(self, screen: Screen) -> Sent:
        """A new message."""
        return await self.kit.telegraph.send(self.sender.telegram_id, screen)

    async def toast(self, text: str | None = None, *, alert: bool = False) -> None:
        """Acknowledge the tap, once. An update that is no tap has nothing to acknowledge."""
        if self.tapped is None or self._acknowledged:
            return
        self._acknowledged = True
        await self.kit.telegraph.answer(self.tapped.query_id, text, alert=alert)

    async def strip(self, message_id: int) -> None:
        """Take the buttons off an older message."""
        await self.kit.telegraph.strip(self.sender.telegram_id, message_id)

    async def close(self) -> None:
        """Take the tapped message away."""
        if self.tapped is not None:
            await self.kit.telegraph.delete(self.sender.telegram_id, self.tapped.message.message_id)

    async def send_file(self, path: Path, name: str, caption: str = "") -> None:
        await self.kit.telegraph.send_file(self.sender.telegram_id, path, name, caption)
