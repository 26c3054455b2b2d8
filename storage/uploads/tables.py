"""CSV and TSV files."""

import csv
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from rules.refusals import Refusal
from rules.rows import Row
from rules.settings import Fault
from storage.uploads.characters import Characters
from storage.uploads.columns import Columns

LONGEST_CELL = 1_000_000
csv.field_size_limit(LONGEST_CELL)  # of the whole process; a constant, so that it does not matter who sets it

_DELIMITERS = ",\t;"
_SPOKEN_DELIMITER = re.compile(r"\ufeff?sep=([,;\t|])\s*", re.IGNORECASE)
_QUOTED = re.compile('"[^"]*"')


class DelimitedTable:
    """Read strictly: a quote out of place is named instead of swallowing rows."""

    def __init__(self, path: Path, file: str, *, is_plain: bool = False) -> None:
        self._file = file
        self._characters = Characters(path, file)
        self.encoding: str | None = self._characters.encoding
        self.delimiter: str | None = self._delimiter()
        records = self._records()
        _, names = next(records, (0, []))
        if not names:
            raise Refusal("upload.empty", file=file)
        self.columns = Columns(names, file, is_plain=is_plain)
        self.columns.require_content()
        deque(records, maxlen=0)  # What can't be read to its end is refused before much is made of its rows.

    def rows(self) -> Iterator[Row | Fault]:
        """Lines are physical ones: a cell may hold several."""
        records = self._records()
        next(records)
        for line, cells in records:
            row = self.columns.row(line, None, cells)
            if row is not None:
                yield row

    def _delimiter(self) -> str:
        """What Excel's `sep=` line says, or what the header holds most of."""
        first = next((line for line in self._characters.lines() if line.strip()), "")
        spoken = _SPOKEN_DELIMITER.fullmatch(first)
        return spoken[1] if spoken else max(_DELIMITERS, key=_QUOTED.sub("", first).count)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Every row with something in it, the header first, with the line where it begins."""
        lines = self._characters.lines()
        reader = csv.reader(lines, delimiter=self.delimiter or ",", strict=True, skipinitialspace=True)
        line = 1
        try:
            for cells in reader:
                if any(cells) and not (line == 1 and _is_spoken_delimiter(cells)):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise Refusal(_reason(error), file=self._file, line=line, limit=f"{LONGEST_CELL:,}") from error


def _is_spoken_delimiter(cells: list[str]) -> bool:
    return cells[0].removeprefix("\ufeff").casefold() == "sep=" and not any(cells[1:])


def _reason(error: csv.Error) -> str:
    """The module tells its errors apart by their words only."""
    if "unexpected end of data" in str(error):
        return "upload.quote_open"
    return "upload.cell_long" if "field larger than" in str(error) else "upload.quote_stray"
