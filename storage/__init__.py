"""The only place with SQL and drivers."""

from pathlib import Path
from urllib.parse import urlsplit

from .database import Database, DatabaseTaken, DatabaseUnusable, NewerSchema, Row, Trouble, Tx, UniqueViolation
from .lock import refuse_if_taken

__all__ = [
    "Database",
    "DatabaseTaken",
    "DatabaseUnusable",
    "NewerSchema",
    "Row",
    "Trouble",
    "Tx",
    "UniqueViolation",
    "open_database",
    "path_of",
    "refuse_if_taken",
]


def path_of(url: str) -> Path:
    """The file of a SQLite database's URL."""
    return Path(urlsplit(url).path.removeprefix("/"))


async def open_database(url: str) -> Database:
    """Open the database of a URL such as `sqlite:///data/tapwork.db` (relative) or `sqlite:////var/lib/tapwork.db`."""
    from .sqlite import open_sqlite  # Processes that read a file start often, and need no database.

    parts = urlsplit(url)
    if parts.scheme != "sqlite":
        raise ValueError(f"no engine for {parts.scheme}://")
    return await open_sqlite(path_of(url))
