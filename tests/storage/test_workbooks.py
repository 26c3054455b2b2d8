from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from storage.documents import Record, Value
from storage.workbooks import Workbook, written


def cells(path: Path) -> list[tuple[object, ...]]:
    book = load_workbook(path)
    try:
        return [tuple(row) for row in book["labels"].iter_rows(values_only=True)]
    finally:
        book.close()


def saved(path: Path, *values: Value, most: int = 10) -> bool:
    document = Workbook(path, ["cell"], "labels", most)
    records: list[Record] = [{"cell": value} for value in values]
    document.write(records)
    return document.close()


def test_texts_numbers_and_booleans_come_back_as_they_were(tmp_path: Path) -> None:
    document = Workbook(tmp_path / "a.xlsx", ["task", "share", "count", "is_gold", "none", "label"], "labels")
    document.write([{"task": "007", "share": 0.5, "count": 3, "is_gold": True, "none": None, "label": ("a", "b")}])
    document.write([{"task": "-1", "share": 1.0, "count": 0, "is_gold": False, "none": None, "label": ""}])

    assert document.close()
    assert [
        ("task", "share", "count", "is_gold", "none", "label"),
        ("007", 0.5, 3, True, None, "a|b"),
        ("-1", 1, 0, False, None, None),
    ] == cells(tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("쉼표, \"따옴표\" <b>&amp; 'x'", "쉼표, \"따옴표\" <b>&amp; 'x'"),
        ("  두 칸 \n줄바꿈 👩‍👩‍👧 \u202eעברית\u202c", "  두 칸 \n줄바꿈 👩‍👩‍👧 \u202eעברית\u202c"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("=1+1", "'=1+1"),
        ("＋1", "'＋1"),
        ("-1", "-1"),
        ("#N/A", "#N/A"),
        ("bell\x07\x00\ufffe\ud83d", "bell" + "\ufffd" * 4),
        ("가" * 40_000, "가" * 32_767),
        ("🙂" * 40_000, "🙂" * 16_383),
    ],
)
def test_any_text_is_kept_as_far_as_excel_can_hold_it(tmp_path: Path, text: str, read: str) -> None:
    assert saved(tmp_path / "a.xlsx", text)

    assert [("cell",), (read,)] == cells(tmp_path / "a.xlsx")


def test_text_that_looks_like_an_escape_is_not_decoded_by_excel() -> None:
    assert "_x005F_x003D_1 x_y_" == written("_x003D_1 x_y_")


def test_a_sheet_holds_as_many_rows_as_it_may(tmp_path: Path) -> None:
    assert saved(tmp_path / "a.xlsx", "1", "2", most=2)
    assert not saved(tmp_path / "b.xlsx", "1", "2", "3", most=2)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    saved(tmp_path / "a.xlsx", "긍정", 1)
    saved(tmp_path / "b.xlsx", "긍정", 1)

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with ZipFile(tmp_path / "a.xlsx") as archive:
        assert {(1980, 1, 1, 0, 0, 0)} == {info.date_time for info in archive.infolist()}


def test_the_header_stays_in_view(tmp_path: Path) -> None:
    saved(tmp_path / "a.xlsx", 1)

    book = load_workbook(tmp_path / "a.xlsx")
    assert "A2" == book["labels"].freeze_panes
    book.close()
