from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from bot_side import TOKEN, BotSide, HandClock

from sandbox import Phone, Sandbox
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
def bot(sandbox: Sandbox) -> BotSide:
    return BotSide(sandbox)


@pytest.fixture
def mina(sandbox: Sandbox) -> Phone:
    """A person who has started the bot; her /start is message 1, and still waits to be fetched."""
    phone = Phone(sandbox, sandbox.create_user("미나"))
    phone.say("/start")
    return phone


@pytest.fixture
async def url(sandbox: Sandbox) -> AsyncIterator[str]:
    running = await serve(sandbox)
    yield running.url
    await running.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session
