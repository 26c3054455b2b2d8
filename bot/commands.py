"""What the command line may ask for, of the running bot or, when there is none, of itself."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from rules.refusals import Refusal
from storage import Database

from .clock import Clock
from .config import Config
from .words import Words

Progress = Callable[[int, int], Awaitable[None]]


@dataclass(frozen=True)
class Desk:
    """What commands need of a bot; nothing that only a running one has."""

    config: Config
    db: Database
    clock: Clock

    def words(self, language: str) -> Words:
        return Words(language, self.config.currency, self.config.timezone)


@dataclass(frozen=True)
class Post:
    """Post a file, or a folder of pictures, of this machine. `path` is absolute; settings are as they were typed."""

    path: str
    settings: tuple[tuple[str, str], ...] = ()
    coordinator: int | None = None
    publish: bool = False


@dataclass(frozen=True)
class Export:
    """Write a batch's files into a folder, whose path is absolute; formats by name, without any the usual ones."""

    batch: str
    folder: str
    formats: str = ""


@dataclass(frozen=True)
class Pay:
    """Record a payment; without an amount, of everything that can be paid."""

    worker: str
    amount: str | None = None
    note: str = ""


@dataclass(frozen=True)
class ListPayable:
    """Tell who has how much available."""


@dataclass(frozen=True)
class BackUp:
    """Make a backup now. With a folder, whose path is absolute, it goes there, and all pictures with it."""

    folder: str | None = None


@dataclass(frozen=True)
class Examine:
    """Look whether the database is well; `quick` asks only whether the bot is."""

    quick: bool = False


Command = Post | Export | Pay | ListPayable | BackUp | Examine


@dataclass(frozen=True)
class Done:
    """What to tell whoever asked, and the same as facts for a program."""

    text: str
    facts: Mapping[str, object] = field(default_factory=dict)


class Rejected(Exception):
    """A refusal that takes more words than its own: a list of mistakes, or of refused rows."""

    def __init__(self, refusal: Refusal, text: str) -> None:
        super().__init__(refusal.key)
        self.refusal = refusal
        self.text = text
