from collections.abc import AsyncIterator

import pytest
from world import TOKEN, HandClock

from sandbox import Sandbox
from sandbox.server import serve


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def sandbox(clock: HandClock) -> Sandbox:
    sandbox = Sandbox(clock=clock)
    sandbox.create_bot(TOKEN, "tapwork_bot", "Tapwork")
    return sandbox


@pytest.fixture
async def url(sandbox: Sandbox) -> AsyncIterator[str]:
    """Where the sandbox speaks HTTP."""
    server = await serve(sandbox)
    yield server.url
    await server.close()
