"""What a worker reads about a bonus, before and after they have reached it."""

from zoneinfo import ZoneInfo

import pytest

from bot.screens.promises import promised
from bot.words import Words
from rules.model import Micros
from services.promising import Measure, Promise

WON = 1_000_000
KOREAN = Words("ko", "KRW", ZoneInfo("Asia/Seoul"))


@pytest.mark.parametrize(
    ("measure", "done", "told"),
    [
        (Measure.ANSWERS, 0, ""),
        (Measure.ANSWERS, 9, " (지금까지 9건)"),
        (Measure.ANSWERS, 10, " (다 채웠어요)"),
        (Measure.EACH, 11, " (지금까지 11건)"),
        (Measure.CORRECT, None, ""),
    ],
)
def test_what_is_given_once_is_reached_once(measure: Measure, done: int | None, told: str) -> None:
    rule, _ = promised((Promise(measure, 10, Micros(500 * WON), Micros(1_000 * WON), done),), KOREAN)

    assert rule.endswith(f"요.{told}")
