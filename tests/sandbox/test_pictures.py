from __future__ import annotations

import io

import pytest
from bot_side import png
from PIL import Image

from sandbox.pictures import picture_size


@pytest.mark.parametrize("kind", ["PNG", "GIF", "JPEG", "WEBP"])
@pytest.mark.parametrize("size", [(1, 1), (640, 480), (33, 2001)])
def test_the_header_tells_the_size(kind: str, size: tuple[int, int]) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", size).save(buffer, kind)
    assert picture_size(buffer.getvalue()) == size


@pytest.mark.parametrize("options", [{"lossless": True}, {"exif": b"Exif\0\0" + bytes(40)}])
def test_every_kind_of_webp_is_read(options: dict[str, object]) -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (70, 50), (1, 2, 3, 4)).save(buffer, "WEBP", **options)
    assert picture_size(buffer.getvalue()) == (70, 50)


def test_a_jpeg_is_read_past_its_metadata_and_padding() -> None:
    buffer = io.BytesIO()
    Image.new("L", (120, 90)).save(buffer, "JPEG", progressive=True, comment=b"\xff\xc0" * 300)
    data = buffer.getvalue()
    assert picture_size(data) == (120, 90)
    assert picture_size(data[:2] + b"\xff\xff" + data[2:]) == (120, 90)


@pytest.mark.parametrize(
    "data", [b"", b"<html>", png(5, 5)[:20], b"\xff\xd8\xff\xe0", b"\xff\xd8nonsense.....", b"RIFF....WEBPVP8X"]
)
def test_anything_else_has_no_size(data: bytes) -> None:
    assert picture_size(data) is None
