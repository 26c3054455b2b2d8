"""Contact sheets: several pictures in one, numbered, each as large as its neighbours allow."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from math import ceil, log
from pathlib import Path

from PIL import Image, ImageDraw

from .charts import GROUND, font

WIDTH, HEIGHT = 1280, 1024
"""Telegram shows no photo with more pixels than 1280 on a side, and the buttons below want room, too."""

GAP = 12
BADGE = 46
FIGURES = 60
WHITE = "#ffffff"
MOST_GROWTH = 4.0
QUALITY = 88


@dataclass(frozen=True)
class Grid:
    """Columns and rows that share the sheet."""

    columns: int
    rows: int

    @property
    def cell(self) -> tuple[float, float]:
        width, height = WIDTH - GAP * (self.columns + 1), HEIGHT - GAP * (self.rows + 1)
        return width / self.columns, height / self.rows

    def scale(self, size: tuple[int, int]) -> float:
        width, height = self.cell
        return min(width / size[0], height / size[1], MOST_GROWTH)


def sheet(cells: Sequence[tuple[int, Path]]) -> bytes:
    """A JPEG of pictures with their numbers in the corner."""
    pictures = [_opened(path) for _, path in cells]
    grid = best_grid([picture.size for picture in pictures])
    scaled = [_scaled(picture, grid.scale(picture.size)) for picture in pictures]
    widths = [max(each.width for each in scaled[column :: grid.columns]) for column in range(grid.columns)]
    rows = [scaled[start : start + grid.columns] for start in range(0, len(scaled), grid.columns)]
    heights = [max(each.height for each in row) for row in rows]
    size = (sum(widths) + GAP * (len(widths) + 1), sum(heights) + GAP * (len(heights) + 1))
    image = Image.new("RGB", size, GROUND)
    draw = ImageDraw.Draw(image)
    for (number, _), picture, (left, top, width, height) in zip(cells, scaled, _places(widths, heights), strict=False):
        corner = left + (width - picture.width) // 2, top + (height - picture.height) // 2
        image.paste(picture, corner)
        _badge(draw, corner, number)
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def best_grid(sizes: Sequence[tuple[int, int]]) -> Grid:
    """The grid in which the pictures come out largest, the smallest of them counting most."""
    grids = [Grid(columns, ceil(len(sizes) / columns)) for columns in range(1, len(sizes) + 1)]
    return max(grids, key=lambda grid: sum(log(grid.scale(size)) for size in sizes))


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        picture.draft("RGB", (WIDTH, HEIGHT))
        return picture.convert("RGB")


def _scaled(picture: Image.Image, scale: float) -> Image.Image:
    size = max(1, int(picture.width * scale)), max(1, int(picture.height * scale))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _places(widths: Sequence[int], heights: Sequence[int]) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, width and height of every cell, row by row."""
    top = GAP
    for height in heights:
        left = GAP
        for width in widths:
            yield left, top, width, height
            left += width + GAP
        top += height + GAP


def _badge(draw: ImageDraw.ImageDraw, corner: tuple[int, int], number: int) -> None:
    left, top = corner[0] + GAP, corner[1] + GAP
    box = (left, top, left + 2 * BADGE, top + 2 * BADGE)
    draw.ellipse(box, fill=GROUND, outline=WHITE, width=5)
    draw.text((left + BADGE, top + BADGE), str(number), fill=WHITE, font=font(FIGURES), anchor="mm")
