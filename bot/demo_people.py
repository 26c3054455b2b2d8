"""Who plays in the demo, and what the workers among them know."""

import asyncio
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from random import Random
from zipfile import ZIP_STORED, ZipFile

from sandbox import Json, Phone, Sandbox
from sandbox.phone import text_of
from sandbox.simulated import Card, card_of
from storage.images import prepare

PATIENCE = 60.0
MISTAKES = 0.08


class Stuck(Exception):
    """The bot did not do what the story of the demo expects."""


class Player:
    """Somebody with a phone, who waits for the bot's answer after each act."""

    def __init__(self, sandbox: Sandbox, name: str, language: str, role: str) -> None:
        self.name = name
        self.language = language
        self.phone = Phone(sandbox, sandbox.create_user(name, language_code=language, role=role))

    async def say(self, text: str) -> str:
        """Type something; the bot's answer."""
        return await self._act(lambda: self.phone.say(text), self._newest_id)

    async def tap(self, label: str) -> str:
        """Tap the newest button of this name; what the screen says when it has changed."""
        return await self._act(lambda: self.phone.tap(label), self._shown)

    async def send(self, name: str, data: bytes, caption: str, then: str) -> None:
        """Send a document, and wait for a button of this name."""
        with self._events() as happened:
            self.phone.send(name, data, caption)
            await self._wait(happened, lambda: any(then in row for row in self.phone.buttons), name)

    async def answer(self, card: Card, choice: str) -> None:
        """Tap a choice of a card, and wait for the next one."""
        button = card.button(choice) or card.skip
        tap = self.phone.sandbox.tap
        await self._act(lambda: tap(self.phone.user_id, card.message_id, button["callback_data"]), self._shown)

    @property
    def card(self) -> Card | None:
        """The task on the screen."""
        newest = self._newest()
        return None if newest is None else card_of(newest)

    @property
    def invite(self) -> str:
        """The code in the newest invitation."""
        return self.phone.screen.split("start=")[1].split()[0]

    async def _act(self, act: Callable[[], object], seen: Callable[[], object]) -> str:
        with self._events() as happened:
            before = seen()
            act()
            await self._wait(happened, lambda: seen() not in (before, None), self.phone.screen)
        return self.phone.screen

    @contextmanager
    def _events(self) -> Iterator[asyncio.Event]:
        happened = asyncio.Event()
        mine = self.phone.user_id

        def listen(event: Json) -> None:
            if event.get("user_id") == mine:
                happened.set()

        unsubscribe = self.phone.sandbox.subscribe(listen)
        try:
            yield happened
        finally:
            unsubscribe()

    async def _wait(self, happened: asyncio.Event, ready: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not ready():
                    happened.clear()
                    await happened.wait()
        except TimeoutError:
            raise Stuck(f"{self.name} waits in vain: {what!r}; the screen says {self.phone.screen!r}") from None

    def _newest(self) -> Json | None:
        return next((message for message in reversed(self.phone.messages) if message["from"]["is_bot"]), None)

    def _newest_id(self) -> object:
        newest = self._newest()
        return newest and newest["message_id"]

    def _shown(self) -> object:
        """What changes with every task; None for a message that has just lost its buttons, since another follows."""
        newest = self._newest()
        if newest is None or "reply_markup" not in newest:
            return None
        return newest["message_id"], text_of(newest), newest.get("photo"), newest["reply_markup"]


class Knowledge:
    """What the samples' texts and pictures are; other people's tasks are guessed."""

    def __init__(self, sandbox: Sandbox, seed: int) -> None:
        self._sandbox = sandbox
        self._chance = Random(seed)  # noqa: S311 - repeats with the seed, nothing is secret
        self._labels: dict[str, str] = {}

    def learn_texts(self, name: str) -> None:
        """A table of texts and its truth."""
        truth = _truth(name)
        for row in rows(f"{name}.csv"):
            self._labels[_plain(row["text"])] = truth[row["id"]]

    def learn_pictures(self, name: str) -> None:
        """A table of pictures and its truth; they are known as the bot sends them."""
        truth = _truth(name)
        pictures = sample_pictures()
        for row in rows(f"{name}.csv"):
            self._labels[prepare(pictures[row["image"]]).sha256] = truth[row["id"]]

    def choose(self, question: str, choices: list[str]) -> str | None:
        """What a worker taps: mostly the truth."""
        truth = self._truth_of(question)
        if truth not in choices or self._chance.random() < MISTAKES:
            return self._chance.choice(choices)
        return truth

    def _truth_of(self, question: str) -> str | None:
        try:
            return self._labels.get(sha256(self._sandbox.file(question)[1]).hexdigest())
        except LookupError:
            parts = (_plain(part) for part in question.split("\n\n"))
            return next((self._labels[part] for part in parts if part in self._labels), None)


def samples() -> Traversable:
    return files("sandbox").joinpath("samples")


def sample_pictures() -> Mapping[str, bytes]:
    """The pictures by their bare names."""
    return {
        picture.name: picture.read_bytes()
        for folder in samples().joinpath("pictures").iterdir()
        if folder.is_dir()
        for picture in folder.iterdir()
    }


def zipped_pictures() -> bytes:
    """The pictures and their table in one flat zip."""
    written = io.BytesIO()
    with ZipFile(written, "w", ZIP_STORED) as archive:
        archive.writestr("pictures.csv", samples().joinpath("pictures.csv").read_bytes())
        for name, data in sorted(sample_pictures().items()):
            archive.writestr(name, data)
    return written.getvalue()


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(samples().joinpath(name).read_text(encoding="utf-8"), newline="")))


def _truth(name: str) -> Mapping[str, str]:
    return {row["id"]: row["label"] for row in rows(f"{name}_truth.csv")}


def _plain(text: str) -> str:
    return " ".join(text.split())
