"""The columns of a table, and what the cells below them mean."""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from rules.refusals import Refusal
from rules.rows import Row, clean
from rules.settings import Fault

MOST_COLUMNS = 1_000

_CONTENT = ("text", "image", "file_name")
_KNOWN = ("text", "image", "id", "gold", "explanation")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Table(Protocol):
    """Rows with their places; `rows` may be called again and starts over."""

    encoding: str | None
    delimiter: str | None
    columns: "Columns"

    def rows(self) -> Iterator[Row | Fault]: ...


class Columns:
    """Names count without case and surrounding blanks; a column without a name is left out.

    Of a plain table nothing means anything: every cell is `meta`, by its name or by its place as `#3`.
    """

    def __init__(self, names: Sequence[str], file: str, *, is_plain: bool = False) -> None:
        if len(names) > MOST_COLUMNS:
            raise Refusal("upload.columns_many", file=file, count=len(names), limit=f"{MOST_COLUMNS:,}")
        self.names = [_UNSTORABLE.sub("", clean(name)) for name in names]
        self._is_plain = is_plain
        folded = [] if is_plain else [name.casefold() for name in self.names]
        twice = next((name for name in folded if name and folded.count(name) > 1), None)
        if twice is not None:
            raise Refusal("upload.column_twice", file=file, column=_shown(twice))
        self._file = file
        places = {name: place for place, name in enumerate(folded)}
        places.setdefault("image", places.pop("file_name", -1))
        # -1 is the empty cell that `row` puts behind the last one
        self._text, self._image, self._id, self._gold, self._explanation = (places.get(name, -1) for name in _KNOWN)
        taken = {self._text, self._image, self._id, self._gold, self._explanation}
        self._meta = [(name, place) for place, name in enumerate(self.names) if name and place not in taken]

    @property
    def has_image(self) -> bool:
        return self._image >= 0

    def require_content(self) -> None:
        """Refuse a table that has neither texts nor pictures, unless it is a plain one."""
        if self._text < 0 and self._image < 0 and not self._is_plain:
            found = ", ".join(_shown(name) for name in self.names[:10] if name)
            raise Refusal("upload.no_content_column", file=self._file, columns=found or "–")

    def row(self, line: int | None, entry: str | None, values: Sequence[str]) -> Row | Fault | None:
        """None when all cells are empty."""
        cells = [clean(value) for value in values]
        if not any(cells):
            return None
        if self._is_plain:
            return self._plain(line, cells)
        width = len(self.names)
        if any(cells[width:]):
            return Fault("upload.stray_cell", {"cells": len(cells), "columns": width}, line, entry)
        if _UNSTORABLE.search("".join(cells)):
            return Fault("upload.bad_character", {}, line, entry)
        cells = [*cells[:width], *[""] * (width - len(cells)), ""]
        return Row(
            line=line,
            entry=entry,
            text=cells[self._text] or None,
            image=cells[self._image] or None,
            id=cells[self._id] or None,
            gold=_labels(cells[self._gold]),
            explanation=cells[self._explanation] or None,
            meta={name: cells[place] for name, place in self._meta if cells[place]},
        )

    def _plain(self, line: int | None, cells: list[str]) -> Row:
        meta: dict[str, str] = {}
        for place, cell in enumerate(cells):
            name = self.names[place] if place < len(self.names) else ""
            if cell:
                meta[name if name and name not in meta else f"#{place + 1}"] = _UNSTORABLE.sub("", cell)
        return Row(line, None, None, None, None, None, None, meta)


def _labels(cell: str) -> tuple[str, ...] | None:
    if "|" not in cell:
        return (cell,) if cell else None
    return tuple(dict.fromkeys(label for part in cell.split("|") if (label := clean(part)))) or None


def _shown(name: str) -> str:
    return name if len(name) <= 30 else name[:29] + "…"
