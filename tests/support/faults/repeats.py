"""Deliveries that come more than once, or in another order: what is in the books must not tell."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from telegram.request import RequestData
from world import TOKEN, HandClock, SandboxRequest, Someone, World

from sandbox import Sandbox
from sandbox.replies import Json

from .books import answered_twice, reading
from .crowd import newest_card, table
from .promises import Promise

WORKERS = 12
CAPTION = "/newbatch\ntitle: 리뷰\nchoices: 긍정, 부정, 모름\nprice: 20\noverlap: {overlap}"
MOST_COPIES = 5


class Repeating(SandboxRequest):
    """Polls that bring each update one to five times: some copies at once, some with a later poll."""

    def __init__(self, sandbox: Sandbox, chance: random.Random | None) -> None:
        super().__init__(sandbox)
        self.chance = chance
        self._late: list[Json] = []
        self.is_shuffling = False
        self.deliveries = 0

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
        status, payload = await super().do_request(url, method, request_data)
        if "/getUpdates" not in url or status != 200:
            return status, payload
        brought = self._repeated(json.loads(payload)["result"])
        self.deliveries += len(brought)
        return status, json.dumps({"ok": True, "result": brought}).encode()

    def _repeated(self, fresh: list[Json]) -> list[Json]:
        if self.chance is None or not fresh:
            return fresh
        updates = shuffled(fresh, self.chance) if self.is_shuffling else fresh
        brought, late = [], []
        for update in updates:
            copies = self.chance.randint(1, MOST_COPIES)
            at_once = self.chance.randint(1, copies)
            brought += [update] * at_once
            late += [update] * (copies - at_once)
        brought += self._late
        self._late = late
        return brought


def shuffled(updates: list[Json], chance: random.Random) -> list[Json]:
    """Another order between people; each one's own updates stay in theirs."""
    queues: dict[int, list[Json]] = {}
    for update in updates:
        content = update.get("callback_query") or update.get("message") or {}
        queues.setdefault(content.get("from", {}).get("id", 0), []).append(update)
    order = []
    while queues:
        whose = chance.choice(list(queues))
        order.append(queues[whose].pop(0))
        if not queues[whose]:
            del queues[whose]
    return order


@asynccontextmanager
async def office(
    folder: Path, chance: random.Random | None, *, tasks: int, overlap: int
) -> AsyncIterator[tuple[World, Repeating, Someone, list[Someone]]]:
    """The same installation every time: people with the same ids, a batch with the same seed, cards on the phones."""
    clock = HandClock()
    sandbox = Sandbox(clock=clock, seed=1)
    sandbox.create_bot(TOKEN, "tapwork_bot", "Tapwork")
    polls = Repeating(sandbox, None)
    settings = {"TAPWORK_CHAT_RATE": "0", "TAPWORK_BOT_RATE": "0", "TAPWORK_JOIN": "open"}
    async with World.joined(folder, sandbox, clock, settings, (SandboxRequest(sandbox), polls)) as world:
        sora = await world.owner()
        await sora.send("reviews.csv", table(tasks), CAPTION.format(overlap=overlap))
        await sora.tap("게시")
        with closing(sqlite3.connect(folder / "tapwork.db", timeout=5)) as connection, connection:
            connection.execute("UPDATE batch SET seed = 'the same', code = 'SAME22'")
        crowd = [world.somebody(f"작업자{number}", user_id=2_000_000 + number) for number in range(WORKERS)]
        for someone in crowd:
            await someone.say("/start")
            await someone.tap("동의")
            await someone.say("/work")
        polls.chance = chance
        yield world, polls, sora, crowd


async def label_in_turn(world: World, crowd: list[Someone], chance: random.Random) -> int:
    """One tap after the other until nobody has a card; how many taps."""
    taps = 0
    working = list(crowd)
    while working:
        someone = chance.choice(working)
        card = newest_card(someone.phone)
        if card is None:
            working.remove(someone)
            continue
        world.clock.advance(chance.randrange(100, 900))
        someone.phone.sandbox.tap(someone.telegram_id, card[0], chance.choice(card[1]))
        taps += 1
        await world.running.receiver.poll(0)
        await world.running.idle()
    return taps


async def exported(world: World, host: Someone) -> dict[str, bytes]:
    """Every file of the batch, as its coordinator gets it."""
    await host.say("/export SAME22")
    await world.settle()
    return {name: host.phone.document(name) for name in host.phone.documents}


async def repeated(tmp_path: Path, deliveries: int, seed: int) -> Promise:
    """The same day twice: each update once, and one to five times. Files must be the same to the byte."""
    tasks = max(2, deliveries // 3 // WORKERS)
    files = []
    counted = 0
    for name, chance in (("once", None), ("often", random.Random(seed))):
        async with office(tmp_path / name, chance, tasks=tasks, overlap=WORKERS) as (world, polls, sora, crowd):
            before = polls.deliveries
            await label_in_turn(world, crowd, random.Random(seed))
            counted = polls.deliveries - before
            files.append(await exported(world, sora))
    once, often = files
    differing = sorted(name for name in once | often if once.get(name) != often.get(name))
    rows = once["answers.csv"].count(b"\n") - 1
    return Promise(
        "each update delivered 1 to 5 times, order kept",
        f"{deliveries:,} deliveries: export byte-equal to the single run",
        f"{counted:,} deliveries, {rows:,} answers: {len(differing)} of {len(once)} files differ",
        not differing and rows == tasks * WORKERS and counted >= deliveries * 0.97,
        str(seed),
    )


async def mixed(tmp_path: Path, tasks: int, seed: int) -> Promise:
    """The same with the order shuffled between people, everybody tapping at once; three answers a task."""
    chance = random.Random(seed)
    async with office(tmp_path / "mixed", random.Random(seed), tasks=tasks, overlap=3) as (world, polls, _, crowd):
        polls.is_shuffling = True
        while holding := [someone for someone in crowd if newest_card(someone.phone) is not None]:
            for someone in holding:
                card = newest_card(someone.phone)
                assert card is not None
                someone.phone.sandbox.tap(someone.telegram_id, card[0], chance.choice(card[1]))
            world.clock.advance(1000)
            await world.settle()
        with reading(tmp_path / "mixed") as connection:
            full = connection.execute("SELECT COUNT(*) FROM task WHERE counted = 3 AND open_slots = 0").fetchone()[0]
            twice = answered_twice(connection)
    return Promise(
        "each update delivered 1 to 5 times, shuffled between people",
        "every task at overlap, no answer twice",
        f"{polls.deliveries:,} deliveries: {full:,} of {tasks:,} tasks at overlap, {twice} answered twice",
        full == tasks and twice == 0,
        str(seed),
    )
