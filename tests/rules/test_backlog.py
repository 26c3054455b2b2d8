"""Which of several due periods is run now."""

import pytest

from rules.backlog import GRACE, MOST, Choice, Missed, Run, State, choose, pause
from rules.model import HOUR, MINUTE, Instant
from rules.periods import Period

NOW = Instant(1_790_000_000_000)
FIRST, SECOND, THIRD = (Period(name, Instant(NOW - back * HOUR)) for name, back in (("a", 3), ("b", 2), ("c", 1)))
DUE = (FIRST, SECOND, THIRD)
DONE, LOST = Run(State.DONE, Instant(0)), Run(State.LOST, Instant(0))
RESTING, RESTED = Run(State.FAILED, Instant(NOW + 1)), Run(State.FAILED, NOW)
RUNNING, DEAD = Run(State.RUNNING, Instant(NOW + 1)), Run(State.RUNNING, NOW)


@pytest.mark.parametrize(
    ("runs", "chosen"),
    [
        ({}, Choice(THIRD)),
        ({"a": RESTING}, Choice(THIRD)),
        ({"c": RESTING}, Choice()),
        ({"c": RESTED}, Choice(THIRD)),
        ({"c": DEAD}, Choice(THIRD)),
        ({"a": RUNNING}, Choice()),
        ({"c": DONE}, Choice(behind=THIRD.at)),
        ({"c": LOST}, Choice(behind=THIRD.at)),
    ],
)
def test_once_is_the_newest_period_in_the_name_of_all(runs: dict[str, Run], chosen: Choice) -> None:
    assert chosen == choose(Missed.ONCE, DUE, runs, NOW)


@pytest.mark.parametrize(
    ("runs", "chosen"),
    [
        ({}, Choice(FIRST)),
        ({"a": DONE}, Choice(SECOND, FIRST.at)),
        ({"a": LOST, "b": RESTED}, Choice(SECOND, FIRST.at)),
        ({"a": RESTING}, Choice()),
        ({"a": DONE, "b": RESTING}, Choice(None, FIRST.at)),
        ({"a": DONE, "b": RUNNING}, Choice()),
        ({"b": DONE}, Choice(FIRST)),
        ({"a": DONE, "b": DONE, "c": DONE}, Choice(behind=THIRD.at)),
    ],
)
def test_each_is_every_period_in_its_turn(runs: dict[str, Run], chosen: Choice) -> None:
    assert chosen == choose(Missed.EACH, DUE, runs, NOW)


def test_each_begins_with_the_oldest_of_the_last_ones() -> None:
    many = tuple(Period(f"{number:03}", Instant(NOW - (100 - number) * HOUR)) for number in range(100))

    assert Choice(many[-MOST]) == choose(Missed.EACH, many, {}, NOW)


def test_skip_is_the_newest_period_while_it_is_fresh() -> None:
    fresh = Period("d", Instant(NOW - GRACE))

    assert Choice(fresh) == choose(Missed.SKIP, (*DUE, fresh), {}, NOW)
    assert Choice(behind=THIRD.at) == choose(Missed.SKIP, DUE, {}, NOW)
    assert Choice(fresh) == choose(Missed.SKIP, (fresh,), {"d": RESTED}, NOW)
    assert Choice(behind=fresh.at) == choose(Missed.SKIP, (fresh,), {"d": RESTED}, Instant(NOW + 1))


def test_the_pauses_between_attempts_grow_up_to_an_hour() -> None:
    assert [1, 5, 15, 60, 60, 60] == [pause(attempts) // MINUTE for attempts in range(1, 7)]
