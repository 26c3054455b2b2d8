"""The SQLite engine: one writing connection whose waiting units share a commit, one reading connection beside it."""

import os
import sqlite3
from asyncio import AbstractEventLoop, Future, Task, get_running_loop
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import aiosqlite

from .database import Row, Tx, UniqueViolation, Value
from .lock import FileLock
from .migrate import migrate_sqlite
from .soundness import try_out, understood
from .sql import SQLITE, queries

P = ParamSpec("P")
T = TypeVar("T")

WAITING = "busy_timeout = 5000"
WRITING = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
    # Without it a row that another one replaces is gone, and no trigger against its removal is asked.
    "recursive_triggers = ON",
    WAITING,
    "cache_size = -32000",
)


class Connection(aiosqlite.Connection):
    """aiosqlite's connection, which owns the database thread; `call` runs a whole function on it."""

    def __await__(self) -> Generator[Any, None, "Connection"]:
        try:
            yield from super().__await__()
        except BaseException:
            # The thread has been told to end, and reports that to an event loop that may be closed by then.
            self._thread.join()
            raise
        return self

    async def call(self, function: Callable[[sqlite3.Connection], T]) -> T:
        execute: Callable[..., Awaitable[T]] = self._execute
        return await execute(lambda: function(self._conn))


class SqliteTx:
    """A transaction on a SQLite connection."""

    skips_locked = False

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._queries = queries(SQLITE)

    def _execute(self, query: str, values: dict[str, Value]) -> sqlite3.Cursor:
        try:
            return self._connection.execute(self._queries[query], values)
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorcode in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY):
                raise UniqueViolation(query) from error
            raise

    def one(self, query: str, /, **values: Value) -> Row | None:
        rows = self._execute(query, values).fetchall()
        return rows[0] if rows else None

    def all(self, query: str, /, **values: Value) -> list[Row]:
        return self._execute(query, values).fetchall()

    def run(self, query: str, /, **values: Value) -> int:
        cursor = self._execute(query, values)
        cursor.fetchall()
        return max(cursor.rowcount, 0)


@dataclass(frozen=True)
class Unit:
    """One function that waits for the database thread, and where its outcome goes."""

    function: Callable[[Tx], Any]
    future: Future[Any]
    loop: AbstractEventLoop

    def hand_out(self, outcome: Any, error: BaseException | None) -> None:
        self.loop.call_soon_threadsafe(self._settle, outcome, error)

    def _settle(self, outcome: Any, error: BaseException | None) -> None:
        if self.future.done():
            return
        if error is None:
            self.future.set_result(outcome)
        else:
            self.future.set_exception(error)


Outcome = tuple[Any, BaseException | None]


class SqliteDatabase:
    """A SQLite file, open for one process."""

    def __init__(self, writer: Connection, reader: Connection, lock: FileLock) -> None:
        self._writer = writer
        self._reader = reader
        self._lock = lock
        self._waiting: deque[Unit] = deque()

    async def run(self, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        loop = get_running_loop()
        future: Future[T] = loop.create_future()
        self._waiting.append(Unit(lambda tx: unit(tx, *args, **kwargs), future, loop))
        # The drain is not awaited for its own result: a cancelled caller must not take its neighbours along.
        drained = loop.create_task(self._writer.call(self._drain))
        drained.add_done_callback(partial(self._drained, future))
        return await future

    @staticmethod
    def _drained(future: Future[Any], drain: Task[None]) -> None:
        """A drain that could not run at all (a closed database) is told to the caller that asked for it."""
        error = None if drain.cancelled() else drain.exception()
        if error is not None and not future.done():
            future.set_exception(error)

    async def read(self, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        def reading(connection: sqlite3.Connection) -> T:
            connection.execute("BEGIN")
            try:
                return unit(SqliteTx(connection), *args, **kwargs)
            finally:
                connection.execute("ROLLBACK")

        return await self._reader.call(reading)

    async def close(self) -> None:
        try:
            await self._reader.close()
            await self._writer.close()
        finally:
            self._lock.release()

    def _drain(self, connection: sqlite3.Connection) -> None:
        """Run all waiting units in one transaction, a savepoint each; hand results out only after its commit."""
        units = []
        while self._waiting:
            units.append(self._waiting.popleft())
        if not units:
            return
        try:
            outcomes = self._together(connection, units)
        except sqlite3.Error:
            outcomes = [self._alone(connection, unit) for unit in units]
        for unit, (outcome, error) in zip(units, outcomes, strict=True):
            unit.hand_out(outcome, error)

    @staticmethod
    def _together(connection: sqlite3.Connection, units: list[Unit]) -> list[Outcome]:
        connection.execute("BEGIN IMMEDIATE")
        try:
            outcomes = [guarded(connection, unit) for unit in units]
            connection.execute("COMMIT")
        except BaseException:
            roll_back(connection)
            raise
        return outcomes

    @staticmethod
    def _alone(connection: sqlite3.Connection, unit: Unit) -> Outcome:
        """One unit in a transaction of its own, after the shared one died."""
        try:
            connection.execute("BEGIN IMMEDIATE")
            result = unit.function(SqliteTx(connection))
            connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 - handed to the unit's caller
            roll_back(connection)
            return None, error
        return result, None


def guarded(connection: sqlite3.Connection, unit: Unit) -> Outcome:
    """Run a unit inside a savepoint; raises only when the whole transaction has died under it."""
    connection.execute("SAVEPOINT unit")
    try:
        result = unit.function(SqliteTx(connection))
    except BaseException as error:
        if not connection.in_transaction:
            raise sqlite3.OperationalError("the shared transaction ended") from error
        connection.execute("ROLLBACK TO unit")
        connection.execute("RELEASE unit")
        return None, error
    connection.execute("RELEASE unit")
    return result, None


def roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def connect(uri: str, pragmas: tuple[str, ...]) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, cached_statements=512)
    try:
        connection.row_factory = sqlite3.Row
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except BaseException:
        connection.close()
        raise
    return connection


async def open_sqlite(path: Path) -> SqliteDatabase:
    """Open (or make) a database file, migrated to this release.

    Raises DatabaseTaken when another process writes it, NewerSchema when a newer release did, and DatabaseUnusable
    when its file is broken or can't be written.
    """
    lock = FileLock(path)
    with understood(path):
        uri = prepare_folder(path)
        lock.acquire()
        try:
            _keep_private(path)
            writer, reader = await _opened(uri)
        except BaseException:
            lock.release()
            raise
    return SqliteDatabase(writer, reader, lock)


async def _opened(uri: str) -> tuple[Connection, Connection]:
    writer = await Connection(partial(connect, uri, WRITING), 64)
    try:
        await writer.call(try_out)
        await writer.call(lambda connection: migrate_sqlite(connection, SQLITE))
        return writer, await Connection(partial(connect, f"{uri}?mode=ro", (WAITING,)), 64)
    except BaseException:
        await writer.close()
        raise


def _keep_private(path: Path) -> None:
    """Nobody else may read a database, nor what SQLite makes beside it with the same rights."""
    if not path.exists():
        path.touch(mode=0o600)
    elif path.stat().st_uid == os.geteuid():
        path.chmod(0o600)


def prepare_folder(path: Path) -> str:
    """Make the folder of a database file, for nobody else; the file's URI."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path.resolve().as_uri()
