"""The real services on a real SQLite database, one unit after the other with no event loop, for long random walks."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Concatenate, Final, ParamSpec, TypeVar

from hypothesis import HealthCheck, settings

from rules.model import BatchId, Instant, Kind, Micros, PersonId
from rules.rows import Row
from rules.settings import Overlap, Settings
from services import drafting, enrolling, filling, posting
from services.enrolling import Newcomer
from services.filling import NewTask
from services.people import CONSENT_VERSION
from services.posting import Found
from storage import Tx
from storage.migrate import migrate_sqlite
from storage.sql import SQLITE
from storage.sqlite import SqliteTx, connect

P = ParamSpec("P")
T = TypeVar("T")

BOSS = 1000001
START = Instant(1_790_000_000_000)
IS_LONG: Final = os.environ.get("TAPWORK_FAULTS") == "1"
"""`TAPWORK_FAULTS=1` asks for the long form of every random walk and race."""


def effort(short: int, long: int, steps: int = 50, long_steps: int = 50) -> settings:
    """How many examples a property is tried with, and of how many steps."""
    return settings(
        max_examples=long if IS_LONG else short,
        stateful_step_count=long_steps if IS_LONG else steps,
        deadline=None,
        derandomize=False,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


@dataclass(frozen=True)
class Terms:
    """What a batch is posted with; its texts are `<name> 1` and so on, its gold `<name> gold 1`, labeled `a`."""

    tasks: int
    golds: int
    kind: Kind
    overlap: Overlap
    price: Micros
    lease: int
    confidence: int
    seed: str


CHOICES = ("a", "b", "c")


class Office:
    """The services at hand, on a database in memory."""

    def __init__(self) -> None:
        self.connection = connect("file::memory:", ("foreign_keys = ON",))
        _blank().backup(self.connection)
        self.boss = self.do(enrolling.arrive, START, Newcomer(BOSS, "Boss", None, "ko"), "", frozenset({BOSS}), "open")
        self._people = BOSS

    def close(self) -> None:
        self.connection.close()

    def do(self, unit: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a unit of work in a transaction of its own, as a database does."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            outcome = unit(SqliteTx(self.connection), *args, **kwargs)
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")
        return outcome

    def join(self, now: Instant) -> PersonId:
        self._people += 1
        return self.do(joined, now, self._people)

    def post(self, now: Instant, name: str, terms: Terms) -> BatchId:
        """A batch on offer, with the given seed, so that a walk is dealt the same gold when it is walked again."""
        batch = self.do(published, now, self.boss.id, name, terms)
        self.connection.execute("UPDATE batch SET seed = ? WHERE id = ?", (terms.seed, batch))
        return batch

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """What stands in the tables, read behind the services' back."""
        return [tuple(row) for row in self.connection.execute(sql)]

    def accounts(self) -> dict[str, int]:
        """What every account of the ledger sums up to."""
        return dict(self.connection.execute("SELECT account, SUM(amount) FROM entry GROUP BY account").fetchall())

    def code(self, person: PersonId) -> str:
        found = self.connection.execute("SELECT code FROM person WHERE id = ?", (person,)).fetchone()
        return str(found["code"])


@cache
def _blank() -> sqlite3.Connection:
    """A migrated database to start every walk from."""
    connection = connect("file::memory:", ())
    migrate_sqlite(connection, SQLITE)
    return connection


def joined(tx: Tx, now: Instant, telegram_id: int) -> PersonId:
    """A worker who came through an open door and agreed."""
    newcomer = Newcomer(telegram_id, f"worker {telegram_id}", None, "ko")
    person = enrolling.arrive(tx, now, newcomer, "", frozenset(), "open")
    enrolling.consent(tx, now, person.id, CONSENT_VERSION)
    return person.id


def published(tx: Tx, now: Instant, boss: PersonId, name: str, terms: Terms) -> BatchId:
    """A batch on offer, posted the way a coordinator's file is."""
    asked = Settings(
        title=name, choices=CHOICES, kind=terms.kind, price=terms.price, overlap=terms.overlap,
        confidence=terms.confidence, lease=terms.lease, language="any",
    )  # fmt: skip
    upload = posting.receive(tx, now, boss, f"{name}.csv", None, asked, False)
    posting.keep(tx, now, upload.id, f"{name}.csv", Found(rows=terms.tasks + terms.golds))
    begun = filling.begin(tx, now, upload.id)
    filling.add_rows(tx, now, begun, [_task(name, number) for number in range(1, terms.tasks + 1)])
    filling.add_rows(tx, now, begun, [_task(f"{name} gold", number, ("a",)) for number in range(1, terms.golds + 1)])
    batch = filling.finish(tx, now, begun, 0, [])
    drafting.publish(tx, now, boss, batch)
    return batch


def _task(name: str, number: int, gold: tuple[str, ...] | None = None) -> NewTask:
    return NewTask(Row(number, None, f"{name} {number}", None, None, gold, None, {}), None)
