"""Which days are paydays."""

from datetime import date

import pytest

from rules.paydays import Paydays, WrongDays, read_paydays


def test_on_request_there_are_no_paydays() -> None:
    assert Paydays() == read_paydays(" Request ")
    assert not read_paydays("request").are_set
    assert read_paydays("request").next(date(2026, 11, 22)) is None


def test_a_day_of_the_week_comes_every_week() -> None:
    fridays = read_paydays("fri")
    assert date(2026, 11, 27) == fridays.next(date(2026, 11, 22))
    assert date(2026, 11, 27) == fridays.next(date(2026, 11, 27))
    assert date(2026, 12, 4) == fridays.next(date(2026, 11, 28))


def test_days_of_the_month_come_twice_a_month() -> None:
    twice = read_paydays("1, 15")
    assert date(2026, 12, 1) == twice.next(date(2026, 11, 22))
    assert date(2026, 12, 15) == twice.next(date(2026, 12, 2))


def test_the_thirty_first_is_the_last_day_of_a_short_month() -> None:
    ends = read_paydays("31")
    assert date(2026, 11, 30) == ends.next(date(2026, 11, 1))
    assert date(2027, 2, 28) == ends.next(date(2027, 2, 1))
    assert date(2026, 12, 31) == ends.next(date(2026, 12, 1))
    assert not ends.include(date(2026, 12, 30))


@pytest.mark.parametrize("text", ["", "friday", "0", "32", "fri,", "1;15", "request, fri", "-1", "1.5"])
def test_what_names_no_day_is_refused(text: str) -> None:
    with pytest.raises(WrongDays):
        read_paydays(text)
