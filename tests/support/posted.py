"""Files as coordinators post them, and what is read from them."""

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from refused import refusal_of, said

from rules.refusals import Refusal
from rules.rows import Row
from rules.settings import Fault
from storage.uploads import open_upload

PICTURE = b"\xff\xd8\xff\xe0 a picture \xff\xd9"


def stored(folder: Path, name: str, data: bytes) -> Path:
    """Under a name without a suffix, as files lie in a data folder."""
    path = folder / f"posted-{len(name)}"
    path.write_bytes(data)
    return path


def read(folder: Path, name: str, data: bytes, *, pictures: Path | None = None) -> list[Row | Fault]:
    with open_upload(stored(folder, name, data), name, pictures=pictures) as upload:
        found = list(upload.rows())
    for one in found:
        if isinstance(one, Fault):
            said(one)
    return found


def rows(found: Iterable[Row | Fault]) -> list[Row]:
    return [one for one in found if isinstance(one, Row)]


def texts(found: Iterable[Row | Fault]) -> list[tuple[int | None, str | None]]:
    return [(row.line, row.text) for row in rows(found)]


def faults(found: Iterable[Row | Fault]) -> list[tuple[int | str | None, str]]:
    """Places and reasons, in English."""
    return [(one.line or one.entry, said(one)) for one in found if isinstance(one, Fault)]


def refusal(folder: Path, name: str, data: bytes) -> Refusal:
    return refusal_of(read, folder, name, data)


def zipped(entries: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return written.getvalue()
