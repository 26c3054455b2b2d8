"""A whole month on a virtual clock; `tests/clock/test_month.py` lives a week of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from faults.month import LONG, months
from faults.promises import Promise

SEED = 20261019
Keep = Callable[[Promise], None]


def test_a_month_of_work_and_money(tmp_path: Path, promise: Keep, full: bool) -> None:
    if not full:
        pytest.skip("it takes many minutes: make faults")
    promise(months(tmp_path, LONG, [SEED]))
