"""Copies of a database: made beside the running work, proven sound, and told about in a manifest.

A copy is made by VACUUM INTO on a connection of its own that can only read: it neither writes nor checkpoints the
database, and holds nobody up. The database's own file is never opened in another way, since closing it would drop
SQLite's locks on it.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rules.keeping import dispensable, outdated
from rules.model import DAY, SECOND, Instant

from .checks import violations
from .soundness import look_through, understood
from .sqlite import WAITING, SqliteTx, connect
from .stopping import Stop

ROOM = 256 << 20
"""Bytes that stay free on the disk, since answers need room more than backups do."""


class Unsound(Exception):
    """A file that is no sound copy of a database; the message says what is wrong with it."""


class NoRoom(Exception):
    """A copy would leave too little room on the disk; the message says how many bytes it takes."""


@dataclass(frozen=True)
class Figures:
    """What stands in a database. `violations` are the checks of the books that do not hold."""

    schema: int
    people: int
    tasks: int
    answers: int
    newest_answer_at: int | None
    entries: int
    pictures: int
    violations: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """What a copy is: from when, how large, of which content, and the mark of the secret key that belongs to it."""

    made_at: Instant
    size: int
    sha256: str
    key: str | None
    figures: Figures


@dataclass(frozen=True)
class Backup:
    """A copy and its manifest."""

    path: Path
    manifest: Manifest


def back_up(database: Path, folder: Path, now: Instant, key: str | None, stop: Stop) -> Backup:
    """Copy a database into a folder, whole or not at all.

    Holds everything that was committed before the call. Raises Unsound when the copy is damaged, which the database
    then is too, NoRoom, DatabaseUnusable, and Stopped.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"tapwork-{datetime.fromtimestamp(now / 1000, UTC):%Y%m%dT%H%M%SZ}.db"
    with understood(database), _whole(path) as part:
        _require_room(database, folder)
        _copy(database, part, stop)
        figures = examine(part, stop)
        manifest = Manifest(now, part.stat().st_size, digest(part), key, figures)
        # Whoever finds a copy finds its manifest, too; the other way round it is no backup yet.
        with _whole(manifest_of(path)) as told:
            told.write_text(json.dumps(asdict(manifest), indent=1) + "\n", encoding="utf-8")
    return Backup(path, manifest)


def manifest_of(path: Path) -> Path:
    """Where the manifest of a copy is."""
    return path.with_suffix(".json")


def make_room(database: Path, folder: Path) -> int:
    """Delete the oldest backups of a folder until another one fits; how many went.

    Some of different days always stay, and all of them where the rest would not make room enough.
    """
    with understood(database):
        missing = _missing_room(database, folder)[0] if folder.exists() else 0
    going: list[Path] = []
    backups = {backup.manifest.made_at: backup.path for backup in found(folder)}
    for made_at in dispensable(backups):
        if missing > 0:
            going.append(backups[made_at])
            missing -= going[-1].stat().st_size
    if missing > 0:
        return 0
    for path in going:
        _delete(path)
    return len(going)


def _require_room(database: Path, folder: Path) -> None:
    missing, needed = _missing_room(database, folder)
    if missing > 0:
        raise NoRoom(str(needed))


def _missing_room(database: Path, folder: Path) -> tuple[int, int]:
    """The bytes that a copy lacks on the disk, 0 or less where it fits; and those that it takes."""
    with closing(connect(f"{database.resolve().as_uri()}?mode=ro", (WAITING,))) as connection:
        pages, free, size = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
    needed = (pages - free) * size
    return needed + ROOM - shutil.disk_usage(folder).free, needed


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file to write, which gets its name once everything in it is on the disk. Nobody else may read it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        yield part
        sync(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    sync(path.parent)


def sync(path: Path) -> None:
    """Have what was written to a file, or renamed in a folder, last through a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy(database: Path, to: Path, stop: Stop) -> None:
    with (
        closing(connect(f"{database.resolve().as_uri()}?mode=ro", (WAITING,))) as connection,
        stop.ending(connection.interrupt),
    ):
        connection.execute("VACUUM INTO ?", (str(to),))


def examine(path: Path, stop: Stop) -> Figures:
    """Read through a copy and its books. Raises Unsound when it is damaged."""
    with reading(path) as connection, stop.ending(connection.interrupt):
        return figures_of(connection)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A finished copy, open to be read. Raises Unsound for what can't be."""
    try:
        with closing(connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", ())) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        raise Unsound(str(error)) from error


def figures_of(connection: sqlite3.Connection) -> Figures:
    """What stands in a database of this release's schema. Raises Unsound when it is damaged."""
    if faults := look_through(connection, "integrity_check"):
        raise Unsound(faults[0])
    tx = SqliteTx(connection)
    answers = tx.all("backups.answers")[0]
    return Figures(
        schema=connection.execute("PRAGMA user_version").fetchone()[0],
        people=tx.all("backups.people")[0]["people"],
        tasks=tx.all("backups.tasks")[0]["tasks"],
        answers=answers["answers"],
        newest_answer_at=answers["newest"],
        entries=tx.all("backups.entries")[0]["entries"],
        pictures=tx.all("backups.pictures")[0]["pictures"],
        violations=tuple(sorted({violation.check for violation in violations(tx)})),
    )


def quick_check(database: Path, stop: Stop) -> list[str]:
    """What is wrong with the pages of a database that may be at work; nothing in a sound one."""
    try:
        with (
            closing(connect(f"{database.resolve().as_uri()}?mode=ro", (WAITING,))) as connection,
            stop.ending(connection.interrupt),
        ):
            return look_through(connection, "quick_check")
    except sqlite3.DatabaseError as error:
        return [str(error)]


def needed_pictures(path: Path) -> list[str]:
    """The hashes of all pictures that a copy shows; they are kept beside the database, not in it."""
    with reading(path) as connection:
        return [row["sha256"] for row in SqliteTx(connection).all("backups.needed_pictures")]


def digest(path: Path) -> str:
    """SHA-256, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def found(folder: Path) -> list[Backup]:
    """The backups in a folder, oldest first."""
    manifests = {path.with_suffix(".db"): read_manifest(path) for path in folder.glob("tapwork-*.json")}
    backups = [Backup(path, manifest) for path, manifest in manifests.items() if manifest and path.exists()]
    return sorted(backups, key=lambda backup: backup.manifest.made_at)


def read_manifest(path: Path) -> Manifest | None:
    """A manifest, or None for a file that is none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        figures = told.pop("figures")
        return Manifest(**told, figures=Figures(**{**figures, "violations": tuple(figures["violations"])}))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def tidy(folder: Path, now: Instant) -> int:
    """Delete backups that are not kept any more, and what an interrupted one left; how many backups went."""
    backups = found(folder)
    old = outdated([backup.manifest.made_at for backup in backups])
    for backup in backups:
        if backup.manifest.made_at in old:
            _delete(backup.path)
    alone = [path for path in folder.glob("tapwork-*.json") if not path.with_suffix(".db").exists()]
    for left in (*folder.glob(".tapwork-*"), *alone):
        if left.exists() and left.stat().st_mtime * SECOND < now - DAY:
            left.unlink(missing_ok=True)
    return len(old)


def _delete(path: Path) -> None:
    path.unlink(missing_ok=True)
    manifest_of(path).unlink(missing_ok=True)
