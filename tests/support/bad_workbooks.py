"""Workbooks that are none, or too much of one."""

from __future__ import annotations

import io
from functools import partial

from bad_files import BadFile, Refused, Taken, bad
from openpyxl import Workbook
from posted import zipped

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
        <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
        <Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>
        <Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPES}.worksheet+xml"/>
        <Override PartName="/xl/sharedStrings.xml" ContentType="{TYPES}.sharedStrings+xml"/></Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{RELATIONS}">
        <Relationship Id="r1" Type="{KINDS}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{RELATIONS}">
        <Relationship Id="r1" Type="{KINDS}/worksheet" Target="worksheets/sheet1.xml"/>
        <Relationship Id="r2" Type="{KINDS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>""",
    "xl/workbook.xml": f"""<workbook {MAIN} xmlns:r="{KINDS}"><sheets>
        <sheet name="Sheet" sheetId="1" r:id="r1"/></sheets></workbook>""",
    "xl/worksheets/sheet1.xml": f"""<worksheet {MAIN}><sheetData>
        <row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row>
        </sheetData></worksheet>""",
    "xl/sharedStrings.xml": f"<sst {MAIN}><si><t>text</t></si><si><t>a</t></si></sst>",
}
"""As Excel writes a workbook of one cell below `text`, with the texts apart from the cells."""


def parts(**changed: str) -> bytes:
    """The workbook with other texts, or another sheet or book."""
    places = {
        "shared": "xl/sharedStrings.xml",
        "sheet": "xl/worksheets/sheet1.xml",
        "book": "xl/workbook.xml",
        "kinds": "[Content_Types].xml",
    }
    all_parts = PARTS | {places[name]: part for name, part in changed.items()}
    return zipped({name: part.encode() for name, part in all_parts.items()})


def rows(inside: str) -> str:
    header = '<row r="1"><c r="A1" t="inlineStr"><is><t>text</t></is></c></row>'
    return f"<worksheet {MAIN}><sheetData>{header}{inside}</sheetData></worksheet>"


def cell(row: int, inside: str, kind: str = "") -> str:
    return f'<row r="{row}"><c r="A{row}" {kind}>{inside}</c></row>'


def sheet(*values: list[object]) -> bytes:
    workbook = Workbook()
    if workbook.active is not None:
        for row in values:
            workbook.active.append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def entities() -> bytes:
    """A billion laughs."""
    grown = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return parts(shared=f'<!DOCTYPE s [<!ENTITY l0 "lol">{grown}]><sst {MAIN}><si><t>&l11;</t></si></sst>')


def strings(count: int) -> bytes:
    """As many texts that no cell uses, each of which costs memory."""
    return parts(shared=f"<sst {MAIN}>{'<si><t>a</t></si>' * count}</sst>")


def empty_rows(count: int) -> bytes:
    return parts(sheet=rows("<row/>" * count + cell(count + 2, "<is><t>late</t></is>", 't="inlineStr"')))


def styled(count: int) -> bytes:
    """One row, and below it cells that have a format and nothing else."""
    empties = "".join(f'<row r="{row}"><c r="A{row}" s="0"/></row>' for row in range(3, count))
    return parts(sheet=rows(cell(2, "<is><t>a</t></is>", 't="inlineStr"') + empties))


WORKBOOKS: tuple[BadFile, ...] = (
    bad("a table named .xlsx", "table.xlsx", b"text\na\n", Refused("upload.xlsx_broken")),
    bad("cut off", "cut.xlsx", sheet(["text"], ["a"])[:-100], Refused("upload.xlsx_broken")),
    bad("a password", "locked.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600), Refused("upload.xlsx_locked")),
    bad("an archive of nothing", "void.xlsx", zipped({}), Refused("upload.xlsx_broken")),
    bad("an archive of pictures", "album.xlsx", zipped({"a.png": b"x"}), Refused("upload.xlsx_broken")),
    bad(
        "no sheet",
        "sheetless.xlsx",
        parts(book=f"<workbook {MAIN}><sheets/></workbook>"),
        Refused("upload.xlsx_broken"),
    ),
    bad("an empty sheet", "bare.xlsx", sheet(), Refused("upload.empty")),
    bad("a header only", "header.xlsx", sheet(["text"]), Refused("upload.no_rows")),
    bad("no text column", "other.xlsx", sheet(["이름"], ["소라"]), Refused("upload.no_content_column")),
    bad("broken XML", "xml.xlsx", parts(sheet="<worksheet><sheetData><row>"), Refused("upload.xlsx_broken")),
    bad(
        "a text that isn't there",
        "index.xlsx",
        parts(shared=f"<sst {MAIN}><si><t>text</t></si></sst>"),
        Refused("upload.xlsx_broken"),
    ),
    bad("a billion laughs", "laughs.xlsx", entities, Refused("upload.xlsx_broken")),
    bad("formulas without values", "formula.xlsx", parts(sheet=rows(cell(2, "<f>1+1</f>"))), Refused("upload.no_rows")),
    bad(
        "formulas with values",
        "values.xlsx",
        parts(sheet=rows(cell(2, "<f>1+1</f><v>2</v>"))),
        Taken(1, contents=("2",)),
    ),
    bad(
        "an error as a value",
        "error.xlsx",
        parts(sheet=rows(cell(2, "<v>#REF!</v>", 't="e"'))),
        Taken(1, contents=("#REF!",)),
    ),
    bad(
        "row 99,999,999,999",
        "far.xlsx",
        parts(sheet=rows(cell(99_999_999_999, "<is><t>a</t></is>", 't="inlineStr"'))),
        Refused("upload.no_rows"),
    ),
    bad("formats down to the end", "styled.xlsx", partial(styled, 12_000), Taken(1, ((2, "upload.rows_after_gap"),))),
    bad(
        "a bomb of texts",
        "texts.xlsx",
        lambda: parts(shared=f"<sst {MAIN}><si><t>{'a' * (101 << 20)}</t></si></sst>"),
        Refused("upload.zip_bomb"),
        heavy=True,
    ),
    bad(
        "a million empty rows",
        "rows.xlsx",
        partial(empty_rows, 1_000_000),
        Refused("upload.no_rows"),
        heavy=True,
    ),
    bad("5 million texts", "strings.xlsx", partial(strings, 5_000_000), Refused("upload.too_heavy"), heavy=True),
)
