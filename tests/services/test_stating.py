"""A month's statement adds up: what there was, what came and what left is what there is; months follow each other."""

import csv
import re
from datetime import date
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from books import refused
from desk import Desk
from fortunes import Fortune

from bot.lettering import SHOWN, fitted, font, showable
from bot.paper import pdf
from bot.screens.statements import footer, paper, table
from bot.words import Words
from rules import ledger
from rules.model import HOUR, Instant
from services import stating, undoing
from services.dealing import newest_answer
from services.stating import Statement
from storage.ledger import balance

SEOUL, YORK = ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York")
MICROS = 1_000_000


def added_up(found: Statement) -> int:
    return (
        found.opening.amount + found.earned + found.rejected + found.undone + found.bonus + found.adjusted - found.left
    )


@pytest.mark.parametrize("seed", range(4))
async def test_every_month_adds_up_and_begins_where_the_last_one_ended(desk: Desk, seed: int) -> None:
    fortune = Fortune(desk, seed)
    await fortune.begin()
    await fortune.live(110)
    zone, worker = (SEOUL, YORK)[seed % 2], fortune.worker
    months = await desk.do(stating.months, desk.now, worker, zone)
    stated = [await desk.do(stating.statement, desk.now, worker, month, zone) for month in reversed(months)]

    held = 0
    for each in stated:
        assert (held, each.closing.amount) == (each.opening.amount, added_up(each))
        held = each.closing.amount
    now = [await desk.do(balance, kind(worker)) for kind in (ledger.pending, ledger.available, ledger.in_payout)]
    assert sum(now) == held
    assert len(stated) >= 3


async def test_the_table_sums_up_to_its_last_line(desk: Desk) -> None:
    fortune = Fortune(desk, 2)
    await fortune.begin()
    await fortune.live(110)
    month = (await desk.do(stating.months, desk.now, fortune.worker, SEOUL))[1]
    found = await desk.do(stating.statement, desk.now, fortune.worker, month, SEOUL)

    text = table(Words("en", "KRW", SEOUL), found).decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))

    amounts = [Decimal(row["amount"]) for row in rows]
    assert sum(amounts[:-1]) == amounts[-1] == Decimal(found.closing.amount) / MICROS
    assert {row["date"][:7] for row in rows} == {f"{month:%Y-%m}"}
    taxed = [row for row in rows if row["income tax"] not in ("", "0")]
    assert taxed
    assert all(
        -Decimal(row["amount"])
        == Decimal(row["income tax"]) + Decimal(row["local income tax"]) + Decimal(row["received"])
        for row in taxed
    )


async def test_an_answer_undone_in_the_next_month_is_told_in_both(desk: Desk) -> None:
    """It was there when October ended in Seoul, and is not among its answers any more."""
    desk.now = Instant(1_793_458_500_000)
    batch, mina = await desk.batch(), await desk.worker()
    await desk.tap(mina, await desk.begin(mina, batch))
    desk.wait(HOUR)
    await desk.do(undoing.undo, desk.now, mina, batch, await desk.do(newest_answer, mina, batch))

    october = await desk.do(stating.statement, desk.now, mina, date(2026, 10, 1), SEOUL)
    november = await desk.do(stating.statement, desk.now, mina, date(2026, 11, 1), SEOUL)

    assert (20 * MICROS, 20 * MICROS, ()) == (october.undone, october.closing.amount, october.days)
    assert (-20 * MICROS, 0) == (november.undone, november.closing.amount)
    assert november.is_running
    assert not october.is_running


async def test_no_month_is_stated_before_it_begins_and_none_to_others_than_workers(desk: Desk) -> None:
    mina = await desk.worker()

    assert "statement.not_yet" == await refused(
        desk.db, stating.statement, desk.now, mina, date(2026, 10, 1), SEOUL
    )  # fmt: skip
    assert "refusal.only_worker" == await refused(
        desk.db, stating.statement, desk.now, desk.coordinator, date(2026, 9, 1), SEOUL
    )  # fmt: skip
    assert () == await desk.do(stating.months, desk.now, mina, SEOUL)


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_paper_holds_as_many_pages_as_there_are_lines_for(desk: Desk, language: str) -> None:
    fortune = Fortune(desk, 3)
    await fortune.begin()
    await fortune.live(110)
    words = Words(language, "KRW", SEOUL)
    month = (await desk.do(stating.months, desk.now, fortune.worker, SEOUL))[1]
    found = await desk.do(stating.statement, desk.now, fortune.worker, month, SEOUL)

    document = pdf(paper(words, found, desk.now), footer(words, found, "KRW"))

    assert document.startswith(b"%PDF-")
    assert b"/Count 2" in document


@pytest.mark.parametrize(
    ("text", "shown"),
    [("영화 🎬 리뷰", "영화 □ 리뷰"), ("👩‍👩‍👧‍👦", "□"), ("مرحبا", "□"), ("漢字 かな", "□ かな"), ("a\nb\tc", "a b c"),
     ("\u1112\u1161\u11ab", "한"), ("\u202eabc", "abc"), ("Łódź Žižek", "□ódz Zizek"),
     ("₩1,240 · 3 × ½ – “é”", "₩1,240 · 3 × ½ – “é”")],
)  # fmt: skip
def test_what_the_font_lacks_is_a_box(text: str, shown: str) -> None:
    assert shown == showable(text)


def test_the_font_has_a_glyph_for_whatever_it_is_said_to_show() -> None:
    lacking = font(20).getmask("\U0010ffff")
    blank = bytes(lacking), lacking.getbbox()
    told = re.compile(f"[{SHOWN}]")
    hollow = "\xa0\u3000\u3164"
    shown = [chr(code) for code in range(0x21, 0x10000) if told.match(chr(code)) and chr(code) not in hollow]

    masks = {letter: font(20).getmask(letter) for letter in shown}

    assert [] == [letter for letter, mask in masks.items() if (bytes(mask), mask.getbbox()) == blank]
    assert 11_172 == sum("가" <= letter <= "힣" for letter in shown)


def test_long_text_is_cut_where_it_would_not_fit() -> None:
    cut = fitted("가나다라마바사아자차카타파하" * 5, 30, 300)

    assert cut.endswith("…")
    assert 240 < font(30).getlength(cut) <= 300
    assert "짧아요" == fitted("짧아요", 30, 300)
