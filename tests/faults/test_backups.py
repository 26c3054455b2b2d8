"""Backups that are made while people tap."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from faults.backups import backed_up
from faults.promises import Promise

Keep = Callable[[Promise], None]


async def test_a_backup_under_load_is_whole_and_fresh(tmp_path: Path, promise: Keep, full: bool) -> None:
    if not full:
        pytest.skip("restores twenty backups: make faults")
    promise(await backed_up(tmp_path, times=20, seed=20261106))
