"""A folder or a disk that can't be worked on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from faults.doors import doors, filled
from faults.promises import Promise

Keep = Callable[[Promise], None]


async def test_a_start_that_cannot_succeed_says_why(tmp_path: Path, promise: Keep, full: bool) -> None:
    if not full:
        pytest.skip("mounts disks: make faults")
    promise(await doors(tmp_path))


async def test_a_full_disk_acknowledges_nothing_that_is_not_stored(tmp_path: Path, promise: Keep, full: bool) -> None:
    if not full:
        pytest.skip("mounts disks: make faults")
    promise(await filled(tmp_path, seed=20261105))
