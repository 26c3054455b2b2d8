"""Zip files of what is compressed already: written in one go, with a directory that waits on the disk, so that a
million entries need no more memory than one, and the same entries give the same bytes."""

import os
import shutil
import zlib
from dataclasses import dataclass
from pathlib import Path
from struct import pack
from tempfile import TemporaryFile
from typing import IO

CHUNK = 1 << 20
FULL_16, FULL_32 = 0xFFFF, 0xFFFFFFFF
PLAIN, LARGE = 20, 45
"""The versions of the format that a reader needs: the first one, or the one for more than four gigabytes."""
UTF_8, STORED = 0x800, 0
MIDNIGHT, FIRST_DAY = 0, 0x21
"""The first of January 1980, from which the format counts."""
UNIX, PLAIN_FILE = 3 << 8, 0o100644 << 16


@dataclass(frozen=True)
class Content:
    """The size and the checksum of what an entry holds."""

    size: int
    checksum: int


class StoredZip:
    """An archive in the making."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._directory = TemporaryFile(dir=path.parent)  # noqa: SIM115 - closed with the archive
        self._entries = 0

    def add(self, name: str, content: bytes) -> None:
        """Add an entry; a name is not checked for being there already."""
        self._begin(name, Content(len(content), zlib.crc32(content)))
        self._file.write(content)

    def add_file(self, name: str, file: IO[bytes]) -> None:
        """Add what a file holds from its start, a piece at a time."""
        file.seek(0)
        size = checksum = 0
        while piece := file.read(CHUNK):
            size, checksum = size + len(piece), zlib.crc32(piece, checksum)
        file.seek(0)
        self._begin(name, Content(size, checksum))
        shutil.copyfileobj(file, self._file, CHUNK)

    def close(self) -> None:
        """Write the directory and bring everything to the disk. Closing twice changes nothing."""
        if self._file.closed:
            return
        with self._file, self._directory:
            start = self._file.tell()
            size = self._directory.tell()
            self._directory.seek(0)
            shutil.copyfileobj(self._directory, self._file, CHUNK)
            self._file.write(ending(self._entries, size, start))
            self._file.flush()
            os.fsync(self._file.fileno())

    def _begin(self, name: str, content: Content) -> None:
        encoded = name.encode()
        self._directory.write(directory_entry(encoded, content, self._file.tell()))
        self._file.write(local_header(encoded, content))
        self._entries += 1


def local_header(name: bytes, content: Content) -> bytes:
    extra = pack("<HHQQ", 1, 16, content.size, content.size) if content.size >= FULL_32 else b""
    size = min(content.size, FULL_32)
    fixed = (LARGE if extra else PLAIN, UTF_8, STORED, MIDNIGHT, FIRST_DAY, content.checksum, size, size)
    return pack("<4sHHHHHLLLHH", b"PK\3\4", *fixed, len(name), len(extra)) + name + extra


def directory_entry(name: bytes, content: Content, offset: int) -> bytes:
    large = [content.size, content.size] if content.size >= FULL_32 else []
    large += [offset] if offset >= FULL_32 else []
    extra = pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b""
    size, needed = min(content.size, FULL_32), LARGE if large else PLAIN
    fixed = (UNIX | needed, needed, UTF_8, STORED, MIDNIGHT, FIRST_DAY, content.checksum, size, size)
    rest = (len(name), len(extra), 0, 0, 0, PLAIN_FILE, min(offset, FULL_32))
    return pack("<4sHHHHHHLLLHHHHHLL", b"PK\1\2", *fixed, *rest) + name + extra


def ending(entries: int, size: int, start: int) -> bytes:
    """What follows the directory: where it begins, and how large it is."""
    large = b""
    if entries >= FULL_16 or size >= FULL_32 or start >= FULL_32:
        large = pack("<4sQHHLLQQQQ", b"PK\6\6", 44, UNIX | LARGE, LARGE, 0, 0, entries, entries, size, start)
        large += pack("<4sLQL", b"PK\6\7", 0, start + size, 1)
    few = min(entries, FULL_16)
    return large + pack("<4sHHHHLLH", b"PK\5\6", 0, 0, few, few, min(size, FULL_32), min(start, FULL_32), 0)
