"""Whoever watches the bot sees how it is, and nothing about anybody."""

import asyncio
import re
import socket
import time
from collections import namedtuple
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from reception import HASTY, alerts_of, asks, owner_of, receiving, until
from socket_ports import free_port
from world import OWNER, TOKEN, HandClock, World

from bot import supervisor
from bot.health import Health
from bot.measured import method_of, pause_in
from sandbox import Phone, Sandbox

Disk = namedtuple("Disk", "total used free")

NAMED = """
    last_poll_age_seconds inbox_pending inbox_oldest_seconds update_seconds_count api_calls_total
    retry_after_seconds_sum outbox commit_seconds_count leases_open answers_total ledger_sum job_last_success
"""


@pytest.fixture
def ports() -> tuple[int, int]:
    return free_port(), free_port()


@pytest.fixture
async def world(
    tmp_path: Path, sandbox: Sandbox, clock: HandClock, url: str, ports: tuple[int, int]
) -> AsyncIterator[World]:
    listen, metrics = (f"127.0.0.1:{port}" for port in ports)
    settings = {"TAPWORK_API_URL": url, "TAPWORK_LISTEN": listen, "TAPWORK_METRICS_LISTEN": metrics}
    async with receiving(tmp_path, sandbox, clock, settings) as world:
        yield world


