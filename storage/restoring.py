"""Putting a backup in the place of a database, which is kept under another name."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rules.model import Instant

from .backups import Figures, Manifest, Unsound, digest, figures_of, found, manifest_of, read_manifest, sync
from .lock import FileLock
from .migrate import migrate_sqlite
from .sql import SQLITE
from .sqlite import SqliteTx, connect

RESTORED = "restored"
"""The moment that every restore leaves in the database. What was signed before it is not valid any more, since the
numbers that it names may come to mean something else."""


@dataclass(frozen=True)
class Prepared:
    """A proven copy that lies beside the database; `manifest` is None when the backup came without one."""

    path: Path
    source: Path
    manifest: Manifest | None
    figures: Figures


def chosen(source: Path) -> Path:
    """The backup that is meant: a file, or the newest one in a folder. Raises Unsound when there is none."""
    if not source.is_dir():
        source.stat()
        return source
    backups = found(source)
    if not backups:
        raise Unsound(f"no backup in {source}")
    return backups[-1].path


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Keep bots and commands away from a database meanwhile. Raises DatabaseTaken when one of them has it."""
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(database)
    lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def prepared(source: Path, database: Path, now: Instant) -> Iterator[Prepared]:
    """A copy of a backup, proven and brought to this release, on the disk of the database; gone again at the end.

    Raises Unsound for a backup that is damaged or is not what its manifest says, and NewerSchema.
    """
    manifest = read_manifest(manifest_of(source))
    copy = database.with_name(f"{database.name}.restoring")
    _clear(copy)
    try:
        shutil.copyfile(source, copy)
        copy.chmod(0o600)
        if manifest is not None and digest(copy) != manifest.sha256:
            raise Unsound(f"{source} is not what its manifest says")
        yield Prepared(copy, source, manifest, _made_ready(copy, now))
    finally:
        _clear(copy)


def _made_ready(copy: Path, now: Instant) -> Figures:
    try:
        with closing(connect(copy.resolve().as_uri(), ("synchronous = FULL", "foreign_keys = ON"))) as connection:
            if not connection.execute("PRAGMA user_version").fetchone()[0]:
                raise Unsound("it was not written by tapwork")
            migrate_sqlite(connection, SQLITE)
            figures = figures_of(connection)
            _note(connection, now)
    except sqlite3.DatabaseError as error:
        raise Unsound(str(error)) from error
    sync(copy)
    return figures


def _note(connection: sqlite3.Connection, now: Instant) -> None:
    tx = SqliteTx(connection)
    connection.execute("BEGIN IMMEDIATE")
    tx.run("backups.doubt", now=now)
    tx.run("moments.note", name=RESTORED, now=now)
    connection.execute("COMMIT")


def swap(ready: Prepared, database: Path, now: Instant) -> Path | None:
    """Make a copy the database; where the replaced one is kept, if there was one.

    The old one is whole under its new name before it goes. When this is interrupted there is no database rather than
    a mixture of two, and it can be done again.
    """
    aside = database.with_name(f"{database.stem}-replaced-{datetime.fromtimestamp(now / 1000, UTC):%Y%m%dT%H%M%SZ}.db")
    parts = [(part, aside.with_name(aside.name + end)) for part, end in _parts(database) if part.exists()]
    for part, kept in parts:
        _keep(part, kept)
    sync(database.parent)
    _clear(database)
    sync(database.parent)
    ready.path.replace(database)
    sync(database.parent)
    return aside if parts else None


def _keep(part: Path, kept: Path) -> None:
    """The same file under another name, or a copy on disks that know one name only."""
    try:
        kept.hardlink_to(part)
    except OSError:
        shutil.copy2(part, kept)
        sync(kept)


def _parts(database: Path) -> list[tuple[Path, str]]:
    """A database's file, its log of what was committed last, and the index of that."""
    return [(database.with_name(database.name + end), end) for end in ("", "-wal", "-shm", "-journal")]


def _clear(database: Path) -> None:
    for part, _ in _parts(database):
        part.unlink(missing_ok=True)
