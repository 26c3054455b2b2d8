"""Files with accounts in clear: as banks want them, private, and gone."""

import csv
import io
import os
import stat
from pathlib import Path

import pytest
from openpyxl import load_workbook

from storage.bank_files import as_csv, passing_folder, sweep, write_private, write_workbook

TABLE = [["은행", "계좌번호", "금액"], ["090", "0011223344", "17793"], ["004", '88,"7', "1000"]]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949"])
def test_a_table_is_read_back_as_it_was(encoding: str) -> None:
    text = as_csv(TABLE, encoding).decode(encoding)

    assert TABLE == list(csv.reader(io.StringIO(text, newline="")))
    assert text.startswith("은행,계좌번호,금액\r\n")


def test_the_same_table_gives_the_same_bytes() -> None:
    assert as_csv(TABLE, "utf-8-sig") == as_csv(TABLE, "utf-8-sig")
    assert b"\xef\xbb\xbf" == as_csv(TABLE, "utf-8-sig")[:3]


def test_what_an_encoding_has_no_place_for_is_seen() -> None:
    assert "Mu?oz\r\n".encode("cp949") == as_csv([["Muñoz"]], "cp949")


def test_accounts_and_amounts_are_texts_in_a_workbook(tmp_path: Path) -> None:
    write_workbook(tmp_path / "b.xlsx", TABLE, "T")
    sheet = load_workbook(tmp_path / "b.xlsx").active
    assert sheet is not None

    assert [tuple(row) for row in TABLE] == list(sheet.iter_rows(values_only=True))


def test_the_folder_is_private_and_gone_whatever_happens(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), passing_folder(tmp_path / "payouts") as folder:
        write_private(folder / "a.csv", b"1101234567891")
        modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "payouts", folder, folder / "a.csv")]
        assert [0o700, 0o700, 0o600] == modes
        raise ZeroDivisionError

    assert [] == list((tmp_path / "payouts").iterdir())


def test_what_a_killed_process_left_is_swept_and_what_is_in_use_stays(tmp_path: Path) -> None:
    old = tmp_path / "handing-old"
    old.mkdir()
    (old / "a.csv").write_bytes(b"1101234567891")
    os.utime(old, (1_000, 1_000))
    with passing_folder(tmp_path) as folder:
        sweep(tmp_path)
        assert [folder] == list(tmp_path.iterdir())
