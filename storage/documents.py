"""Tables as files: CSV and JSON lines, written page by page, and given their names only when they are whole."""

import csv
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import IO, Any, Protocol, TypeAlias

from rules.spreadsheets import harmless

Value: TypeAlias = "str | int | float | tuple[Value, ...] | Mapping[str, Value] | None"
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
        close(self._file)
        return True


class TsvDocument:
    """The same by tabs, for programs: lines end by LF, and every text is as it was posted, formulas too."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._columns = columns
        self._file = path.open("w", encoding="utf-8", errors="replace", newline="")
        self._writer = csv.writer(self._file, delimiter="\t", lineterminator="\n")
        self._writer.writerow(columns)

    def write(self, records: Iterable[Record]) -> None:
        self._writer.writerows([spelled(exact(record[column])) for column in self._columns] for record in records)

    def close(self) -> bool:
        close(self._file)
        return True


class JsonArray:
    """One JSON array with an object a line."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
        self._opening = "["

    def write(self, records: Iterable[Record]) -> None:
        for record in records:
            self._file.write(f"{self._opening}\n{compact(record)}")
            self._opening = ","

    def close(self) -> bool:
        if not self._file.closed:
            self._file.write("\n]\n" if self._opening == "," else "[]\n")
        close(self._file)
        return True


class Text:
    """A file whose content is known from the start."""

    def __init__(self, path: Path, content: str) -> None:
        write_whole(path, content)

    def write(self, records: Iterable[Record]) -> None:
        """Records change nothing."""

    def close(self) -> bool:
        return True


class JsonLines:
    """One JSON object a line, in UTF-8, with every text as it was posted."""

    def __init__(self, path: Path) -> None:
        # Half a surrogate pair leaves as the \uXXXX escape that JSON has for it.
        self._file = path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")

    def write(self, records: Iterable[Record]) -> None:
        self._file.writelines(compact(record) + "\n" for record in records)

    def close(self) -> bool:
        close(self._file)
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

    def finish(self) -> tuple[Path, ...]:
        """Bring everything to the disk; the files that hold all that was written, where they are until published."""
        whole = [name for name, document in self._documents.items() if document.close()]
        return tuple(self._hidden / name for name in whole)

    def publish(self) -> tuple[Path, ...]:
        """Give all whole files their final names, over older ones; those that are not whole leave no older one."""
        whole = {path.name for path in self.finish()}
        for name in self._documents:
            if name in whole:
                (self._hidden / name).replace(self._folder / name)
            else:
                (self._folder / name).unlink(missing_ok=True)
        sync(self._folder)
        return tuple(self._folder / name for name in self._documents if name in whole)

    def publish_as(self, name: str, others: Mapping[str, str]) -> Path:
        """Make a folder of all whole files and of some other texts, in one step, in the place of an older one."""
        whole = {path.name for path in self.finish()}
        for text, content in others.items():
            write_whole(self._hidden / text, content)
        for left_out in self._documents.keys() - whole:
            (self._hidden / left_out).unlink()
        self._hidden.chmod(self._folder.stat().st_mode & 0o777)
        sync(self._hidden)
        replace_folder(self._hidden, self._folder / name)
        return self._folder / name

    def discard(self) -> None:
        """Take away whatever has no final name."""
        for document in self._documents.values():
            with suppress(OSError):
                document.close()
        rmtree(self._hidden, ignore_errors=True)


def flat(value: Value) -> str | int | float | None:
    """A value as one cell of a table, harmless in a spreadsheet."""
    cell = exact(value)
    return cell if isinstance(value, Mapping) or not isinstance(cell, str) else harmless(cell)


def exact(value: Value) -> str | int | float | None:
    """A value as one cell, as it is."""
    match value:
        case tuple():
            return "|".join(map(str, value))
        case Mapping():
            return compact(value)
        case _:
            return value


def spelled(cell: str | int | float | None) -> str | int | float | None:
    return ("false", "true")[cell] if isinstance(cell, bool) else cell


def compact(value: Mapping[str, Value]) -> str:
    return ENCODER.encode(value)


def close(file: IO[Any]) -> None:
    """Bring a file to the disk; one that is closed stays as it is."""
    if not file.closed:
        with file:
            file.flush()
            os.fsync(file.fileno())


def measured(path: Path) -> dict[str, str | int]:
    """A whole file's name, bytes and SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": digest}


def write_whole(path: Path, content: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(content)
        close(file)


def replace_folder(made: Path, goal: Path) -> None:
    """Give a folder its final name; what was there of the same name is gone first."""
    if goal.exists():
        older = Path(mkdtemp(prefix=HIDDEN, dir=goal.parent))
        goal.replace(older)
        made.replace(goal)
        rmtree(older, ignore_errors=True)
    else:
        made.replace(goal)
    sync(goal.parent)


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
