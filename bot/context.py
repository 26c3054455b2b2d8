"""What a handler has at hand: the person, the clock, the database, and a way to show something."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from telegram import Bot

from rules import days
from rules.model import Instant
from services import batches, people, receiving
from services.people import Person, Role
from storage import Database, Tx

from .clock import Clock
from .config import Config
from .contact import Contact
from .health import Health
from .inbox import Arrived
from .metrics import Metrics
from .readings import Readings
from .screen import Screen
from .secret import Secret
from .supervision import Background
from .telegraph import CardGone, Sent, Telegraph
from .turns import Lane
from .words import Words

P = ParamSpec("P")
T = TypeVar("T")

Then = Callable[[Sent], Awaitable[None]]


class Reader(Protocol):
    """Somebody who reads: in which language, and in which time zone, empty where that is not known."""

    @property
    def language(self) -> str: ...

    @property
    def timezone(self) -> str: ...


@dataclass(frozen=True)
class Kit:
    """What the whole bot shares."""

    config: Config
    bot: Bot
    db: Database
    clock: Clock
    secret: Secret
    telegraph: Telegraph
    contact: Contact
    health: Health
    metrics: Metrics
    background: Background
    readings: Readings = field(default_factory=Readings)

    def words(self, language: str, timezone: str = "") -> Words:
        """Words in a language, with the times of a zone of this name; without one, with those of the installation."""
        return Words(language, self.config.currency, days.zone(timezone) or self.config.timezone)

    def words_for(self, reader: Reader) -> Words:
        """Words for somebody, whose times are those of where they live."""
        return self.words(reader.language, reader.timezone)


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

    def __init__(self, kit: Kit, sender: Sender, arrived: Arrived, tapped: Tapped | None) -> None:
        self.kit = kit
        self.sender = sender
        self.tapped = tapped
        self.rest: list[Callable[[Context], Awaitable[None]]] = []
        self._arrived = arrived
        self._person = arrived.person
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
    def may_repeat(self) -> bool:
        """Whether nothing has been changed yet, so that a failed update can be tried again."""
        return not self._arrived.is_done

    @property
    def is_last(self) -> bool:
        """Whether the update is set aside when it fails this time."""
        return self._arrived.is_last

    @property
    def words(self) -> Words:
        if self._person is not None:
            return self.kit.words_for(self._person)
        return self.kit.words("ko" if (self.sender.language_code or "ko").startswith("ko") else "en")

    @property
    def now(self) -> Instant:
        return self.kit.clock.now()

    @property
    def data_dir(self) -> Path:
        return self.kit.config.data_dir

    async def run(self, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one unit of work. The first one that changes anything marks the update done in its transaction."""
        if self._arrived.is_done:
            return await self.kit.db.run(unit, *args, **kwargs)

        def finishing(tx: Tx) -> tuple[T, bool]:
            return receiving.finishing(tx, self._arrived.seq, lambda watched: unit(watched, *args, **kwargs))

        outcome, self._arrived.is_done = await self.kit.db.run(finishing)
        return outcome

    def later(self, act: Callable[["Context"], Awaitable[None]]) -> None:
        """Go on after this update, for as long as it takes; what is not stored by then does not survive a stop."""
        self.rest.append(act)

    async def refresh(self) -> None:
        """Read the person again, after something about them has changed."""
        self._person = await self.kit.db.run(people.find, self.sender.telegram_id)

    @property
    def delay(self) -> float:
        """About how many seconds pass before something can be shown here."""
        return self.kit.telegraph.pacer.delay(self.sender.telegram_id)

    async def show(self, screen: Screen, then: Then | None = None, key: object = None) -> None:
        """A tap's message becomes the screen where it can; otherwise a new message. `then` hears of it once it stands.

        Where the chat has to be left alone for a while this comes back at once, and the newest screen for a message,
        or with the same key, is shown when it may.
        """
        if self.tapped is None:
            await self.say(screen, then, key)
            return
        message = self.tapped.message
        await self._let_go(message.message_id)

        async def turn(telegraph: Telegraph) -> None:
            try:
                sent = await telegraph.edit(self.sender.telegram_id, message, screen, lane=Lane.TAP)
            except CardGone:
                sent = await telegraph.send(self.sender.telegram_id, screen, lane=Lane.TAP)
                await self.strip(message.message_id)
            if then is not None:
                await then(sent)

        await self.kit.telegraph.in_time(self.sender.telegram_id, turn)

    async def _let_go(self, message_id: int) -> None:
        """A message that becomes another screen follows its batch no more, or the card would take the screen's place.

        It does not count as having done the update: whatever is shown is shown again after a stop.
        """
        if self._person is not None and self._person.roles & {Role.COORDINATOR, Role.OWNER}:
            await self.kit.db.run(batches.let_go, self._person.id, message_id)

    async def say(self, screen: Screen, then: Then | None = None, key: object = None) -> None:
        """The same as a new message."""

        async def send(telegraph: Telegraph) -> None:
            lane = Lane.TAP if self.tapped else Lane.REPLY
            sent = await telegraph.send(self.sender.telegram_id, screen, lane=lane, key=key)
            if then is not None:
                await then(sent)

        await self.kit.telegraph.in_time(self.sender.telegram_id, send)

    @property
    def may_toast(self) -> bool:
        """Whether there is a tap that still waits for its acknowledgement."""
        return not self._acknowledged

    async def toast(self, text: str | None = None, *, alert: bool = False) -> None:
        """Acknowledge the tap, once. An update that is no tap has nothing to acknowledge."""
        if self.tapped is None or self._acknowledged:
            return
        self._acknowledged = True
        await self.kit.telegraph.answer(self.tapped.query_id, text, alert=alert)

    async def strip(self, message_id: int) -> None:
        """Take the buttons off an older message."""
        self.kit.telegraph.pacer.later(self.kit.telegraph.strip(self.sender.telegram_id, message_id))

    async def close(self) -> None:
        """Take the tapped message away."""
        if self.tapped is not None:
            await self.kit.telegraph.delete(self.sender.telegram_id, self.tapped.message.message_id)

    async def send_file(self, path: Path, name: str, caption: str = "") -> None:
        await self.kit.telegraph.send_file(self.sender.telegram_id, path, name, caption)
