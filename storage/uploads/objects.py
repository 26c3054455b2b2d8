"""JSON and JSON Lines files."""

import json
from collections.abc import Iterator
from pathlib import Path

from rules.refusals import Refusal
from rules.rows import Row
from rules.settings import Fault
from storage.uploads.characters import Characters
from storage.uploads.columns import Columns

LARGEST_JSON = 64 << 20
"""Bytes; a `.json` file is read whole, a `.jsonl` file is not."""

NO_OBJECTS = "upload.no_objects"
UNREADABLE = object()


class ObjectLines:
    """One JSON object a line; a line that is none is a fault of its own."""

    delimiter: str | None = None

    def __init__(self, path: Path, file: str) -> None:
        self._file = file
        self._characters = Characters(path, file)
        self.encoding: str | None = self._characters.encoding
        self.columns = self._columns()

    def rows(self) -> Iterator[Row | Fault]:
        objects = _Objects(self._file)
        for line, found in self._objects():
            row = objects.row(line, None, found)
            if row is not None:
                yield row

    def _columns(self) -> Columns:
        """Where there is no object at all, the first line that cannot be read tells why."""
        unreadable: list[int] = []
        try:
            return _first_columns(self._watched(unreadable), self._file)
        except Refusal as refusal:
            if refusal.key == NO_OBJECTS and unreadable:
                raise Refusal("upload.bad_json", file=self._file, line=unreadable[0]) from refusal
            raise

    def _watched(self, unreadable: list[int]) -> Iterator[object]:
        for line, found in self._objects():
            if found is UNREADABLE and not unreadable:
                unreadable.append(line)
            yield found

    def _objects(self) -> Iterator[tuple[int, object]]:
        """What each line holds, or UNREADABLE."""
        for number, line in enumerate(self._characters.lines(), start=1):
            if line.strip():
                yield number, _loaded(line)


class ObjectList:
    """A list of objects, alone or under the key `rows`. Places are counted from `#1`."""

    delimiter: str | None = None

    def __init__(self, path: Path, file: str) -> None:
        if path.stat().st_size > LARGEST_JSON:
            raise Refusal("upload.json_large", file=file, limit=LARGEST_JSON >> 20)
        self._file = file
        characters = Characters(path, file)
        self.encoding: str | None = characters.encoding
        self._found = _listed(characters.whole(), file)
        self.columns = _first_columns(self._found, file)

    def rows(self) -> Iterator[Row | Fault]:
        objects = _Objects(self._file)
        for number, found in enumerate(self._found, start=1):
            row = objects.row(None, f"#{number}", found)
            if row is not None:
                yield row


class _Objects:
    """Makes rows of objects, most of which have the same keys as the one before."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._keys: tuple[str, ...] = ()
        self._columns = Columns((), file)

    def row(self, line: int | None, entry: str | None, found: object) -> Row | Fault | None:
        if not isinstance(found, dict):
            return Fault("upload.no_object", {}, line, entry)
        keys = tuple(found)
        if keys != self._keys:
            try:
                self._columns = Columns(keys, self._file)
            except Refusal as refusal:
                return Fault("upload.key_repeated", {"column": refusal.blanks["column"]}, line, entry)
            self._keys = keys
        return self._columns.row(line, entry, [_cell(value) for value in found.values()])


def _first_columns(objects: Iterator[object] | list[object], file: str) -> Columns:
    for found in objects:
        if isinstance(found, dict):
            columns = Columns(tuple(found), file)
            columns.require_content()
            return columns
    raise Refusal(NO_OBJECTS, file=file)


def _listed(text: str, file: str) -> list[object]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise Refusal("upload.bad_json", file=file, line=error.lineno) from None
    except (ValueError, RecursionError):
        raise Refusal("upload.bad_json", file=file, line=1) from None
    rows = found.get("rows") if isinstance(found, dict) else found
    if not isinstance(rows, list):
        raise Refusal(NO_OBJECTS, file=file)
    return rows


def _loaded(line: str) -> object:
    try:
        found: object = json.loads(line.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return UNREADABLE
    return found


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case list() if all(isinstance(part, str) for part in value):
            return "|".join(value)
        case _:
            return json.dumps(value, ensure_ascii=False)
