"""An office without a chat: a real database, people, and published batches, for tests of the services."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from rules.model import MINUTE, BatchId, Instant, Kind, Micros, PersonId
from rules.rows import Row
from rules.settings import Overlap, Settings
from services import drafting, enrolling, filling, offering, posting, working
from services.dealing import Shown
from services.enrolling import Newcomer
from services.filling import NewTask
from services.people import CONSENT_VERSION
from services.posting import Found
from services.working import Outcome, Summary
from storage import Database, Tx, open_database

P = ParamSpec("P")
T = TypeVar("T")

BOSS = 1000001
START = Instant(1_790_000_000_000)
PRICE = Micros(20_000_000)
CHOICES = ("positive", "negative")


class Desk:
    """The services at hand; `now` moves only by hand."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.now = START
        self.coordinator = PersonId(0)
        self._ids = 5000

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path) -> AsyncIterator[Desk]:
        db = await open_database(f"sqlite:///{folder / 'desk.db'}")
        try:
            desk = cls(db)
            boss = await desk.do(
                enrolling.arrive, START, Newcomer(BOSS, "Boss", None, "ko"), "", frozenset({BOSS}), "open"
            )
            desk.coordinator = boss.id
            yield desk
        finally:
            await db.close()

    async def do(self, unit: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.db.run(unit, *args, **kwargs)

    def wait(self, milliseconds: int) -> None:
        self.now = Instant(self.now + milliseconds)

    async def worker(self, name: str = "Mina") -> PersonId:
        """A worker who came through an open door and agreed."""
        self._ids += 1
        newcomer = Newcomer(self._ids, name, None, "ko")
        person = await self.do(enrolling.arrive, self.now, newcomer, "", frozenset[int](), "open")
        await self.do(enrolling.consent, self.now, person.id, CONSENT_VERSION)
        return person.id

    async def workers(self, count: int) -> list[PersonId]:
        return [await self.worker(f"worker {number}") for number in range(count)]

    async def batch(
        self,
        texts: Sequence[str] = ("one", "two", "three"),
        *,
        gold: Sequence[tuple[str, str]] = (),
        choices: tuple[str, ...] = CHOICES,
        kind: Kind = Kind.SINGLE,
        price: Micros = PRICE,
        overlap: Overlap | None = None,
        lease: int = 10 * MINUTE,
        guide: str | None = None,
    ) -> BatchId:
        """A published batch of these texts; gold rows with their labels."""
        settings = Settings(
            title="Reviews", choices=choices, kind=kind, price=price, overlap=overlap or Overlap(1, 1),
            confidence=950_000, lease=lease, guide=guide, language="any",
        )  # fmt: skip
        upload = await self.do(posting.receive, self.now, self.coordinator, "r.csv", None, settings, False)
        await self.do(posting.keep, self.now, upload.id, "r.csv", Found(rows=len(texts) + len(gold)))
        begun = await self.do(filling.begin, self.now, upload.id)
        rows = [task(number, text, None) for number, text in enumerate(texts, 2)]
        rows += [task(number, text, (label,)) for number, (text, label) in enumerate(gold, 2 + len(texts))]
        await self.do(filling.add_rows, self.now, begun, rows)
        batch = await self.do(filling.finish, self.now, begun, 0, [])
        await self.do(drafting.publish, self.now, self.coordinator, batch)
        return batch

    async def begin(self, worker: PersonId, batch: BatchId) -> Shown:
        """The task that a worker sees when they start."""
        return seen(await self.do(offering.begin, self.now, worker, batch))

    async def tap(self, worker: PersonId, shown: Shown, choice: int = 0) -> Outcome:
        """A single-choice answer."""
        return await self.do(working.answer, self.now, worker, shown.assignment, shown.revision, choice)


def task(line: int, text: str, gold: tuple[str, ...] | None) -> NewTask:
    return NewTask(Row(line, None, text, None, None, gold, None, {}), None)


def seen(then: Shown | Summary) -> Shown:
    assert isinstance(then, Shown), then
    return then
