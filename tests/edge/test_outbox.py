"""Messages that nobody asked for: sent once for sure, again only where they surely did not arrive."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from parcels import caption, table
from world import TOKEN, HandClock, Someone, World

from rules.ledger import pending
from rules.model import Micros, PersonId
from sandbox import Sandbox
from sandbox.server import serve
from storage import Tx
from storage.checks import violations
from storage.ledger import balance

PAID = "을 보내 드렸어요"


@pytest.fixture
async def owner(world: World) -> Someone:
    return await world.owner()


@pytest.fixture
async def people(world: World, owner: Someone) -> AsyncIterator[list[Someone]]:
    yield await world.workers(owner, "미나", "준", "하나")
    assert await world.do(violations) == []


def queue(tx: Tx, world: World, someone: Someone, kind: str = "paid", key: str = "") -> None:
    person = tx.one("people.by_telegram", telegram=someone.telegram_id)
    assert person is not None
    blanks = json.dumps({"amount": Micros(7_000_000)})
    key = key or f"{kind}:{person['id']}"
    tx.run("outbox.queue", key=key, person=person["id"], kind=kind, blanks=blanks, now=world.clock.now())


def states(world: World) -> list[str]:
    """What has become of the messages, oldest first."""
    with closing(sqlite3.connect(world.kit.config.data_dir / "tapwork.db")) as connection:
        return [state for (state,) in connection.execute("SELECT state FROM outbox ORDER BY id")]


def told(someone: Someone) -> int:
    """How often somebody reads that they were paid."""
    return sum(PAID in text for text in someone.texts)


async def test_a_message_is_sent_once_however_often_the_job_runs(world: World, people: list[Someone]) -> None:
    await world.do(queue, world, people[0])
    await world.do(queue, world, people[0])

    for _ in range(3):
        await world.job("outbox")

    assert (1, ["sent"]) == (told(people[0]), states(world))


async def test_a_chat_that_is_stopped_delays_its_own_messages_only(world: World, people: list[Someone]) -> None:
    for someone in people:
        await world.do(queue, world, someone)
        await world.do(queue, world, someone, key=f"more:{someone.telegram_id}")
    world.sandbox.faults.flood(people[0].telegram_id, 240)

    await world.job("outbox")

    assert [0, 2, 2] == [told(someone) for someone in people]
    assert ["queued", "queued", "sent", "sent", "sent", "sent"] == states(world)
    for _ in range(25):
        await world.wait(10)
        await world.job("outbox")
    assert [2, 2, 2] == [told(someone) for someone in people]
    refused = [call.at for call in world.sandbox.calls if call.status == 429]
    assert 1 == len(refused)


async def test_a_message_whose_answer_was_lost_is_not_sent_again(world: World, people: list[Someone]) -> None:
    await world.do(queue, world, people[0])
    world.sandbox.faults.drop_after = 1.0
    await world.job("outbox")
    world.sandbox.faults.clear()

    for _ in range(3):
        await world.wait(600)
        await world.job("outbox")

    assert (1, ["unknown"]) == (told(people[0]), states(world))


async def test_what_can_not_be_worded_is_set_aside_and_holds_nobody_up(world: World, people: list[Someone]) -> None:
    await world.do(queue, world, people[0], kind="unheard_of")
    for someone in people:
        await world.do(queue, world, someone)

    await world.job("outbox")

    assert [1, 1, 1] == [told(someone) for someone in people]
    assert ["failed", "sent", "sent", "sent"] == states(world)


async def test_who_has_blocked_the_bot_gets_nothing_gives_their_task_to_others_and_keeps_their_money(
    world: World, owner: Someone, people: list[Someone]
) -> None:
    mina, jun, _ = people
    await owner.send("r.csv", table("one", "two"), caption())
    await owner.tap("게시")
    await mina.say("/work")
    await mina.tap("positive")
    assert "two" in mina.screen
    # The news of it got lost, so that the bot learns it from the answer to its own message.
    world.sandbox.block(mina.telegram_id)
    world.sandbox.faults.rig("sendMessage", 403, description="Forbidden: bot was blocked by the user")
    await world.do(queue, world, mina)
    await world.do(queue, world, mina, key="second")

    await world.job("outbox")
    await world.job("outbox")

    assert ["failed", "failed"] == states(world) or ["failed", "queued"] == states(world)
    assert "two" in await jun.say("/work")
    row = await world.do(lambda tx: tx.one("people.by_telegram", telegram=mina.telegram_id))
    assert row is not None
    assert 0 == row["reachable"]
    assert 20_000_000 == await world.do(balance, pending(PersonId(row["id"])))
    refused = [call for call in world.sandbox.calls if call.status == 403]
    assert len(refused) <= 2


async def test_who_comes_back_hears_what_they_missed(world: World, people: list[Someone]) -> None:
    mina = people[0]
    world.sandbox.block(mina.telegram_id)
    await world.settle()
    await world.do(queue, world, mina)
    await world.job("outbox")
    assert ["queued"] == states(world)

    world.sandbox.unblock(mina.telegram_id)
    await mina.say("/start")
    await world.job("outbox")

    assert (1, ["sent"]) == (told(mina), states(world))


async def test_with_no_line_to_telegram_a_message_waits_and_is_sent_once_there_is_one(tmp_path: Path) -> None:
    clock = HandClock()
    sandbox = Sandbox(clock=clock)
    sandbox.create_bot(TOKEN, "tapwork_bot", "Tapwork")
    server = await serve(sandbox)
    port = urlsplit(server.url).port or 0
    async with World.joined(tmp_path, sandbox, clock, {"TAPWORK_API_URL": server.url}) as world:
        [mina] = await world.workers(await world.owner(), "미나")
        await world.do(queue, world, mina)
        await server.close()

        await world.job("outbox")
        assert ["queued"] == states(world)

        server = await serve(sandbox, port=port)
        clock.advance(61_000)
        await world.job("outbox")
        assert (1, ["sent"]) == (told(mina), states(world))
    await server.close()
