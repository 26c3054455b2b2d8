from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from world import World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(tmp_path / "data") as world:
        yield world
