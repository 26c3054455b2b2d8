import pytest

from rules.model import DAY, Instant
from rules.pace import Bucket, halvings_left, page_size

REFILL = 20 / 60


def test_a_bucket_gives_its_burst_and_then_what_flows_in() -> None:
    bucket = Bucket(REFILL, 5, 5, 0.0)
    for _ in range(5):
        assert 0 == bucket.wait(0.0)
        bucket.take(0.0)

    assert 3 == pytest.approx(bucket.wait(0.0))
    assert 1 == pytest.approx(bucket.wait(2.0))
    assert 0 == bucket.wait(3.0)


def test_nothing_flows_in_while_a_call_is_under_way() -> None:
    bucket = Bucket(REFILL, 5, 5, 0.0)
    for _ in range(5):
        bucket.take(0.0)

    bucket.pause(10.0)

    assert 3 == pytest.approx(bucket.wait(10.0))


def test_a_bucket_is_never_fuller_than_its_size() -> None:
    bucket = Bucket(REFILL, 5, 5, 0.0)
    bucket.take(0.0)

    assert 5 == bucket.seen(3600.0)


def test_a_rate_of_zero_is_no_limit() -> None:
    bucket = Bucket(0, 5, 5, 0.0)
    for _ in range(100):
        assert 0 == bucket.wait(0.0)
        bucket.take(0.0)


def test_each_day_without_a_complaint_takes_one_halving_back() -> None:
    limited = Instant(5 * DAY)

    assert [2, 2, 1, 0, 0] == [
        halvings_left(2, limited, Instant(limited + passed)) for passed in (0, DAY - 1, DAY, 2 * DAY, 9 * DAY)
    ]


@pytest.mark.parametrize(
    ("gap", "size"),
    [(5.0, 1), (3.0, 1), (2.9, 2), (1.5, 2), (1.4, 3), (1.0, 3), (0.75, 4), (0.5, 6), (0.1, 6), (0.0, 6)],
)
def test_a_page_holds_what_somebody_answers_until_the_next_may_be_shown(gap: float, size: int) -> None:
    assert size == page_size([gap] * 5, REFILL, level=1.0, is_paging=False)


def test_as_long_as_the_allowance_lasts_cards_stay_single() -> None:
    assert 1 == page_size([1.0] * 5, REFILL, level=4.0, is_paging=False)


def test_pages_stay_until_the_person_slows_down() -> None:
    assert 3 == page_size([1.0] * 5, REFILL, level=5.0, is_paging=True)
    assert 1 == page_size([3.5] * 5, REFILL, level=5.0, is_paging=True)


def test_a_long_wait_for_a_card_does_not_make_a_fast_person_slow() -> None:
    assert 3 == page_size([1.0, 1.0, 240.0, 1.0, 3.0], REFILL, level=0.0, is_paging=True)


def test_two_taps_in_a_row_say_nothing_yet() -> None:
    assert 1 == page_size([0.1, 0.1], REFILL, level=0.0, is_paging=False)


def test_there_are_no_pages_without_a_limit() -> None:
    assert 1 == page_size([0.1] * 7, 0.0, level=5.0, is_paging=True)
