"""After an outage nobody has lost time, and each worker has a card that works."""

import asyncio
from dataclasses import replace
from pathlib import Path

from desk import Desk
from reception import receiving, until
from world import HandClock, World, seam

from bot.contact import Contact
from jobs import expire
from rules.model import HOUR, SECOND, BatchId, Instant
from sandbox import Sandbox
from services import returning
from services.dealing import Shown
from storage import Tx


def lease_of(tx: Tx, shown: Shown) -> int:
    row = tx.one("assignments.find", assignment=shown.assignment)
    assert row is not None
    until: int = row["lease_until"]
    return until


def queued(tx: Tx) -> list[str]:
    return [row["kind"] for row in tx.all("outbox.due", now=Instant(2**53), limit=100)]


async def test_a_short_silence_changes_nothing(tmp_path: Path) -> None:
    async with Desk.open(tmp_path) as desk:
        batch = await desk.batch()
        shown = await desk.begin(await desk.worker(), batch)
        before = await desk.do(lease_of, shown)
        await desk.do(returning.hear, desk.now)
        desk.wait(120 * SECOND)
        assert 0 == await desk.do(returning.come_back, desk.now, None)
        assert (before, []) == (await desk.do(lease_of, shown), await desk.do(queued))


async def test_leases_grow_by_the_outage_once(tmp_path: Path) -> None:
    async with Desk.open(tmp_path) as desk:
        batch = await desk.batch()
        shown = await desk.begin(await desk.worker(), batch)
        before = await desk.do(lease_of, shown)
        await desk.do(returning.hear, desk.now)
        desk.wait(200 * SECOND)
        assert 1 == await desk.do(returning.come_back, desk.now, None)
        assert 0 == await desk.do(returning.come_back, desk.now, None)
        assert 200 * SECOND == await desk.do(lease_of, shown) - before
        assert ["again"] == await desk.do(queued)


async def test_at_the_very_first_start_there_was_no_outage(tmp_path: Path) -> None:
    async with Desk.open(tmp_path) as desk:
        assert 0 == await desk.do(returning.come_back, desk.now, None)


async def test_an_outage_while_the_bot_runs_is_as_long_as_it_has_measured(tmp_path: Path) -> None:
    """Its clock may have been set meanwhile."""
    async with Desk.open(tmp_path) as desk:
        batch = await desk.batch()
        shown = await desk.begin(await desk.worker(), batch)
        before = await desk.do(lease_of, shown)
        await desk.do(returning.hear, desk.now)
        desk.wait(5 * SECOND)
        assert 1 == await desk.do(returning.come_back, desk.now, 150 * SECOND)
        assert 150 * SECOND == await desk.do(lease_of, shown) - before


async def test_who_has_a_fresh_card_by_then_gets_no_second_one(tmp_path: Path) -> None:
    async with Desk.open(tmp_path) as desk:
        batch = await desk.batch()
        worker = await desk.worker()
        shown = await desk.begin(worker, batch)
        since = Instant(desk.now + 1)
        again = await desk.do(returning.again, worker, batch, since)
        assert again is not None
        assert shown.assignment == again.assignment
        desk.wait(2)
        await desk.begin(worker, batch)
        assert await desk.do(returning.again, worker, batch, since) is None
        assert await desk.do(returning.again, worker, BatchId(batch + 1), since) is None


class Watch:
    """Seconds that pass only by hand."""

    def __init__(self) -> None:
        self.now = 5000.0

    def __call__(self) -> float:
        return self.now


async def test_telegram_that_comes_back_is_noticed_by_the_next_success(tmp_path: Path) -> None:
    async with Desk.open(tmp_path) as desk:
        batch = await desk.batch()
        shown = await desk.begin(await desk.worker(), batch)
        before = await desk.do(lease_of, shown)
        watch = Watch()
        contact = Contact(desk.db, HandClock(), timer=watch)
        for silence in (0, 25, 119, 200):
            watch.now += silence
            assert (silence > 120) == contact.is_lost
            await contact.heard()
            assert 0 == contact.silence
        assert 200 * SECOND == await desk.do(lease_of, shown) - before


async def test_while_telegram_is_out_of_reach_no_lease_ends(tmp_path: Path) -> None:
    async with World.open(tmp_path) as world, Desk.open(tmp_path / "desk") as desk:
        await desk.begin(await desk.worker(), await desk.batch())
        watch = Watch()
        kit = replace(world.kit, db=desk.db, contact=Contact(desk.db, world.clock, timer=watch))
        watch.now += 121
        assert "Telegram is out of reach" == await expire.run(kit, Instant(desk.now + HOUR))
        await kit.contact.heard()
        assert "1 leases ended" == await expire.run(kit, Instant(desk.now + HOUR))


async def test_after_a_restart_the_open_task_is_shown_again(tmp_path: Path, sandbox: Sandbox, clock: HandClock) -> None:
    async with World.joined(tmp_path, sandbox, clock, {"TAPWORK_JOIN": "open"}, seam(sandbox)) as world:
        owner = await world.owner()
        await owner.send("r.csv", b"text\none\ntwo\n", "choices: yes, no\nprice: 20\noverlap: 1\ntitle: reviews")
        await owner.tap("게시")
        mina = world.somebody("미나")
        await mina.say("/start")
        await mina.tap("동의")
        await world.do(returning.hear, clock.now())
        assert "yes" in mina.buttons
        old = mina.phone.messages[-1]["message_id"]
    clock.advance(200 * SECOND)
    async with receiving(tmp_path, sandbox, clock, requests=seam(sandbox)) as world:
        async with asyncio.timeout(5):
            while mina.phone.messages[-1]["message_id"] == old:
                await world.job("outbox")
        await world.job("outbox")
        shown = mina.phone.messages[-1]
        assert (True, True) == (shown["message_id"] > old, "one" in shown["text"])
        assert [None] == [each.get("reply_markup") for each in mina.phone.messages if each["message_id"] == old]
        mina.phone.tap("yes")
        await until(lambda: "two" in mina.screen)
