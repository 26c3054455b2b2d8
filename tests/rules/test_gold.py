"""Gold runs out: when that is worth a word, and which finished tasks make new gold."""

import pytest

from rules.gold import Agreed, chosen, is_unmeasured, wanted
from rules.model import TaskId


@pytest.mark.parametrize(
    ("recent", "wanted_answers", "counted", "unmeasured"),
    [
        ([(50, False)], 400, 100, True),
        ([(50, True)], 400, 100, False),
        ([(26, False), (24, True)], 400, 100, True),
        ([(25, False), (25, True)], 400, 100, False),
        ([(19, False)], 400, 19, False),
        ([(20, False)], 400, 20, True),
        ([(50, False)], 400, 300, True),
        ([(50, False)], 400, 301, False),
        ([(50, False)], 80, 50, True),
        ([(50, False)], 80, 51, False),
        ([], 400, 0, False),
    ],
)
def test_gold_is_missed_where_much_is_left_and_most_of_the_last_answers_have_none(
    recent: list[tuple[int, bool]], wanted_answers: int, counted: int, unmeasured: bool
) -> None:
    assert unmeasured == is_unmeasured(recent, wanted_answers, counted)


@pytest.mark.parametrize(
    ("answers", "workers", "tasks"), [(30, 3, 5), (600, 6, 10), (601, 6, 11), (9_000, 3, 30), (100, 0, 10)]
)
def test_new_gold_is_one_task_in_ten_of_a_workers_share_within_bounds(answers: int, workers: int, tasks: int) -> None:
    assert tasks == wanted(answers, workers)


def agreed(task: int, labels: int, votes: int = 3, unseen: int = 1) -> Agreed:
    return Agreed(TaskId(task), labels, votes, unseen)


def tasks(found: list[Agreed]) -> list[int]:
    return [int(each.task) for each in found]


def test_each_label_has_its_turn_so_that_gold_is_not_all_of_the_frequent_one() -> None:
    assert [1, 5, 2, 6] == tasks(chosen([agreed(1, 1), agreed(2, 1), agreed(3, 1), agreed(5, 2), agreed(6, 2)], 4))


def test_what_most_have_not_seen_comes_first_and_then_what_most_agree_on() -> None:
    given = [agreed(1, 1, votes=2), agreed(2, 1, votes=4), agreed(3, 1, votes=2, unseen=2)]

    assert [3, 2, 1] == tasks(chosen(given, 9))


def test_what_everybody_has_seen_makes_no_gold() -> None:
    assert [] == tasks(chosen([agreed(1, 1, unseen=0), agreed(2, 2, unseen=0)], 9))
