"""The process dies, is stopped, or loses its power, while people tap."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from faults.kills import killed
from faults.power import power_cut
from faults.promises import Promise
from faults.stops import stopped

SEED = 20261101
Keep = Callable[[Promise], None]


async def test_kill_9_loses_nothing(tmp_path: Path, promise: Keep, full: bool) -> None:
    promise(await killed(tmp_path, kills=200 if full else 2, seed=SEED))


async def test_a_stop_under_load_loses_nothing_and_says_nothing_twice(
    tmp_path: Path, promise: Keep, full: bool
) -> None:
    if not full:
        pytest.skip("stops fifty times: make faults")
    promise(await stopped(tmp_path, stops=50, seed=SEED))


async def test_a_power_cut_takes_nothing_that_was_acknowledged(tmp_path: Path, promise: Keep, full: bool) -> None:
    recordings, cuts, seconds = (4, 50, 8.0) if full else (1, 5, 1.0)
    promise(await power_cut(tmp_path, recordings, cuts, seconds, seed=SEED))
