from pathlib import Path

import pytest
from posted import faults, read, refusal, rows, stored, texts
from refused import said

from rules.rows import Row
from storage.uploads import open_upload

REVIEWS = "id,text,gold\nr1,재미있어요,긍정\nr2,지루해요,\n"
EXPECTED = [
    Row(2, None, "재미있어요", None, "r1", ("긍정",), None, {}),
    Row(3, None, "지루해요", None, "r2", None, None, {}),
]


@pytest.mark.parametrize(
    ("codec", "spoken"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("cp949", "CP949"),
        ("utf-16", "UTF-16"),
        ("utf-16-be", "UTF-16"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("name", ["reviews.csv", "리뷰.TSV"])
def test_every_encoding_and_delimiter_gives_the_same_rows(
    tmp_path: Path, codec: str, spoken: str, delimiter: str, name: str
) -> None:
    mark = "\ufeff" if codec == "utf-16-be" else ""
    data = (mark + REVIEWS.replace(",", delimiter)).encode(codec)
    assert read(tmp_path, name, data) == EXPECTED
    with open_upload(stored(tmp_path, name, data), name) as upload:
        assert (upload.encoding, upload.delimiter, upload.has_pictures) == (spoken, delimiter, False)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_gives_the_same_rows_and_lines(tmp_path: Path, end: str) -> None:
    assert read(tmp_path, "a.csv", REVIEWS.replace("\n", end).encode()) == EXPECTED


def test_rows_can_be_read_again_from_the_start(tmp_path: Path) -> None:
    with open_upload(stored(tmp_path, "a.csv", REVIEWS.encode()), "a.csv") as upload:
        next(upload.rows())
        assert (list(upload.rows()), list(upload.rows())) == (EXPECTED, EXPECTED)


def test_lines_are_physical_ones_also_around_cells_of_several_lines(tmp_path: Path) -> None:
    data = 'text,id\n"one\r\ntwo\nthree",1\n\n\nfour,2\n"five\rsix",3\nseven,4'
    expected = [(2, "one\ntwo\nthree"), (7, "four"), (8, "five\nsix"), (10, "seven")]
    assert texts(read(tmp_path, "a.csv", data.encode())) == expected


def test_empty_rows_are_passed_over(tmp_path: Path) -> None:
    data = "\n,,\ntext,id,\n,,\na,1,\n \u3000,\u200b,\nb,2,,,\n\n"
    assert texts(read(tmp_path, "a.csv", data.encode())) == [(5, "a"), (7, "b")]


def test_column_names_are_trimmed_and_known_in_any_case(tmp_path: Path) -> None:
    data = "\ufeff\u200b Text ,ID, GOLD,Explanation,Source \na,1,x,because,web\n"
    expected = Row(2, None, "a", None, "1", ("x",), "because", {"Source": "web"})
    assert read(tmp_path, "a.csv", data.encode()) == [expected]


def test_further_columns_are_kept_as_meta_where_they_say_something(tmp_path: Path) -> None:
    data = "text,출처,year,note\na,네이버,2024,\nb,,,\n"
    first, second = rows(read(tmp_path, "a.csv", data.encode()))
    assert (first.meta, second.meta) == ({"출처": "네이버", "year": "2024"}, {})


def test_a_column_without_a_name_such_as_an_index_is_left_out(tmp_path: Path) -> None:
    (row,) = rows(read(tmp_path, "a.csv", b",text\n0,a\n"))
    assert (row.text, row.meta) == ("a", {})


def test_short_rows_are_filled_up_and_long_ones_are_named(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", b"text,id,gold\na\nb, c, d, e\nf,2,x,,\n")
    assert texts(found) == [(2, "a"), (4, "f")]
    reason = "Cells: 4, columns: 3. Put quotes around texts that hold the delimiter."
    assert faults(found) == [(3, reason)]


def test_cells_are_composed_and_freed_of_what_cannot_be_seen(tmp_path: Path) -> None:
    data = "text,id\n\u200b\u1100\u1161 \u202b나\u202c\ufeff, 1 \n"
    (row,) = rows(read(tmp_path, "a.csv", data.encode()))
    assert (row.text, row.id) == ("가 \u202b나", "1")


def test_several_gold_labels_are_joined_by_a_bar(tmp_path: Path) -> None:
    (row,) = rows(read(tmp_path, "a.csv", b"text,gold\na,x | y||x\n"))
    assert row.gold == ("x", "y")


def test_a_space_may_stand_before_a_quote(tmp_path: Path) -> None:
    assert texts(read(tmp_path, "a.csv", b'id, text\n1, "a, b"\n')) == [(2, "a, b")]


def test_excels_delimiter_line_is_heard_and_is_no_header(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", b"sep=;\r\ntext;id\r\na,b;1\r\n")
    assert texts(found) == [(3, "a,b")]


def test_quoted_delimiters_in_the_header_do_not_mislead(tmp_path: Path) -> None:
    (row,) = rows(read(tmp_path, "a.csv", b'"a,b,c,d";text;id\n1;x,y;2\n'))
    assert (row.text, row.meta) == ("x,y", {"a,b,c,d": "1"})


def test_a_second_use_of_an_id_names_both_lines(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", b"id,text\nx,a\ny,b\nx,c\n,d\n,e\nx,f\n")
    assert texts(found) == [(2, "a"), (3, "b"), (5, "d"), (6, "e")]
    reason = "The id “x” was first used in line 2. Make them differ."
    assert faults(found) == [(4, reason), (7, reason)]


def test_a_picture_named_in_a_bare_table_is_a_fault_of_its_row(tmp_path: Path) -> None:
    found = read(tmp_path, "a.csv", b"text,image\na,\nb,1.jpg\nc,https://example.org/1.jpg\n")
    assert texts(found) == [(2, "a")]
    assert faults(found) == [
        (3, "The picture “1.jpg” didn't come along. Send the table and the pictures in one .zip."),
        (4, "Links to pictures can't be used in the chat. Put the pictures into a .zip and write their file names."),
    ]


@pytest.mark.parametrize(
    ("data", "key", "line"),
    [
        (b"", "empty", None),
        (b"\xef\xbb\xbf", "empty", None),
        (b"\n\n  \n", "empty", None),
        (b"text,id\n", "no_rows", None),
        (b"text,id\n,,\n\n", "no_rows", None),
        (b"review,label\na,b\n", "no_content_column", None),
        (b"text,id,Text \na,b,c\n", "column_twice", None),
        (b'text,id\na,1\n"b,2\nc,3\n', "quote_open", 3),
        (b'text,id\na,1\n"b,2\n"c",3\n', "quote_stray", 3),
        (b'text\na\n"b" c\n', "quote_stray", 3),
        (b"text\na\n" + b"b" * 1_000_001 + b"\n", "cell_long", 3),
        (b"text\na\n" + b"b" * 4_000_001 + b"\n", "line_long", 3),
        (b"text\r\na\r\nb\0c\r\n", "nul", 3),
        ("text\na\n".encode("utf-16-le"), "nul", 1),
        ("text\n가\n나".encode()[:-1], "encoding", 3),
        ("text\n가\n나".encode("cp949")[:-1], "encoding", 3),
        ("\ufefftext\n가\n나".encode("utf-16-le")[:-1], "encoding", 3),
        (b"text\r\xea\xb0\x80\r\xff\xff\r", "encoding", 3),
        (b"text\n" + "가".encode() * 50_000 + b"\n\xff\n", "encoding", 3),
        (b"PK\x03\x04 and so on", "disguised", None),
        (b"\xd0\xcf\x11\xe0 and so on", "disguised", None),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_name_and_line(
    tmp_path: Path, data: bytes, key: str, line: int | None
) -> None:
    found = refusal(tmp_path, "reviews.csv", data)
    assert (found.key, found.blanks["file"], found.blanks.get("line")) == (f"upload.{key}", "reviews.csv", line)


def test_the_columns_that_were_found_are_named(tmp_path: Path) -> None:
    found = refusal(tmp_path, "a.csv", "리뷰,label\na,b\n".encode())
    expected = (
        "a.csv: there is no text or image column. Columns found: 리뷰, label. Name the columns in the first line."
    )
    assert said(found) == expected


def test_a_file_without_a_header_is_told_what_its_first_line_says(tmp_path: Path) -> None:
    found = refusal(tmp_path, "a.csv", ("가" * 500 + "," + "나" * 500 + "\n").encode())
    assert len(said(found)) < 250


@pytest.mark.parametrize("name", ["a.txt", "a.xls", "a.pdf", "a", ".csv", "a.csv.exe", "a.rar"])
def test_an_unknown_format_is_told_the_known_ones(tmp_path: Path, name: str) -> None:
    found = refusal(tmp_path, name, b"text\na\n")
    assert said(found) == f"{name}: this format can't be read. Accepted: .csv .tsv .jsonl .json .xlsx .zip"


def test_a_broken_row_far_down_is_found_while_reading(tmp_path: Path) -> None:
    lines = "".join(f"row {number},{number}\n" for number in range(5_000))
    found = refusal(tmp_path, "a.csv", f'text,id\n{lines}"never closed,1\n'.encode())
    assert (found.key, found.blanks["line"]) == ("upload.quote_open", 5_002)
