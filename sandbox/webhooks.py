"""Delivery of updates to a bot's own address: in order within a lane, again and again until they are taken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from sandbox.replies import Json
from sandbox.updates import Lane, Pending, UpdateQueue

LONGEST_PAUSE = 60.0
ANSWER_SECONDS = 60.0


@dataclass(frozen=True)
class Address:
    """`on_reply` gets method and parameters of a call that the bot puts into its answer."""

    url: str
    secret: str
    connections: int
    retry_seconds: float
    on_reply: Callable[[str, Json], Awaitable[object]]


class Webhook:
    """Updates of different lanes go out side by side, at most `connections` at once; within a lane one at a time."""

    def __init__(self, updates: UpdateQueue, address: Address, clock: Callable[[], float]) -> None:
        self._updates = updates
        self._address = address
        self._clock = clock
        self._gate = asyncio.Semaphore(address.connections)
        self._lanes: dict[Lane, asyncio.Task[None]] = {}
        self._arrived = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None
        self._last_error: tuple[int, str] | None = None

    def start(self) -> None:
        self._updates.on_arrival = self._arrived.set
        self._arrived.set()
        self._pump = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        self._updates.on_arrival = None
        for task in self._tasks():
            task.cancel()

    async def stopped(self) -> None:
        await asyncio.gather(*self._tasks(), return_exceptions=True)

    def info(self) -> Json:
        info: Json = {
            "url": self._address.url,
            "max_connections": self._address.connections,
            "ip_address": "127.0.0.1",
        }
        if self._last_error is not None:
            info["last_error_date"], info["last_error_message"] = self._last_error
        return info

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [*self._lanes.values(), *([self._pump] if self._pump else [])]

    async def _run(self) -> None:
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                for lane in {one.lane for one in self._updates.waiting()} - self._lanes.keys():
                    self._lanes[lane] = asyncio.get_running_loop().create_task(self._empty(session, lane))

    async def _empty(self, session: aiohttp.ClientSession, lane: Lane) -> None:
        try:
            while waiting := [one for one in self._updates.waiting() if one.lane == lane]:
                await self._deliver(session, waiting[0])
        finally:
            del self._lanes[lane]

    async def _deliver(self, session: aiohttp.ClientSession, update: Pending) -> None:
        """Tries at once, again at once, then at doubling intervals, until the update is taken or too old."""
        pause = 0.0
        while update.expires_at > self._clock():
            async with self._gate:
                taken = await self._post(session, update)
            if taken:
                self._updates.done(update.update_id)
                return
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2 or self._address.retry_seconds)

    async def _post(self, session: aiohttp.ClientSession, update: Pending) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": self._address.secret} if self._address.secret else {}
        try:
            async with session.post(self._address.url, json=update.body, headers=headers) as response:
                if 200 <= response.status < 300:
                    await self._use_reply(response)
                    return True
                reason = f"Wrong response from the webhook: {response.status} {response.reason}"
        except TimeoutError:
            reason = "Read timeout expired"
        except aiohttp.ClientConnectorError:
            reason = "Connection refused"
        except aiohttp.ClientError:
            reason = "Connection was unexpectedly closed"
        self._last_error = (int(self._clock()), reason)
        return False

    async def _use_reply(self, response: aiohttp.ClientResponse) -> None:
        """The answer may hold a call; what becomes of it nobody hears."""
        if response.content_type != "application/json":
            return
        body = await response.json()
        if isinstance(body, dict) and isinstance(body.get("method"), str):
            await self._address.on_reply(body.pop("method"), body)
