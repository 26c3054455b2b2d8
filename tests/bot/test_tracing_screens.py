"""What a payout's card says, how long lists turn, and the picture of a week."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from bot.charts import HEIGHT, WIDTH, WeekDay, week_chart
from bot.screen import Screen
from bot.screens import traced, tracing
from bot.taps_tracing import AnswersTap, FlowTap
from bot.words import Words
from rules.model import DAY, Instant, Micros
from services.flowing import NOW, Flow, Out, Part
from services.tracing import Dissected, Priced, Stretch

SEOUL = ZoneInfo("Asia/Seoul")
NOON = Instant(1_795_575_600_000)
KO, EN = Words("ko", "KRW", SEOUL), Words("en", "KRW", SEOUL)


def won(amount: float) -> Micros:
    return Micros(round(amount * 1_000_000))


def buttons(screen: Screen) -> list[str]:
    return [button.text for row in screen.keyboard for button in row]


PAYOUT = Out(
    ref="y12", left_at=Instant(NOON - 2 * DAY), code="K7M2QPXA", state="paid", gross=won(45_000), income_tax=won(1_350),
    local_tax=won(135), net=won(43_515), transfer="T9", moved_at=Instant(NOON - DAY), last_digits="1234", note="",
)  # fmt: skip
BEFORE = replace(PAYOUT, ref="y11", left_at=Instant(NOON - 9 * DAY))
FLOW = Flow(
    ref="y12", out=PAYOUT, before=BEFORE, carried=won(120.5), answers=Part(won(44_000), 2_200),
    bonuses=Part(won(1_000), 1), adjustments=Part(won(-20), 1), stays=won(100.5),
)  # fmt: skip


def test_a_payout_says_gross_taxes_net_transfer_account_and_what_it_was_made_of() -> None:
    screen = tracing.flow(FLOW, NOON, KO)

    assert "출금액 45,000원\n소득세 −1,350원\n지방소득세 −135원\n받는 돈 43,515원" in screen.text
    assert "이체 T9 · 어제 12:00\n계좌 끝자리 1234" in screen.text
    assert "지난 출금 뒤 남은 돈 120.5원\n답 44,000원 · 2,200건\n보너스 1,000원 · 1회\n조정 −20원 · 1회" in screen.text
    assert "이 출금 뒤 남은 돈 −100.5원\n합계 <b>45,000원</b>" in screen.text
    assert "지난 출금 뒤 남은 돈 120.5원" in buttons(screen)


def test_a_payout_says_the_same_in_english() -> None:
    screen = tracing.flow(FLOW, NOON, EN)

    assert "Payout ₩45,000\nIncome tax −₩1,350\nLocal income tax −₩135\nYou get ₩43,515" in screen.text
    assert "Account ending in 1234" in screen.text
    assert "Total <b>₩45,000</b>" in screen.text


def test_what_is_available_leads_back_to_the_last_payout() -> None:
    screen = tracing.flow(replace(FLOW, ref=NOW, out=None, before=PAYOUT, stays=won(0)), NOON, KO)

    assert "출금 가능 45,100.5원" in screen.text
    [back] = [button for row in screen.keyboard for button in row if "지난 출금" in button.text]
    assert FlowTap("y12") == getattr(back, "tap", None)


def test_a_payment_by_hand_has_no_taxes_and_its_note() -> None:
    paid = replace(PAYOUT, ref="z1", code="", net=won(45_000), income_tax=won(0), local_tax=won(0), note="<이체>")
    paid = replace(paid, transfer=None, last_digits=None)
    screen = tracing.flow(replace(FLOW, out=paid), NOON, KO)

    assert "소득세" not in screen.text
    assert "메모: &lt;이체&gt;" in screen.text


def test_departures_are_told_newest_first_a_page_at_a_time() -> None:
    outs = [
        replace(PAYOUT, ref=f"y{n}", left_at=Instant(NOON - (30 - n) * DAY), gross=won(n), net=won(n))
        for n in range(1, 24)
    ]  # fmt: skip
    first, last = tracing.outgoing(outs, 0, NOON, KO), tracing.outgoing(outs, 99, NOON, KO)

    assert "23원" in buttons(first)[0]
    assert (10 + 2, 3 + 2) == (len(buttons(first)), len(buttons(last)))
    assert "이전 ▸" in buttons(first)
    assert "◂ 최근" in buttons(last)


def test_a_level_sums_up_all_its_pages() -> None:
    days = [
        Stretch(20261101 + place, Instant(NOON - (24 - place) * DAY), Part(won(10), 1)) for place in reversed(range(23))
    ]
    pages = [traced.month_days(days, "", 202611, page, KO) for page in range(3)]

    assert ["230원 · 23건"] * 3 == [screen.text.splitlines()[1] for screen in pages]
    assert [10, 10, 3] == [sum("원" in text for text in buttons(screen)) for screen in pages]
    assert AnswersTap("", 202611, 1) in [getattr(button, "tap", None) for row in pages[0].keyboard for button in row]


def test_what_is_not_paid_stands_apart() -> None:
    found = Dissected("일감 <b>", NOON, (Priced(won(20), 3), Priced(won(0.4), 2)), (Priced(won(20), 1),), ())
    text = traced.prices(found, "", 20261125, 7, KO).text

    assert "일감 &lt;b&gt; · 11월 25일 (수)</b>\n60.8원 · 5건" in text
    assert "3건 × 20원 = 60원\n2건 × 0.4원 = 0.8원\n\n<i>반려된 답 (더하지 않았어요)</i>\n1건 × 20원 = 20원" in text
    assert "되돌린" not in text


@pytest.mark.parametrize("share", [None, 0, 3, 100])
@pytest.mark.parametrize("values", [(0,) * 7, (1, 0, 0, 0, 0, 0, 0), (5, 8, 0, 123_456_789, 9, 1, 7)])
def test_a_week_is_drawn_whatever_it_brought(values: tuple[int, ...], share: int | None) -> None:
    monday = date(2026, 11, 16)
    days = [
        WeekDay(monday + timedelta(days=place), value, "월화수목금토일"[place], f"{value:,}")
        for place, value in enumerate(values)
    ]

    image = Image.open(BytesIO(week_chart(days, share)))

    assert (WIDTH, HEIGHT) == image.size
    assert len(image.getcolors(WIDTH * HEIGHT) or []) > 10
