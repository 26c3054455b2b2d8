"""Polling goes on by itself after every failure, and nothing is lost or done twice on the way."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from reception import alerts_of, asks, owner_of, receiving, until
from telegram.request import BaseRequest, RequestData
from world import HandClock, World, seam

from sandbox import Phone, Sandbox
from services.receiving import take_in
from storage import Tx

Fault = Callable[[Sandbox], None]


@pytest.fixture
async def world(tmp_path: Path, sandbox: Sandbox, clock: HandClock, url: str) -> AsyncIterator[World]:
    """A bot that polls over real HTTP."""
    async with receiving(tmp_path, sandbox, clock, {"TAPWORK_API_URL": url}) as world:
        yield world


@pytest.fixture
async def owner(world: World) -> Phone:
    return await owner_of(world)


def pending(tx: Tx) -> int:
    return len(tx.all("inbox.unfinished"))


def failures(sandbox: Sandbox) -> int:
    return sum(call.method == "getUpdates" and call.status != 200 for call in sandbox.calls)


def wake(sandbox: Sandbox) -> None:
    """The poll that waits comes back, with an update that says nothing."""
    sandbox.bots[0].updates.add("my_chat_member", {}, ("nobody", 1), 600)


def rig(status: int, sandbox: Sandbox) -> None:
    sandbox.faults.rig("getUpdates", status, times=1 if status == 429 else 3)


def chance(name: str, sandbox: Sandbox) -> None:
    setattr(sandbox.faults, name, 1.0)


FAULTS: dict[str, Fault] = {
    **{str(status): partial(rig, status) for status in (400, 401, 403, 404, 409, 429, 500)},
    "a gateway's page": partial(chance, "bad_gateway"),
    "reset before": partial(chance, "drop_before"),
    "reset after": partial(chance, "drop_after"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_it_goes_on_after(world: World, owner: Phone, sandbox: Sandbox, fault: str) -> None:
    FAULTS[fault](sandbox)
    wake(sandbox)
    await until(lambda: failures(sandbox) >= 1 + (fault != "429") * 2)
    sandbox.faults.clear()
    await asks(owner)
    await world.running.idle()
    assert 4 == len(owner.messages)
    assert 0 == await world.do(pending)


@pytest.mark.parametrize(
    ("status", "says"), [(401, "BotFather"), (404, "BotFather"), (409, "토큰으로"), (500, None), (429, None)]
)
async def test_what_does_not_pass_by_itself_is_said_to_the_owner(
    world: World, owner: Phone, sandbox: Sandbox, status: int, says: str | None
) -> None:
    sandbox.faults.rig("getUpdates", status, times=3)
    await asks(owner)
    alerts = await alerts_of(world, owner)
    assert ([True] if says else []) == [says is not None and says in alert for alert in alerts]


async def test_the_same_is_said_once_in_ten_minutes(
    world: World, owner: Phone, sandbox: Sandbox, clock: HandClock
) -> None:
    told = []
    for minutes in (0, 9, 2, 11):
        clock.advance(minutes * 60_000)
        sandbox.faults.rig("getUpdates", 401, times=2)
        await asks(owner)
        told.append(len(await alerts_of(world, owner)))
    assert [1, 0, 1, 1] == told


async def test_polls_that_hang_are_given_up_over_a_new_connection(world: World, owner: Phone, sandbox: Sandbox) -> None:
    sandbox.faults.hang_polls = True
    await until(lambda: world.kit.contact.silence > 2)
    sandbox.faults.hang_polls = False
    await asks(owner, seconds=3)
    assert world.kit.contact.silence < 2


async def test_a_long_silence_is_said_to_the_owner(world: World, owner: Phone, sandbox: Sandbox) -> None:
    sandbox.faults.hang_polls = True
    await until(lambda: world.kit.contact.silence > 2.6)
    assert [True] == ["1분 30초 넘게" in alert for alert in await alerts_of(world, owner)]


async def test_a_poll_that_somebody_cancels_is_not_the_last(tmp_path: Path, sandbox: Sandbox, clock: HandClock) -> None:
    ends = [asyncio.CancelledError(), ZeroDivisionError(), ValueError("no json"), RecursionError(), MemoryError()]
    calls, polling = seam(sandbox)
    async with receiving(tmp_path, sandbox, clock, requests=(calls, Ending(polling, ends))) as world:
        await owner_of(world)
    assert [] == ends


class Ending(BaseRequest):
    """The seam, where each of the first calls ends in its own way."""

    def __init__(self, request: BaseRequest, ends: list[BaseException]) -> None:
        self._request = request
        self._ends = ends

    @property
    def read_timeout(self) -> float | None:
        return self._request.read_timeout

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,
        write_timeout: object = None,
        connect_timeout: object = None,
        pool_timeout: object = None,
    ) -> tuple[int, bytes]:
        if self._ends and "getUpdates" in url:
            raise self._ends.pop()
        return await self._request.do_request(url, method, request_data)


async def test_an_update_that_can_t_be_read_is_set_aside_and_the_next_ones_go_on(
    world: World, owner: Phone, sandbox: Sandbox
) -> None:
    sandbox.bots[0].updates.add("message", {"from": {"id": owner.user_id}, "text": "no chat, no date"}, ("x", 1), 600)
    await asks(owner)
    await world.running.idle()
    assert [True] == ["no chat, no date" in raw for raw in set_aside(world)]
    assert [True] == ["세 번 시도해도" in alert for alert in await alerts_of(world, owner)]


def set_aside(world: World) -> list[str]:
    with closing(sqlite3.connect(world.kit.config.data_dir / "tapwork.db")) as connection:
        return [raw for (raw,) in connection.execute("SELECT raw FROM inbox WHERE state = 'failed'")]


async def test_a_webhook_that_somebody_has_set_is_taken_away(world: World, owner: Phone, sandbox: Sandbox) -> None:
    await world.kit.bot.set_webhook("http://127.0.0.1:9/nobody")
    await asks(owner)
    assert "" == (await world.kit.bot.get_webhook_info()).url


async def test_updates_that_come_again_are_handled_once(tmp_path: Path, sandbox: Sandbox, clock: HandClock) -> None:
    """The answer to a poll is lost after the bot has stored it: the server does not know, and sends it again."""
    async with World.joined(tmp_path, sandbox, clock, {}, seam(sandbox)) as world:
        mina = world.somebody("미나").phone
        mina.say("/start")
        assert 1 == await world.running.receiver.poll(0)
        await world.running.idle()
        said = len(mina.messages)
    async with World.joined(tmp_path, sandbox, clock, {}, seam(sandbox)) as world:
        assert 1 == await world.running.receiver.poll(0)
        await world.running.idle()
    assert said == len(mina.messages)


async def test_what_was_stored_before_a_stop_is_answered_after_it(
    tmp_path: Path, sandbox: Sandbox, clock: HandClock
) -> None:
    mina = Phone(sandbox, sandbox.create_user("미나"))
    mina.say("/start")
    waiting = [(one.update_id, json.dumps(one.body)) for one in sandbox.bots[0].updates.waiting()]
    async with World.joined(tmp_path, sandbox, clock, {}, seam(sandbox)) as world:
        await world.do(take_in, clock.now(), waiting)
    assert 1 == len(mina.messages)
    async with World.joined(tmp_path, sandbox, clock, {}, seam(sandbox)) as world:
        await world.settle()
    assert 2 == len(mina.messages)
