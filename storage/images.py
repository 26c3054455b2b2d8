"""Coordinators' pictures: opened with suspicion, stripped of everything but the pixels, kept under their hash."""

import io
import os
import re
import tempfile
from contextlib import suppress
from functools import partial
from pathlib import Path

from PIL import Image, UnidentifiedImageError
from PIL.ExifTags import Base
from PIL.JpegImagePlugin import JpegImageFile

from rules.refusals import Refusal
from storage import heic
from storage.pixels import DAMAGE, MOST_PIXELS, Opened, Pixels, Prepared, finish, fitted, levels_of, plain, too_large

__all__ = ["PictureStore", "Prepared", "prepare"]

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
SIGNATURES = re.compile(rb"\xff\xd8\xff|\x89PNG|GIF8[79]a|II\*\0|MM\0\*|RIFF....WEBP", re.DOTALL)
MOST_SCANS = 200  # A progressive JPEG takes one pass over all its pixels per scan; cameras write about ten.
START_OF_SCAN = 0xDA

# How many copies of the decoded pixels are in memory at once while Pillow reads a format.
COPIES = {"PNG": 1.2, "GIF": 1.5, "BMP": 2.0, "TIFF": 2.5, "WEBP": 4.0}
BYTES_A_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}


def prepare(data: bytes) -> Prepared:
    """Refuses with `picture.…` what is no picture, damaged, too large to decode safely or too narrow for Telegram."""
    if heic.is_heic(data):
        return heic.prepare_apart(data)
    try:
        return finish(_open(data))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise too_large(MOST_PIXELS) from bomb
    except UnidentifiedImageError as unknown:
        raise Refusal("picture.unreadable" if SIGNATURES.match(data) else "picture.not_a_picture") from unknown
    except DAMAGE as damage:
        raise Refusal("picture.unreadable") from damage


def _open(data: bytes) -> Opened:
    picture = Image.open(io.BytesIO(data), formats=FORMATS)
    if isinstance(picture, JpegImageFile):
        cost = _jpeg_cost(data, picture)
    else:
        cost = BYTES_A_PIXEL.get(picture.mode, 4) * COPIES[picture.format or ""]
    return Opened(picture.size, cost, partial(_decode, picture))


def _jpeg_cost(data: bytes, picture: JpegImageFile) -> float:
    """JPEG is decoded at a reduced size, but libjpeg first keeps all coefficients when there is more than one scan."""
    if "progressive" not in picture.info and _components_of_first_scan(data) == picture.layers:
        return 0.0
    if data.count(bytes((0xFF, START_OF_SCAN))) > MOST_SCANS:
        raise Refusal("picture.unreadable")
    samples = [(across, down) for _, across, down, _ in picture.layer]
    finest = max(across for across, _ in samples) * max(down for _, down in samples)
    return 2 * sum(across * down for across, down in samples) / finest


def _components_of_first_scan(data: bytes) -> int:
    at = 2
    while True:
        at = data.index(b"\xff", at)
        marker = data[at + 1]
        if marker == START_OF_SCAN:
            return data[at + 4]
        at += 1 if marker == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4])


def _decode(picture: Image.Image) -> Pixels:
    picture.draft(None, fitted(picture.size))
    picture.load()
    levels = levels_of(picture)
    width, height = picture.size

    def band(top: int, bottom: int) -> Image.Image:
        return plain(picture.crop((0, top, width, bottom)), levels)

    return Pixels((width, height), band, picture.info.get("icc_profile"), _orientation(picture))


def _orientation(picture: Image.Image) -> int:
    """Damaged EXIF data spoils no picture: it counts as upright."""
    with suppress(*DAMAGE):
        return int(picture.getexif().get(Base.Orientation, 1))
    return 1


class PictureStore:
    """Prepared pictures in a folder, each under the hash of its bytes; the same picture is kept once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, prepared: Prepared) -> Path:
        """The picture is whole and on the disk when this returns, or it isn't there at all."""
        path = self.path(prepared.sha256)
        if path.exists():
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(prepared.jpeg)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        return path

    def path(self, sha256: str) -> Path:
        """Where the picture is or would be; ValueError for what is no hash."""
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise ValueError(f"not a SHA-256 in hex: {sha256!r}")
        return self._folder / sha256[:2] / f"{sha256}.jpg"

    def read(self, sha256: str) -> bytes:
        """FileNotFoundError if the picture isn't here."""
        return self.path(sha256).read_bytes()


def _sync_folder(folder: Path) -> None:
    """Makes a rename in the folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
