"""Data sets as one archive each: what Hugging Face's `datasets` loads as it is."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile

from .archives import StoredZip
from .documents import Record, compact

SPLIT = "train"


class _Listed:
    """An archive with a line for each of its records, in one entry at its end."""

    entry: str

    def __init__(self, path: Path) -> None:
        self._archive = StoredZip(path)
        self._lines = TemporaryFile(dir=path.parent)  # noqa: SIM115 - closed with the archive
        self._count = 0

    def close(self) -> bool:
        if not self._lines.closed:
            with self._lines:
                self._archive.add_file(f"{SPLIT}/{self.entry}", self._lines)
        self._archive.close()
        return self._count > 0

    def _list(self, record: Record, *left_out: str) -> None:
        self._lines.write(line({name: value for name, value in record.items() if name not in left_out}))
        self._count += 1


class PictureSet(_Listed):
    """Pictures with a line of metadata each: a record's `picture` is its file, its `file_name` the name in the archive.

    Records without a picture are passed over; without any picture the archive is not whole.
    """

    entry = "metadata.jsonl"

    def write(self, records: Iterable[Record]) -> None:
        for record in records:
            if record["picture"] is not None:
                self._archive.add(f"{SPLIT}/{record['file_name']}", Path(str(record["picture"])).read_bytes())
                self._list(record, "picture")


class TextSet(_Listed):
    """Texts, a line each. Records with a picture are passed over; without any text the archive is not whole."""

    entry = "data.jsonl"

    def write(self, records: Iterable[Record]) -> None:
        for record in records:
            if record["picture"] is None:
                self._list(record, "picture", "file_name")


def line(record: Record) -> bytes:
    return f"{compact(record)}\n".encode(errors="backslashreplace")
