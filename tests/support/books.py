"""A database with people, batches and answers in it, whose rows a test may also break by hand."""

import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from refused import said

from rules import ledger
from rules.codes import new_code
from rules.model import MINUTE, BatchId, Instant, Micros, PersonId
from rules.pricing import cost, gold_answers
from rules.refusals import Refusal
from services.dealing import deal
from services.people import CONSENT_VERSION
from services.working import answer
from storage import Database, Tx, open_database

NOON = Instant(1_795_575_600_000)
"""12:00 on Wednesday, 25 November 2026, in Seoul."""

Values = dict[str, str | int | None]

CHOICES = ("긍정", "부정", "중립")


@dataclass(frozen=True)
class Books:
    """The folder of a database."""

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "books.db"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Database]:
        """The database as the bot sees it."""
        db = await open_database(f"sqlite:///{self.path}")
        try:
            yield db
        finally:
            await db.close()

    @contextmanager
    def raw(self) -> Iterator[sqlite3.Connection]:
        """The database without any rules of ours; only while nobody has it open."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            yield connection

    def break_by(self, *statements: str) -> None:
        """Change rows as nobody can who does not take the guards of the ledger away first."""
        with self.raw() as connection:
            guards = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for (guard,) in guards:
                connection.execute(f"DROP TRIGGER {guard}")
            for statement in statements:
                connection.execute(statement)

    def person(self, name: str, *, code: str | None = None, is_worker: bool = True, is_owner: bool = False) -> PersonId:
        with self.raw() as connection:
            number = connection.execute("SELECT COUNT(*) FROM person").fetchone()[0] + 1
            values: Values = {"telegram_id": 1000 + number, "code": code or new_code(6), "name": name, "language": "ko"}
            values |= {"reads": "ko,en", "is_worker": int(is_worker), "is_coordinator": int(not is_worker)}
            values |= {
                "is_owner": int(is_owner),
                "reachable": 1,
                "consent_version": CONSENT_VERSION,
                "created_at": NOON,
            }
            return PersonId(insert(connection, "person", **values))

    def batch(
        self,
        *,
        price: int = 20_000_000,
        tasks: int = 30,
        golds: int = 0,
        overlap: tuple[int, int] = (1, 1),
        title: str = "리뷰 감정",
        kind: str = "single",
        lease: int = 10 * MINUTE,
        pictures: bool = False,
    ) -> BatchId:
        """A published batch of a coordinator of its own, whose whole cost is reserved."""
        coordinator = self.person("Sora", is_worker=False)
        with self.raw() as connection:
            shared: Values = {"coordinator_id": coordinator, "title": title, "kind": kind}
            shared |= {"choices": json.dumps(CHOICES), "created_at": NOON}
            project = insert(connection, "project", **shared)
            planned = gold_answers(tasks, overlap[1], golds)
            values: Values = {
                "code": new_code(5),
                "project_id": project,
                "state": "open",
                "price": price,
                "reserved_price": price,
                "lease": lease,
            }
            values |= {"overlap_least": overlap[0], "overlap_most": overlap[1], "confidence": 950_000}
            values |= {"language": "any", "seed": "seed", "tasks": tasks, "golds": golds, "gold_left": planned}
            batch = BatchId(insert(connection, "batch", **shared, **values, tail=tasks, faults="[]", published_at=NOON))
            for number in range(1, tasks + golds + 1):
                slots = overlap[0] if number <= tasks else 0
                add_task(connection, batch, number, slots, has_picture=pictures)
            reserved = cost(tasks, overlap[1], golds, Micros(price))
            posting = ledger.published(batch, coordinator, reserved.answers, reserved.gold, reserved.late)
            for account, amount in posting.entries:
                insert(connection, "entry", source=posting.source, account=account, amount=amount, posted_at=NOON)
        return batch


def add_task(connection: sqlite3.Connection, batch: BatchId, number: int, slots: int, *, has_picture: bool) -> None:
    """A task with so many slots; one without any is gold."""
    picture = None
    if has_picture:
        sizes = {"width": 10, "height": 10, "created_at": NOON}
        picture = insert(connection, "picture", sha256=f"{batch}-{number}", **sizes)
    task: Values = {"batch_id": batch, "number": number, "reference": str(number), "content": f"작업 {number}"}
    task |= {"picture_id": picture, "gold": None if slots else 1, "state": "open", "wanted": slots}
    task["fingerprint"] = str(number)
    insert(connection, "task", **task, place=number if slots else None, open_slots=slots, meta="{}")


async def laid(folder: Path) -> Books:
    """Empty books."""
    books = Books(folder)
    async with books.open():
        return books


def insert(connection: sqlite3.Connection, table: str, **values: str | int | None) -> int:
    """Add a row; columns that must hold something and were not named hold nothing much."""
    for _, name, kind, is_needed, default, key in connection.execute(f"PRAGMA table_info({table})").fetchall():
        if is_needed and default is None and not key and name not in values:
            values[name] = "" if kind == "TEXT" else 0
    columns, blanks = ", ".join(values), ", ".join(f":{name}" for name in values)
    statement = f"INSERT INTO {table} ({columns}) VALUES ({blanks}) RETURNING rowid"  # noqa: S608
    number: int = connection.execute(statement, values).fetchone()[0]
    return number


def label(
    tx: Tx, now: Instant, worker: PersonId, batch: BatchId, count: int = 1, *, apart: int = 0, choice: int = 0
) -> Instant:
    """Give answers one after the other, `apart` milliseconds each; when the last was given."""
    for place in range(count):
        shown = deal(tx, now, worker, batch)
        assert shown is not None, f"only {place} tasks"
        answer(tx, now, worker, shown.assignment, shown.revision, choice)
        now = Instant(now + apart)
    return Instant(now - apart)


async def refused(db: Database, unit: Callable[..., Any], *values: Any, **named: Any) -> str:
    """The key of the refusal that a unit ends with; it can be said in every language."""
    with pytest.raises(Refusal) as caught:
        await db.run(unit, *values, **named)
    said(caught.value)
    return caught.value.key
