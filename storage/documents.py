"""Tables as files: CSV and JSON lines, written page by page, and given their names only when they are whole."""

import csv
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Protocol

from rules.spreadsheets import harmless

Value = str | int | float | None | tuple[str, ...] | Mapping[str, str | float]
Record = Mapping[str, Value]
"""One row by column: real types, several labels as a tuple, an object as a mapping."""

HIDDEN = ".export-"
LEFT_BEHIND = 24 * 60 * 60
ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


class Document(Protocol):
    """A file in the making."""

    def write(self, records: Iterable[Record]) -> None: ...

    def close(self) -> bool:
        """Bring everything to the disk; whether the file holds all that was written. Closing twice changes nothing."""
        ...


class CsvDocument:
    """RFC 4180: UTF-8 without BOM, a header, lines ended by CR LF, line breaks inside cells as they are.

    Booleans are `true` and `false` (pandas reads a column of them as bool), None is an empty cell, several labels are
    joined by `|`, objects are JSON. Cells that a spreadsheet would run as a formula begin with an apostrophe.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._columns = columns
        # Half a surrogate pair has no UTF-8 form; one such character must not cost the whole file.
        self._file = path.open("w", encoding="utf-8", errors="replace", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(columns)

    def write(self, records: Iterable[Record]) -> None:
        self._writer.writerows([spelled(flat(record[column])) for column in self._columns] for record in records)

    def close(self) -> bool:
        if not self._file.closed:
            with self._file:
                self._file.flush()
                os.fsync(self._file.fileno())
        return True


class JsonLines:
    """One JSON object a line, in UTF-8, with every text as it was posted."""

    def __init__(self, path: Path) -> None:
        # Half a surrogate pair leaves as the \uXXXX escape that JSON has for it.
        self._file = path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")

    def write(self, records: Iterable[Record]) -> None:
        self._file.writelines(compact(record) + "\n" for record in records)

    def close(self) -> bool:
        if not self._file.closed:
            with self._file:
                self._file.flush()
                os.fsync(self._file.fileno())
        return True


class Drafts:
    """Files in the making, in a hidden folder beside their final places."""

    def __init__(self, folder: Path, makers: Mapping[str, Callable[[Path], Document]]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._hidden = Path(mkdtemp(prefix=HIDDEN, dir=folder))
        self._documents = {name: make(self._hidden / name) for name, make in makers.items()}

    def write(self, names: Iterable[str], records: Sequence[Record]) -> None:
        """Add the same rows to several files."""
        for name in names:
            self._documents[name].write(records)

    def publish(self) -> tuple[Path, ...]:
        """Give all whole files their final names, over older ones; those that are not whole leave no older one."""
        whole = {name: document.close() for name, document in self._documents.items()}
        for name, is_whole in whole.items():
            if is_whole:
                (self._hidden / name).replace(self._folder / name)
            else:
                (self._folder / name).unlink(missing_ok=True)
        sync(self._folder)
        return tuple(self._folder / name for name, is_whole in whole.items() if is_whole)

    def discard(self) -> None:
        """Take away whatever has no final name."""
        for document in self._documents.values():
            with suppress(OSError):
                document.close()
        rmtree(self._hidden, ignore_errors=True)


def flat(value: Value) -> str | int | float | None:
    """A value as one cell of a table."""
    match value:
        case str():
            return harmless(value)
        case tuple():
            return harmless("|".join(value))
        case Mapping():
            return compact(value)
        case _:
            return value


def spelled(cell: str | int | float | None) -> str | int | float | None:
    return ("false", "true")[cell] if isinstance(cell, bool) else cell


def compact(value: Mapping[str, Value]) -> str:
    return ENCODER.encode(value)


def sweep(folder: Path) -> None:
    """Take away what an export left behind whose process was killed."""
    for path in folder.glob(f"{HIDDEN}*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - LEFT_BEHIND:
                rmtree(path, ignore_errors=True)


def sync(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
