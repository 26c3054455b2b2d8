import io
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageDraw

from rules.refusals import Refusal
from storage.images import PictureStore, Prepared, prepare

DATA = Path(__file__).parent.parent / "data"
MEBIBYTE = 2**20
Colour = tuple[int, ...]

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def half_red(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    """Blue, with the left half red."""
    picture = Image.new("RGB", size, BLUE)
    picture.paste(RED, (0, 0, size[0] // 2, size[1]))
    return picture.convert(mode)


def result(prepared: Prepared) -> Image.Image:
    return Image.open(io.BytesIO(prepared.jpeg), formats=("JPEG",))


def colour(prepared: Prepared, x: float, y: float) -> Colour:
    """The colour at a share of the width and of the height, in steps of 8 since JPEG is not exact."""
    picture = result(prepared).convert("RGB")
    found = picture.getpixel((int(x * picture.width), int(y * picture.height)))
    assert isinstance(found, tuple)
    return tuple(min(255, round(part / 8) * 8) for part in found)


def refused(data: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        prepare(data)
    return refusal.value.key


def png_size(width: int, height: int) -> bytes:
    fields = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + fields + struct.pack(">I", zlib.crc32(fields))


def png_header(width: int, height: int) -> bytes:
    """The beginning of an RGBA PNG; enough to know its size, not enough to decode it."""
    return png_size(width, height) + b"\0\0\1\0IDAT"


def empty_png(width: int, height: int) -> bytes:
    """A whole transparent RGBA PNG, a thousandth of its pixels in size."""
    squeeze = zlib.compressobj(9)
    row = bytes(1 + 4 * width)
    body = b"IDAT" + b"".join(squeeze.compress(row) for _ in range(height)) + squeeze.flush()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png_size(width, height) + chunk + b"\0\0\0\0IEND\xaeB`\x82"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_every_welcome_format_becomes_jpeg(kind: str) -> None:
    prepared = prepare(encoded(half_red(), kind))
    picture = result(prepared)
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (64, 48))
    assert (prepared.width, prepared.height) == (64, 48)
    assert (colour(prepared, 0.2, 0.5), colour(prepared, 0.8, 0.5)) == (RED, BLUE)


def test_a_heic_is_read_upright_and_loses_its_place() -> None:
    data = (DATA / "rotated.heic").read_bytes()
    prepared = prepare(data)
    assert b"Tapwork test" in data
    assert (prepared.width, prepared.height) == (48, 64)
    assert (colour(prepared, 0.5, 0.2), colour(prepared, 0.5, 0.8)) == (RED, WHITE)
    assert dict(result(prepared).getexif()) == {}


def test_a_heic_that_crashes_its_decoder_crashes_nobody_else() -> None:
    # A decoder that is mended may read this file; one that isn't would end this very process, were it in here.
    try:
        prepare((DATA / "crashing.heic").read_bytes())
    except Refusal as refusal:
        assert refusal.key == "picture.unreadable"


def test_a_heic_is_refused_with_its_own_reason() -> None:
    with pytest.raises(Refusal) as refusal:
        prepare((DATA / "narrow.heic").read_bytes())
    assert refusal.value.key == "picture.too_narrow"
    assert refusal.value.blanks == {"width": 1400, "height": 64, "ratio": 20}


def test_heic_stays_unknown_to_the_rest_of_the_process() -> None:
    prepare((DATA / "rotated.heic").read_bytes())
    Image.init()
    assert "HEIF" not in Image.OPEN


ORIENTED = {
    1: (0.2, 0.5),
    2: (0.8, 0.5),
    3: (0.8, 0.5),
    4: (0.2, 0.5),
    5: (0.5, 0.2),
    6: (0.5, 0.2),
    7: (0.5, 0.8),
    8: (0.5, 0.8),
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", ORIENTED)
def test_the_orientation_of_the_camera_is_applied(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    prepared = prepare(encoded(half_red(), kind, exif=exif))
    assert colour(prepared, *ORIENTED[orientation]) == RED
    assert ((64, 48) if orientation < 5 else (48, 64)) == (prepared.width, prepared.height)


def test_a_corner_stays_where_it_belongs_when_the_picture_is_turned() -> None:
    picture = Image.new("RGB", (64, 48), BLUE)
    picture.paste(RED, (0, 0, 32, 24))
    exif = Image.Exif()
    exif[0x0112] = 6
    prepared = prepare(encoded(picture, "PNG", exif=exif))
    corners = [colour(prepared, x, y) for x, y in ((0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8))]
    assert corners == [BLUE, RED, BLUE, BLUE]


def test_a_damaged_orientation_counts_as_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 77
    prepared = prepare(encoded(half_red(), "JPEG", exif=exif))
    assert (prepared.width, prepared.height) == (64, 48)


def test_the_place_the_camera_and_every_other_remark_are_gone() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (35.0, 6.0, 0.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(
        half_red(), "JPEG", exif=exif, icc_profile=profile, xmp=b"Secret Xmp", comment=b"Secret Comment", dpi=(72, 72)
    )
    picture = result(prepare(data))
    assert data.count(b"Secret") == 3
    assert {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"} == set(picture.info)
    assert dict(picture.getexif()) == {}
    assert dict(picture.getexif().get_ifd(0x8825)) == {}
    assert b"Secret" not in prepare(data).jpeg


def test_a_colour_profile_is_applied_before_it_is_dropped() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = bytearray(lab)
    red, blue = swapped.index(b"rXYZ"), swapped.index(b"bXYZ")
    swapped[red : red + 4], swapped[blue : blue + 4] = b"bXYZ", b"rXYZ"
    prepared = prepare(encoded(half_red(), "PNG", icc_profile=bytes(swapped)))
    assert (colour(prepared, 0.2, 0.5), colour(prepared, 0.8, 0.5)) == (BLUE, RED)


def test_a_broken_colour_profile_is_passed_over() -> None:
    prepared = prepare(encoded(half_red(), "JPEG", icc_profile=b"no profile at all"))
    assert (colour(prepared, 0.2, 0.5), colour(prepared, 0.8, 0.5)) == (RED, BLUE)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_print_colours_become_screen_colours(kind: str) -> None:
    prepared = prepare(encoded(half_red(mode="CMYK"), kind))
    assert (colour(prepared, 0.2, 0.5), colour(prepared, 0.8, 0.5)) == (RED, BLUE)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_of_grey_keep_their_brightness(kind: str) -> None:
    picture = Image.new("I;16", (64, 48))
    picture.paste(128 * 257, (0, 0, 32, 48))
    picture.paste(65535, (32, 0, 64, 48))
    prepared = prepare(encoded(picture, kind))
    assert (colour(prepared, 0.2, 0.5), colour(prepared, 0.8, 0.5)) == ((128, 128, 128), WHITE)


@pytest.mark.parametrize("mode", ["I", "F"])
def test_grey_without_a_scale_is_spread_over_its_own_range(mode: str) -> None:
    picture = Image.new(mode, (64, 48), -1000)
    picture.paste(3000, (32, 0, 64, 48))
    prepared = prepare(encoded(picture, "TIFF"))
    assert (colour(prepared, 0.2, 0.5), colour(prepared, 0.8, 0.5)) == ((0, 0, 0), WHITE)


@pytest.mark.parametrize("mode", ["1", "L"])
def test_black_and_white_stays_black_and_white(mode: str) -> None:
    picture = Image.new(mode, (64, 48))
    picture.paste(255, (32, 0, 64, 48))
    prepared = prepare(encoded(picture, "PNG"))
    assert (result(prepared).mode, colour(prepared, 0.2, 0.5), colour(prepared, 0.8, 0.5)) == ("RGB", (0, 0, 0), WHITE)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_what_is_transparent_becomes_white(kind: str) -> None:
    picture = half_red(mode="RGBA")
    picture.paste((0, 0, 0, 0), (32, 0, 64, 48))
    prepared = prepare(encoded(picture, kind))
    assert (colour(prepared, 0.2, 0.5), colour(prepared, 0.8, 0.5)) == (RED, WHITE)


def test_half_transparent_black_becomes_grey() -> None:
    prepared = prepare(encoded(Image.new("LA", (64, 48), (0, 127)), "PNG"))
    assert colour(prepared, 0.5, 0.5) == (128, 128, 128)


@pytest.mark.parametrize("kind", ["GIF", "PNG"])
def test_a_transparent_colour_of_a_palette_becomes_white(kind: str) -> None:
    picture = Image.new("P", (64, 48), 1)
    picture.putpalette([0, 0, 0, *RED, *BLUE])
    picture.paste(0, (32, 0, 64, 48))
    prepared = prepare(encoded(picture, kind, transparency=0))
    assert (colour(prepared, 0.2, 0.5), colour(prepared, 0.8, 0.5)) == (RED, WHITE)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_a_moving_picture_the_first_frame_counts(kind: str) -> None:
    frames = [Image.new("RGB", (64, 48), frame) for frame in (RED, BLUE, WHITE)]
    prepared = prepare(encoded(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert colour(prepared, 0.5, 0.5) == RED


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((1280, 960), (1280, 960)),
        ((1281, 960), (1280, 959)),
        ((960, 1281), (959, 1280)),
        ((4000, 3000), (1280, 960)),
        ((5, 3), (5, 3)),
    ],
)
def test_the_longest_side_shrinks_to_1280_and_never_grows(
    kind: str, before: tuple[int, int], after: tuple[int, int]
) -> None:
    prepared = prepare(encoded(half_red(before), kind))
    assert after == (prepared.width, prepared.height) == result(prepared).size


def test_a_big_picture_keeps_its_places_when_it_shrinks_band_by_band() -> None:
    picture = Image.new("RGB", (6001, 3999), WHITE)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 600, 400), RED)
    draw.rectangle((5401, 3599, 6000, 3998), BLUE)
    prepared = prepare(encoded(picture, "PNG", compress_level=1))
    seen = [colour(prepared, x, y) for x, y in ((0.05, 0.05), (0.95, 0.95), (0.95, 0.05), (0.12, 0.05), (0.88, 0.95))]
    assert seen == [RED, BLUE, WHITE, WHITE, WHITE]
    assert colour(prepared, 0.9999, 0.9999) != WHITE


@pytest.mark.parametrize("size", [(2000, 100), (100, 2000), (20, 1), (1, 20)])
def test_twenty_to_one_is_welcome(size: tuple[int, int]) -> None:
    prepared = prepare(encoded(half_red(size), "PNG"))
    assert max(prepared.width, prepared.height) <= 20 * min(prepared.width, prepared.height)


@pytest.mark.parametrize("size", [(2001, 100), (100, 2001), (21, 1), (1, 21)])
def test_narrower_than_twenty_to_one_is_refused(size: tuple[int, int]) -> None:
    assert refused(encoded(half_red(size), "PNG")) == "picture.too_narrow"


def test_a_fifty_megapixel_photo_is_welcome() -> None:
    prepared = prepare(encoded(Image.new("RGB", (8192, 6144), RED), "JPEG"))
    assert (prepared.width, prepared.height) == (1280, 960)


@pytest.mark.parametrize("side", [13300, 9000, 65000])
def test_a_huge_picture_is_refused_by_its_header_alone(side: int) -> None:
    assert refused(png_header(side, side)) == "picture.too_large"


def test_the_limit_is_what_the_refusal_says() -> None:
    with pytest.raises(Refusal) as refusal:
        prepare(png_header(9000, 8900))
    most = refusal.value.blanks["megapixels"]
    assert isinstance(most, int)
    assert refused(png_header(1000 * (most + 1) // 4, 4000)) == "picture.too_large"
    assert refused(png_header(1000 * most // 4, 4000)) == "picture.unreadable"


def test_pillow_keeps_its_own_limit_for_everybody_else() -> None:
    before = Image.MAX_IMAGE_PIXELS
    prepare(encoded(half_red(), "PNG"))
    assert before == Image.MAX_IMAGE_PIXELS is not None


def test_a_jpeg_of_endless_scans_is_refused() -> None:
    data = encoded(half_red(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    assert refused(data[:-2] + data[last:-2] * 200 + data[-2:]) == "picture.unreadable"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.4, 0.8])
def test_half_a_file_is_refused(kind: str, share: float) -> None:
    whole = encoded(Image.effect_noise((300, 200), 90).convert("RGB"), kind)
    assert refused(whole[: int(len(whole) * share)]) == "picture.unreadable"


def test_half_a_heic_is_refused() -> None:
    assert refused((DATA / "rotated.heic").read_bytes()[:600]) == "picture.unreadable"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"<!doctype html><title>404</title>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41",
    ],
    ids=["nothing", "a line", "a page", "PostScript", "SVG", "a film"],
)
def test_what_is_no_picture_is_refused_whatever_its_name(data: bytes) -> None:
    assert refused(data) == "picture.not_a_picture"


@pytest.mark.parametrize("kind", ["PPM", "ICO", "TGA", "PCX"])
def test_a_format_that_nobody_asked_for_is_refused(kind: str) -> None:
    assert refused(encoded(half_red(), kind)) == "picture.not_a_picture"


def test_what_hides_behind_a_jpeg_does_not_come_along() -> None:
    archive = io.BytesIO(encoded(half_red(), "JPEG"))
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("hidden.txt", "hidden text")
    prepared = prepare(archive.getvalue())
    assert zipfile.is_zipfile(io.BytesIO(archive.getvalue()))
    assert not zipfile.is_zipfile(io.BytesIO(prepared.jpeg))
    assert prepared.jpeg.endswith(b"\xff\xd9")


HOSTILE = {
    "png": lambda: empty_png(5100, 5100),
    "webp": lambda: encoded(Image.new("RGBA", (2790, 2790), (9, 9, 9, 0)), "WEBP", lossless=True),
    "jpeg": lambda: encoded(Image.new("RGB", (4560, 4560)), "JPEG", progressive=True, subsampling=0),
    "tiff": lambda: encoded(Image.new("RGBA", (3540, 3540)), "TIFF", compression="tiff_deflate", tiffinfo={274: 6}),
}

MEASURE = """
import re, sys
from pathlib import Path
from storage.images import prepare
peak = lambda: int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
data = Path(sys.argv[1]).read_bytes()
before = peak()
prepare(data)
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
@pytest.mark.parametrize("kind", HOSTILE)
def test_the_largest_welcome_picture_fits_into_memory(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(HOSTILE[kind]())
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", MEASURE, path], cwd=root, capture_output=True, text=True, check=True)
    assert int(run.stdout) * 1024 < 155 * MEBIBYTE


def test_the_same_picture_is_the_same_bytes() -> None:
    first, second = (prepare(encoded(half_red(), "PNG")) for _ in range(2))
    assert first == second


def test_a_picture_is_found_under_its_hash(tmp_path: Path) -> None:
    prepared = prepare(encoded(half_red(), "PNG"))
    store = PictureStore(tmp_path / "images")
    path = store.put(prepared)
    assert tmp_path / "images" / prepared.sha256[:2] / f"{prepared.sha256}.jpg" == path == store.path(prepared.sha256)
    assert prepared.jpeg == store.read(prepared.sha256) == path.read_bytes()


def test_storing_twice_keeps_one_untouched_file(tmp_path: Path) -> None:
    prepared = prepare(encoded(half_red(), "PNG"))
    store = PictureStore(tmp_path)
    before = store.put(prepared).stat()
    after = store.put(prepared).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert sum(path.is_file() for path in tmp_path.rglob("*")) == 1


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    prepared = prepare(encoded(half_red(), "PNG"))
    store = PictureStore(tmp_path)
    blocked = store.path(prepared.sha256).parent
    blocked.parent.mkdir(exist_ok=True)
    blocked.write_text("in the way")
    with pytest.raises(FileExistsError):
        store.put(prepared)
    assert [blocked] == list(tmp_path.rglob("*"))


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_only_a_hash_names_a_picture(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        PictureStore(tmp_path).path(name)


def test_a_picture_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        PictureStore(tmp_path).read("a" * 64)
