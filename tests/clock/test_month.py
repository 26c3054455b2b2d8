"""A month of everybody's work and money on a virtual clock, in which the bot dies at every step."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from faults.month import SHORT, lived
from faults.month_truth import broken
from faults.month_workers import Wishes

from rules.model import Instant
from rules.reminding import FOREVER

SEED = 20261019
HAPPENS = (
    "answers",
    "late",
    "rejections",
    "corrections",
    "bonuses",
    "payouts paid",
    "reminders",
    "crashes",
    "restarts",
)
BERLIN = ZoneInfo("Europe/Berlin")


def test_after_a_week_of_crashes_everybody_has_what_they_earned_and_nothing_ran_twice(tmp_path: Path) -> None:
    month = lived(tmp_path / "month", SHORT, SEED)

    assert [] == month.truth.judge(), f"seed {SEED}"
    figures = month.truth.figures(month.staff.batches)
    assert [] == [what for what in HAPPENS if not figures[what]], f"too little has happened: {figures}"


def at(text: str) -> Instant:
    return Instant(round(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp() * 1000))


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        (["2026-10-24T08:00", "2026-10-25T20:59"], 0),
        (["2026-10-25T07:59"], 1),
        (["2026-10-24T21:00"], 1),
        (["2026-10-24T08:00", "2026-10-24T09:00", "2026-10-24T10:00"], 1),
        (["2026-10-26T09:00"], 1),
        (["2026-10-27T09:00"], 0),
        (["2026-10-27T15:01"], 1),
        (["2026-10-19T09:00", "2026-10-20T09:00", "2026-10-21T09:00", "2026-10-22T09:00"], 1),
        (["2026-10-21T09:00", "2026-10-22T09:00", "2026-10-23T09:00", "2026-10-24T09:00"], 0),
        (["2026-10-23T12:00", "2026-10-24T09:00", "2026-10-25T09:00", "2026-10-27T09:00"], 0),
        (["2026-10-20T12:00", "2026-10-21T12:00", "2026-10-22T12:00", "2026-10-23T12:00"], 1),
    ],
)
def test_the_judge_of_reminders_knows_its_rules(sent: list[str], wrong: int) -> None:
    """No Mondays, two a day, a sign of life on the 23rd, a Tuesday from 15:00 on without a word."""
    wishes = Wishes(BERLIN, days=frozenset({1, 2, 3, 4, 5, 6}) | ({0} if sent[0] < "2026-10-20" else set()))
    wishes.signs.append(at("2026-10-23T12:00"))
    wishes.silent.append((at("2026-10-27T15:00"), FOREVER))

    assert wrong == len(list(broken(wishes, [at(each) for each in sent])))
