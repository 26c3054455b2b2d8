import io
import struct
import unicodedata
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_STORED, ZipFile, ZipInfo

import pytest
from posted import PICTURE, faults, read, refusal, rows, stored, texts, zipped
from refused import refusal_of, said

from rules.rows import Row
from storage.uploads import open_upload

LARGEST_PICTURE = 32 << 20


def named_without_flag(names: list[str], codec: str) -> bytes:
    """An archive whose names do not say their encoding, as Korean Windows and macOS write them."""

    class Entry(ZipInfo):
        def _encodeFilenameFlags(self) -> tuple[bytes, int]:
            return self.filename.encode(codec), self.flag_bits & ~0x800

    data = io.BytesIO()
    with ZipFile(data, "w") as archive:
        for name in names:
            archive.writestr(Entry(name), PICTURE)
    return data.getvalue()


def patched(data: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """The archive with bytes changed in its first header of this kind."""
    place = data.index(signature) + offset
    return data[:place] + value + data[place + len(value) :]


def overlapping(copies: int) -> bytes:
    """One entry listed many times, which unpacks to as many times its size."""
    whole = zipped({"a.jpg": bytes(100_000)})
    start = whole.index(b"PK\x01\x02")
    entry = whole[start : whole.index(b"PK\x05\x06")]
    listed = b"".join(entry.replace(b"a.jpg", f"{number:05}".encode()) for number in range(copies))
    return whole[:start] + listed + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, copies, copies, len(listed), start, 0)


def pictures(data: bytes, folder: Path, name: str = "a.zip") -> list[tuple[str | None, bytes]]:
    with open_upload(stored(folder, name, data), name) as upload:
        return [(row.image, upload.picture(row.image or "")) for row in rows(upload.rows())]


def test_a_flat_zip_of_pictures_is_rows_by_their_names(tmp_path: Path) -> None:
    data = zipped({"1.jpg": PICTURE, "나무.PNG": PICTURE})
    assert read(tmp_path, "a.zip", data) == [
        Row(None, "1.jpg", None, "1.jpg", None, None, None, {"file_name": "1.jpg"}),
        Row(None, "나무.PNG", None, "나무.PNG", None, None, None, {"file_name": "나무.PNG"}),
    ]
    with open_upload(stored(tmp_path, "a.zip", data), "a.zip") as upload:
        assert (upload.has_pictures, upload.encoding, upload.delimiter) == (True, None, None)
        assert upload.picture("나무.PNG") == PICTURE


def test_class_folders_come_back_as_meta_and_are_not_gold(tmp_path: Path) -> None:
    data = zipped({"set/고양이/1.jpg": PICTURE, "set/개/1.jpg": PICTURE, "set/개/작은/2.jpg": PICTURE})
    found = rows(read(tmp_path, "a.zip", data))
    assert [(row.image, row.gold, row.meta) for row in found] == [
        ("set/고양이/1.jpg", None, {"file_name": "고양이/1.jpg", "folder": "고양이"}),
        ("set/개/1.jpg", None, {"file_name": "개/1.jpg", "folder": "개"}),
        ("set/개/작은/2.jpg", None, {"file_name": "개/작은/2.jpg", "folder": "개/작은"}),
    ]


def test_one_folder_around_all_pictures_says_nothing(tmp_path: Path) -> None:
    (row, _) = rows(read(tmp_path, "a.zip", zipped({"photos/1.jpg": PICTURE, "photos/2.jpg": PICTURE})))
    assert row.meta == {"file_name": "1.jpg"}


def test_what_systems_leave_in_archives_is_passed_over(tmp_path: Path) -> None:
    junk = ["__MACOSX/._1.jpg", ".DS_Store", "set/.hidden.jpg", "set/Thumbs.db", "desktop.ini", ".git/1.jpg"]
    data = zipped({"set/": b"", **dict.fromkeys(junk, b"x"), "set/1.jpg": PICTURE})
    assert [row.image for row in rows(read(tmp_path, "a.zip", data))] == ["set/1.jpg"]


