"""One posted file, whatever its format."""

import posixpath
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from rules.refusals import Refusal
from rules.rows import LONGEST_ID, Row
from rules.settings import Fault
from storage.uploads import archives
from storage.uploads.columns import Table
from storage.uploads.ids import SeenIds
from storage.uploads.objects import ObjectLines, ObjectList
from storage.uploads.pictures import FolderPictures, NoPictures, PictureRows, Pictures, ZipPictures
from storage.uploads.sheets import Sheet
from storage.uploads.tables import DelimitedTable

_TABLES: dict[str, Callable[[Path, str], Table]] = {
    ".csv": DelimitedTable,
    ".tsv": DelimitedTable,
    ".jsonl": ObjectLines,
    ".json": ObjectList,
    ".xlsx": Sheet,
}
_PLAIN: Mapping[str, type[DelimitedTable] | type[Sheet]] = MappingProxyType(
    {".csv": DelimitedTable, ".tsv": DelimitedTable, ".xlsx": Sheet}
)
_TABLES_IN_ZIP = frozenset((".csv", ".tsv", ".jsonl", ".xlsx"))
_LINK = re.compile("https?://", re.IGNORECASE)


class Upload:
    """A posting row by row, with what is wrong in its place: a second use of an id, a picture that is not there.

    `rows` may be called again and starts over; it refuses where the file cannot be read on. `encoding` and
    `delimiter` are for the preview. Closing it ends all reading.
    """

    def __init__(self, rows: Table | PictureRows, pictures: Pictures, *, links: bool, held: ExitStack) -> None:
        self._rows = rows
        self._pictures = pictures
        self._links = links
        self._held = held
        self._begun: Iterator[Row | Fault] | None = None
        table = None if isinstance(rows, PictureRows) else rows
        self.encoding = table.encoding if table else None
        self.delimiter = table.delimiter if table else None
        self.has_pictures = bool(pictures.names) or (links and table is not None and table.columns.has_image)

    def rows(self, *, for_counting: bool = False) -> Generator[Row | Fault, None, None]:
        """All entries from the beginning; `for_counting` leaves out what takes a look at other rows or at pictures."""
        entries = self._rows.rows() if self._begun is None else self._begun
        self._begun = None
        if for_counting:
            yield from entries
            return
        unnamed = dict.fromkeys(self._pictures.names)
        with closing(SeenIds()) as seen:
            for found in entries:
                checked = found if isinstance(found, Fault) else self._checked(found, seen)
                if isinstance(checked, Row) and checked.image:
                    unnamed.pop(checked.image, None)
                yield checked
        if unnamed:
            yield Fault("upload.pictures_unnamed", {"count": len(unnamed), "first": next(iter(unnamed))})

    @property
    def is_empty(self) -> bool:
        """Whether there is no entry at all; `rows` goes on from where this has read."""
        entries = self._rows.rows()
        first = list(islice(entries, 1))
        self._begun = chain(first, entries)
        return not first

    def _checked(self, row: Row, seen: SeenIds) -> Row | Fault:
        if row.id is not None:
            place = row.entry if row.line is None else row.line
            first = seen.first_place(row.id, place or "")
            if first is not None:
                return Fault("upload.id_twice", {"id": row.id[:LONGEST_ID], "first": first}, row.line, row.entry)
        return row if row.image is None else self._with_picture(row, row.image)

    def _with_picture(self, row: Row, image: str) -> Row | Fault:
        if is_link(image):
            return row if self._links else Fault("upload.link_in_chat", {}, row.line, row.entry)
        try:
            return replace(row, image=self._pictures.find(image))
        except Refusal as refusal:
            return Fault(refusal.key, refusal.blanks, row.line, row.entry)

    def picture(self, name: str) -> bytes:
        """The bytes behind a row's `image`, at most 32 MiB. Links are not followed: they are the caller's."""
        return self._pictures.read(name)

    def close(self) -> None:
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_upload(path: Path, name: str, *, pictures: Path | None = None, is_plain: bool = False) -> Upload:
    """The posted file at `path`, called `name` by whoever posted it; refused when nothing can be made of it.

    `pictures` is for the command line: the folder in which a table's `image` names files. Only then may `image` be
    a link, too. A plain table is one that no tasks are made of: its rows are all `meta`.
    """
    if not path.stat().st_size:
        raise Refusal("upload.empty", file=name)
    held = ExitStack()
    with ExitStack() as undo:
        undo.callback(held.close)
        upload = _open_plain(path, name, held) if is_plain else _opened(path, name, pictures, held)
        if upload.is_empty:
            raise Refusal("upload.no_rows", file=name)
        undo.pop_all()
    return upload


def _opened(path: Path, name: str, folder: Path | None, held: ExitStack) -> Upload:
    suffix = _suffix(name)
    if suffix == ".zip":
        return _open_zip(path, name, folder is not None, held)
    if suffix not in _TABLES:
        raise Refusal("upload.format", file=name, accepted=" ".join((*_TABLES, ".zip")))
    pictures = NoPictures() if folder is None else FolderPictures(folder)
    return Upload(_TABLES[suffix](path, name), pictures, links=folder is not None, held=held)


def _open_plain(path: Path, name: str, held: ExitStack) -> Upload:
    table = _PLAIN.get(_suffix(name))
    if table is None:
        raise Refusal("upload.format", file=name, accepted=" ".join(_PLAIN))
    return Upload(table(path, name, is_plain=True), NoPictures(), links=False, held=held)


def _open_zip(path: Path, name: str, links: bool, held: ExitStack) -> Upload:
    archive = held.enter_context(archives.open_archive(path, name))
    entries = archives.entries(archive, name)
    tables = [entry for entry in entries if _suffix(entry) in _TABLES_IN_ZIP]
    if not tables:
        return Upload(PictureRows(entries), ZipPictures(archive, entries), links=links, held=held)
    if len(tables) > 1:
        raise Refusal("upload.zip_two_tables", file=name, first=tables[0], second=tables[1])
    inside = f"{name}/{tables[0]}"
    table_path = held.enter_context(archives.unpacked(archive, entries.pop(tables[0]), inside))
    table = _TABLES[_suffix(inside)](table_path, inside)
    folder = posixpath.dirname(tables[0])
    return Upload(table, ZipPictures(archive, entries, folder), links=links, held=held)


def is_link(image: str) -> bool:
    return _LINK.match(image) is not None


def _suffix(name: str) -> str:
    return posixpath.splitext(name)[1].casefold()
