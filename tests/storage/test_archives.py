import io
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

from storage.archives import Content, StoredZip, directory_entry, ending, local_header


def test_an_archive_holds_what_was_added_under_names_in_any_script(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    archive = StoredZip(path)
    archive.add("train/고양이.jpg", b"\xff\xd8picture")
    archive.add_file("train/metadata.jsonl", io.BytesIO(b"line\n" * 300_000))
    archive.close()

    with ZipFile(path) as found:
        assert found.testzip() is None
        assert ["train/고양이.jpg", "train/metadata.jsonl"] == found.namelist()
        assert b"\xff\xd8picture" == found.read("train/고양이.jpg")
        assert b"line\n" * 300_000 == found.read("train/metadata.jsonl")
        assert {ZIP_STORED} == {entry.compress_type for entry in found.infolist()}


def test_an_archive_without_entries_is_one(tmp_path: Path) -> None:
    StoredZip(tmp_path / "empty.zip").close()

    with ZipFile(tmp_path / "empty.zip") as found:
        assert [] == found.namelist()


def test_more_entries_than_the_first_zip_files_could_count(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    archive = StoredZip(path)
    for number in range(70_000):
        archive.add(f"{number}", b"")
    archive.close()

    with ZipFile(path) as found:
        assert 70_000 == len(found.namelist())
        assert "69999" == found.namelist()[-1]


def test_an_archive_may_be_larger_than_four_gigabytes(tmp_path: Path) -> None:
    """The hole takes no room on the disk, and stands for entries of other archives."""
    path = tmp_path / "large.zip"
    size, name, content = 5 << 30, b"after the hole", Content(5, 0x3610A686)
    with path.open("wb") as file:
        file.seek(size)
        file.write(local_header(name, content) + b"hello")
        start = file.tell()
        entry = directory_entry(name, content, size)
        file.write(entry + ending(1, len(entry), start))

    with ZipFile(path) as found:
        assert b"hello" == found.read("after the hole")
        assert size == found.getinfo("after the hole").header_offset


def test_an_entry_may_be_larger_than_four_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "entry.zip"
    name, content = b"large", Content(5 << 30, 0)
    with path.open("wb") as file:
        header = local_header(name, content)
        file.write(header)
        file.seek(len(header) + content.size)
        entry = directory_entry(name, content, 0)
        file.write(entry + ending(1, len(entry), len(header) + content.size))

    with ZipFile(path) as found:
        assert (5 << 30, 0) == (found.getinfo("large").file_size, found.getinfo("large").header_offset)


def test_the_same_entries_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        archive = StoredZip(tmp_path / name)
        archive.add("x", b"1")
        archive.close()
        archive.close()

    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
