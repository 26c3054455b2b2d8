"""A bot that receives by itself, over real HTTP or through the seam, with little patience."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from telegram.request import BaseRequest
from world import OWNER, TOKEN, HandClock, World

from bot.app import assembled, receive, serving
from bot.config import read_config
from bot.contact import Patience
from sandbox import Phone, Sandbox

HASTY = Patience(poll=1, total=1.4, renew=1.8, alarm=2.4, pause=0.01, longest_pause=0.05, check=0.05)
"""The bot's patience, thirty times shorter."""


@asynccontextmanager
async def receiving(
    folder: Path,
    sandbox: Sandbox,
    clock: HandClock,
    environment: dict[str, str] | None = None,
    requests: tuple[BaseRequest, BaseRequest] | None = None,
    patience: Patience = HASTY,
) -> AsyncIterator[World]:
    """A bot on a folder, receiving until the end. What it owes others is sent by `world.job("outbox")`."""
    settings = {
        "TAPWORK_TOKEN": TOKEN,
        "TAPWORK_API_URL": "http://sandbox",
        "TAPWORK_DATA_DIR": str(folder),
        "TAPWORK_OWNERS": str(OWNER),
        "TAPWORK_CHAT_RATE": "0",
        "TAPWORK_BOT_RATE": "0",
        **(environment or {}),
    }
    async with assembled(read_config(settings), clock=clock, requests=requests, patience=patience) as running:
        await running.inbox.replay()
        async with serving(running):
            task = asyncio.create_task(receive(running))
            try:
                yield World(running, sandbox, clock)
            finally:
                task.cancel()
                await asyncio.wait([task])


async def until(condition: Callable[[], object], seconds: float = 10) -> None:
    """Wait until something holds; AssertionError when it does not come to that in time."""
    for _ in range(int(seconds * 200)):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come to that in time")


async def asks(phone: Phone, seconds: float = 10) -> None:
    """The person asks for help and is answered."""
    before = len(phone.messages)
    phone.say("/help")
    await until(lambda: len(phone.messages) >= before + 2, seconds)


async def owner_of(world: World) -> Phone:
    """The owner, who has started the bot."""
    owner = world.somebody("운영자", user_id=OWNER).phone
    owner.say("/start")
    await until(lambda: len(owner.messages) >= 2)
    return owner


async def alerts_of(world: World, owner: Phone) -> list[str]:
    """What the owner is told, once what is due has been sent."""
    before = len(owner.messages)
    await world.job("outbox")
    return [str(message.get("text")) for message in owner.messages[before:]]
