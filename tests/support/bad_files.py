"""Files that are broken, hostile or merely odd, each with what the bot has to make of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

Place = int | str
Named = tuple[Place, str]
"""A refused row or picture: its line or its path, and the reason's key."""


@dataclass(frozen=True)
class Refused:
    """Nothing is made of it; the message names the file, and `place` where there is one."""

    key: str
    place: Place | None = None
    named: tuple[Named, ...] = ()


@dataclass(frozen=True)
class Taken:
    """A draft is made of it, of so many tasks; some rows may be refused by name."""

    tasks: int
    named: tuple[Named, ...] = ()
    contents: tuple[str, ...] | None = None


@dataclass(frozen=True)
class BadFile:
    """One file as a coordinator drops it into the chat."""

    about: str
    file: str
    make: Callable[[], bytes]
    then: Refused | Taken
    is_heavy: bool = False

    @property
    def made(self) -> bytes:
        return self.make()


def bad(
    about: str, file: str, data: bytes | str | Callable[[], bytes], then: Refused | Taken, heavy: bool = False
) -> BadFile:
    return BadFile(about, file, data if callable(data) else partial(_bytes, data), then, heavy)


def _bytes(data: bytes | str) -> bytes:
    return data if isinstance(data, bytes) else data.encode()


KOREAN = "text,gold\n색이 예뻐요,\n배송이 느려요,\n"
CONTENTS = ("색이 예뻐요", "배송이 느려요")


def encoded(encoding: str, mark: bytes = b"") -> bytes:
    return mark + KOREAN.encode(encoding)


ENCODINGS = (
    bad("UTF-8 with a mark", "bom.csv", encoded("utf-8-sig"), Taken(2, contents=CONTENTS)),
    bad("UTF-16 of Windows", "wide.csv", encoded("utf-16"), Taken(2, contents=CONTENTS)),
    bad("UTF-16 the other way round", "be.csv", encoded("utf-16-be", b"\xfe\xff"), Taken(2, contents=CONTENTS)),
    bad("code page of Korean Windows", "cp949.csv", encoded("cp949"), Taken(2, contents=CONTENTS)),
    bad("UTF-16 without a mark", "unmarked.csv", encoded("utf-16-le"), Refused("upload.encoding", 2)),
    bad("UTF-32", "utf32.csv", encoded("utf-32"), Refused("upload.nul", 1)),
    bad("UTF-16 cut in a character", "cut16.csv", encoded("utf-16")[:-1], Refused("upload.encoding", 3)),
    bad("UTF-8 cut in a character", "cut8.csv", "text\n가나".encode()[:-1], Refused("upload.encoding", 2)),
    bad("Latin 1", "latin.csv", "text\nok\ncafé\n".encode("latin-1"), Refused("upload.encoding", 3)),
    bad("random bytes", "noise.csv", b"text\n" + bytes(range(128, 256)) + b"\n", Refused("upload.encoding", 2)),
    bad("NUL in a cell", "nul.csv", b"text\nok\na\0b\n", Refused("upload.nul", 3)),
    bad("a mark and nothing else", "mark.csv", b"\xef\xbb\xbf", Refused("upload.empty")),
)

