"""A day of five hundred workers on a virtual clock, in which everything goes wrong now and then."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from telegram.error import TelegramError
from world import OWNER, TOKEN, SandboxRequest

from bot.app import Running, assembled
from bot.config import read_config
from bot.scheduling import Every, run_job
from jobs import SCHEDULE
from sandbox import Phone, Sandbox
from sandbox.acts import BlockedError, TapError
from storage import open_database

from .books import Found, copied, look
from .crowd import CHOICES, Record, Tapped, has_button, newest_card, parsed, table
from .promises import Promise
from .virtual import PatientDatabase, VirtualClock, VirtualLoop, VirtualTimer, really, watch

HOUR = 3600.0
FAULT = 0.05
TICK = 60.0
SAVED = ("저장했어요", "시간이 지났지만")
JOBS = ("expire", "outbox", "cards", "batches", "settle", "check", "prune")


@dataclass
class Day:
    """The bot of the day, who is replaced after each crash, and what went wrong so far."""

    folder: Path
    sandbox: Sandbox
    clock: VirtualClock
    chance: random.Random
    hours: float
    record: Record = field(default_factory=Record)
    crashes: int = 0
    outages: int = 0
    floods: int = 0
    running: Running | None = None

    def settings(self) -> dict[str, str]:
        return {
            "TAPWORK_TOKEN": TOKEN,
            "TAPWORK_API_URL": "http://sandbox",
            "TAPWORK_DATA_DIR": str(self.folder),
            "TAPWORK_OWNERS": str(OWNER),
            "TAPWORK_JOIN": "open",
        }

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[None]:
        """At work: it polls and keeps its schedule, until this is left."""
        db = PatientDatabase(await really(open_database(f"sqlite:///{self.folder / 'tapwork.db'}")), watch())
        requests = (SandboxRequest(self.sandbox), SandboxRequest(self.sandbox))
        config, timer = read_config(self.settings()), VirtualTimer(watch())
        try:
            async with assembled(config, db=db, clock=self.clock, requests=requests, timer=timer) as running:
                self.running = running
                await running.inbox.replay()
                tasks = [asyncio.create_task(each) for each in (running.receiver.run(), self.keep_schedule(running))]
                try:
                    yield
                finally:
                    for task in tasks:
                        task.cancel()
                    await asyncio.wait(tasks)
        finally:
            await really(db.close())

    async def keep_schedule(self, running: Running) -> None:
        """What happens by itself, a little slower than in life."""
        jobs = [job for job in SCHEDULE if job.name in JOBS]
        due = {job.name: 0.0 for job in jobs}
        while True:
            now = asyncio.get_running_loop().time()
            for job in jobs:
                if now >= due[job.name]:
                    await run_job(running.kit, job, self.clock.now())
                    due[job.name] = now + (max(TICK, job.when.seconds) if isinstance(job.when, Every) else HOUR)
            await asyncio.sleep(TICK)


async def live(day: Day, phone: Phone, taps: int) -> None:
    """One worker's day: a session at some hour, with pauses and slips."""
    chance = random.Random(day.chance.random())
    await asyncio.sleep(chance.uniform(0, day.hours * HOUR))
    phone.say("/start")
    await asyncio.sleep(10)
    for _ in range(taps):
        await asyncio.sleep(chance.uniform(2, 30))
        with contextlib.suppress(TapError, BlockedError, LookupError):
            do_something(day, phone, chance)


def do_something(day: Day, phone: Phone, chance: random.Random) -> None:
    """Nearly always the next answer; one time in twenty something else."""
    if has_button(phone, "동의"):
        phone.tap("동의")
        return
    card = newest_card(phone)
    if card is None:
        phone.say("/work")
        return
    if chance.random() >= FAULT:
        tap(day, phone, card[0], chance.choice(card[1]))
        return
    chance.choice((say, press, block, clear, resend, forge))(day, phone, chance)


def say(_day: Day, phone: Phone, chance: random.Random) -> None:
    phone.say(chance.choice(("/balance", "/help", "/work", "안녕하세요")))


def press(_day: Day, phone: Phone, chance: random.Random) -> None:
    phone.tap(chance.choice(("건너뛰기", "신고", "되돌리기", "그만")))


def block(day: Day, phone: Phone, _chance: random.Random) -> None:
    day.sandbox.block(phone.user_id)
    asyncio.get_running_loop().call_later(600, day.sandbox.unblock, phone.user_id)


def clear(day: Day, phone: Phone, _chance: random.Random) -> None:
    """The person clears the chat."""
    day.sandbox.world.chat(day.sandbox.world.bot(None), phone.user_id).messages.clear()


def resend(day: Day, phone: Phone, _chance: random.Random) -> None:
    """One tap under three update ids."""
    card = newest_card(phone)
    if card is None:
        return
    tap(day, phone, card[0], card[1][0])
    updates = day.sandbox.world.bot(None).updates
    newest = updates.waiting()[-1]
    for _ in range(2):
        updates.add("callback_query", newest.body["callback_query"], newest.lane, 150)


