import csv
import io
import json
import os
import time
from functools import partial
from pathlib import Path

import pytest

from storage.documents import CsvDocument, Drafts, JsonLines, Record, sweep

AWKWARD = '쉼표, "따옴표"\n줄\r\n바꿈 🇰🇷👩‍👩‍👧 \u202eעברית\u202c 끝'
RECORD: Record = {
    "text": AWKWARD,
    "labels": ("긍정", "=1"),
    "share": 0.666666,
    "count": 3,
    "is_gold": True,
    "nothing": None,
    "meta": {"비고": "=1"},
}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def written(path: Path, *records: Record) -> str:
    document = CsvDocument(path, list(RECORD))
    document.write(records)
    assert document.close()
    return path.read_bytes().decode("utf-8")


def test_csv_has_a_header_no_bom_and_rfc_4180_lines(tmp_path: Path) -> None:
    text = written(tmp_path / "a.csv")

    assert "text,labels,share,count,is_gold,nothing,meta\r\n" == text


def test_csv_keeps_commas_quotes_line_breaks_emoji_and_right_to_left_text(tmp_path: Path) -> None:
    text = written(tmp_path / "a.csv", RECORD)

    [row] = csv.DictReader(io.StringIO(text, newline=""))
    assert AWKWARD == row["text"]


def test_csv_spells_every_type_as_one_cell(tmp_path: Path) -> None:
    text = written(tmp_path / "a.csv", RECORD)

    [_, *cells] = list(csv.reader(io.StringIO(text, newline="")))[1]
    assert ["긍정|=1", "0.666666", "3", "true", "", '{"비고": "=1"}'] == cells


def test_csv_makes_formulas_harmless_and_leaves_numbers(tmp_path: Path) -> None:
    texts = ["=1+1", "-1", "＝A1", "\t=1", "-1+1"]
    text = written(tmp_path / "a.csv", *[{**RECORD, "text": cell} for cell in texts])

    rows = csv.DictReader(io.StringIO(text, newline=""))
    assert ["'=1+1", "-1", "'＝A1", "'\t=1", "'-1+1"] == [row["text"] for row in rows]


def test_csv_survives_half_a_surrogate_pair(tmp_path: Path) -> None:
    text = written(tmp_path / "a.csv", {**RECORD, "text": "\ud83d!"})

    [row] = csv.DictReader(io.StringIO(text, newline=""))
    assert "?!" == row["text"]


def test_json_lines_keep_text_and_types(tmp_path: Path) -> None:
    document = JsonLines(tmp_path / "a.jsonl")
    document.write([{**RECORD, "text": AWKWARD + "\ud83d"}, RECORD])
    assert document.close()

    lines = (tmp_path / "a.jsonl").read_bytes().decode("utf-8").split("\n")
    real = {**RECORD, "labels": ["긍정", "=1"]}
    assert [{**real, "text": AWKWARD + "\ud83d"}, real] == [json.loads(line) for line in lines[:2]]
    assert [""] == lines[2:]


def test_files_have_no_final_names_until_all_are_whole(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "out", {"a.jsonl": JsonLines, "b.jsonl": JsonLines})
    drafts.write(["a.jsonl", "b.jsonl"], [RECORD])

    before = sorted(path.name for path in (tmp_path / "out").glob("[!.]*"))
    paths = drafts.publish()
    drafts.discard()

    assert [] == before
    assert (tmp_path / "out" / "a.jsonl", tmp_path / "out" / "b.jsonl") == paths
    assert ["a.jsonl", "b.jsonl"] == names(tmp_path / "out")


def test_discarding_leaves_the_older_file_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("older")
    drafts = Drafts(tmp_path, {"a.jsonl": JsonLines})
    drafts.write(["a.jsonl"], [RECORD])

    drafts.discard()

    assert ["a.jsonl"] == names(tmp_path)
    assert "older" == (tmp_path / "a.jsonl").read_text()


class Broken(JsonLines):
    """A file on a disk that is full."""

    def close(self) -> bool:
        super().close()
        raise OSError(28, "No space left on device")


def test_a_full_disk_publishes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("older")
    drafts = Drafts(tmp_path, {"a.jsonl": JsonLines, "b.jsonl": Broken})
    drafts.write(["a.jsonl", "b.jsonl"], [RECORD])

    with pytest.raises(OSError, match="No space"):
        drafts.publish()
    drafts.discard()

    assert ["a.jsonl"] == names(tmp_path)
    assert "older" == (tmp_path / "a.jsonl").read_text()


class Cut(JsonLines):
    """A file that could not hold all that was written."""

    def close(self) -> bool:
        super().close()
        return False


def test_a_file_that_is_not_whole_takes_its_older_one_away(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text("older")
    drafts = Drafts(tmp_path, {"a.csv": partial(CsvDocument, columns=["text"]), "b.jsonl": Cut})

    paths = drafts.publish()
    drafts.discard()

    assert (tmp_path / "a.csv",) == paths
    assert ["a.csv"] == names(tmp_path)


def test_sweeping_takes_what_a_killed_export_left_and_spares_a_running_one(tmp_path: Path) -> None:
    running = Drafts(tmp_path, {"a.jsonl": JsonLines})
    left = tmp_path / ".export-killed"
    left.mkdir()
    (left / "a.jsonl").write_text("half")
    two_days_ago = time.time() - 2 * 24 * 60 * 60
    os.utime(left, (two_days_ago, two_days_ago))

    sweep(tmp_path)

    assert not left.exists()
    assert [tmp_path / "a.jsonl"] == list(running.publish())
    running.discard()
