"""From pixels in whatever colours to a small, upright sRGB JPEG without metadata, in bounded memory."""

import io
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

from PIL import Image, ImageCms

from rules.refusals import Refusal

LONGEST_SIDE = 1280
QUALITY = 85
WIDEST_RATIO = 20  # Telegram refuses wider and taller photos; its other limit, width + height <= 10,000, follows.
MOST_PIXELS = 80_000_000  # Below the size at which Pillow warns, so its limit stays as it is for everybody else.
MOST_MEMORY = 120 * 2**20
BAND_PIXELS = 500_000

DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    MemoryError,
    struct.error,
    zlib.error,
)

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Size = tuple[int, int]


@dataclass(frozen=True)
class Prepared:
    """A picture as workers get it: JPEG without metadata, at most 1280 pixels a side, and the hash of its bytes."""

    jpeg: bytes
    width: int
    height: int
    sha256: str


@dataclass(frozen=True)
class Pixels:
    """A decoded picture, handed out in bands from `top` to `bottom` in L, RGB or CMYK."""

    size: Size
    band: Callable[[int, int], Image.Image]
    profile: bytes | None
    orientation: int


@dataclass(frozen=True)
class Opened:
    """What the header says; nothing is decoded yet. `cost` is the memory that decoding takes, in bytes per pixel."""

    size: Size
    cost: float
    decode: Callable[[], Pixels]


def finish(opened: Opened) -> Prepared:
    """The size is judged by the header, before anything is decoded. Damage shows as one of DAMAGE."""
    _check(opened)
    return _save(_shrink(opened.decode(), fitted(opened.size)))


def _check(opened: Opened) -> None:
    width, height = opened.size
    most = min(MOST_PIXELS, int(MOST_MEMORY / opened.cost)) if opened.cost else MOST_PIXELS
    if width * height > most:
        raise too_large(most)
    if max(width, height) > WIDEST_RATIO * min(width, height):
        raise Refusal("picture.too_narrow", width=width, height=height, ratio=WIDEST_RATIO)


def too_large(most: int) -> Refusal:
    return Refusal("picture.too_large", megapixels=most // 1_000_000)


def fitted(size: Size) -> Size:
    """The size with its longest side at most 1280, never enlarged."""
    scale = min(1.0, LONGEST_SIDE / max(size))
    width, height = (max(1, round(side * scale)) for side in size)
    return width, height


Levels = tuple[float, float]


def levels_of(picture: Image.Image) -> Levels | None:
    """Factor and offset that bring grey deeper than 8 bits to 0..255; without a fixed scale the picture's own range."""
    if picture.mode.startswith("I;16"):
        return 1 / 257, 0.0
    if picture.mode not in ("I", "F"):
        return None
    low, high = picture.getextrema()
    if not isinstance(low, int | float) or not isinstance(high, int | float):
        raise ValueError("a picture with one channel has one range")
    factor = 255 / (high - low) if high > low else 0.0
    return factor, -low * factor


def plain(band: Image.Image, levels: Levels | None) -> Image.Image:
    """The band in L, RGB or CMYK; what shines through is white."""
    if levels:
        factor, offset = levels
        deep = band if band.mode == "F" else band.convert("I")
        return deep.point(lambda value: value * factor + offset).convert("L")
    if band.has_transparency_data:
        paper = Image.new("RGBA", band.size, "white")
        return Image.alpha_composite(paper, band.convert("RGBA")).convert("RGB")
    if band.mode in ("L", "RGB", "CMYK"):
        return band
    return band.convert("L" if band.mode == "1" else "RGB")


def _shrink(pixels: Pixels, target: Size) -> Image.Image:
    """Upright sRGB in the target size (before it is turned)."""
    width, height = pixels.size
    factor = max(1, -(-max(pixels.size) // (2 * LONGEST_SIDE)))
    reduced = _reduce(pixels, factor)
    small = reduced.resize(target, Image.Resampling.LANCZOS, box=(0, 0, width / factor, height / factor))
    upright = _to_srgb(small, pixels.profile)
    turn = TURNS.get(pixels.orientation)
    return upright if turn is None else upright.transpose(turn)


def _reduce(pixels: Pixels, factor: int) -> Image.Image:
    """Band by band, since every conversion of a whole big picture is one more copy of it in memory."""
    width, height = pixels.size
    rows = max(1, BAND_PIXELS // width // factor) * factor
    size = -(-width // factor), -(-height // factor)
    canvas: Image.Image | None = None
    for top in range(0, height, rows):
        band = pixels.band(top, min(top + rows, height)).reduce(factor)
        canvas = canvas or Image.new(band.mode, size)
        canvas.paste(band, (0, top // factor))
    if canvas is None:
        raise ValueError("a picture has at least one row")
    return canvas


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """A damaged profile, or one for another kind of colours, is passed over."""
    if profile:
        with suppress(ImageCms.PyCMSError, *DAMAGE):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), picture.mode, "RGB")
            return transform.apply(picture)
    return picture.convert("RGB")


def _save(picture: Image.Image) -> Prepared:
    picture.info.clear()  # An encoder writes what it finds here: profile, comment, resolution.
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return describe(buffer.getvalue())


def describe(jpeg: bytes) -> Prepared:
    """A JPEG that `finish` made, with its size and hash."""
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as picture:
        return Prepared(jpeg, picture.width, picture.height, sha256(jpeg).hexdigest())
