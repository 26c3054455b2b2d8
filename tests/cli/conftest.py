from collections.abc import AsyncIterator
from pathlib import Path

import office
import pytest
from office import Office


@pytest.fixture(params=[True, False], ids=["beside the bot", "alone"])
async def installation(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    async with office.opened(tmp_path / "data", is_running=request.param) as opened:
        yield opened
