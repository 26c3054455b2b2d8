"""Two weeks of reminders: every message that was really sent is held against everything that people had said."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from world import Someone, World

from rules.model import DAY, MINUTE, Instant, PersonId
from rules.reminding import FOREVER, Kind, Snooze, is_held_out
from services import preferring
from services.people import find
from storage.checks import violations

SEOUL = ZoneInfo("Asia/Seoul")
ZONES = ("Asia/Seoul", "Asia/Seoul", "Europe/Berlin", "America/New_York")
PEOPLE, DAYS = 20, 14
STEP = 50 * MINUTE
REVIEWS = ("text\n" + "\n".join(f"{number}번째 영화" for number in range(1, 61))).encode()


@dataclass
class Reader:
    """Somebody with wishes, as they said them, and what reached them."""

    someone: Someone
    id: PersonId
    days: set[int] = field(default_factory=lambda: set(range(7)))
    hours: tuple[int, int] = (8, 21)
    most: int = 2
    zone: ZoneInfo = SEOUL
    answers: float = 0.5
    """How likely they are to react to a message."""

    quiet_until: int = 0
    silent: int = 0
    """Messages in a row without a sign of life."""

    sent: list[tuple[Instant, str]] = field(default_factory=list)


class Fortnight:
    """A bot, its readers, and a clock that runs."""

    def __init__(self, world: World, dice: Random) -> None:
        self.world, self.dice = world, dice
        self.readers: list[Reader] = []
        self.heard = 0
        self.broken: list[str] = []

    async def open(self) -> None:
        # The clocks of Berlin and of New York change within these weeks.
        self.world.clock.advance(29 * DAY)
        owner = await self.world.owner()
        self.sora = await self.world.coordinator(owner)
        people = await self.world.workers(owner, *(f"worker {number}" for number in range(PEOPLE)))
        for number, someone in enumerate(people):
            person = await self.world.do(find, someone.telegram_id)
            assert person is not None
            reader = Reader(someone, person.id, answers=self.dice.choice([0, 0.3, 0.6, 1]))
            self.readers.append(reader)
            await self.world.do(preferring.opt_in, self.now, person.id)
            await self.world.do(preferring.choose_kind, self.now, person.id, Kind.COME_BACK, True)
            if number % 3:
                await self.wish(reader)
        self.heard = self.world.sandbox.calls[-1].seq

    @property
    def now(self) -> Instant:
        return self.world.clock.now()

    async def wish(self, reader: Reader) -> None:
        """Somebody says on which days, at which hours and how often."""
        begins = self.dice.randrange(24)
        reader.hours = (begins, (begins + self.dice.randrange(1, 14)) % 24 or 24)
        reader.most = self.dice.choice(preferring.MOST[:3])
        reader.zone = ZoneInfo(self.dice.choice(ZONES))
        for day in self.dice.sample(range(7), self.dice.randrange(4)):
            reader.days.discard(day)
            await self.world.do(preferring.choose_day, self.now, reader.id, day, False)
        await self.world.do(preferring.choose_hours, self.now, reader.id, *reader.hours)
        await self.world.do(preferring.choose_most, self.now, reader.id, reader.most)
        await self.world.do(preferring.choose_zone, self.now, reader.id, reader.zone.key)

    async def run(self) -> None:
        for step in range(DAYS * DAY // STEP):
            if step % 24 == 5:
                await self.post(step)
            for job in ("expire", "batches", "remind", "nudge", "remind", "outbox", "remind"):
                if await self.world.job(job) == "failed":
                    self.broken.append(f"{job} failed")
            self.listen()
            for reader in self.readers:
                if reader.silent and self.dice.random() < reader.answers:
                    await self.react(reader)
            self.world.clock.advance(STEP - self.dice.randrange(10) * MINUTE)
            if step % 50 == 0:
                self.broken += [str(each) for each in await self.world.do(violations)]

    async def post(self, step: int) -> None:
        local = datetime.fromtimestamp((self.now + 2 * DAY) / 1000, SEOUL)
        settings = f"title: 영화 {step}\nchoices: 긍정, 부정\nprice: 20\noverlap: 2\ndeadline: {local:%Y-%m-%d} 18:00"
        await self.sora.send("리뷰.csv", REVIEWS, f"/newbatch\n{settings}")
        await self.sora.tap("게시")

    def listen(self) -> None:
        """Hold every message that went out since the last time against what its reader had said."""
        by_chat = {reader.someone.telegram_id: reader for reader in self.readers}
        calls = [call for call in self.world.sandbox.calls if call.seq > self.heard]
        self.heard = max((call.seq for call in calls), default=self.heard)
        now = Counter[int]()
        for call in calls:
            text = str(call.params.get("text", ""))
            if call.method == "sendMessage" and text.startswith("🔔 <b>알림</b>"):
                reader = by_chat[int(str(call.params["chat_id"]))]
                now[reader.id] += 1
                self.judge(reader, Instant(round(call.at * 1000)), text)
        self.broken += [f"{person} got several messages at once" for person, count in now.items() if count > 1]

    def judge(self, reader: Reader, at: Instant, text: str) -> None:
        local = datetime.fromtimestamp(at / 1000, reader.zone)
        begins, ends = reader.hours
        is_overnight = ends <= begins and local.hour < ends
        day = (local.weekday() - 1) % 7 if is_overnight else local.weekday()
        is_open = begins <= local.hour < ends if begins < ends else local.hour >= begins or local.hour < ends
        told = [when for when, _ in reader.sent if self.date(reader, when) == local.date()]
        faults = {
            f"outside {reader.hours} of {sorted(reader.days)}": not is_open or day not in reader.days,
            f"number {len(told) + 1} of {reader.most}": len(told) >= reader.most,
            "while they wanted silence": at < reader.quiet_until,
            "though three were ignored": reader.silent >= 3,
        }
        self.broken += [f"{reader.id} at {local}: {fault}" for fault, is_true in faults.items() if is_true]
        reader.sent.append((at, text))
        reader.silent += 1

    @staticmethod
    def date(reader: Reader, when: Instant) -> object:
        return datetime.fromtimestamp(when / 1000, reader.zone).date()

    async def react(self, reader: Reader) -> None:
        """Work a little, keep or return something, or ask to be left alone."""
        reader.silent = 0
        there = reader.someone.buttons
        match self.dice.choice(["work", "work", "work", "keep", "return", "오늘 그만", "일주일 쉬기", "모두 끄기"]):
            case "keep" if "계속" in there:
                await reader.someone.tap("계속")
            case "return" if "반납" in there:
                await reader.someone.tap("반납")
            case ("오늘 그만" | "일주일 쉬기" | "모두 끄기") as label if label in there and self.dice.random() < 0.4:
                await self.hush(reader, label)
            case _:
                await self.work(reader)

    async def hush(self, reader: Reader, label: str) -> None:
        await reader.someone.tap(label)
        how = {"오늘 그만": Snooze.TODAY, "일주일 쉬기": Snooze.WEEK, "모두 끄기": Snooze.OFF}[label]
        today = datetime.fromtimestamp(self.now / 1000, reader.zone).date()
        until = datetime.combine(today + timedelta(days=1 if how is Snooze.TODAY else 8), time.min, reader.zone)
        reader.quiet_until = FOREVER if how is Snooze.OFF else round(until.timestamp() * 1000)

    async def work(self, reader: Reader) -> None:
        starts = [each for each in reader.someone.buttons if each.endswith("시작하기")]
        await (reader.someone.tap(starts[0]) if starts else reader.someone.say("/work"))
        for _ in range(self.dice.randrange(1, 5)):
            if "긍정" in reader.someone.buttons:
                self.world.clock.advance(4_000)
                await reader.someone.tap("긍정")
        if "그만" in reader.someone.buttons:
            await reader.someone.tap("그만")


def decided(path: Path) -> list[tuple[str, str, int, bool]]:
    """Whom chance has held out of what: the batch's title and seed, the person, and whether they were."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT title, seed, person_id, is_held_out FROM invitation JOIN batch ON batch.id = batch_id"
        )
        return [(title, seed, person, bool(is_held_out)) for title, seed, person, is_held_out in rows]


