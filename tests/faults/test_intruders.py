"""People who try what is not theirs, or too much of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from faults.flooding import flooded
from faults.forging import forged
from faults.promises import Promise
from faults.roles import tried

SEED = 20261104
Keep = Callable[[Promise], None]


async def test_a_flood_of_one_is_invisible_to_the_others(tmp_path: Path, promise: Keep, full: bool) -> None:
    if not full:
        pytest.skip("a flood is measured by the clock, on a machine with nothing else to do: make faults")
    promise(await flooded(tmp_path, seconds=30.0, seed=SEED))


async def test_nobody_does_what_only_coordinators_may(tmp_path: Path, promise: Keep) -> None:
    promise(await tried(tmp_path))


async def test_no_forged_tap_is_accepted(tmp_path: Path, promise: Keep, full: bool) -> None:
    promise(await forged(tmp_path, taps=100_000 if full else 1_000, seed=SEED))
