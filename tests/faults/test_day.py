"""A whole day, in which everything goes wrong now and then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from faults.day import days
from faults.promises import Promise

SEED = 20261107
Keep = Callable[[Promise], None]


def test_a_day_in_which_everything_goes_wrong(tmp_path: Path, promise: Keep, full: bool) -> None:
    promise(days(tmp_path, 500, 22, list(range(SEED, SEED + 20))) if full else days(tmp_path, 10, 1, [SEED]))
