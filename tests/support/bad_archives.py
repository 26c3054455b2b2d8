"""Zip files and workbooks that lie about what is in them."""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Mapping
from functools import partial
from unicodedata import normalize
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from bad_files import BadFile, Refused, Taken, bad
from parcels import picture
from posted import zipped

ONE = picture(100)
TWO = picture(200)


def written(entries: Mapping[ZipInfo, bytes], method: int = ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for entry, data in entries.items():
            archive.writestr(entry, data, method)
    return out.getvalue()


def bomb(size: int, name: str = "bomb.png") -> bytes:
    """As many zeros, which take a thousandth of that."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive, archive.open(name, "w", force_zip64=True) as entry:
        for _ in range(size >> 20):
            entry.write(bytes(1 << 20))
    return out.getvalue()


def overlapping(count: int) -> bytes:
    """One picture's bytes, listed again and again under other names."""
    data = zipped({"a.png": ONE})
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[start:end]
    listed = b"".join(entry.replace(b"a.png", b"%05d" % number) for number in range(count))
    size = struct.pack("<HHII", count, count, len(listed), start)
    return data[:start] + listed + data[end : end + 8] + size + data[end + 20 :]


def lying(size: int) -> bytes:
    """The first picture's unpacked size is another than the directory says."""
    data = bytearray(zipped({"a.png": bytes(200_000), "b.png": ONE}))
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(data)


def wrong_checksum() -> bytes:
    data = bytearray(written({ZipInfo("a.png"): ONE, ZipInfo("b.png"): TWO}, ZIP_STORED))
    data[data.index(ONE) + 50] ^= 1
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(zipped({"a.png": ONE}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def link() -> bytes:
    entry = ZipInfo("a.png")
    entry.create_system = 3
    entry.external_attr = 0o120777 << 16
    return written({entry: b"/etc/passwd", ZipInfo("b.png"): ONE})


def named(raw: bytes) -> bytes:
    """A name in bytes, without a word about their encoding."""
    return zipped({"x" * len(raw) + "/a.png": ONE}).replace(b"x" * len(raw), raw)


def many(count: int, data: bytes = b"") -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}.png", data)
    return out.getvalue()


def twice() -> bytes:
    """Two names that are one after composing."""
    return written({ZipInfo(normalize("NFC", "가.png")): ONE, ZipInfo(normalize("NFD", "가.png")): TWO})


def noise(count: int) -> bytes:
    return random.Random(1).randbytes(count)


def broken_picture(path: str, tasks: int = 1) -> Taken:
    return Taken(tasks, ((path, "upload.picture_broken"),))


ARCHIVES: tuple[BadFile, ...] = (
    bad("no archive", "noise.zip", partial(noise, 5_000), Refused("upload.zip_broken")),
    bad("a table named .zip", "table.zip", b"text\na\n", Refused("upload.zip_broken")),
    bad("cut off", "cut.zip", zipped({"a.png": ONE})[:-30], Refused("upload.zip_broken")),
    bad("nothing in it", "void.zip", zipped({}), Refused("upload.no_rows")),
    bad("folders only", "folders.zip", zipped({"a/": b"", "a/b/": b""}), Refused("upload.no_rows")),
    bad(
        "what macOS leaves", "mac.zip", zipped({"__MACOSX/._a.png": b"x", ".DS_Store": b"x"}), Refused("upload.no_rows")
    ),
    bad("a bomb", "bomb.zip", partial(bomb, 101 << 20), Refused("upload.zip_bomb")),
    bad("entries that overlap", "overlap.zip", partial(overlapping, 300), Refused("upload.zip_bomb")),
    bad("less declared than there is", "less.zip", partial(lying, 1_000), broken_picture("a.png")),
    bad(
        "more declared than there is",
        "more.zip",
        partial(lying, 40_000_000),
        Taken(1, (("a.png", "upload.picture_large"),)),
    ),
    bad("4 GB declared", "declared.zip", partial(lying, 0xFFFFFFF0), Refused("upload.zip_bomb")),
    bad("a wrong checksum", "crc.zip", wrong_checksum, broken_picture("a.png")),
    bad("a password", "locked.zip", encrypted, Refused("upload.zip_locked")),
    bad(
        "another method", "bzip2.zip", lambda: written({ZipInfo("a.png"): ONE}, ZIP_BZIP2), Refused("upload.zip_method")
    ),
    bad("a link", "link.zip", link, Taken(1, (("a.png", "picture.not_a_picture"),))),
    bad("paths upwards", "up.zip", zipped({"../../../a.png": ONE, "/etc/b.png": TWO}), Taken(2)),
    bad("paths of Windows", "back.zip", zipped({"C:\\x\\..\\a.png": ONE}), Taken(1)),
    bad(
        "an archive inside",
        "nested.zip",
        zipped({"in.zip": zipped({"a.png": ONE}), "b.png": TWO}),
        Taken(1, (("in.zip", "upload.no_picture"),)),
    ),
    bad(
        "a program inside",
        "exe.zip",
        zipped({"a.exe": b"MZ", "b.png": TWO}),
        Taken(1, (("a.exe", "upload.no_picture"),)),
    ),
    bad("names of Korean Windows", "cp949.zip", lambda: named("고양이".encode("cp949")), Taken(1)),
    bad("names of macOS", "nfd.zip", lambda: zipped({normalize("NFD", "고양이.png"): ONE}), Taken(1)),
    bad(
        "a name of 60,000 letters",
        "name.zip",
        lambda: zipped({"n" * 60_000 + ".txt": b"x", "b.png": ONE}),
        Taken(1, (("nnnn", "upload.no_picture"),)),
    ),
    bad("one name twice", "same.zip", twice, Refused("upload.zip_same_name", "가.png")),
    bad(
        "two tables",
        "two.zip",
        zipped({"a.csv": b"text\na\n", "b.csv": b"text\nb\n"}),
        Refused("upload.zip_two_tables", "b.csv"),
    ),
    bad(
        "a table that is broken",
        "inner.zip",
        zipped({"t/rows.csv": b'text\n"a\n'}),
        Refused("upload.quote_open", "t/rows.csv"),
    ),
    bad(
        "a table of one endless line",
        "line.zip",
        partial(bomb, 30 << 20, "rows.csv"),
        Refused("upload.nul", "rows.csv"),
    ),
    bad(
        "a picture that isn't there",
        "gone.zip",
        zipped({"rows.csv": b"image\na.png\nb.png\n", "a.png": ONE}),
        Taken(1, ((3, "upload.picture_missing"),)),
    ),
    bad(
        "a picture of two names",
        "alike.zip",
        zipped({"rows.csv": b"image\na.png\nx/b.png\n", "x/a.png": ONE, "y/a.png": TWO, "x/b.png": ONE}),
        Taken(1, ((2, "upload.picture_ambiguous"),)),
    ),
    bad(
        "a picture upwards",
        "above.zip",
        zipped({"rows.csv": b"image\n../../etc/passwd\na.png\n", "a.png": ONE}),
        Taken(1, ((2, "upload.picture_missing"),)),
    ),
    bad(
        "a name of 100,000 letters",
        "wanted.zip",
        zipped({"rows.csv": b"image\n" + b"q" * 90_000 + b"\na.png\n", "a.png": ONE}),
        Taken(1, ((2, "upload.picture_missing"),)),
    ),
    bad("100,001 entries", "entries.zip", partial(many, 100_001), Refused("upload.zip_entries"), heavy=True),
    bad(
        "20,000 empty pictures",
        "empties.zip",
        partial(many, 20_000),
        Refused("posting.no_good_rows", None, (("1.png", "picture.not_a_picture"),)),
        heavy=True,
    ),
    bad("a bomb of 1 GB", "huge.zip", partial(bomb, 1 << 30), Refused("upload.zip_bomb"), heavy=True),
    bad(
        "15,000 overlapping entries", "quine.zip", partial(overlapping, 15_000), Refused("upload.zip_bomb"), heavy=True
    ),
)
