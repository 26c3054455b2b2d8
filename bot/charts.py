"""Pictures of numbers, drawn for a phone: large figures, opaque ground."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from rules.model import Micros

from . import lettering

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


# The week -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WeekDay:
    """A day of the week: what it brought, its name, and its figure in words of its reader."""

    date: date
    value: int
    name: str
    figure: str


WEEK_TOP, WEEK_FLOOR = 110, 440
MARGIN = 14
FIGURES = 50
DONE_AT, DONE_HEIGHT = 556, 30


def week_chart(days: Sequence[WeekDay], share: int | None) -> bytes:
    """A PNG with a bar for each day, every one with its figure; below, how many percent are done (None: not drawn)."""
    image = Image.new("RGB", (WIDTH * SHARPNESS, HEIGHT * SHARPNESS), GROUND)
    draw = ImageDraw.Draw(image)
    floor = WEEK_FLOOR if share is not None else WEEK_FLOOR + 60
    draw.line(scaled(EDGE, floor + 2, WIDTH - EDGE, floor + 2), fill=LINE, width=4 * SHARPNESS)
    tallest, step = max(day.value for day in days), (WIDTH - 2 * EDGE) / len(days)
    size = min(_fitting(day.figure, FIGURES, step - MARGIN) for day in days)
    for place, day in enumerate(days):
        centre = EDGE + step * (place + 0.5)
        _letter(draw, centre, floor + 44, day.name, 44, {5: SATURDAY, 6: SUNDAY}.get(day.date.weekday(), WEEKDAY))
        _draw_day(draw, centre, floor, day, tallest, size)
    if share is not None:
        _draw_share(draw, share)
    return png(image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS))


def _draw_day(draw: ImageDraw.ImageDraw, centre: float, floor: int, day: WeekDay, tallest: int, size: int) -> None:
    """A bar under its figure; the best ones shine."""
    if not day.value:
        draw.ellipse(scaled(centre - 5, floor - 22, centre + 5, floor - 12), fill=LINE)
        return
    top = floor - max((floor - WEEK_TOP) * day.value / tallest, 8)
    is_best = day.value == tallest
    draw.rounded_rectangle(
        scaled(centre - 46, top, centre + 46, floor),
        min(12, floor - top) * SHARPNESS,
        fill=TODAY if is_best else PAST,
        corners=(True, True, False, False),
    )
    _letter(draw, centre, top - 34, day.figure, size, TODAY if is_best else FIGURE)


def _draw_share(draw: ImageDraw.ImageDraw, share: int) -> None:
    right = WIDTH - EDGE - 130
    top, bottom = DONE_AT - DONE_HEIGHT / 2, DONE_AT + DONE_HEIGHT / 2
    radius = DONE_HEIGHT / 2 * SHARPNESS
    draw.rounded_rectangle(scaled(EDGE, top, right, bottom), radius, fill=LINE)
    if share:
        filled = EDGE + max((right - EDGE) * share / 100, DONE_HEIGHT)
        draw.rounded_rectangle(scaled(EDGE, top, filled, bottom), radius, fill=TODAY)
    _letter(draw, (right + WIDTH - EDGE) / 2 + 15, DONE_AT, f"{share}%", 46, FIGURE)


def _fitting(text: str, size: int, width: float) -> int:
    """The size in which a text is no wider than it may be."""
    length = lettering.font(size * SHARPNESS).getlength(text) / SHARPNESS
    return size if length <= width else max(int(size * width / length), 16)


def _letter(draw: ImageDraw.ImageDraw, centre: float, middle: float, text: str, size: int, colour: str) -> None:
    x, y = scaled(centre, middle)
    draw.text((x, y), text, fill=colour, font=lettering.font(size * SHARPNESS), anchor="mm")
