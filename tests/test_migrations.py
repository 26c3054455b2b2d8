"""The way from every older schema to this release's."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from books import Values, insert

from storage import NewerSchema, open_database
from storage.migrate import migrate_sqlite, newest, pending
from storage.sql import SQLITE

NEWEST = newest(SQLITE)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "t.db", isolation_level=None)
    yield connection
    connection.close()


def schema(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()


def version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def at(connection: sqlite3.Connection, number: int) -> None:
    """Bring an empty database to an older release's schema, statement by statement."""
    for each, statements in pending(SQLITE, 0):
        if each <= number:
            for statement in statements:
                connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {number}")


def test_migrations_are_numbered_without_gaps() -> None:
    assert list(range(1, NEWEST + 1)) == [number for number, _ in pending(SQLITE, 0)]


@pytest.mark.parametrize("older", range(NEWEST + 1))
def test_a_migrated_database_equals_a_fresh_one(connection: sqlite3.Connection, older: int) -> None:
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    migrate_sqlite(fresh, SQLITE)
    at(connection, older)

    assert NEWEST - older == migrate_sqlite(connection, SQLITE)
    assert schema(fresh) == schema(connection)
    assert NEWEST == version(connection)
    fresh.close()


def test_applying_twice_changes_nothing(connection: sqlite3.Connection) -> None:
    migrate_sqlite(connection, SQLITE)
    before = schema(connection)
    writes = connection.total_changes

    assert 0 == migrate_sqlite(connection, SQLITE)
    assert before == schema(connection)
    assert writes == connection.total_changes


def test_what_is_stored_survives_the_next_start(connection: sqlite3.Connection) -> None:
    migrate_sqlite(connection, SQLITE)
    connection.execute("INSERT INTO job_run (job, period, started_at) VALUES ('settle', '2026-11-22', 1)")
    migrate_sqlite(connection, SQLITE)

    assert [("settle",)] == connection.execute("SELECT job FROM job_run").fetchall()


def test_answers_in_review_are_weighed_when_doubt_comes_in(connection: sqlite3.Connection) -> None:
    """Task 1 is split, task 2 is gold; what is undone, late or settled is not looked at."""
    at(connection, 3)
    for task, gold in ((1, None), (2, 4)):
        insert(connection, "task", id=task, batch_id=1, number=task, reference=str(task), gold=gold, state="open")
    votes: list[tuple[int, int, Values]] = [(1, 1, {}), (1, 1, {}), (1, 2, {}), (2, 2, {}), (2, 4, {})]
    votes += [(1, 2, {"undone": 1}), (1, 2, {"status": "late"}), (1, 4, {"settlement_id": 1})]
    for number, (task, labels, rest) in enumerate(votes, 1):
        row: Values = {"assignment_id": number, "task_id": task, "labels": labels, "status": "counted", **rest}
        insert(connection, "answer", **row, is_gold=int(task == 2))

    migrate_sqlite(connection, SQLITE)

    doubts = [doubt for (doubt,) in connection.execute("SELECT doubt FROM answer ORDER BY id")]
    assert [0, 0, 2, 1000, 0, 0, 0, 0] == doubts


def test_a_newer_schema_is_refused_and_left_alone(connection: sqlite3.Connection) -> None:
    migrate_sqlite(connection, SQLITE)
    connection.execute("CREATE TABLE of_the_next_release (id INTEGER)")
    connection.execute(f"PRAGMA user_version = {NEWEST + 1}")
    before = schema(connection)

    with pytest.raises(NewerSchema, match=str(NEWEST + 1)):
        migrate_sqlite(connection, SQLITE)
    assert before == schema(connection)
    assert NEWEST + 1 == version(connection)


async def test_a_database_of_a_newer_release_can_be_opened_by_that_release_afterwards(tmp_path: Path) -> None:
    """The refusal lets go of the file and its lock."""
    path = tmp_path / "t.db"
    with sqlite3.connect(path) as newer:
        newer.execute(f"PRAGMA user_version = {NEWEST + 1}")
    newer.close()

    for _ in range(2):
        with pytest.raises(NewerSchema):
            await open_database(f"sqlite:///{path}")


def test_a_migration_that_fails_midway_leaves_nothing_and_can_be_repeated(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE outbox (in_the_way INTEGER)")

    with pytest.raises(sqlite3.OperationalError, match="outbox already exists"):
        migrate_sqlite(connection, SQLITE)
    assert ["outbox"] == [name for name, _ in schema(connection)]
    assert 0 == version(connection)
    assert not connection.in_transaction

    connection.execute("DROP TABLE outbox")
    assert NEWEST == migrate_sqlite(connection, SQLITE)