def test_what_is_no_picture_is_a_fault_at_its_entry(tmp_path: Path) -> None:
    found = read(tmp_path, "a.zip", zipped({"1.jpg": PICTURE, "notes.docx": b"x", "more.zip": zipped({"2.jpg": b""})}))
    reason = "Neither a picture nor a table. Pictures can be JPEG, PNG, WebP, GIF, BMP, TIFF or HEIC."
    assert faults(found) == [("notes.docx", reason), ("more.zip", reason)]


@pytest.mark.parametrize("table", ["labels.csv", "metadata.jsonl", "표.tsv"])
def test_a_table_in_the_zip_names_its_pictures(tmp_path: Path, table: str) -> None:
    listed = {
        "labels.csv": "file_name,gold,id,label\n1.jpg,고양이,a,cat\n2.jpg,,b,\n",
        "metadata.jsonl": '{"file_name": "1.jpg", "gold": "고양이", "id": "a", "label": "cat"}\n'
        '{"file_name": "2.jpg", "id": "b"}\n',
        "표.tsv": "image\tgold\tid\tlabel\n1.jpg\t고양이\ta\tcat\n2.jpg\t\tb\t\n",
    }[table]
    found = read(tmp_path, "a.zip", zipped({"1.jpg": PICTURE, "2.jpg": PICTURE, table: listed.encode()}))
    first = 1 if table == "metadata.jsonl" else 2
    assert found == [
        Row(first, None, None, "1.jpg", "a", ("고양이",), None, {"label": "cat"}),
        Row(first + 1, None, None, "2.jpg", "b", None, None, {}),
    ]


def test_a_table_is_read_in_any_encoding_inside_a_zip(tmp_path: Path) -> None:
    data = zipped({"1.jpg": PICTURE, "labels.csv": "image;text\n1.jpg;무엇인가요?\n".encode("cp949")})
    with open_upload(stored(tmp_path, "a.zip", data), "a.zip") as upload:
        assert (upload.encoding, upload.delimiter) == ("CP949", ";")
        assert texts(upload.rows()) == [(2, "무엇인가요?")]


def test_a_zip_of_only_a_table_is_its_rows(tmp_path: Path) -> None:
    data = zipped({"reviews.csv": b"text\na\nb\n"})
    assert texts(read(tmp_path, "a.zip", data)) == [(2, "a"), (3, "b")]
    with open_upload(stored(tmp_path, "a.zip", data), "a.zip") as upload:
        assert upload.has_pictures is False


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("1.jpg", "set/train/1.jpg"),
        ("./1.jpg", "set/train/1.jpg"),
        ("train\\1.jpg", "set/train/1.jpg"),
        ("set/test/1.jpg", "set/test/1.jpg"),
        ("2.JPG", "set/test/2.jpg"),
        ("Test/2.jpg", "set/test/2.jpg"),
        ("../../set/test/2.jpg", "set/test/2.jpg"),
        (unicodedata.normalize("NFD", "고양이.jpg"), "set/test/고양이.jpg"),
    ],
)
def test_a_table_may_write_a_picture_in_many_ways(tmp_path: Path, written: str, found: str) -> None:
    names = ["set/train/1.jpg", "set/test/1.jpg", "set/test/2.jpg", "set/test/고양이.jpg"]
    table = {"set/train/metadata.csv": f"image\n{written}\n".encode()}
    (row,) = rows(read(tmp_path, "a.zip", zipped(dict.fromkeys(names, PICTURE) | table)))
    assert row.image == found


def test_a_picture_that_is_missing_or_not_clear_is_a_fault_with_its_line(tmp_path: Path) -> None:
    table = {"labels.csv": b"image\n1.jpg\n3.jpg\na/2.jpg\n2.jpg\n"}
    data = zipped({"1.jpg": PICTURE, "a/2.jpg": PICTURE, "b/2.jpg": PICTURE, "b/4.jpg": PICTURE} | table)
    assert faults(read(tmp_path, "a.zip", data)) == [
        (3, "The picture “3.jpg” was not found. Check the name or add the picture."),
        (5, "Two pictures match “2.jpg” (a/2.jpg, b/2.jpg). Write the folder, too."),
        (None, "Pictures not named in the table: 2 (such as b/2.jpg). Add them to its image column to use them."),
    ]