async def get(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as response:
        return response.status, await response.text()


def figures(page: str) -> dict[str, float]:
    lines = [line.rpartition(" ") for line in page.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


async def test_a_bot_that_is_well_says_so(world: World, ports: tuple[int, int]) -> None:
    await owner_of(world)
    for port in ports:
        status, body = await get(port, "/healthz")
        assert (200, True) == (status, '"ok": true' in body)


async def test_one_that_does_not_hear_telegram_says_so(world: World, sandbox: Sandbox, ports: tuple[int, int]) -> None:
    sandbox.faults.hang_polls = True
    await until(lambda: world.kit.contact.silence > HASTY.alarm)
    status, body = await get(ports[0], "/healthz")
    assert (503, True) == (status, '"faults": ["telegram"]' in body)
    sandbox.faults.hang_polls = False
    await until(lambda: world.kit.contact.silence < HASTY.alarm)
    assert 200 == (await get(ports[0], "/healthz"))[0]


async def test_one_whose_database_stands_still_says_so(world: World, ports: tuple[int, int]) -> None:
    await owner_of(world)
    standing = asyncio.create_task(world.kit.db.run(lambda _tx: time.sleep(2.5)))
    status, body = await get(ports[1], "/healthz")
    assert (503, True) == (status, '"commit_seconds": null' in body)
    await standing
    assert 200 == (await get(ports[1], "/healthz"))[0]


async def test_a_blocked_event_loop_is_noticed(world: World) -> None:
    watching = asyncio.create_task(world.kit.health.watch())
    await asyncio.sleep(0.1)
    time.sleep(1.6)  # noqa: ASYNC251 - the very thing that must not happen
    await asyncio.sleep(0.05)
    assert "event loop" in (await world.kit.health.report()).faults
    watching.cancel()


async def test_a_full_disk_is_said_to_the_owner_before_it_stops_the_work(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await owner_of(world)
    assert "all well" == await world.job("watch")
    monkeypatch.setattr("shutil.disk_usage", lambda _path: Disk(100 << 30, 99 << 30, 1 << 30))
    assert ["disk", "disk"] == [await world.job("watch") for _ in range(2)]
    assert [True] == ["1,024MB" in alert for alert in await alerts_of(world, owner)]


async def test_a_job_that_fails_is_said_to_the_owner(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = await owner_of(world)
    health = Health(world.kit.db, world.clock, world.kit.contact, Path("/nowhere/at/all"))
    kit = replace(world.kit, health=health)
    world = World(replace(world.running, kit=kit), world.sandbox, world.clock)
    assert "failed" == await world.job("watch")
    assert [True] == ["watch" in alert for alert in await alerts_of(world, owner)]


async def test_the_figures_are_those_of_the_work(world: World, sandbox: Sandbox, ports: tuple[int, int]) -> None:
    owner = await owner_of(world)
    await asks(owner)
    await world.job("outbox")
    sandbox.faults.rig("sendMessage", 429, retry_after=1)
    owner.say("/settings")
    await until(lambda: len(owner.messages) == 6)
    status, page = await get(ports[1], "/metrics")
    found = figures(page)
    names = {name.partition("{")[0] for name in found}
    assert (200, []) == (status, [name for name in NAMED.split() if name not in names])
    assert {1.0} == {found[f'update_seconds_count{{handler="/{name}"}}'] for name in ("start", "help", "settings")}
    assert 1.0 == found['api_calls_total{code="429",method="sendMessage"}']
    assert 1.0 == found["retry_after_seconds_sum"]
    assert (0.0, 0.0, 0.0) == (found["ledger_sum"], found["leases_open"], found["answers_total"])
    assert world.clock.now() / 1000 == found['job_last_success{job="outbox"}']


async def test_nothing_about_anybody_stands_in_the_figures(
    world: World, sandbox: Sandbox, ports: tuple[int, int]
) -> None:
    owner = await owner_of(world)
    sandbox.bots[0].updates.add("message", {"from": {"id": OWNER}, "text": "비밀"}, ("x", 1), 600)
    for text in ("/김미나", "/start secretcode", "hello Mina", "/help"):
        await asks_anything(owner, text)
    _, page = await get(ports[1], "/metrics")
    assert [] == [word for word in ("비밀", "secretcode", "Mina", "미나", str(OWNER), TOKEN, "AAFake") if word in page]
    labels = set(re.findall(r'="([^"]*)"', page))
    assert [] == [label for label in labels if not re.fullmatch(r"/?[A-Za-z_]+|[0-9.]+(e[+-]\d+)?|\+Inf", label)]


async def asks_anything(phone: Phone, text: str) -> None:
    before = len(phone.messages)
    phone.say(text)
    await until(lambda: len(phone.messages) >= before + 2)


async def test_figures_are_for_their_own_address_only(world: World, ports: tuple[int, int]) -> None:
    assert (404, 200) == ((await get(ports[0], "/metrics"))[0], (await get(ports[1], "/metrics"))[0])


async def test_a_port_that_is_taken_ends_the_start(
    tmp_path: Path, sandbox: Sandbox, clock: HandClock, url: str
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = {"TAPWORK_API_URL": url, "TAPWORK_LISTEN": f"127.0.0.1:{taken.getsockname()[1]}"}
        with pytest.raises(OSError, match="address already in use"):
            async with receiving(tmp_path, sandbox, clock, settings):
                pass


def test_methods_are_named_without_what_is_secret() -> None:
    assert "sendPhoto" == method_of(f"http://x/bot{TOKEN}/sendPhoto")
    assert "getUpdates" == method_of(f"http://x/bot{TOKEN}/getUpdates?offset=5")
    assert "file" == method_of(f"http://x/file/bot{TOKEN}/documents/names.csv")
    assert ("file", "file") == (method_of(f"http://x/bot{TOKEN}"), method_of(f"http://x/bot{TOKEN}/비밀"))


def test_a_pause_is_read_from_what_telegram_says() -> None:
    assert 240.0 == pause_in(b'{"ok":false,"parameters":{"retry_after":240}}')
    assert [0.0] * 3 == [pause_in(body) for body in (b"<html>", b"{}", b"[]")]


def test_systemd_hears_that_the_bot_is_at_work(tmp_path: Path) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))
        assert supervisor.notify("READY=1", {"NOTIFY_SOCKET": str(path)})
        assert b"READY=1" == listening.recv(100)
    assert not supervisor.notify("READY=1", {"NOTIFY_SOCKET": str(path)})
    assert not supervisor.notify("READY=1", {})