TABLES = (
    bad("one byte", "one.csv", b"a", Refused("upload.no_content_column")),
    bad("one line feed", "feed.csv", b"\n", Refused("upload.empty")),
    bad("blank lines only", "blank.csv", b"\n\r\n \n", Refused("upload.empty")),
    bad("a header only", "header.csv", b"text,gold\n", Refused("upload.no_rows")),
    bad("an unclosed quote", "open.csv", 'text\nok\n"open\nmore\n', Refused("upload.quote_open", 3)),
    bad("a stray quote", "stray.csv", 'text\n"a" b\n', Refused("upload.quote_stray", 2)),
    bad("CR alone ends lines", "cr.csv", b"text\rone\rtwo\r", Taken(2, contents=("one", "two"))),
    bad("semicolons", "semi.csv", "text;gold\na,b;\nc;긍정\nd;\n", Taken(2, contents=("a,b", "d"))),
    bad("tabs in a .csv", "tabs.csv", "text\tgold\na,b\t\nc\t\n", Taken(2, contents=("a,b", "c"))),
    bad("the first line of Excel", "sep.csv", "sep=;\ntext;gold\na;\nb;\n", Taken(2, contents=("a", "b"))),
    bad("two ids the same", "ids.csv", "id,text\n7,a\n8,b\n7,c\n", Taken(2, ((4, "upload.id_twice"),))),
    bad("more cells than columns", "cells.csv", "text\na\nb,c\n", Taken(1, ((3, "upload.stray_cell"),))),
    bad("a column twice", "twice.csv", "text,Text\na,b\n", Refused("upload.column_twice")),
    bad("other columns", "other.csv", "이름,나이\n소라,1\n", Refused("upload.no_content_column")),
    bad("a text too long", "long.csv", f"text\n{'가' * 4_097}\nok\n", Taken(1, ((2, "upload.text_long"),))),
    bad("an id too long", "id.csv", f"id,text\n{'9' * 65},a\n2,b\n", Taken(1, ((2, "upload.id_long"),))),
    bad("a heavy row", "row.csv", f"text,note\na,{'x' * 100_000}\nb,\n", Taken(1, ((2, "upload.row_long"),))),
    bad("a cell of 1.1 MB", "cell.csv", f'text\n"{"x" * 1_100_000}"\n', Refused("upload.cell_long", 2)),
    bad("10 MB in a cell", "ten.csv", lambda: b"text\nok\n" + b"x" * 10_000_000, Refused("upload.line_long", 3)),
    bad("10 MB in quotes", "quoted.csv", lambda: b'text\nok\n"' + b"x\n" * 5_000_000, Refused("upload.cell_long", 3)),
    bad("1,001 columns", "columns.csv", ",".join(map(str, range(1_001))), Refused("upload.columns_many")),
    bad("400,000 columns", "wider.csv", ",".join(map(str, range(400_000))), Refused("upload.columns_many")),
    bad("a label no one offers", "label.csv", "text,gold\na,중립\nb,\n", Taken(1, ((2, "upload.gold_no_choice"),))),
    bad(
        "an invisible letter", "zero.csv", "text,gold\na,긍\u200b정\nb,\n", Taken(1, ((2, "upload.gold_near_choice"),))
    ),
    bad("right to left", "rtl.csv", "text\n\u202eabc\n\u200b\u200b\nשלום a\n", Taken(2, contents=("abc", "שלום a"))),
    bad("gold only", "gold.csv", "text,gold\na,긍정\n", Refused("posting.only_gold")),
    bad(
        "bad rows only",
        "none.csv",
        "text,gold\na,x\n",
        Refused("posting.no_good_rows", None, ((2, "upload.gold_no_choice"),)),
    ),
    bad("formulas", "formula.csv", "text\n=1+1\n@SUM(A1)\n", Taken(2, contents=("=1+1", "@SUM(A1)"))),
    bad(
        "a picture left out",
        "left.csv",
        "image\na.jpg\n",
        Refused("posting.no_good_rows", None, ((2, "upload.picture_needs_zip"),)),
    ),
    bad(
        "a link",
        "link.csv",
        "image\nhttps://a.b/c.jpg\n",
        Refused("posting.no_good_rows", None, ((2, "upload.link_in_chat"),)),
    ),
    bad(
        "a path upwards",
        "up.csv",
        "image\n../../secret.key\n",
        Refused("posting.no_good_rows", None, ((2, "upload.picture_needs_zip"),)),
    ),
)


def million(last: str) -> bytes:
    """A million rows, and one more line."""
    return ("id,text\n" + "".join(f"{row},{row}\n" for row in range(1_000_000)) + last).encode()


LONG = (
    bad("a million rows, the last open", "last.csv", partial(million, '1,"'), Refused("upload.quote_open"), heavy=True),
    bad(
        "a million rows",
        "million.csv",
        partial(million, "1,twice\n"),
        Taken(1_000_000, (("1,000,002", "upload.id_twice"),)),
        heavy=True,
    ),
)

