from rules.keeping import KEPT, outdated
from rules.model import DAY, HOUR, MINUTE, Instant

NOON = 1_790_000_000_000 // DAY * DAY + 12 * HOUR


def every(step: int, count: int, until: int = NOON) -> list[Instant]:
    return [Instant(until - number * step) for number in range(count)]


def kept(made: list[Instant]) -> list[Instant]:
    return sorted(set(made) - outdated(made))


def test_two_days_of_hours_and_a_month_of_days_are_kept() -> None:
    left = kept(every(HOUR, 100 * 24))

    assert every(HOUR, 48)[::-1] == left[-48:]
    assert [NOON // DAY - number for number in range(29, -1, -1)] == sorted({each // DAY for each in left})
    assert len(left) == 48 + 30 - 3


def test_nothing_older_than_the_last_day_of_all_is_kept_where_there_is_one_every_hour() -> None:
    (_, days) = KEPT[-1]

    assert NOON - min(kept(every(HOUR, 100 * 24))) <= days * DAY


def test_of_an_hour_the_newest_is_kept() -> None:
    on_the_hour = every(HOUR, 10)
    later = [Instant(each + MINUTE) for each in on_the_hour]

    assert sorted(later) == kept([*on_the_hour, *later])


def test_a_standstill_of_a_year_costs_no_backup() -> None:
    old = every(HOUR, 10, NOON - 365 * DAY)

    assert set() == outdated([*old, Instant(NOON)])


def test_one_alone_stays_and_none_is_none() -> None:
    assert [NOON] == kept([Instant(NOON)])
    assert set() == outdated([])
