"""Where the pictures of a posting are: in its zip file, in a folder, or nowhere."""

import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol
from unicodedata import normalize
from zipfile import ZipFile, ZipInfo

from rules.refusals import Refusal
from rules.rows import Row
from rules.settings import Fault
from storage.uploads.archives import BROKEN, tidy

LARGEST_PICTURE = 32 << 20
"""Bytes."""

SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif")
)


class Pictures(Protocol):
    @property
    def names(self) -> Collection[str]:
        """All pictures, where they were posted together with the table."""
        ...

    def find(self, name: str) -> str:
        """The name by which `read` knows the picture that a table calls so."""
        ...

    def read(self, name: str) -> bytes: ...


class NoPictures:
    names: Collection[str] = ()

    def find(self, name: str) -> str:
        raise Refusal("upload.picture_needs_zip", picture=name)

    def read(self, name: str) -> bytes:
        raise Refusal("upload.picture_needs_zip", picture=name)


class FolderPictures:
    """Pictures beside a table on the command line; nothing outside the folder is ever read."""

    names: Collection[str] = ()

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def find(self, name: str) -> str:
        self._path(name)
        return name

    def read(self, name: str) -> bytes:
        path = self._path(name)
        if path.stat().st_size > LARGEST_PICTURE:
            raise _large(name)
        return path.read_bytes()

    def _path(self, name: str) -> Path:
        for form in ("NFC", "NFD"):
            try:
                path = (self._folder / normalize(form, name)).resolve()
                if path.is_relative_to(self._folder) and path.is_file():
                    return path
            except (OSError, RuntimeError):  # too long a name, links in a circle
                continue
        raise Refusal("upload.picture_missing", picture=name)


class ZipPictures:
    """Pictures in an archive; a table may leave out leading folders and mind no case where it stays clear."""

    def __init__(self, archive: ZipFile, entries: Mapping[str, ZipInfo], folder: str = "") -> None:
        self._archive = archive
        self._entries = entries
        self._folder = folder
        self.names: Collection[str] = [path for path in entries if is_picture(path)]

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for path in self._entries:
            found[posixpath.basename(path).casefold()].append(path)
        return found

    def find(self, name: str) -> str:
        wanted = tidy(name)
        for path in (tidy(f"{self._folder}/{wanted}"), wanted):
            if path in self._entries:
                return path
        tail = f"/{wanted.casefold()}"
        alike = self._by_name.get(posixpath.basename(wanted).casefold(), [])
        found = [path for path in alike if f"/{path.casefold()}".endswith(tail)]
        if not found:
            raise Refusal("upload.picture_missing", picture=name)
        if len(found) > 1:
            raise Refusal("upload.picture_ambiguous", picture=name, first=found[0], second=found[1])
        return found[0]

    def read(self, name: str) -> bytes:
        entry = self._entries.get(name)
        if entry is None:
            raise Refusal("upload.picture_missing", picture=name)
        if entry.file_size > LARGEST_PICTURE:  # zipfile never gives more than is declared
            raise _large(name)
        try:
            return self._archive.read(entry)
        except BROKEN as error:
            raise Refusal("upload.picture_broken", picture=name) from error


class PictureRows:
    """A zip file without a table: every picture is a row, and its path comes back as `file_name`.

    The folder it lies in comes back as `folder` and is not gold: a folder name is what somebody sorted the
    pictures by, and a batch in which every label is known already has nothing to ask. Gold needs a table.
    """

    def __init__(self, paths: Collection[str]) -> None:
        self._paths = paths
        self._shared = _shared_folder([path.split("/")[:-1] for path in paths if is_picture(path)])

    def rows(self) -> Iterator[Row | Fault]:
        for path in self._paths:
            yield self._row(path) if is_picture(path) else Fault("upload.no_picture", {}, None, path)

    def _row(self, path: str) -> Row:
        parts = path.split("/")[self._shared :]
        meta = {"file_name": "/".join(parts)}
        if parts[:-1]:
            meta["folder"] = "/".join(parts[:-1])
        return Row(None, path, None, path, None, None, None, meta)


def _shared_folder(folders: list[list[str]]) -> int:
    """How many leading folders all pictures have in common, such as the one that was zipped."""
    if not folders:
        return 0
    first, last = min(folders), max(folders)
    same = [one == other for one, other in zip(first, last, strict=False)]
    return same.index(False) if False in same else len(same)


def is_picture(path: str) -> bool:
    return posixpath.splitext(path)[1].casefold() in SUFFIXES


def _large(name: str) -> Refusal:
    return Refusal("upload.picture_large", picture=name, limit=LARGEST_PICTURE >> 20)
