from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.sheets import HEIGHT, WIDTH, Grid, best_grid, sheet

COLOURS = ["#d02020", "#20d020", "#2020d0", "#d0d020", "#20d0d0", "#d020d0"]


def cells(folder: Path, *sizes: tuple[int, int]) -> list[tuple[int, Path]]:
    """Pictures in one colour each, with their numbers."""
    made = []
    for number, (size, colour) in enumerate(zip(sizes, COLOURS, strict=False), 1):
        path = folder / f"{number}.jpg"
        Image.new("RGB", size, colour).save(path, quality=95)
        made.append((number, path))
    return made


def drawn(cells: list[tuple[int, Path]]) -> Image.Image:
    return Image.open(BytesIO(sheet(cells)))


def shares(image: Image.Image) -> list[float]:
    """How much of a sheet each colour covers."""
    small = image.convert("RGB").resize((200, 200), Image.Resampling.NEAREST)
    wanted = [tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5)) for colour in COLOURS]
    pixels = [small.getpixel((x, y)) for x in range(200) for y in range(200)]
    near = [
        sum(
            isinstance(pixel, tuple) and max(abs(a - b) for a, b in zip(pixel, want, strict=True)) < 24
            for pixel in pixels
        )
        for want in wanted
    ]
    return [count / len(pixels) for count in near]


@pytest.mark.parametrize(
    ("size", "count", "grid"),
    [
        ((900, 900), 6, Grid(3, 2)),
        ((900, 900), 4, Grid(2, 2)),
        ((1280, 853), 6, Grid(2, 3)),
        ((853, 1280), 6, Grid(3, 2)),
        ((1280, 300), 5, Grid(1, 5)),
        ((300, 1280), 4, Grid(4, 1)),
    ],
)
def test_the_grid_follows_the_shape_of_the_pictures(size: tuple[int, int], count: int, grid: Grid) -> None:
    assert grid == best_grid([size] * count)


def test_every_picture_is_there_and_all_are_about_as_large(tmp_path: Path) -> None:
    found = shares(drawn(cells(tmp_path, *[(1280, 853)] * 6)))

    assert min(found) > 0.12
    assert max(found) < 1.2 * min(found)


def test_pictures_of_all_shapes_fit_into_what_telegram_shows_in_full(tmp_path: Path) -> None:
    image = drawn(cells(tmp_path, (1280, 853), (20, 1280), (5000, 40), (1, 1)))

    assert image.width <= WIDTH
    assert image.height <= HEIGHT
    assert "JPEG" == image.format


def test_small_pictures_are_made_larger_but_not_to_a_blur(tmp_path: Path) -> None:
    image = drawn(cells(tmp_path, (60, 40), (60, 40)))

    assert (4 * 60 + 24, 4 * 80 + 36) == image.size


def test_numbers_stand_in_the_corners_of_their_pictures(tmp_path: Path) -> None:
    image = drawn(cells(tmp_path, *[(900, 900)] * 4)).convert("RGB")
    corner = image.crop((12, 12, 140, 140))
    middle = image.crop((200, 200, 328, 328))

    assert len(corner.getcolors(20_000) or ()) > 200
    assert len(middle.getcolors(20_000) or ()) < 20
