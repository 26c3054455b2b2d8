"""Numbered migrations, forward only, each in one transaction."""

import sqlite3
from collections.abc import Iterator
from importlib.resources import files

from .database import NewerSchema
from .sql import Dialect


def pending(dialect: Dialect, applied: int) -> Iterator[tuple[int, list[str]]]:
    """The migrations after number `applied`, each as its statements."""
    for path in sorted(files("storage").joinpath("migrations").iterdir(), key=lambda path: path.name):
        number = int(path.name.split("_")[0])
        if number > applied:
            yield number, list(statements(dialect.fill(path.read_text(encoding="utf-8"))))


def newest(dialect: Dialect) -> int:
    """The number of the newest migration of this release."""
    return max((number for number, _ in pending(dialect, 0)), default=0)


def statements(script: str) -> Iterator[str]:
    """The statements of a script; a trigger's inner semicolons stay inside it."""
    gathered = ""
    for line in script.splitlines():
        if not gathered and (not line.strip() or line.startswith("--")):
            continue
        gathered += line + "\n"
        if sqlite3.complete_statement(gathered):
            yield gathered.strip()
            gathered = ""


def migrate_sqlite(connection: sqlite3.Connection, dialect: Dialect) -> int:
    """Bring a database to this release's schema; the number of migrations applied.

    Raises NewerSchema when the database knows migrations that this release does not.
    """
    applied = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if applied > newest(dialect):
        raise NewerSchema(f"schema {applied}, this release knows {newest(dialect)}")
    count = 0
    for number, parts in pending(dialect, applied):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in parts:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        count += 1
    return count
