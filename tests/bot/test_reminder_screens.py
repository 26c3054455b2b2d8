"""Reminders as they are worded: never a threat, always a way to hear less, and short enough however many there are."""

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from bot.screen import Button
from bot.screens.reminders import reminder_screen
from bot.screens.work import TEXT_LIMIT, units
from bot.taps_reminders import SnoozeTap
from bot.words import Words, catalogue
from rules.model import HOUR, BatchId, Instant, Micros
from rules.reminding import Kind, Snooze
from services.people import LANGUAGES
from services.reminding import Letter, Line
from services.slicing import Slice

SEOUL = ZoneInfo("Asia/Seoul")
NOON = Instant(1_795_575_600_000)
PRESSING = re.compile(
    "마지막 기회|놓치|지금 바로|빨리|사라져|불이익이 있|제외|경고"
    "|last chance|miss out|hurry!|right away|lose |penalty|warning",
    re.IGNORECASE,
)

of_both = pytest.mark.parametrize("language", LANGUAGES)


def lines(title: str) -> list[Line]:
    """One of each kind."""
    part = Slice(7, BatchId(3), title, Micros(20_000_000), 20, Instant(NOON + HOUR), True, True)
    return [
        Line(1, Kind.NEW_WORK, part=part, batch=part.batch, title=title, is_new=True),
        Line(2, Kind.NEW_WORK, part=part, batch=part.batch, title=title),
        Line(3, Kind.SLICE_ENDING, part=part, batch=part.batch, title=title),
        Line(4, Kind.DEADLINE, batch=part.batch, title=title, deadline=Instant(NOON + 20 * HOUR)),
        Line(5, Kind.PAYOUT, deadline=Instant(NOON + 20 * HOUR)),
        Line(6, Kind.COME_BACK, batches=4),
    ]


@of_both
def test_no_reminder_presses_anybody(language: str) -> None:
    assert [] == [
        key for key, line in catalogue(language).items() if key.startswith("remind.") and PRESSING.search(line)
    ]


@of_both
def test_every_reminder_can_be_answered_with_silence_for_a_while(language: str) -> None:
    words = Words(language, "KRW", SEOUL)
    for line in lines("리뷰"):
        last = reminder_screen(words, Letter((line,)), NOON).keyboard[-1]

        assert [SnoozeTap(how, 0) for how in Snooze] == [each.tap for each in last if isinstance(each, Button)]


@of_both
def test_a_card_of_many_reminders_fits_into_a_message(language: str) -> None:
    screen = reminder_screen(Words(language, "KRW", SEOUL), Letter(tuple(lines("가" * 60) * 3)), NOON)

    assert units(screen.text) < TEXT_LIMIT
    assert 19 == len(screen.keyboard)
    assert "18. " in screen.text


@of_both
def test_a_slice_that_was_kept_once_is_started_or_given_back(language: str) -> None:
    line = lines("리뷰")[2]
    assert line.part is not None
    kept = replace(line.part, may_extend=False)
    letter = Letter((Line(1, line.kind, part=kept, batch=kept.batch, title="리뷰"),))
    words = Words(language, "KRW", SEOUL)

    texts = [each.text for each in reminder_screen(words, letter, NOON).keyboard[0]]

    assert [words.plain("remind.start"), words.plain("remind.give_up")] == texts