def count(fortnight: Fortnight) -> Counter[str]:
    """How often people were told of what."""
    said = {
        "new work": "새 일감",
        "work left": "남은 일감",
        "an ending slice": "더 두려면 계속",
        "a deadline": "끝나요",
        "work after a break": "들러",
    }
    texts = [text for reader in fortnight.readers for _, text in reader.sent]
    return Counter({kind: sum(words in text for text in texts) for kind, words in said.items()})


async def test_two_weeks_of_reminders_break_no_rule(tmp_path: Path) -> None:
    async with World.open(tmp_path / "data") as world:
        fortnight = Fortnight(world, Random(20261122))
        await fortnight.open()
        await fortnight.run()
        found = await world.do(violations)

    assert [] == fortnight.broken
    assert [] == found
    chances = decided(tmp_path / "data" / "tapwork.db")
    assert [is_held_out(seed.encode(), PersonId(person)) for _, seed, person, _ in chances] == [
        was_held_out for *_, was_held_out in chances
    ]
    texts = {reader.id: "\n".join(text for _, text in reader.sent) for reader in fortnight.readers}
    held = [(title, person) for title, _, person, was_held_out in chances if was_held_out]
    assert [] == [each for each in held if f"일감 <b>{each[0]}</b>" in texts[PersonId(each[1])]]
    assert 0.04 <= len(held) / len(chances) <= 0.17
    # Nothing is proven where nothing was sent.
    assert all(count(fortnight).values()), count(fortnight)
    assert any("\n\n2. " in text for text in texts.values())
