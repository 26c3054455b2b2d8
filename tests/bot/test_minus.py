"""What is below zero has the same minus everywhere: a sign of its own, no hyphen."""

import re
from zoneinfo import ZoneInfo

import pytest

from bot.words import Words, catalogue
from rules.model import Micros

HYPHENS = {"statement.file", "adjust.how"}
"""The name of a file, and what people type."""


@pytest.mark.parametrize(
    ("language", "currency", "amount", "expected"),
    [
        ("ko", "KRW", -1_350_000_000, "−1,350원"),
        ("ko", "KRW", -500_000, "−0.5원"),
        ("en", "KRW", -1_350_000_000, "−₩1,350"),
        ("ko", "USD", -12_340_000, "−$12.34"),
        ("en", "CHF", -20_000_000, "−CHF 20"),
        ("en", "KRW", 0, "₩0"),
        ("ko", "KRW", 20_000_000, "20원"),
    ],
)
def test_an_amount_below_zero_has_its_minus_in_front(language: str, currency: str, amount: int, expected: str) -> None:
    assert expected == Words(language, currency, ZoneInfo("Asia/Seoul")).money(Micros(amount))


def test_a_count_below_zero_has_the_same() -> None:
    words = Words("ko", "KRW", ZoneInfo("Asia/Seoul"))
    assert ["−1,200", "0", "1,200"] == [words.number(each) for each in (-1_200, 0, 1_200)]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_no_line_puts_a_hyphen_before_an_amount(language: str) -> None:
    lines = catalogue(language)
    assert HYPHENS == {key for key, line in lines.items() if re.search(r"(?<!\w)-(?=\{|\d)|(?<=\w)-(?=\{)", line)}
