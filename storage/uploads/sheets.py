"""Excel workbooks."""

import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from zipfile import BadZipFile

from rules.refusals import Refusal
from rules.rows import Row
from rules.settings import Fault
from storage.uploads.archives import WORKBOOK, open_archive
from storage.uploads.columns import Columns

MOST_ROWS = 1 << 20
"""Excel's own limit, so that a made-up row number does not keep the reader busy for ever."""

LONGEST_GAP = 10_000
"""So many empty rows end the sheet: where a whole column has a format, Excel writes rows down to its last one."""

_ENCRYPTED = b"\xd0\xcf\x11\xe0"
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    BadZipFile,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    SyntaxError,  # malformed XML
    TypeError,
    ValueError,
    zlib.error,
)
"""What openpyxl lets through when a workbook is not what it claims to be; it has no error of its own."""


class Sheet:
    """The first sheet; formulas count as the values that Excel saved with them."""

    encoding: str | None = None
    delimiter: str | None = None

    def __init__(self, path: Path, file: str, *, is_plain: bool = False) -> None:
        self._path = path
        self._file = file
        with path.open("rb") as start:
            if start.read(4) == _ENCRYPTED:
                raise Refusal("upload.xlsx_locked", file=file)
        _check_archive(path, file)
        self._begun: Iterator[tuple[int, list[str]]] | None = self._records()
        self._header, names = next(self._begun, (0, []))
        if not names:
            raise Refusal("upload.empty", file=file)
        self.columns = Columns(names, file, is_plain=is_plain)
        self.columns.require_content()

    def rows(self) -> Iterator[Row | Fault]:
        records, self._begun = self._begun, None  # To open a workbook is what takes longest.
        if records is None:
            records = self._records()
            next(records)
        last = self._header
        for line, cells in records:
            if not cells and last == self._header:
                raise Refusal("upload.no_rows", file=self._file)
            if not cells:
                yield Fault("upload.rows_after_gap", {"line": last, "count": f"{LONGEST_GAP:,}"})
                return
            last = line
            row = self.columns.row(line, None, cells)
            if row is not None:
                yield row

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Every row with something in it, with its number in Excel; one without cells where a gap is too long."""
        rows = self._values()
        number = last = 0
        while True:
            try:
                values = next(rows, None)
            except _BROKEN as error:
                raise Refusal("upload.xlsx_broken", file=self._file) from error
            if values is None:
                return
            number += 1
            cells = [_cell(value) for value in values]
            if any(cells):
                last = number
                yield number, cells
            elif number - last == LONGEST_GAP:
                yield number, []

    def _values(self) -> Iterator[tuple[object, ...]]:
        from openpyxl import load_workbook  # Few files are workbooks, and this takes long to load.

        with self._path.open("rb") as file:  # of a path openpyxl would ask for a suffix
            workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheet = workbook.worksheets[0]
            sheet.reset_dimensions()  # other programs write sizes that are not true
            yield from islice(sheet.iter_rows(values_only=True), MOST_ROWS)


def _check_archive(path: Path, file: str) -> None:
    """A workbook is an archive, which nobody who sends one has to know."""
    try:
        open_archive(path, file, WORKBOOK).close()
    except Refusal as refusal:
        if refusal.key == "upload.zip_broken":
            raise Refusal("upload.xlsx_broken", file=file) from refusal
        raise


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime():
            return value.isoformat(" ", "seconds")
        case date() | time():
            return value.isoformat()
        case bool():
            return str(value).upper()
        case _:
            return str(value)
