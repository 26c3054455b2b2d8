"""Telegram out of reach, and what goes on once it is back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from faults.network import OUTAGE, QUICK, TROUBLES, network, outages
from faults.promises import Promise

SEED = 20261102
Keep = Callable[[Promise], None]


async def test_after_any_trouble_with_the_network_it_works_again(tmp_path: Path, promise: Keep, full: bool) -> None:
    promise(await network(tmp_path, TROUBLES if full else QUICK, SEED))


async def test_after_an_outage_open_tasks_are_shown_again(tmp_path: Path, promise: Keep, full: bool) -> None:
    if not full:
        pytest.skip("an outage takes its time: make faults")
    promise(await outages(tmp_path, OUTAGE, SEED))
