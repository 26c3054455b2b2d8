"""A bot's database as it lies on the disk, held against what people tapped and were told."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.checks import violations
from storage.sqlite import SqliteTx, connect

from .crowd import Card, Tapped

NAME = "tapwork.db"


@dataclass(frozen=True)
class Found:
    """What a look at the books found; all is zero or empty in sound ones."""

    lost: int
    paid_twice: int
    answered_twice: int
    ledger: int
    damage: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        return not (self.lost or self.paid_twice or self.answered_twice or self.ledger or self.damage)


def snapshot(folder: Path, target: Path) -> None:
    """The database file and its log, as a dead process left them."""
    for name in (NAME, f"{NAME}-wal"):
        if (folder / name).exists():
            shutil.copyfile(folder / name, target / name)


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection beside the running bot's, which changes nothing."""
    with closing(connect(f"{(folder / NAME).as_uri()}?mode=ro", ())) as connection:
        yield connection


@contextmanager
def opened(place: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a copy that lies in a place."""
    with closing(connect((place / NAME).as_uri(), ())) as connection:
        yield connection


@contextmanager
def copied(folder: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a copy of what nobody has open."""
    with TemporaryDirectory(dir=folder.parent) as place:
        snapshot(folder, Path(place))
        with opened(Path(place)) as connection:
            yield connection


async def look_behind(folder: Path, stored: Mapping[Card, Tapped]) -> Found:
    """A look at what lies there now; the folder may change as soon as this has begun to wait."""
    with TemporaryDirectory(dir=folder.parent) as place:
        snapshot(folder, Path(place))
        return await asyncio.to_thread(look_at, Path(place), stored)


def look_at(place: Path, stored: Mapping[Card, Tapped]) -> Found:
    with opened(place) as connection:
        return look(connection, stored)


def look(connection: sqlite3.Connection, stored: Mapping[Card, Tapped]) -> Found:
    """Whether the answers in `stored` are there as they were first tapped, paid once, in books that add up."""
    answers = {
        (row["assignment_id"], row["revision"]): row["labels"]
        for row in connection.execute("SELECT assignment_id, revision, labels FROM answer WHERE labels IS NOT NULL")
    }
    lost = sum(answers.get(card) != 1 << tapped.choice for card, tapped in stored.items())
    [ledger] = connection.execute("SELECT COALESCE(SUM(amount), 0) FROM entry").fetchone()
    return Found(lost, paid_twice(connection), answered_twice(connection), ledger, tuple(damage(connection)))


def paid_twice(connection: sqlite3.Connection) -> int:
    """How many workers have been given more or less than the price of each of their answers, once."""
    given = connection.execute(
        """
        SELECT COUNT(*) FROM
          (SELECT worker_id, SUM(price) AS earned FROM answer WHERE undone = 0 AND price > 0 GROUP BY worker_id) earned
          LEFT JOIN
          (SELECT account, SUM(amount) AS got FROM entry WHERE account LIKE 'pending:%' GROUP BY account) given
          ON given.account = 'pending:' || earned.worker_id
        WHERE earned.earned <> COALESCE(given.got, 0)
        """
    )
    return int(given.fetchone()[0])


def answered_twice(connection: sqlite3.Connection) -> int:
    """How many tasks have two standing answers of one worker, or more answers that count than were wanted."""
    same = connection.execute(
        "SELECT COUNT(*) FROM (SELECT 1 FROM answer WHERE undone = 0 GROUP BY task_id, worker_id HAVING COUNT(*) > 1)"
    )
    over = connection.execute(
        """
        SELECT COUNT(*) FROM (
          SELECT answer.task_id FROM answer JOIN task ON task.id = answer.task_id JOIN batch ON batch.id = task.batch_id
           WHERE answer.undone = 0 AND answer.status = 'counted' AND answer.is_gold = 0
           GROUP BY answer.task_id HAVING COUNT(*) > MAX(batch.overlap_most))
        """
    )
    return int(same.fetchone()[0]) + int(over.fetchone()[0])


def damage(connection: sqlite3.Connection) -> Iterator[str]:
    for row in connection.execute("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield str(row[0])
    for violation in violations(SqliteTx(connection)):
        yield f"{violation.check}: {violation.what} ({violation.difference})"


def figure(connection: sqlite3.Connection, sql: str, *values: int) -> int:
    """The one number that a search gives."""
    return int(connection.execute(sql, values).fetchone()[0])