def forge(day: Day, phone: Phone, _chance: random.Random) -> None:
    day.sandbox.tap(phone.user_id, phone.messages[-1]["message_id"], "a:1:0:0", forge=True)


def tap(day: Day, phone: Phone, message_id: int, data: str) -> None:
    query = day.sandbox.tap(phone.user_id, message_id, data)
    found = parsed(data)
    tapped = Tapped(phone.user_id, (found.assignment, found.revision), found.choice)
    day.record.taps[query] = tapped
    day.record.first.setdefault(tapped.card, tapped)


async def trouble(day: Day) -> None:
    """Each five minutes: maybe polls hang for a while, and maybe Telegram has had enough of some chats."""
    while True:
        await asyncio.sleep(300)
        if day.chance.random() < FAULT:
            day.outages += 1
            day.sandbox.faults.hang_polls = True
            await asyncio.sleep(day.chance.uniform(20, 400))
            day.sandbox.faults.hang_polls = False
        for user_id in list(day.sandbox.world.people):
            if day.chance.random() < FAULT / 10:
                day.floods += 1
                day.sandbox.faults.flood(user_id, day.chance.uniform(5, 240))


async def furnish(day: Day, tasks: int) -> None:
    """The owner's batch."""
    owner = Phone(day.sandbox, day.sandbox.create_user("운영자", user_id=OWNER))
    owner.say("/start")
    await asyncio.sleep(5)
    owner.send("reviews.csv", table(tasks), f"title: 리뷰\nchoices: {', '.join(CHOICES)}\nprice: 20\noverlap: 3")
    for _ in range(600):
        if has_button(owner, "게시"):
            break
        await asyncio.sleep(0.1)
    owner.tap("게시")
    await asyncio.sleep(5)


def listen(day: Day) -> None:
    """Keep what people were told."""

    def heard(event: dict[str, object]) -> None:
        if event["type"] == "toast" and str(event["text"] or "").startswith(SAVED):
            day.record.saved[str(event["query_id"])] = day.clock()

    day.sandbox.subscribe(heard)


async def lived(folder: Path, workers: int, hours: float, seed: int) -> tuple[Day, Found]:
    """A day from its first hour to its last, with a bot that crashes now and then."""
    clock = VirtualClock(watch())
    day = Day(folder, Sandbox(clock=clock, seed=seed), clock, random.Random(seed), hours)
    day.sandbox.create_bot(TOKEN, "tapwork_bot", "Tapwork")
    listen(day)
    taps = [day.chance.randint(2, 9) for _ in range(workers)]
    async with day.bot():
        await really(furnish(day, sum(taps) // 3 + 10))
    phones = [Phone(day.sandbox, day.sandbox.create_user(f"작업자{number}")) for number in range(workers)]
    faults = day.sandbox.faults
    faults.drop_before = faults.drop_after = faults.bad_gateway = faults.double_tap = FAULT
    people = [asyncio.create_task(live(day, phone, count)) for phone, count in zip(phones, taps, strict=True)]
    troubles = asyncio.create_task(trouble(day))
    everybody = asyncio.gather(*people)
    while not everybody.done():
        with contextlib.suppress(TelegramError):
            async with day.bot():
                await asyncio.wait({everybody}, timeout=day.chance.expovariate(FAULT / 600))
                day.crashes += not everybody.done()
    troubles.cancel()
    await everybody
    faults.clear()
    async with day.bot():
        await asyncio.sleep(900)
    with copied(folder) as connection:
        return day, look(connection, day.record.told())


def simulated(folder: Path, workers: int, hours: float, seed: int) -> tuple[Day, Found]:
    """The same, in a loop of its own."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(lived(folder, workers, hours, seed))
    finally:
        loop.close()


def days(tmp_path: Path, workers: int, hours: float, seeds: list[int]) -> Promise:
    """Several days; the seeds of those that went wrong are named."""
    wrong: list[str] = []
    taps = saved = crashes = 0
    for seed in seeds:
        folder = tmp_path / f"day{seed}"
        folder.mkdir()
        day, found = simulated(folder, workers, hours, seed)
        taps += len(day.record.taps)
        saved += len(day.record.saved)
        crashes += day.crashes
        if not found.is_sound:
            wrong.append(f"seed {seed}: {found}")
    told = f" ({'; '.join(wrong)[:300]})" if wrong else ""
    return Promise(
        f"a simulated day of {workers} workers, every fault at 5 %",
        f"{len(seeds)} seeds: nothing lost, paid twice or answered twice",
        f"{len(seeds) - len(wrong)} of {len(seeds)} days sound: {taps:,} taps, {saved:,} acknowledged, "
        f"{crashes} crashes{told}",
        not wrong and saved > 0,
        f"{seeds[0]}-{seeds[-1]}",
    )
