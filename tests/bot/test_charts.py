"""The picture of the last days: right size, right bars, figures that do not touch."""

from datetime import date, timedelta
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image

from bot.charts import CEILING, EDGE, FLOOR, HEIGHT, PAST, TODAY, WIDTH, Bar, days_chart, figures, in_figures, stand
from rules.model import Micros

LAST = date(2026, 11, 25)
WON = 1_000_000


def fortnight(*amounts: int) -> list[Bar]:
    """The last days, ending with these amounts in millionths; nothing before."""
    padded = [0] * (14 - len(amounts)) + list(amounts)
    return [Bar(LAST - timedelta(days=13 - place), Micros(amount)) for place, amount in enumerate(padded)]


def drawn(bars: list[Bar]) -> Image.Image:
    return Image.open(BytesIO(days_chart(bars))).convert("RGB")


def height(image: Image.Image, place: int, colour: str) -> int:
    """How many pixels of a day's middle column have about this colour."""
    column = round(EDGE + (WIDTH - 2 * EDGE) / 14 * (place + 0.5))
    wanted = tuple(bytes.fromhex(colour[1:]))
    pixels = (image.getpixel((column, row)) for row in range(FLOOR))
    return sum(1 for pixel in pixels if isinstance(pixel, tuple) and near(pixel, wanted))


def near(pixel: tuple[float, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(pixel, wanted, strict=True))


def test_the_picture_is_an_opaque_png_of_a_size_that_telegram_keeps() -> None:
    image = Image.open(BytesIO(days_chart(fortnight(WON))))
    assert ("PNG", "RGB", (WIDTH, HEIGHT)) == (image.format, image.mode, image.size)


def test_bars_are_as_high_as_their_amounts() -> None:
    image = drawn(fortnight(40 * WON, 80 * WON, 20 * WON))
    tall = FLOOR - CEILING
    assert tall == pytest.approx(height(image, 12, PAST), abs=4)
    assert tall / 2 == pytest.approx(height(image, 11, PAST), abs=4)
    assert tall / 4 == pytest.approx(height(image, 13, TODAY), abs=4)


def test_a_day_without_work_has_no_bar_and_one_with_a_little_has_a_visible_one() -> None:
    image = drawn(fortnight(0, 1, 1_000_000 * WON))
    assert 0 == height(image, 11, PAST)
    assert 4 < height(image, 12, PAST) < 12


def test_a_fortnight_without_work_can_be_drawn() -> None:
    image = drawn(fortnight())
    assert 0 == sum(height(image, place, PAST) + height(image, place, TODAY) for place in range(14))


def test_the_largest_amount_and_todays_are_written() -> None:
    written = figures(stand(fortnight(15_820 * WON, 4_400 * WON, 6_100 * WON, 1_240 * WON)))
    assert ["15,820", "1,240"] == [figure.text for figure in written[14:]]


def test_todays_amount_gives_way_where_it_would_touch_the_largest() -> None:
    written = figures(stand(fortnight(15_820 * WON, 1_240 * WON)))
    assert ["15,820"] == [figure.text for figure in written[14:]]


@given(some.lists(some.integers(0, 10**13), min_size=14, max_size=14))
def test_figures_stay_in_the_picture_and_clear_of_each_other_and_of_the_bars(amounts: list[int]) -> None:
    posts = stand(fortnight(*amounts))
    written = figures(posts)
    assert all(figure.left >= 0 and figure.right <= WIDTH for figure in written)
    assert all(figure.middle - figure.size / 2 >= 0 for figure in written)
    for one, other in pairwise(written[:14]):
        assert one.right < other.left
    above = written[14:]
    assert len(above) < 2 or above[0].right < above[1].left or above[1].right < above[0].left
    for figure in above:
        under = [
            post.top
            for post in posts
            if figure.left < post.centre + post.half and post.centre - post.half < figure.right
        ]
        assert figure.middle + figure.size / 2 < min(under)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (12_340_400_000, "12,340"),
        (1_240_000_000, "1,240"),
        (420_000, "0.42"),
        (400_000, "0.40"),
        (20_000_000, "20"),
        (99_500_000, "99.50"),
        (1_234_567_000_000, "1,234,567"),
    ],
)
def test_amounts_are_as_fine_as_they_need_to_be(amount: int, text: str) -> None:
    assert text == in_figures(Micros(amount))
