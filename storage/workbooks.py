"""XLSX files, streamed: a table of a million rows needs no more memory than one of ten, and the same rows give the
same bytes."""

import os
import re
from collections.abc import Iterable, Sequence
from html import escape
from itertools import count
from pathlib import Path
from string import ascii_uppercase
from types import MappingProxyType
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from .documents import Record, flat

MOST_ROWS = 1_048_575
"""What a sheet holds below its header."""

MOST_BYTES = 2_000_000_000
"""Where a part of the archive would need ZIP64, which Excel asks to repair."""

LONGEST_CELL = 32_767
EPOCH = (1980, 1, 1, 0, 0, 0)
UNWRITABLE = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LINE_BREAK = re.compile(r"\r\n?")
ESCAPE_LOOKALIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

PARTS = MappingProxyType(
    {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><bookViews><workbookView/></bookViews>'
        '<sheets><sheet name="{title}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
    }
)
SHEET_START = (
    f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>'
)
SHEET_END = "</sheetData></worksheet>"


class Workbook:
    """One sheet of at most 26 columns: a header that stays in view, texts as texts, numbers as numbers.

    What XML has no place for becomes U+FFFD, line breaks are line feeds, and a cell ends after 32,767 characters,
    which is all that Excel takes. A workbook that would have more than `most` rows is not whole.
    """

    def __init__(self, path: Path, columns: Sequence[str], title: str, most: int = MOST_ROWS) -> None:
        self._columns = columns
        self._left = most
        self._is_whole = True
        self._numbers = count(1)
        self._file = path.open("wb")
        self._archive = ZipFile(self._file, "w", ZIP_DEFLATED)
        for name, content in PARTS.items():
            self._archive.writestr(part(name), HEAD + content.replace("{title}", escape(title)))
        self._sheet = self._archive.open(part("xl/worksheets/sheet1.xml"), "w")
        self._size = self._sheet.write(SHEET_START.encode())
        self._size += self._sheet.write(self._row(columns, style=' s="1"').encode())

    def write(self, records: Iterable[Record]) -> None:
        rows = list(records)
        self._left -= len(rows)
        if not self._is_whole or self._left < 0:
            self._is_whole = False
            return
        lines = "".join(self._row([flat(row[column]) for column in self._columns]) for row in rows).encode()
        self._size += len(lines)
        self._is_whole = self._size <= MOST_BYTES
        if self._is_whole:
            self._sheet.write(lines)

    def close(self) -> bool:
        if not self._file.closed:
            with self._file:
                with self._archive, self._sheet:
                    self._sheet.write(SHEET_END.encode())
                self._file.flush()
                os.fsync(self._file.fileno())
        return self._is_whole

    def _row(self, cells: Iterable[str | int | float | None], style: str = "") -> str:
        number = next(self._numbers)
        inside = [
            cell_of(f"{letter}{number}", cell, style)
            for letter, cell in zip(ascii_uppercase, cells, strict=False)
            if cell is not None and cell != ""
        ]
        return f'<row r="{number}">{"".join(inside)}</row>'


def cell_of(place: str, cell: str | int | float, style: str) -> str:
    match cell:
        case bool():
            return f'<c r="{place}"{style} t="b"><v>{int(cell)}</v></c>'
        case str():
            return f'<c r="{place}"{style} t="inlineStr"><is><t xml:space="preserve">{written(cell)}</t></is></c>'
        case _:
            return f'<c r="{place}"{style}><v>{cell!r}</v></c>'


def written(text: str) -> str:
    """A text as XML that Excel reads back as the same text."""
    text = UNWRITABLE.sub("\ufffd", LINE_BREAK.sub("\n", text))
    if len(text) > LONGEST_CELL // 2:
        text = text.encode("utf-16-le")[: 2 * LONGEST_CELL].decode("utf-16-le", "ignore")
    return escape(ESCAPE_LOOKALIKE.sub("_x005F_", text), quote=False)


def part(name: str) -> ZipInfo:
    """A part of the archive, dated so that the same content gives the same bytes."""
    info = ZipInfo(name, EPOCH)
    info.compress_type = ZIP_DEFLATED
    return info
