"""Deliveries and taps that come more than once, and calls whose answers get lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from faults.promises import Promise
from faults.repeats import mixed, repeated
from faults.thumbs import tapped_often, unanswered

SEED = 20261103
Keep = Callable[[Promise], None]


async def test_deliveries_that_repeat_change_no_byte_of_the_export(tmp_path: Path, promise: Keep, full: bool) -> None:
    promise(await repeated(tmp_path, deliveries=100_000 if full else 300, seed=SEED))


async def test_deliveries_shuffled_between_people_fill_every_task(tmp_path: Path, promise: Keep, full: bool) -> None:
    promise(await mixed(tmp_path, tasks=3_000 if full else 30, seed=SEED))


async def test_a_card_is_answered_once_however_often_it_is_tapped(tmp_path: Path, promise: Keep, full: bool) -> None:
    promise(await tapped_often(tmp_path, cards=10_000 if full else 100, seed=SEED))


async def test_calls_whose_answers_are_lost_give_and_pay_nothing_twice(
    tmp_path: Path, promise: Keep, full: bool
) -> None:
    promise(await unanswered(tmp_path, seconds=60.0 if full else 2.0, seed=SEED))
