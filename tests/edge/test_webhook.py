"""The webhook takes in what Telegram brings, and nothing that anybody else does."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from reception import HASTY, alerts_of, asks, owner_of, receiving, until
from socket_ports import free_port
from world import HandClock, World

from bot.webhook import SECRET_HEADER
from sandbox import Phone, Sandbox
from services.receiving import unfinished


@pytest.fixture
def hook() -> str:
    return f"http://127.0.0.1:{free_port()}/telegram/in"


def settings(url: str, hook: str) -> dict[str, str]:
    address = hook.removeprefix("http://").partition("/")[0]
    return {"TAPWORK_API_URL": url, "TAPWORK_WEBHOOK_URL": hook, "TAPWORK_LISTEN": address}


@pytest.fixture
async def world(tmp_path: Path, sandbox: Sandbox, clock: HandClock, url: str, hook: str) -> AsyncIterator[World]:
    """A bot to which updates are brought over real HTTP."""
    async with receiving(tmp_path, sandbox, clock, settings(url, hook)) as world:
        yield world


async def post(hook: str, body: object, secret: str | None, **more: Any) -> int:
    headers = {} if secret is None else {SECRET_HEADER: secret}
    async with aiohttp.ClientSession() as session, session.post(hook, json=body, headers=headers, **more) as response:
        return response.status


def start(sender: int, number: int = 1) -> dict[str, Any]:
    person = {"id": sender, "is_bot": False, "first_name": "미나"}
    chat = {"id": sender, "type": "private"}
    return {
        "update_id": number,
        "message": {"message_id": 1, "date": 1_790_000_000, "from": person, "chat": chat, "text": "/start"},
    }


async def test_updates_are_brought_and_answered(world: World, sandbox: Sandbox) -> None:
    owner = await owner_of(world)
    await asks(owner)
    assert [] == [call for call in sandbox.calls if call.method == "getUpdates"]


async def test_only_telegram_is_let_in(world: World, hook: str, sandbox: Sandbox) -> None:
    secret = world.kit.secret.webhook_token()
    mina = sandbox.create_user("미나")
    forged = [None, "", "x", secret[:-1], secret + "0", secret.upper(), "\N{LATIN SMALL LETTER E WITH ACUTE}"]
    assert [403] * len(forged) == [await post(hook, start(mina), each) for each in forged]
    assert [] == await world.do(unfinished)
    assert 200 == await post(hook, start(mina), secret)


async def test_what_is_stored_already_is_taken_and_handled_once(world: World, hook: str, sandbox: Sandbox) -> None:
    secret, owner = world.kit.secret.webhook_token(), await owner_of(world)
    update = start(owner.user_id, 77)
    assert [200, 200, 200] == [await post(hook, update, secret) for _ in range(3)]
    await world.running.idle()
    assert 3 == len(owner.messages)


async def test_what_can_t_be_an_update_does_not_come_again(world: World, hook: str) -> None:
    owner, secret = await owner_of(world), world.kit.secret.webhook_token()
    odd: list[object] = [{}, [1]]
    assert [200, 200] == [await post(hook, body, secret) for body in odd]
    assert [True] == ["알아볼 수 없는" in alert for alert in await alerts_of(world, owner)]
    async with (
        aiohttp.ClientSession() as session,
        session.post(hook, data=b"{", headers={SECRET_HEADER: secret}) as response,
    ):
        assert 400 == response.status


async def test_what_is_too_deep_to_be_read_does_not_come_again(world: World, hook: str) -> None:
    owner, secret = await owner_of(world), world.kit.secret.webhook_token()
    body = b'{"update_id": 5, "message": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    async with (
        aiohttp.ClientSession() as session,
        session.post(hook, data=body, headers={SECRET_HEADER: secret}) as response,
    ):
        assert 200 == response.status
    assert [True] == ["알아볼 수 없는" in alert for alert in await alerts_of(world, owner)]
    await asks(owner)


async def test_200_is_said_only_once_the_update_is_stored(world: World, sandbox: Sandbox, hook: str) -> None:
    """What can't be stored is refused, so that Telegram brings it again."""
    mina = world.somebody("미나").phone
    secret, file = world.kit.secret.webhook_token(), world.kit.config.data_dir / "tapwork.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ALTER TABLE inbox RENAME TO nowhere")
        assert 500 == await post(hook, start(mina.user_id), secret)
        connection.execute("ALTER TABLE nowhere RENAME TO inbox")
    assert 200 == await post(hook, start(mina.user_id), secret)
    await until(lambda: any(call.method == "sendMessage" for call in sandbox.calls))


async def test_another_address_is_replaced_and_a_polling_bot_takes_it_away(
    tmp_path: Path, sandbox: Sandbox, clock: HandClock, url: str, hook: str
) -> None:
    async with receiving(tmp_path, sandbox, clock, settings(url, hook)) as world:
        bot = world.kit.bot
        await until(lambda: sandbox.bots[0].webhook is not None)
        await bot.set_webhook("http://127.0.0.1:9/elsewhere")
        async with asyncio.timeout(5):
            while (await bot.get_webhook_info()).url != hook:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    async with receiving(tmp_path, sandbox, clock, {"TAPWORK_API_URL": url}) as world:
        await asks(await owner_of(world))
    assert sandbox.bots[0].webhook is None


async def test_updates_that_do_not_get_through_are_said_to_the_owner(
    tmp_path: Path, sandbox: Sandbox, clock: HandClock, url: str, hook: str
) -> None:
    """A proxy in front of the bot is broken: Telegram has updates, and can't bring them."""
    broken = settings(url, hook) | {"TAPWORK_WEBHOOK_URL": "http://127.0.0.1:9/hook"}
    async with receiving(tmp_path, sandbox, clock, settings(url, hook)) as world:
        owner = await owner_of(world)
    async with receiving(tmp_path, sandbox, clock, broken) as world:
        owner = Phone(sandbox, owner.user_id)
        owner.say("/help")
        await until(lambda: world.kit.contact.silence > HASTY.alarm + 0.1)
        assert [True] == ["1분 30초 넘게" in alert for alert in await alerts_of(world, owner)]
