"""The screens of a worker's money, within Telegram's limits and exact in both languages."""

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from books import NOON

from bot.screen import Button, Screen
from bot.screens import earnings as screens
from bot.taps_earnings import EarningsTap, GivenTap, NewerTap, OlderTap
from bot.words import Words
from rules.model import DAY, HOUR, AnswerId, Instant, Micros, PictureId
from services.dealing import Picture
from services.earning import Balance, Coming, EarnedOnBatch, EarnedOnDay, Earnings, Given, History

SEOUL = ZoneInfo("Asia/Seoul")
KOREAN, ENGLISH = Words("ko", "KRW", SEOUL), Words("en", "KRW", SEOUL)
BOTH = pytest.mark.parametrize("words", [KOREAN, ENGLISH], ids=["ko", "en"])
WON = 1_000_000
CHART = b"png"


def seen(screen: Screen) -> str:
    """The text as Telegram counts and shows it."""
    return unescape(re.sub(r"<[^>]+>", "", screen.text))


def buttons(screen: Screen) -> list[Button]:
    return [button for row in screen.keyboard for button in row if isinstance(button, Button)]


def money(today: int = 0, pending: int = 0, available: int = 0, paid: int = 0, next_at: int | None = None) -> Balance:
    at = None if next_at is None else Instant(next_at)
    nothing = Micros(0)
    return Balance("K7M2QP", Micros(today), 62, Micros(pending), at, Micros(available), nothing, Micros(paid), nothing)


def fortnight(batches: int, title: str = "리뷰 감정", amount: int = 1_240 * WON) -> Earnings:
    earned = tuple(EarnedOnBatch(title, Micros(amount), 62) for _ in range(batches))
    days = (
        EarnedOnDay(
            date(2026, 11, 25) - timedelta(days=back),
            Instant(NOON - 12 * HOUR - back * DAY),
            Micros(amount * batches),
            62 * batches,
            earned,
        )
        for back in reversed(range(14))
    )
    return Earnings(tuple(days))


def given(number: int = 1, **other: Any) -> Given:
    plain = Given(
        id=AnswerId(number),
        answered_at=Instant(NOON - HOUR),
        title="리뷰 감정",
        text="배송이 빨라요",
        picture=None,
        labels=("긍정",),
        amount=Micros(400_000),
        is_settled=False,
    )
    return replace(plain, **other)


def test_the_balance_is_exact_and_says_when_the_next_part_is_available() -> None:
    coming = (Coming(Instant(NOON + HOUR), Micros(80_400_000)), Coming(Instant(NOON + DAY), Micros(300 * WON)))
    found = replace(money(1_240 * WON, 380_400_000, 18_400 * WON, 120_000 * WON, NOON + HOUR), coming=coming)
    assert seen(screens.balance(found, NOON, KOREAN)) == (
        "내 잔액\n\n오늘 1,240원 · 62건\n검수 대기 380.4원\n"
        "오늘 13:00부터 80.4원 출금 가능\n내일 12:00부터 300원 출금 가능\n"
        "출금 가능 18,400원\n지급 완료 120,000원\n\n"
        "내 코드 K7M2QP · 담당자에게 돈에 대해 물을 때 알려 주세요."
    )


def test_the_balance_reads_well_in_english() -> None:
    coming = (Coming(Instant(NOON + HOUR), Micros(80_400_000)), Coming(Instant(NOON + DAY), Micros(300 * WON)))
    found = replace(money(1_240 * WON, 380_400_000, 18_400 * WON, 120_000 * WON, NOON + HOUR), coming=coming)
    assert seen(screens.balance(found, NOON, ENGLISH)) == (
        "My balance\n\nToday ₩1,240 · 62 answers\nIn review ₩380.4\n"
        "₩80.4 available from today 13:00\n₩300 available from tomorrow 12:00\n"
        "Available ₩18,400\nPaid out ₩120,000\n\n"
        "My code K7M2QP · Name it when you ask your coordinator about money."
    )


def test_review_that_is_over_but_not_settled_yet_is_said_so() -> None:
    text = seen(screens.balance(money(pending=20 * WON, next_at=NOON), NOON, KOREAN))
    assert "검수가 끝났어요. 곧 출금 가능해져요." in text


def test_without_money_in_review_no_date_is_named() -> None:
    assert "검수 대기 0원\n출금 가능 20원" in seen(screens.balance(money(available=20 * WON), NOON, KOREAN))


@BOTH
def test_somebody_without_earnings_is_shown_the_way_to_work(words: Words) -> None:
    nothing = replace(money(), today_answers=0)
    empty = Earnings(tuple(EarnedOnDay(date(2026, 11, 25), NOON, Micros(0), 0, ()) for _ in range(14)))
    for screen in (
        screens.balance(nothing, NOON, words),
        screens.earnings(empty, 0, CHART, words),
        screens.history(History((), is_newest=True, is_oldest=True), NOON, words),
    ):
        assert "/work" in screen.text
        assert not screen.has_picture


