"""Pictures that are damaged, dressed up or too much, each in an archive beside a good one."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from bad_archives import ONE
from bad_files import BadFile, Taken, bad
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from posted import zipped

DATA = Path(__file__).parent.parent / "data"
BROKEN, NONE, LARGE = "picture.unreadable", "picture.not_a_picture", "picture.too_large"


def drawn(size: tuple[int, int] = (320, 200), mode: str = "RGB") -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert(mode)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *between: bytes, depth: int = 8, body: bytes = b"") -> bytes:
    """A PNG by hand; `between` are chunks before its pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(between) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def blank_png(width: int, height: int) -> bytes:
    """Whole and honest, a thousandth of its pixels in size."""
    squeeze = zlib.compressobj(9)
    body = b"".join(squeeze.compress(bytes(1 + width)) for _ in range(height))
    return png(width, height, body=body + squeeze.flush())


def text_bomb() -> bytes:
    hidden = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80 << 20), 9))
    return png(8, 8, hidden, body=zlib.compress(bytes(8 * 9)))


def frames(kind: str) -> bytes:
    others = [drawn((64, 48)).point(lambda value, shift=shift: value // (shift + 2)) for shift in range(5)]
    return saved(drawn((64, 48)), kind, save_all=True, append_images=others)


def many_scans() -> bytes:
    """A progressive JPEG whose scans are repeated until decoding takes minutes."""
    data = saved(drawn((2000, 1500)), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * 400 + b"\xff\xd9"


def located() -> bytes:
    """Turned by its EXIF data, which also says where it was taken."""
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (35.0, 9.0, 0.0)
    return saved(drawn(), "JPEG", exif=exif.tobytes())


def phone() -> bytes:
    """50 megapixels, as phones take them."""
    return saved(drawn((8160, 6120)), "JPEG", quality=60)


def refused(about: str, name: str, data: bytes | Callable[[], bytes], key: str, heavy: bool = False) -> BadFile:
    """One picture that can't be used, beside one that can."""
    return bad(about, "p.zip", lambda: _album(name, data), Taken(1, ((name, key),)), heavy)


def taken(about: str, name: str, data: bytes | Callable[[], bytes]) -> BadFile:
    return bad(about, "p.zip", lambda: _album(name, data), Taken(2))


def _album(name: str, data: bytes | Callable[[], bytes]) -> bytes:
    return zipped({name: data() if callable(data) else data, "good.png": ONE})


DAMAGED: tuple[BadFile, ...] = (
    refused("empty", "empty.jpg", b"", NONE),
    refused("one byte", "byte.png", b"\x89", NONE),
    refused("a JPEG cut off", "cut.jpg", lambda: saved(drawn(), "JPEG")[:1500], BROKEN),
    refused("a PNG cut off", "cut.png", lambda: saved(drawn(), "PNG")[:200], BROKEN),
    refused("a WebP cut off", "cut.webp", lambda: saved(drawn(), "WEBP")[:200], BROKEN),
    refused("a GIF cut off", "cut.gif", lambda: saved(drawn(), "GIF")[:600], BROKEN),
    refused("a TIFF cut off", "cut.tif", lambda: saved(drawn(), "TIFF")[:5_000], BROKEN),
    refused("HEIC that crashes its library", "crash.heic", (DATA / "crashing.heic").read_bytes, BROKEN),
    refused("HTML", "page.jpg", b"<html><body>404</body></html>", NONE),
    refused("EPS", "art.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", NONE),
    refused("SVG", "art.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", NONE),
    refused("PDF", "doc.png", b"%PDF-1.7\n1 0 obj\n", NONE),
    refused("an icon", "icon.png", lambda: saved(drawn((32, 32)), "ICO"), NONE),
    refused("Photoshop", "art.tif", b"8BPS\0\1" + bytes(40), NONE),
    refused("zeros", "zeros.jpg", bytes(4_000), NONE),
    refused("a PNG of 65,535 squared", "vast.png", png(65_535, 65_535, body=b"x"), LARGE),
    refused("a PNG of 2 billion wide", "wide.png", png(2**31 - 1, 1, body=b"x"), LARGE),
    refused(
        "a GIF of 65,535 squared",
        "vast.gif",
        b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x08\x01\0\0;",
        LARGE,
    ),
    refused(
        "a BMP of a billion",
        "vast.bmp",
        b"BM" + struct.pack("<IIIIiiHHIIIIII", 54, 0, 54, 40, 40_000, 40_000, 1, 24, 0, 0, 0, 0, 0, 0),
        LARGE,
    ),
    refused("a JPEG of 65,500 squared", "vast.jpg", lambda: _resized_jpeg(65_500, 65_500), LARGE),
    refused("2,000 to 10", "narrow.png", lambda: saved(drawn((2_000, 10)), "PNG"), "picture.too_narrow"),
    refused("1 to 30", "thin.png", lambda: saved(drawn((1, 30)), "PNG"), "picture.too_narrow"),
    refused("a JPEG of endless scans", "scans.jpg", many_scans, BROKEN),
    refused("80 MB of text in a PNG", "text.png", text_bomb, BROKEN),
    refused("a bomb of 180 megapixels", "bomb.png", lambda: blank_png(13_400, 13_400), LARGE, heavy=True),
)

ODD: tuple[BadFile, ...] = (
    taken("a PNG named .jpg", "png.jpg", lambda: saved(drawn(), "PNG")),
    taken("an animated GIF", "moving.gif", lambda: frames("GIF")),
    taken("an animated WebP", "moving.webp", lambda: frames("WEBP")),
    taken("an animated PNG", "moving.png", lambda: frames("PNG")),
    taken("inks", "cmyk.jpg", lambda: saved(drawn(mode="CMYK"), "JPEG")),
    taken("16 bits", "deep.png", lambda: saved(drawn(mode="I;16"), "PNG")),
    taken("turned, with its place", "turned.jpg", located),
    taken("a picture that is an archive, too", "both.jpg", lambda: saved(drawn(), "JPEG") + zipped({"x.exe": b"MZ"})),
    taken("damaged EXIF data", "exif.jpg", lambda: saved(drawn(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")),
    taken("50 megapixels of a phone", "phone.jpg", phone),
)


def _resized_jpeg(width: int, height: int) -> bytes:
    """The header says another size than the pixels have."""
    data = bytearray(saved(drawn(), "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)