def test_a_link_in_a_zip_is_for_the_command_line_only(tmp_path: Path) -> None:
    data = zipped({"labels.csv": b"image\nhttps://example.org/1.jpg\n"})
    assert next(key for _, key in faults(read(tmp_path, "a.zip", data))).startswith("Links to pictures")
    (row,) = rows(read(tmp_path, "a.zip", data, pictures=tmp_path))
    assert row.image == "https://example.org/1.jpg"


@pytest.mark.parametrize("codec", ["cp949", "utf-8"])
def test_names_that_do_not_say_their_encoding_are_still_read(tmp_path: Path, codec: str) -> None:
    data = named_without_flag(["동물/고양이.jpg", "동물/똠방각하.jpg", "plain.jpg"], codec)
    expected = [("동물/고양이.jpg", PICTURE), ("동물/똠방각하.jpg", PICTURE), ("plain.jpg", PICTURE)]
    assert pictures(data, tmp_path) == expected


def test_names_that_macos_decomposed_are_composed(tmp_path: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "동물/고양이.jpg")
    assert pictures(zipped({decomposed: PICTURE}), tmp_path) == [("동물/고양이.jpg", PICTURE)]
    assert pictures(named_without_flag([decomposed], "utf-8"), tmp_path) == [("동물/고양이.jpg", PICTURE)]


@pytest.mark.parametrize("name", ["../../etc/1.jpg", "/etc/1.jpg", "..\\etc\\1.jpg", "etc//./1.jpg"])
def test_no_name_leads_out_of_the_zip(tmp_path: Path, name: str) -> None:
    assert pictures(zipped({name: PICTURE}), tmp_path) == [("etc/1.jpg", PICTURE)]
    assert [path.name for path in tmp_path.iterdir()] == ["posted-5"]


def test_a_picture_is_unpacked_only_up_to_its_limit(tmp_path: Path) -> None:
    path = stored(tmp_path, "a.zip", zipped({"1.jpg": bytes(LARGEST_PICTURE), "2.jpg": bytes(LARGEST_PICTURE + 1)}))
    with open_upload(path, "a.zip") as upload:
        assert len(upload.picture("1.jpg")) == LARGEST_PICTURE
        assert said(refusal_of(upload.picture, "2.jpg")) == "The picture “2.jpg” is larger than 32 MB. Make it smaller."
        assert refusal_of(upload.picture, "3.jpg").key == "upload.picture_missing"


def test_a_picture_that_lies_about_its_size_is_broken(tmp_path: Path) -> None:
    honest = zipped({"1.jpg": bytes(1_000_000)})
    path = stored(tmp_path, "a.zip", patched(honest, b"PK\x01\x02", 24, struct.pack("<L", 10)))
    with open_upload(path, "a.zip") as upload:
        assert refusal_of(upload.picture, "1.jpg").key == "upload.picture_broken"


def test_a_damaged_picture_is_broken_and_the_others_are_fine(tmp_path: Path) -> None:
    data = patched(zipped({"1.jpg": PICTURE, "2.jpg": PICTURE}), b"PK\x03\x04", 36, b"\xff\xff\xff")
    with open_upload(stored(tmp_path, "a.zip", data), "a.zip") as upload:
        assert refusal_of(upload.picture, "1.jpg").key == "upload.picture_broken"
        assert upload.picture("2.jpg") == PICTURE


def bzipped() -> bytes:
    data = io.BytesIO()
    with ZipFile(data, "w", ZIP_BZIP2) as archive:
        archive.writestr("1.jpg", PICTURE)
    return data.getvalue()