def test_a_day_lists_its_batches() -> None:
    found = screens.earnings(fortnight(1), 0, CHART, KOREAN)
    assert seen(found).startswith(
        "최근 2주 · 17,360원 · 868건\n\n11월 25일 (수) 1,240원 · 62건\n· 리뷰 감정 1,240원 · 62건\n\n11월 24일 (화)"
    )
    assert CHART == found.drawing


def test_one_answer_is_one_answer() -> None:
    assert ("1 answer", "2 answers") == (screens.count(1, ENGLISH), screens.count(2, ENGLISH))


@BOTH
@pytest.mark.parametrize("title", ["<&>" * 40, "가" * 100, "정상"])
@pytest.mark.parametrize("batches", [1, 7, 40])
def test_every_page_of_earnings_fits_a_caption_and_none_is_lost(words: Words, title: str, batches: int) -> None:
    earned = fortnight(batches, title, 1_234_567_890_123)
    pages, page = [screens.earnings(earned, 0, CHART, words)], 0
    while EarningsTap(page + 1) in [button.tap for button in buttons(pages[-1])]:
        page += 1
        pages.append(screens.earnings(earned, page, CHART, words))
    assert all(len(seen(screen)) <= 1024 for screen in pages)
    told = "\n".join(seen(screen) for screen in pages)
    assert 14 == sum(words.day(day.begins) in told for day in earned.days)
    assert pages[-1] == screens.earnings(earned, 99, CHART, words)


def test_many_batches_of_a_day_are_summed_up_at_the_end() -> None:
    assert "· 그 밖의 일감 3개 3,720원 · 186건" in seen(screens.earnings(fortnight(9), 0, CHART, KOREAN))


def test_an_answer_in_the_history_says_when_what_and_how_much() -> None:
    page = History((given(),), is_newest=True, is_oldest=True)
    assert seen(screens.history(page, NOON, KOREAN)) == (
        "작업 내역\n\n1. 오늘 11:00 · 리뷰 감정\n배송이 빨라요 → 긍정\n0.4원 · 검수 대기"
    )


def test_a_settled_answer_says_so() -> None:
    page = History((given(is_settled=True),), is_newest=True, is_oldest=True)
    assert seen(screens.history(page, NOON, KOREAN)).endswith("0.4원 · 정산됨")
    assert seen(screens.history(page, NOON, ENGLISH)).endswith("₩0.4 · settled")


def test_history_has_a_button_for_each_picture_and_each_direction() -> None:
    picture = Picture(PictureId(7), "cafe")
    answers = tuple(given(30 - place, picture=picture if place % 2 else None) for place in range(10))
    screen = screens.history(History(answers, is_newest=False, is_oldest=False), NOON, KOREAN)
    taps = [button.tap for button in buttons(screen)]
    assert [GivenTap(29), GivenTap(27), GivenTap(25), GivenTap(23), GivenTap(21)] == taps[:5]
    assert [NewerTap(30), OlderTap(21)] == taps[5:7]
    assert ["2번 사진", "4번 사진"] == [button.text for button in buttons(screen)[:2]]


def test_the_newest_page_turns_only_back_and_the_oldest_only_forth() -> None:
    newest = buttons(screens.history(History((given(5),), is_newest=True, is_oldest=False), NOON, KOREAN))
    oldest = buttons(screens.history(History((given(5),), is_newest=False, is_oldest=True), NOON, KOREAN))
    assert (OlderTap(5), NewerTap(5)) == (newest[0].tap, oldest[0].tap)
    assert (2, 2) == (len(newest), len(oldest))


@BOTH
def test_the_longest_history_fits_a_message(words: Words) -> None:
    worst: dict[str, Any] = {"title": "<&>" * 40, "text": "글 " * 2000, "labels": tuple("가" * 60 for _ in range(12))}
    answers = tuple(given(place, **worst, picture=Picture(PictureId(7), "cafe")) for place in range(10))
    page = screens.history(History(answers, is_newest=True, is_oldest=True), NOON, words)
    assert len(seen(page)) <= 4096
    assert len(seen(screens.picture(answers[0], NOON, words))) <= 1024


def test_what_people_wrote_is_never_markup() -> None:
    page = History((given(title="<b>", text="<a href='x'>", labels=("<i>",)),), is_newest=True, is_oldest=True)
    assert "1. 오늘 11:00 · <b>\n<a href='x'> → <i>" in seen(screens.history(page, NOON, KOREAN))


def test_a_picture_is_shown_with_its_answer() -> None:
    picture = Picture(PictureId(7), "cafe")
    screen = screens.picture(given(picture=picture, text=None), NOON, KOREAN)
    assert "오늘 11:00 · 리뷰 감정\n내 답 긍정\n0.4원 · 검수 대기" == seen(screen)
    assert picture == screen.picture
