import io
from datetime import date, datetime, time
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook
from posted import read, refusal, rows, stored, texts, zipped

from rules.rows import Row
from rules.settings import Fault
from storage.uploads import open_upload

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHARED = f"<sst {MAIN}><si><t>text</t></si><si><t>재미있어요</t></si><si><r><t>두 </t></r><r><t>조각</t></r></si></sst>"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
EXCEL = {
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
        <sheet name="시트" sheetId="1" r:id="r1"/></sheets></workbook>""",
    "xl/worksheets/sheet1.xml": f"""<worksheet {MAIN}><sheetData>
        <row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row>
        <row r="3"><c r="A3" t="s"><v>2</v></c></row></sheetData></worksheet>""",
}
"""A workbook as Excel writes it: the texts apart from the cells."""


def excel(shared: str) -> bytes:
    return zipped({part: xml.encode() for part, xml in {**EXCEL, "xl/sharedStrings.xml": shared}.items()})


def sheet(*values: list[object]) -> bytes:
    workbook = Workbook()
    assert workbook.active is not None
    for row in values:
        workbook.active.append(row)
    workbook.create_sheet("second").append(["text"])
    written = io.BytesIO()
    workbook.save(written)
    return written.getvalue()


def with_part(workbook: bytes, part: str, data: bytes) -> bytes:
    with ZipFile(io.BytesIO(workbook)) as old:
        return zipped({entry: old.read(entry) for entry in old.namelist()} | {part: data})


def test_a_workbooks_first_sheet_is_rows_with_their_numbers(tmp_path: Path) -> None:
    data = sheet([], [" Text ", "id", "GOLD"], ["재미있어요", "r1", "긍정"], [None, None], ["지루해요", 2, None])
    assert read(tmp_path, "a.xlsx", data) == [
        Row(3, None, "재미있어요", None, "r1", ("긍정",), None, {}),
        Row(5, None, "지루해요", None, "2", None, None, {}),
    ]
    with open_upload(stored(tmp_path, "a.xlsx", data), "a.xlsx") as upload:
        assert (upload.encoding, upload.delimiter, upload.has_pictures) == (None, None, False)


def test_cells_become_what_excel_shows(tmp_path: Path) -> None:
    values: list[object] = ["a", 12.0, 0.1, True, date(2026, 12, 1), datetime(2026, 12, 1, 18, 30), time(9, 5)]  # noqa: DTZ001
    names: list[object] = ["text", "whole", "part", "truth", "day", "moment", "clock"]
    (row,) = rows(read(tmp_path, "a.xlsx", sheet(names, values)))
    assert row.meta == {
        "whole": "12",
        "part": "0.1",
        "truth": "TRUE",
        "day": "2026-12-01",
        "moment": "2026-12-01 18:30:00",
        "clock": "09:05:00",
    }


def test_a_wrong_size_in_a_workbook_hides_no_rows(tmp_path: Path) -> None:
    part = f"""<worksheet {MAIN}><dimension ref="A1:A1"/>
    <sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>text</t></is></c></row>
    <row r="4"><c r="A4" t="inlineStr"><is><t>a</t></is></c></row></sheetData></worksheet>""".encode()
    assert texts(read(tmp_path, "a.xlsx", with_part(sheet(["text"]), "xl/worksheets/sheet1.xml", part))) == [(4, "a")]


def test_a_made_up_row_number_does_not_keep_the_reader_busy(tmp_path: Path) -> None:
    part = f"""<worksheet {MAIN}><sheetData>
    <row r="1"><c r="A1" t="inlineStr"><is><t>text</t></is></c></row>
    <row r="99999999999"><c r="A99999999999" t="inlineStr"><is><t>a</t></is></c></row></sheetData></worksheet>"""
    found = refusal(tmp_path, "a.xlsx", with_part(sheet(["text"]), "xl/worksheets/sheet1.xml", part.encode()))
    assert found.key == "upload.no_rows"


def test_rows_below_a_long_gap_are_named_as_not_read(tmp_path: Path) -> None:
    part = f"""<worksheet {MAIN}><sheetData>
    <row r="1"><c r="A1" t="inlineStr"><is><t>text</t></is></c></row>
    <row r="2"><c r="A2" t="inlineStr"><is><t>a</t></is></c></row>
    <row r="20000"><c r="A20000" t="inlineStr"><is><t>b</t></is></c></row></sheetData></worksheet>"""
    found = read(tmp_path, "a.xlsx", with_part(sheet(["text"]), "xl/worksheets/sheet1.xml", part.encode()))
    assert [(2, "a")] == texts(found)
    assert [Fault("upload.rows_after_gap", {"line": 2, "count": "10,000"})] == found[1:]


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
def test_a_workbook_of_excel_itself_is_read(tmp_path: Path) -> None:
    assert texts(read(tmp_path, "a.xlsx", excel(SHARED))) == [(2, "재미있어요"), (3, "두 조각")]


def test_an_xml_bomb_in_a_workbook_is_refused(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    shared = f'<!DOCTYPE s [<!ENTITY l0 "lol">{entities}]><sst {MAIN}><si><t>&l11;</t></si></sst>'
    assert refusal(tmp_path, "a.xlsx", excel(shared)).key == "upload.xlsx_broken"


def test_a_workbook_that_unpacks_to_far_more_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "a.xlsx", excel(SHARED + " " * (101 << 20))).key == "upload.zip_bomb"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "empty"),
        (b"text,id\na,1\n", "xlsx_broken"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "xlsx_locked"),
        (sheet(["text"], ["a"])[:-200], "xlsx_broken"),
        (with_part(sheet(["text"], ["a"]), "xl/workbook.xml", b"<workbook>"), "xlsx_broken"),
        (with_part(sheet(["text"], ["a"]), "xl/worksheets/sheet1.xml", b"<worksheet"), "xlsx_broken"),
        (sheet(), "empty"),
        (sheet(["text"]), "no_rows"),
        (sheet(["review"], ["a"]), "no_content_column"),
        (sheet(["text", "Text"], ["a", "b"]), "column_twice"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_refused(tmp_path: Path, data: bytes, key: str) -> None:
    found = refusal(tmp_path, "리뷰.xlsx", data)
    assert (found.key, found.blanks["file"]) == (f"upload.{key}", "리뷰.xlsx")


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, "a.xlsx", zipped({"a.txt": b"a"})).key == "upload.xlsx_broken"
