"""Whether a database's file can be worked with: found out at the start, before anything relies on it, and later on."""

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .database import DatabaseUnusable, Trouble

CHECKED_BYTES = 256 << 20
"""A larger database takes more than seconds to read through; its backups are, every time."""

NO_ROOM = 1 << 20

TROUBLES = {
    sqlite3.SQLITE_CORRUPT: Trouble.BROKEN,
    sqlite3.SQLITE_NOTADB: Trouble.BROKEN,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: Trouble.READ_ONLY,
    sqlite3.SQLITE_PERM: Trouble.READ_ONLY,
}
NUMBERS = {
    errno.ENOSPC: Trouble.FULL,
    errno.EDQUOT: Trouble.FULL,
    errno.EACCES: Trouble.READ_ONLY,
    errno.EPERM: Trouble.READ_ONLY,
    errno.EROFS: Trouble.READ_ONLY,
}

PASSING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS})


class Malformed(sqlite3.DatabaseError):
    """A page that does not hold what it should."""


@contextmanager
def understood(path: Path) -> Iterator[None]:
    """What goes wrong with a file within, as DatabaseUnusable with its reason."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise DatabaseUnusable(_trouble(error, path), path, str(error)) from error
    except OSError as error:
        trouble = NUMBERS.get(error.errno or 0, Trouble.FAILING)
        raise DatabaseUnusable(trouble, error.filename or path, error.strerror or str(error)) from error


def _trouble(error: sqlite3.DatabaseError, path: Path) -> Trouble:
    """Extended codes say more than is needed; a failed write on a full disk is told as any failed write."""
    if isinstance(error, Malformed):
        return Trouble.BROKEN
    known = TROUBLES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if known is None and path.parent.exists() and shutil.disk_usage(path.parent).free < NO_ROOM:
        return Trouble.FULL
    return known or Trouble.FAILING


def try_out(connection: sqlite3.Connection) -> None:
    """Read through a database and commit to it, so that what is broken, full or read-only shows before any work."""
    pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    if 0 < pages * size <= CHECKED_BYTES and (faults := look_through(connection, "quick_check")):
        raise Malformed(faults[0])
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute("COMMIT")


def look_through(connection: sqlite3.Connection, check: str) -> list[str]:
    """What is wrong with a database's pages, by `quick_check` or `integrity_check`; nothing in a sound one."""
    found = [str(row[0]).splitlines()[-1] for row in connection.execute(f"PRAGMA {check}(10)")]
    return [] if found == ["ok"] else found


def is_fault(error: BaseException) -> bool:
    """Whether the database or the disk failed, so that the same may well go the next time.

    A row that the tables refuse, or a wrong statement, is a bug instead.
    """
    match error:
        case sqlite3.IntegrityError() | sqlite3.ProgrammingError():
            return False
        case sqlite3.Error():
            return True
        case OSError():
            return error.errno in PASSING
        case _:
            return False
