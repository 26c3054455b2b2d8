"""Pictures of numbers, drawn for a phone: large figures, opaque ground, no need of a language or a font file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from rules.model import Micros

WIDTH, HEIGHT = 1080, 600
EDGE, CEILING, FLOOR = 40, 130, 500
SHARPNESS = 2
"""Everything is drawn so many times larger and shrunk, since Pillow's shapes have hard edges."""

GROUND = "#16202c"
LINE = "#36475b"
PAST, TODAY = "#2f7f93", "#4fd6c1"
FIGURE = "#f3f7fa"
WEEKDAY, SATURDAY, SUNDAY = "#93a4b5", "#7fb2ff", "#ff9a93"


@dataclass(frozen=True)
class Bar:
    """What one day brought."""

    date: date
    amount: Micros


@dataclass(frozen=True)
class Post:
    """A bar as it stands in the picture."""

    bar: Bar
    centre: float
    half: float
    top: float
    is_today: bool


@dataclass(frozen=True)
class Figure:
    """A number around a point of the picture, pushed inwards where it would leave it."""

    text: str
    centre: float
    middle: float
    size: int
    colour: str

    @property
    def width(self) -> float:
        return font(self.size).getlength(self.text)

    @property
    def left(self) -> float:
        return min(max(self.centre - self.width / 2, EDGE / 2), WIDTH - EDGE / 2 - self.width)

    @property
    def right(self) -> float:
        return self.left + self.width


def days_chart(bars: Sequence[Bar]) -> bytes:
    """A PNG with a bar for each day, the last of them today; the largest and today's carry their amounts."""
    image = Image.new("RGB", (WIDTH * SHARPNESS, HEIGHT * SHARPNESS), GROUND)
    draw = ImageDraw.Draw(image)
    posts = stand(bars)
    draw.line(scaled(EDGE, FLOOR + 2, WIDTH - EDGE, FLOOR + 2), fill=LINE, width=4 * SHARPNESS)
    for post in posts:
        _draw_post(draw, post)
    for figure in figures(posts):
        _write(draw, figure)
    return png(image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS))


def stand(bars: Sequence[Bar]) -> list[Post]:
    """Where the bars stand, as high as their amounts."""
    step = (WIDTH - 2 * EDGE) / len(bars)
    tallest = max(bar.amount for bar in bars) or 1
    last = len(bars) - 1
    return [
        Post(
            bar=bar,
            centre=EDGE + step * (place + 0.5),
            half=min(step * 0.32, 46),
            top=min(FLOOR - (FLOOR - CEILING) * bar.amount / tallest, FLOOR - 8 if bar.amount else FLOOR),
            is_today=place == last,
        )
        for place, bar in enumerate(bars)
    ]


def figures(posts: Sequence[Post]) -> list[Figure]:
    """The days under their bars, the largest amount, and today's, unless that would touch the largest."""
    days = [
        Figure(str(post.bar.date.day), post.centre, FLOOR + 52, 44, FIGURE if post.is_today else day_colour(post.bar))
        for post in posts
    ]
    largest = max(posts, key=lambda post: (post.bar.amount, post.centre))
    if not largest.bar.amount:
        return days
    amounts = [_above(largest, posts, FIGURE)]
    today = _above(posts[-1], posts, TODAY)
    if posts[-1].bar.amount and not touches(today, amounts[0]):
        amounts.append(today)
    return days + amounts


def touches(one: Figure, other: Figure) -> bool:
    return one.left < other.right + 20 and other.left < one.right + 20


def _above(post: Post, posts: Sequence[Post], colour: str) -> Figure:
    """A bar's amount, high enough over it to clear its neighbours, too."""
    amount = Figure(in_figures(post.bar.amount), post.centre, 0, 54, colour)
    covered = [
        each.top for each in posts if each.centre + each.half > amount.left and each.centre - each.half < amount.right
    ]
    return replace(amount, middle=min(covered) - 40)


def in_figures(amount: Micros) -> str:
    """An amount in major units, to three digits or whole ones: 12,340 or 0.42."""
    exact = Decimal(amount) / 1_000_000
    finest = Decimal(1) if exact >= 100 or exact == int(exact) else Decimal("0.01")
    return f"{exact.quantize(finest, ROUND_HALF_UP):,f}"


def day_colour(bar: Bar) -> str:
    """Weekends are told apart as on a Korean calendar."""
    return {5: SATURDAY, 6: SUNDAY}.get(bar.date.weekday(), WEEKDAY)


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font that comes with Pillow: Latin, and as large as wanted."""
    found = ImageFont.load_default(size)
    if not isinstance(found, ImageFont.FreeTypeFont):
        raise RuntimeError("Pillow is built without FreeType")
    return found


def png(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def scaled(*lengths: float) -> list[float]:
    return [length * SHARPNESS for length in lengths]


def _draw_post(draw: ImageDraw.ImageDraw, post: Post) -> None:
    if not post.bar.amount:
        draw.ellipse(scaled(post.centre - 5, FLOOR - 22, post.centre + 5, FLOOR - 12), fill=LINE)
        return
    draw.rounded_rectangle(
        scaled(post.centre - post.half, post.top, post.centre + post.half, FLOOR),
        min(12, FLOOR - post.top) * SHARPNESS,
        fill=TODAY if post.is_today else PAST,
        corners=(True, True, False, False),
    )


def _write(draw: ImageDraw.ImageDraw, figure: Figure) -> None:
    centre, middle = scaled((figure.left + figure.right) / 2, figure.middle)
    draw.text((centre, middle), figure.text, fill=figure.colour, font=font(figure.size * SHARPNESS), anchor="mm")
