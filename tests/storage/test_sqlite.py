import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from books import NOON

from rules.ledger import FUNDS, budget, moved
from rules.model import Micros, PersonId
from rules.refusals import Refusal
from services import deeds
from storage import Database, DatabaseTaken, Tx, UniqueViolation, open_database, refuse_if_taken
from storage.ledger import post
from storage.sqlite import SqliteDatabase, SqliteTx, open_sqlite


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = await open_sqlite(tmp_path / "t.db")
    yield database
    await database.close()


def claim(tx: Tx, job: str) -> bool:
    return tx.one("jobs.claim", job=job, period="p", now=1, until=2) is not None


def claim_then_refuse(tx: Tx, job: str) -> bool:
    claim(tx, job)
    raise Refusal("start.lost_button")


def claimed(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return [row[0] for row in connection.execute("SELECT job FROM job_run ORDER BY job")]


async def test_units_that_wait_together_share_one_commit(db: SqliteDatabase) -> None:
    commits: list[str] = []
    await db._writer.call(lambda connection: connection.set_trace_callback(commits.append))

    await asyncio.gather(*(db.run(claim, f"job {number}") for number in range(50)))

    assert commits.count("COMMIT") < 10
    assert sum(statement.startswith("INSERT INTO job_run") for statement in commits) == 50


async def test_a_refused_unit_leaves_nothing_and_does_not_take_its_neighbours_along(
    db: SqliteDatabase, tmp_path: Path
) -> None:
    results = await asyncio.gather(
        db.run(claim, "before"), db.run(claim_then_refuse, "refused"), db.run(claim, "after"), return_exceptions=True
    )

    assert isinstance(results[1], Refusal)
    assert [results[0], results[2]] == [True, True]
    assert claimed(tmp_path / "t.db") == ["after", "before"]


async def test_an_outcome_is_handed_out_only_after_its_commit(db: SqliteDatabase, tmp_path: Path) -> None:
    await db.run(claim, "done")

    assert claimed(tmp_path / "t.db") == ["done"]


async def test_when_the_shared_transaction_dies_each_unit_runs_again_alone(db: SqliteDatabase, tmp_path: Path) -> None:
    def ends_everything(tx: Tx) -> None:
        assert isinstance(tx, SqliteTx)
        tx._connection.execute("ROLLBACK")
        raise sqlite3.OperationalError("database or disk is full")

    results = await asyncio.gather(
        db.run(claim, "first"), db.run(ends_everything), db.run(claim, "last"), return_exceptions=True
    )

    assert [results[0], results[2]] == [True, True]
    assert isinstance(results[1], sqlite3.OperationalError)
    assert claimed(tmp_path / "t.db") == ["first", "last"]


async def test_a_caller_that_gives_up_does_not_stop_its_unit(db: SqliteDatabase, tmp_path: Path) -> None:
    tasks = [asyncio.ensure_future(db.run(claim, f"job {number}")) for number in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert await db.run(claim, "later")
    assert len(claimed(tmp_path / "t.db")) == 21


async def test_a_unique_constraint_is_told_as_such(db: SqliteDatabase) -> None:
    def same_code_twice(tx: Tx) -> None:
        for telegram in (1, 2):
            tx.one("people.add", telegram=telegram, code="SAME", name="n", username=None, language="ko", now=1)

    with pytest.raises(UniqueViolation):
        await db.run(same_code_twice)


async def test_a_reader_can_not_write(db: SqliteDatabase) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await db.read(claim, "read")


async def test_a_second_opener_is_refused_at_once_and_told_who_has_it(db: Database, tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from storage import open_database, DatabaseTaken\n"
        "try: asyncio.run(open_database(sys.argv[1]))\n"
        "except DatabaseTaken as taken: print('taken by', taken)\n"
    )
    process = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", script, f"sqlite:///{tmp_path / 't.db'}"],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )

    assert process.stdout.startswith("taken by ")
    with pytest.raises(DatabaseTaken):
        await open_database(f"sqlite:///{tmp_path / 't.db'}")


async def test_a_link_to_the_database_leads_to_the_same_lock(db: Database, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.db"
    link.symlink_to(tmp_path / "t.db")

    with pytest.raises(DatabaseTaken, match=str(os.getpid())):
        refuse_if_taken(link)
    with pytest.raises(DatabaseTaken, match=str(os.getpid())):
        await open_database(f"sqlite:///{link}")


async def test_looking_whether_a_database_is_taken_takes_nothing(tmp_path: Path) -> None:
    refuse_if_taken(tmp_path / "t.db")
    db = await open_database(f"sqlite:///{tmp_path / 't.db'}")
    await db.close()
    refuse_if_taken(tmp_path / "t.db")

    await (await open_database(f"sqlite:///{tmp_path / 't.db'}")).close()


async def test_every_commit_is_synced_and_the_journal_is_a_wal(db: SqliteDatabase) -> None:
    def pragmas(connection: sqlite3.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert await db._writer.call(pragmas) == ["wal", 2, 1]


async def test_a_closed_database_says_so(tmp_path: Path) -> None:
    database = await open_sqlite(tmp_path / "t.db")
    await database.close()

    with pytest.raises(ValueError, match="closed"):
        await database.run(claim, "late")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
        "REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
        "UPDATE OR REPLACE {table} SET rowid = rowid",
        "UPDATE {table} SET rowid = rowid + 1",
        "DELETE FROM {table}",
    ],
)
@pytest.mark.parametrize("table", ["entry", "deed"])
async def test_what_is_entered_is_neither_changed_nor_removed_nor_replaced(
    db: SqliteDatabase, table: str, statement: str
) -> None:
    def enter(tx: Tx) -> None:
        post(tx, moved("fund:1", FUNDS, budget(PersonId(1)), Micros(5)), NOON)
        deeds.note(tx, NOON, None, "alone", "off")

    await db.run(enter)
    before = await db._writer.call(lambda connection: rows(connection, table))

    with pytest.raises(sqlite3.IntegrityError, match="what is entered stays"):
        await db._writer.call(lambda connection: connection.execute(statement.format(table=table)))

    assert before == await db._writer.call(lambda connection: rows(connection, table)) != []


def rows(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(f"SELECT * FROM {table}")]  # noqa: S608


def modes_in(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in folder.iterdir()}


async def test_nobody_else_may_read_a_database_whatever_the_shell_allows(tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    old.touch(mode=0o644)
    before = os.umask(0o022)
    try:
        opened = [await open_sqlite(path) for path in (old, tmp_path / "new.db")]
        for database in opened:
            await database.run(claim, "job")
        modes = modes_in(tmp_path)
        for database in opened:
            await database.close()
    finally:
        os.umask(before)

    assert {0o600} == modes
