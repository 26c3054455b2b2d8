import json
from pathlib import Path

import pytest
from posted import faults, read, refusal, rows, texts
from refused import refusal_of

from rules.rows import Row
from storage.uploads import open_upload

REVIEWS = [{"id": "r1", "text": "재미있어요", "gold": "긍정"}, {"id": "r2", "text": "지루해요", "gold": None}]


def lines(*objects: object) -> bytes:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects).encode()


def test_json_lines_are_rows_with_their_lines(tmp_path: Path) -> None:
    assert read(tmp_path, "a.jsonl", b"\n" + lines(*REVIEWS)) == [
        Row(2, None, "재미있어요", None, "r1", ("긍정",), None, {}),
        Row(3, None, "지루해요", None, "r2", None, None, {}),
    ]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_json_lines_are_read_in_every_encoding(tmp_path: Path, codec: str) -> None:
    assert texts(read(tmp_path, "a.jsonl", lines(REVIEWS[0]).decode().encode(codec))) == [(1, "재미있어요")]


@pytest.mark.parametrize("whole", [REVIEWS, {"rows": REVIEWS, "version": 1}])
def test_a_json_list_is_rows_with_their_numbers(tmp_path: Path, whole: object) -> None:
    assert read(tmp_path, "a.json", json.dumps(whole, indent=2).encode()) == [
        Row(None, "#1", "재미있어요", None, "r1", ("긍정",), None, {}),
        Row(None, "#2", "지루해요", None, "r2", None, None, {}),
    ]


def test_values_of_every_kind_become_words(tmp_path: Path) -> None:
    data = lines({"text": 12, "id": 7, "gold": ["a", "b"], "score": 0.5, "ok": True, "more": {"가": [1]}, "no": None})
    (row,) = rows(read(tmp_path, "a.jsonl", data))
    expected = Row(1, None, "12", None, "7", ("a", "b"), None, {"score": "0.5", "ok": "true", "more": '{"가": [1]}'})
    assert row == expected


def test_a_line_that_is_no_object_is_a_fault_of_its_own(tmp_path: Path) -> None:
    data = b'{"text": "a"}\n{"text": \n[1]\n"b"\n' + b"[" * 100_000 + b"\n" + b'{"text": ' + b"9" * 5_000 + b"}\n"
    found = read(tmp_path, "a.jsonl", data)
    assert texts(found) == [(1, "a")]
    reason = 'This is no JSON object. Write it like {"text": "…"}.'
    assert faults(found) == [(2, reason), (3, reason), (4, reason), (5, reason), (6, reason)]


def test_objects_may_have_different_keys(tmp_path: Path) -> None:
    found = read(
        tmp_path, "a.jsonl", lines({"text": "a", "x": "1"}, {"y": "2", "TEXT": "b"}, {"text": "c", "Text": "d"})
    )
    assert [(row.text, row.meta) for row in rows(found)] == [("a", {"x": "1"}), ("b", {"y": "2"})]
    assert faults(found) == [(3, "“text” is there twice. Keep one.")]


def test_characters_that_cannot_be_stored_are_a_fault(tmp_path: Path) -> None:
    found = read(tmp_path, "a.jsonl", b'{"text": "a\\u0000"}\n{"text": "\\ud83d"}\n{"text": "\\ud83d\\ude00"}\n')
    assert texts(found) == [(3, "😀")]
    reason = "It holds a character that can't be stored (NUL or half an emoji). Remove it."
    assert faults(found) == [(1, reason), (2, reason)]


def test_a_second_use_of_an_id_names_both_places(tmp_path: Path) -> None:
    found = read(tmp_path, "a.json", json.dumps([REVIEWS[0], REVIEWS[0]]).encode())
    assert faults(found) == [("#2", "The id “r1” was first used in line #1. Make them differ.")]


@pytest.mark.parametrize(
    ("name", "data", "key", "line"),
    [
        ("a.jsonl", b"", "empty", None),
        ("a.jsonl", b"\n\n", "no_objects", None),
        ("a.jsonl", b"[1]\n", "no_objects", None),
        ("a.jsonl", b"null\n", "no_objects", None),
        ("a.jsonl", b"\n[1]\n" + b"[" * 100_000 + b"\nhello\n", "bad_json", 3),
        ("a.jsonl", b'{"review": "a"}\n', "no_content_column", None),
        ("a.jsonl", b'{"text": ""}\n', "no_rows", None),
        ("a.jsonl", b'{"text": "a"}\n\xff', "encoding", 2),
        ("a.json", b"", "empty", None),
        ("a.json", b"[]", "no_objects", None),
        ("a.json", b"{}", "no_objects", None),
        ("a.json", b'{"rows": 3}', "no_objects", None),
        ("a.json", b'[\n{"text": "a"},\n]', "bad_json", 3),
        ("a.json", b"[" * 100_000, "bad_json", 1),
        ("a.json", b"[" + b"9" * 5_000 + b"]", "bad_json", 1),
        ("a.json", b'[{"review": "a"}]', "no_content_column", None),
    ],
)
def test_json_without_rows_is_refused(tmp_path: Path, name: str, data: bytes, key: str, line: int | None) -> None:
    found = refusal(tmp_path, name, data)
    assert (found.key, found.blanks["file"], found.blanks.get("line")) == (f"upload.{key}", name, line)


def test_a_json_file_too_large_to_be_read_whole_is_sent_to_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as sparse:
        sparse.truncate((64 << 20) + 1)
    assert refusal_of(open_upload, path, "a.json").key == "upload.json_large"