def many(entries: int) -> bytes:
    data = io.BytesIO()
    with ZipFile(data, "w", ZIP_STORED) as archive:
        for number in range(entries):
            archive.writestr(f"{number}.jpg", b"")
    return data.getvalue()


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: b"", "empty"),
        (lambda: b"Rar!\x1a\x07 and so on", "zip_broken"),
        (lambda: zipped({"1.jpg": PICTURE * 100})[:-30], "zip_broken"),
        (lambda: zipped({}), "no_rows"),
        (lambda: zipped({"__MACOSX/._1.jpg": b"x"}), "no_rows"),
        (lambda: patched(zipped({"1.jpg": PICTURE}), b"PK\x01\x02", 8, b"\x01"), "zip_locked"),
        (bzipped, "zip_method"),
        (lambda: zipped({f"{n}.jpg": bytes(30 << 20) for n in range(4)}), "zip_bomb"),
        (lambda: overlapping(2), "zip_bomb"),
        (lambda: overlapping(1_000), "zip_bomb"),
        (lambda: many(100_001), "zip_entries"),
        (lambda: zipped({"a/1.jpg": PICTURE, "b/../a/1.jpg": b"", "a//1.jpg": PICTURE}), "zip_same_name"),
        (lambda: zipped({"1.jpg": PICTURE, "a.csv": b"image\n1.jpg\n", "b.csv": b""}), "zip_two_tables"),
        (lambda: patched(zipped({"a.csv": b"text\na\n"}), b"PK\x03\x04", 35, b"\xff\xff"), "zip_entry_broken"),
    ],
)
def test_a_zip_that_cannot_be_trusted_is_refused(tmp_path: Path, make: object, key: str) -> None:
    assert callable(make)
    found = refusal(tmp_path, "사진.zip", make())
    assert (found.key, str(found.blanks["file"])[:6]) == (f"upload.{key}", "사진.zip")


def test_an_entry_listed_twice_is_refused_even_where_it_stays_small(tmp_path: Path) -> None:
    assert refusal(tmp_path, "a.zip", overlapping(3)).key == "upload.zip_bomb"


def test_a_table_that_is_refused_is_named_with_its_archive(tmp_path: Path) -> None:
    found = refusal(tmp_path, "a.zip", zipped({"set/labels.csv": b'image\n"1.jpg\n'}))
    assert (found.key, found.blanks["file"], found.blanks["line"]) == ("upload.quote_open", "a.zip/set/labels.csv", 2)


def test_pictures_beside_a_table_are_found_on_the_command_line(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    decomposed = folder / unicodedata.normalize("NFD", "동물/고양이.jpg")
    decomposed.parent.mkdir(parents=True)
    decomposed.write_bytes(PICTURE)
    (tmp_path / "secret.jpg").write_bytes(PICTURE)
    (folder / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    names = [
        "동물/고양이.jpg",
        "../secret.jpg",
        str(tmp_path / "secret.jpg"),
        "link.jpg",
        "x" * 5_000,
        decomposed.parent.name,
    ]
    path = stored(tmp_path, "a.csv", ("image\n" + "\n".join(names)).encode())
    with open_upload(path, "a.csv", pictures=folder) as upload:
        assert upload.has_pictures is True
        found = list(upload.rows())
        assert upload.picture("동물/고양이.jpg") == PICTURE
    assert [row.image for row in rows(found)] == ["동물/고양이.jpg"]
    assert [line for line, _ in faults(found)] == [3, 4, 5, 6, 7]


def test_a_large_file_beside_a_table_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "1.jpg").open("wb") as sparse:
        sparse.truncate(LARGEST_PICTURE + 1)
    with open_upload(stored(tmp_path, "a.csv", b"image\n1.jpg\n"), "a.csv", pictures=tmp_path) as upload:
        assert refusal_of(upload.picture, "1.jpg").key == "upload.picture_large"


def test_a_table_without_pictures_has_none_to_give(tmp_path: Path) -> None:
    with open_upload(stored(tmp_path, "a.csv", b"text\na\n"), "a.csv") as upload:
        assert refusal_of(upload.picture, "1.jpg").key == "upload.picture_needs_zip"
