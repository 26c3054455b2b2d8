"""An amount in a refusal or an alert has its currency, in the words of whoever reads it."""

import pytest
from tills import SEOUL

from bot.screens.notices import alert_screen
from bot.words import Words
from rules.model import Micros
from rules.refusals import Money, Refusal
from rules.settings import parse_price


@pytest.mark.parametrize(
    ("language", "currency", "said"),
    [
        ("ko", "KRW", "남은 예산 100원보다 많이 되돌려 받을 수 없어요."),
        ("en", "KRW", "You can't take back more than the ₩100 that are left."),
        ("en", "USD", "You can't take back more than the $100 that are left."),
    ],
)
def test_an_amount_in_a_refusal_has_its_currency(language: str, currency: str, said: str) -> None:
    words, refusal = Words(language, currency, SEOUL), Refusal("budget.more_than_left", left=Money(Micros(100_000_000)))

    assert (said, said) == (
        words.line(refusal.key, **refusal.blanks).replace("&#x27;", "'"),
        words.plain(refusal.key, **refusal.blanks),
    )


def test_so_has_the_most_that_a_price_may_be() -> None:
    with pytest.raises(Refusal) as no:
        parse_price("2000000")

    assert "1,000,000원 이하" in Words("ko", "KRW", SEOUL).plain(no.value.key, **no.value.blanks)


def test_so_has_what_an_owner_is_asked_for() -> None:
    screen = alert_screen(Words("ko", "KRW", SEOUL), "alert.money", "영화 리뷰 (K7M2Q)", Micros(1_240_000_000))

    assert "영화 리뷰 (K7M2Q), 1,240원 부족해요" in screen.text