NAMES = (
    bad(
        "HTML named .csv",
        "page.csv",
        "<!DOCTYPE html><html><body>text</body></html>",
        Refused("upload.no_content_column"),
    ),
    bad("PDF named .csv", "doc.csv", b"%PDF-1.7\n%\xe2\xe3\xff\xd3\n1 0 obj", Refused("upload.encoding", 2)),
    bad("a zip named .csv", "zip.csv", b"PK\x03\x04" + bytes(40), Refused("upload.disguised")),
    bad("an old .xls named .csv", "xls.csv", b"\xd0\xcf\x11\xe0" + bytes(600), Refused("upload.disguised")),
    bad("PDF", "doc.pdf", b"%PDF-1.7", Refused("upload.format")),
    bad("EPS", "art.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n", Refused("upload.format")),
    bad("SVG", "art.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", Refused("upload.format")),
    bad("a picture alone", "photo.jpg", b"\xff\xd8\xff\xe0", Refused("upload.format")),
    bad("an old workbook", "old.xls", b"\xd0\xcf\x11\xe0" + bytes(600), Refused("upload.format")),
    bad("no suffix at all", "README", b"text\na\n", Refused("upload.format")),
    bad("two suffixes", "rows.csv.exe", b"MZ", Refused("upload.format")),
    bad("a name of markup", "<b>&x.csv", b"\n", Refused("upload.empty")),
    bad("a name that reads backwards", "rows\u202evsc.exe", b"x", Refused("upload.format")),
    bad("a name upwards", "../../up.csv", b"text\na\n", Taken(1)),
    bad("a name of 200 letters", "가" * 200 + ".csv", b"\n", Refused("upload.empty")),
)


def deep(levels: int) -> bytes:
    return b"[" * levels


OBJECTS = (
    bad("broken in line 3", "broken.json", '[\n{"text": "a"},\n{"text": }\n]', Refused("upload.bad_json", 3)),
    bad("cut off", "cut.json", '[{"text": "a"},\n{"te', Refused("upload.bad_json", 2)),
    bad("a bracket 200,000 deep", "deep.json", deep(200_000), Refused("upload.bad_json", 1)),
    bad("a number of 5,000 digits", "digits.json", '[{"text": ' + "9" * 5_000 + "}]", Refused("upload.bad_json", 1)),
    bad("a number alone", "number.json", b"42", Refused("upload.no_objects")),
    bad("an empty list", "list.json", b"[]", Refused("upload.no_objects")),
    bad("rows that are no list", "rows.json", '{"rows": {"text": "a"}}', Refused("upload.no_objects")),
    bad(
        "half an emoji",
        "half.json",
        '[{"text": "\\ud83d"}, {"text": "b"}]',
        Taken(1, (("#1", "upload.bad_character"),)),
    ),
    bad("half an emoji as a column", "key.json", '[{"text": "a", "\\ud83d": "x"}]', Taken(1)),
    bad(
        "a list among objects",
        "mixed.json",
        '[{"text": "a"}, [1], null]',
        Taken(1, (("#2", "upload.no_object"), ("#3", "upload.no_object"))),
    ),
    bad("numbers as texts", "nan.json", '[{"text": 1e999}, {"text": NaN}, {"text": true}]', Taken(3)),
    bad(
        "a broken line", "broken.jsonl", '{"text": "a"}\n{"text"\n{"text": "c"}\n', Taken(2, ((2, "upload.no_object"),))
    ),
    bad("a deep line", "deep.jsonl", b'{"text": "a"}\n' + deep(100_000) + b"\n", Taken(1, ((2, "upload.no_object"),))),
    bad(
        "a key twice but for case",
        "keys.jsonl",
        '{"text": "a"}\n{"text": "b", "TEXT": "c"}\n',
        Taken(1, ((2, "upload.key_repeated"),)),
    ),
    bad("no object in it", "no.jsonl", "hello\nworld\n", Refused("upload.bad_json", 1)),
    bad("nothing but a deep line", "depth.jsonl", b"\n" + deep(100_000) + b"\n", Refused("upload.bad_json", 2)),
    bad("JSON named .jsonl", "list.jsonl", json.dumps([{"text": "a"}]), Refused("upload.no_objects")),
    bad("NUL in a line", "nul.jsonl", b'{"text": "a"}\n{"text": "\0"}\n', Refused("upload.nul", 2)),
    bad("UTF-16", "wide.jsonl", '{"text": "가"}\n'.encode("utf-16"), Taken(1, contents=("가",))),
)
