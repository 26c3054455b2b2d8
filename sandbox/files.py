"""Files that went through the server: who may name them by which file_id, and their bytes, in memory."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
from dataclasses import dataclass
from enum import Enum

from sandbox.pictures import picture_size
from sandbox.replies import Json, UploadedFile, bad_request

DOWNLOAD_LIMIT = 20 * 2**20
UPLOAD_LIMIT = 50 * 2**20
PHOTO_LIMIT = 10 * 2**20
DOWNLOAD_SECONDS = 3600
SIZES = (("s", 90), ("m", 320), ("x", 800), ("y", 1280))


class FileKind(Enum):
    PHOTO = "Photo"
    DOCUMENT = "Document"


@dataclass(frozen=True)
class StoredFile:
    """`file_id` is good for one bot; a photo answers to the ids of all its sizes."""

    bot_id: int
    kind: FileKind
    file_id: str
    unique_id: str
    name: str
    mime_type: str
    data: bytes
    width: int = 0
    height: int = 0

    def photo_sizes(self) -> list[Json]:
        """PhotoSize objects, smallest first, none larger than the picture or 1280 pixels."""
        longest = max(self.width, self.height)
        kept = [(letter, bound) for letter, bound in SIZES if bound < longest]
        kept.append(
            next(((letter, longest) for letter, bound in SIZES if bound >= longest), kept[-1] if kept else ("s", 1))
        )
        return [self._size(letter, bound / longest) for letter, bound in dict.fromkeys(kept)]

    def _size(self, letter: str, scale: float) -> Json:
        return {
            "file_id": self.file_id + letter,
            "file_unique_id": self.unique_id + letter,
            "width": max(1, round(self.width * scale)),
            "height": max(1, round(self.height * scale)),
            "file_size": len(self.data),
        }

    def document(self) -> Json:
        return {
            "file_name": self.name,
            "mime_type": self.mime_type,
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.data),
        }


class FileStore:
    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._by_id: dict[str, StoredFile] = {}
        self._paths: dict[str, tuple[StoredFile, float]] = {}
        self.uploads = 0

    def add(self, bot_id: int, kind: FileKind, upload: UploadedFile) -> StoredFile:
        """Keeps an upload; raises Refused where Telegram does not take such a file."""
        width, height = check_photo(upload.data) if kind is FileKind.PHOTO else (0, 0)
        if not upload.data:
            raise bad_request("file must be non-empty")
        number = len(self._by_id)
        prefix = "AgACAgI" if kind is FileKind.PHOTO else "BQACAgI"
        stored = StoredFile(
            bot_id,
            kind,
            prefix + self._token(bot_id, number, 48),
            ("AQAD" if kind is FileKind.PHOTO else "AgAD") + self._token(0, number, 8),
            upload.name,
            _mime_type(upload),
            upload.data,
            width,
            height,
        )
        self._by_id[stored.file_id] = stored
        if kind is FileKind.PHOTO:
            self._by_id.update({size["file_id"]: stored for size in stored.photo_sizes()})
        return stored

    def find(self, bot_id: int, file_id: str) -> StoredFile:
        stored = self._by_id.get(file_id)
        if stored is None or stored.bot_id != bot_id:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        return self._by_id.get(file_id)

    def open_path(self, stored: StoredFile, now: float) -> str:
        """A path to download from, good for an hour."""
        if len(stored.data) > DOWNLOAD_LIMIT:
            raise bad_request("file is too big")
        folder = "photos" if stored.kind is FileKind.PHOTO else "documents"
        ending = stored.name.rpartition(".")[2] if "." in stored.name else "bin"
        path = f"{folder}/file_{len(self._paths)}.{'jpg' if stored.kind is FileKind.PHOTO else ending}"
        self._paths[path] = (stored, now + DOWNLOAD_SECONDS)
        return path

    def download(self, bot_id: int, path: str, now: float) -> bytes | None:
        stored, good_until = self._paths.get(path, (None, 0.0))
        if stored is None or stored.bot_id != bot_id or now > good_until:
            return None
        return stored.data

    def _token(self, bot_id: int, number: int, length: int) -> str:
        digest = hashlib.sha512(f"{self._seed}:{bot_id}:{number}".encode()).digest()
        return base64.urlsafe_b64encode(digest).decode()[:length]


def check_photo(data: bytes) -> tuple[int, int]:
    """Width and height; raises Refused when Telegram would not take these bytes as a photo."""
    if not data:
        raise bad_request("file must be non-empty")
    if len(data) > PHOTO_LIMIT:
        raise bad_request(
            f"file of size {len(data)} bytes is too big for a photo; the maximum size is {PHOTO_LIMIT} bytes"
        )
    size = picture_size(data)
    if size is None or 0 in size:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = size
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return width, height


def _mime_type(upload: UploadedFile) -> str:
    if upload.mime_type != "application/octet-stream":
        return upload.mime_type
    return mimetypes.guess_type(upload.name)[0] or upload.mime_type
