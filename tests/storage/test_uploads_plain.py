"""Tables that no tasks are made of: every cell comes as it is, whatever the columns are called."""

import io
from pathlib import Path

import pytest
from openpyxl import Workbook

from rules.refusals import Refusal
from rules.rows import Row
from storage.uploads.apart import File, reading
from storage.uploads.upload import open_upload
from storage.uploads.wire import Ready


def rows(path: Path, name: str) -> list[dict[str, str]]:
    with open_upload(path, name, is_plain=True) as upload:
        return [dict(row.meta) for row in upload.rows() if isinstance(row, Row)]


def laid(folder: Path, data: bytes) -> Path:
    path = folder / "table"
    path.write_bytes(data)
    return path


def test_no_column_is_needed_and_none_has_a_meaning(tmp_path: Path) -> None:
    path = laid(tmp_path, b"id,gold,text,status\n7,a|b,,paid\n,,x,\n")

    assert [{"id": "7", "gold": "a|b", "status": "paid"}, {"text": "x"}] == rows(path, "r.csv")


def test_cells_without_a_name_of_their_own_are_called_by_their_place(tmp_path: Path) -> None:
    path = laid(tmp_path, "메모,메모,,끝\n가,나,다,라,마\n".encode("cp949"))

    assert [{"메모": "가", "#2": "나", "#3": "다", "끝": "라", "#5": "마"}] == rows(path, "r.csv")


def test_a_title_above_the_table_does_no_harm(tmp_path: Path) -> None:
    workbook, data = Workbook(), io.BytesIO()
    sheet = workbook.active
    assert sheet is not None
    for row in (["이체 결과"], ["번호", "상태"], [1, "정상"]):
        sheet.append(row)
    workbook.save(data)

    assert [{"이체 결과": "번호", "#2": "상태"}, {"이체 결과": "1", "#2": "정상"}] == rows(
        laid(tmp_path, data.getvalue()), "r.xlsx"
    )


@pytest.mark.parametrize(
    ("name", "data"), [("r.jsonl", b"{}"), ("r.zip", b"PK"), ("r.pdf", b"%PDF"), ("r", b"a,b\n1,2\n")]
)
def test_only_tables_are_taken(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        open_upload(laid(tmp_path, data), name, is_plain=True)

    assert "upload.format" == refused.value.key


async def test_they_are_read_apart_as_everything_else(tmp_path: Path) -> None:
    path = laid(tmp_path, b"payout\tstatus\nABCDEFGH\tpaid\n")
    async with reading(File(path, "r.tsv"), tmp_path, is_plain=True) as reader:
        [entry] = await reader.next(10)

    assert isinstance(entry, Ready)
    assert {"payout": "ABCDEFGH", "status": "paid"} == dict(entry.row.meta)
