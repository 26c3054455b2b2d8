"""Pages of lines as a PDF: drawn, so that they look the same on every phone and printer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from io import BytesIO
from itertools import takewhile

from PIL import Image, ImageDraw

from .lettering import fitted, font

RESOLUTION = 200
WIDTH, HEIGHT = 1654, 2339
EDGE, TOP, BOTTOM = 130, 150, 2180
INK, FAINT, RULE = 25, 110, 200
COUNTS_AT, GAP = 1180, 30


class Look(StrEnum):
    """How a line stands out."""

    TITLE = "title"
    HEADING = "heading"
    PLAIN = "plain"
    TOTAL = "total"
    NOTE = "note"


SIZES = {Look.TITLE: 56, Look.HEADING: 34, Look.PLAIN: 30, Look.TOTAL: 32, Look.NOTE: 26}
HEIGHTS = {Look.TITLE: 96, Look.HEADING: 84, Look.PLAIN: 48, Look.TOTAL: 66, Look.NOTE: 42}
BELOW = {Look.HEADING: 220, Look.TOTAL: 130}
"""What is followed by something of its own goes to the next page where it has less room than this."""


LEVELS = (Look.HEADING, Look.TOTAL)
"""What stands above other lines, the widest first."""


@dataclass(frozen=True)
class PaperLine:
    """What it is, how it was counted, and the amount."""

    look: Look
    left: str
    middle: str = ""
    right: str = ""


def pdf(lines: Sequence[PaperLine], footer: str) -> bytes:
    """The lines on as many A4 pages as they need, each with the footer and its number."""
    filled = list(pages(lines))
    drawn = [_page(page, footer, f"{number} / {len(filled)}") for number, page in enumerate(filled, 1)]
    buffer = BytesIO()
    drawn[0].save(buffer, "PDF", save_all=True, append_images=drawn[1:], resolution=RESOLUTION, quality=90)
    return buffer.getvalue()


def pages(lines: Sequence[PaperLine]) -> Iterator[list[PaperLine]]:
    """As many lines as fit on each page; one that goes on in the middle of something says once more of what."""
    page: list[PaperLine] = []
    above: list[PaperLine] = []
    for place, line in enumerate(lines):
        above = [each for each in above if LEVELS.index(each.look) < _level(line)]
        if page and TOP + _height(page) + _needed(lines, place) > BOTTOM:
            yield page
            page = [replace(each, middle="", right="") for each in above]
        page.append(line)
        if line.look in LEVELS:
            above.append(line)
    yield page


def _needed(lines: Sequence[PaperLine], place: int) -> int:
    """How much room a line takes, a total together with all its notes."""
    look = lines[place].look
    notes = takewhile(lambda each: look is Look.TOTAL and each.look is Look.NOTE, lines[place + 1 :])
    return max(HEIGHTS[look] + _height(notes), BELOW.get(look, 0))


def _height(lines: Iterable[PaperLine]) -> int:
    return sum(HEIGHTS[each.look] for each in lines)


def _level(line: PaperLine) -> int:
    return LEVELS.index(line.look) if line.look in LEVELS else len(LEVELS)


def _page(lines: Sequence[PaperLine], footer: str, number: str) -> Image.Image:
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    draw = ImageDraw.Draw(image)
    height, above = TOP, Look.HEADING
    for line in lines:
        height += HEIGHTS[line.look]
        _draw(draw, line, height - 14, is_first=above is Look.HEADING)
        above = line.look
    foot = font(SIZES[Look.NOTE])
    draw.text((EDGE, HEIGHT - 90), fitted(footer, SIZES[Look.NOTE], WIDTH - 2 * EDGE - 200), fill=FAINT, font=foot)
    draw.text((WIDTH - EDGE, HEIGHT - 90), number, fill=FAINT, font=foot, anchor="ra")
    return image


def _draw(draw: ImageDraw.ImageDraw, line: PaperLine, base: int, *, is_first: bool) -> None:
    """A line that stands on `base`, the first below a heading or not."""
    size = SIZES[line.look]
    letters, ink = font(size), FAINT if line.look is Look.NOTE else INK
    bold = 1 if line.look in (Look.TITLE, Look.HEADING, Look.TOTAL) else 0
    amount = letters.getlength(line.right) if line.right else 0
    middle = letters.getlength(line.middle) if line.middle else 0
    counts_at = min(COUNTS_AT, WIDTH - EDGE - amount - GAP)
    room = (counts_at - middle if line.middle else WIDTH - EDGE - amount) - EDGE - GAP
    if line.look is Look.TOTAL and not is_first:
        draw.line((EDGE, base - 44, WIDTH - EDGE, base - 44), fill=RULE, width=2)
    if line.look is Look.HEADING:
        draw.line((EDGE, base + 12, WIDTH - EDGE, base + 12), fill=INK, width=2)
    draw.text((EDGE, base), fitted(line.left, size, room), fill=ink, font=letters, anchor="ls", stroke_width=bold)
    draw.text((counts_at, base), line.middle, fill=FAINT, font=letters, anchor="rs")
    draw.text((WIDTH - EDGE, base), line.right, fill=ink, font=letters, anchor="rs", stroke_width=bold)
