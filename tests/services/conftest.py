from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from desk import Desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with Desk.open(tmp_path) as desk:
        yield desk
