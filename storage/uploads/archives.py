"""Zip files, looked at before anything in them is believed."""

import re
import struct
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfileobj
from unicodedata import normalize
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from rules.refusals import Refusal

MOST_ENTRIES, MOST_TINY_ENTRIES = 100_000, 20_000
BROKEN = (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, struct.error, zlib.error)
"""What reading a damaged entry raises."""

_DIRECTORY = 64 << 20
_ENTRY = b"PK\x01\x02"
_LOCAL_HEADER = 30
_ENCRYPTED, _UTF8 = 0x1, 0x800
_STEPS = re.compile(r"\\|(?:^|/)(?:\.{0,2}(?:/|$))")
_LEFT_BY_SYSTEMS = {"__macosx", "thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Limits:
    """How much an archive may unpack to: `bytes` at all, and beyond `free` bytes `ratio` times its own size."""

    bytes: int
    free: int
    ratio: int


PICTURES = Limits(bytes=10 << 30, free=100 << 20, ratio=10)
WORKBOOK = Limits(bytes=512 << 20, free=100 << 20, ratio=100)


def open_archive(path: Path, file: str, limits: Limits = PICTURES) -> ZipFile:
    """Refuses bombs and what cannot be read; nothing is unpacked by this."""
    most = min(MOST_ENTRIES, max(MOST_TINY_ENTRIES, path.stat().st_size >> 10))
    if _entries_written(path) > most:
        raise Refusal("upload.zip_entries", file=file, limit=f"{most:,}")
    try:
        archive = ZipFile(path)
    except BROKEN as error:
        raise Refusal("upload.zip_broken", file=file) from error
    try:
        _check(archive, path.stat().st_size, file, limits)
    except Refusal:
        archive.close()
        raise
    return archive


def _entries_written(path: Path) -> int:
    """At least as many as the directory at the file's end lists, found without building a list of them."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - _DIRECTORY))
        return stream.read().count(_ENTRY)


def _check(archive: ZipFile, size: int, file: str, limits: Limits) -> None:
    entries = archive.infolist()
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise Refusal("upload.zip_locked", file=file)
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise Refusal("upload.zip_method", file=file)
    total = sum(entry.file_size for entry in entries)
    if _overlap(archive) or total > min(limits.bytes, max(limits.free, limits.ratio * size)):
        raise Refusal("upload.zip_bomb", file=file)


def _overlap(archive: ZipFile) -> bool:
    """Whether entries share bytes, by which a small file unpacks to an endless one."""
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    ends = [entry.header_offset + _LOCAL_HEADER + entry.compress_size for entry in entries]
    starts = [*(entry.header_offset for entry in entries[1:]), archive.start_dir]
    return any(end > start for end, start in zip(ends, starts, strict=False))


def entries(archive: ZipFile, file: str) -> dict[str, ZipInfo]:
    """The files by their path, without what operating systems leave in archives."""
    found: dict[str, ZipInfo] = {}
    for entry in archive.infolist():
        name = _name(entry)
        path = tidy(name)
        if name.endswith(("/", "\\")) or not path or any(map(_left_by_system, path.split("/"))):
            continue
        if path in found:
            raise Refusal("upload.zip_same_name", file=file, entry=path)
        found[path] = entry
    return found


def _name(entry: ZipInfo) -> str:
    """Without the flag for UTF-8, names are UTF-8 all the same (macOS) or in the code page of Korean Windows."""
    if entry.flag_bits & _UTF8:
        return entry.filename
    written = entry.orig_filename.partition("\0")[0].encode("cp437")
    for encoding in ("utf-8", "cp949"):
        try:
            return written.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def tidy(path: str) -> str:
    """Composed (NFC, macOS decomposes), with plain slashes and no steps upwards."""
    if path.isascii() and not _STEPS.search(path):
        return path
    parts = normalize("NFC", path).replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in ("", ".", ".."))


def _left_by_system(part: str) -> bool:
    return part.startswith(".") or part.casefold() in _LEFT_BY_SYSTEMS


@contextmanager
def unpacked(archive: ZipFile, entry: ZipInfo, file: str) -> Iterator[Path]:
    """A temporary copy of one entry."""
    with tempfile.NamedTemporaryFile(prefix="tapwork-") as copy:
        try:
            with archive.open(entry) as source:
                copyfileobj(source, copy)
        except BROKEN as error:
            raise Refusal("upload.zip_entry_broken", file=file) from error
        copy.flush()
        yield Path(copy.name)
