"""SIGTERM under load: how long the bot takes to go, what is lost, and what is said twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sandbox import Phone
from sandbox.replies import Json

from .books import figure, look, reading
from .crowd import Crowd, staffed
from .ground import NAME_MARK, Ground, is_to
from .kills import RATE, WORKERS
from .promises import Promise

SPEAKERS = 10
LONGEST_STOP = 10.0
COMMAND = "/help"


@dataclass
class Talk:
    """People who ask for one thing again and again, and how often each was answered."""

    ground: Ground
    phones: list[Phone]
    asked: Counter[int] = field(default_factory=Counter)
    answered: Counter[int] = field(default_factory=Counter)

    def listen(self) -> None:
        by_id = {phone.user_id: phone for phone in self.phones}

        def heard(event: Json) -> None:
            phone = by_id.get(event.get("user_id", 0))
            if phone is not None and event["type"] == "message" and is_to(event, phone):
                self.answered[phone.user_id] += 1

        self.ground.sandbox.subscribe(heard)

    async def go_on(self) -> None:
        """Each asks once a second or so, until cancelled."""
        while True:
            for phone in self.phones:
                phone.say(COMMAND)
                self.asked[phone.user_id] += 1
                await asyncio.sleep(1 / len(self.phones))

    @property
    def twice(self) -> int:
        return sum(max(0, self.answered[each] - self.asked[each]) for each in self.asked)

    @property
    def missing(self) -> int:
        return sum(max(0, self.asked[each] - self.answered[each]) for each in self.asked)


async def stopped(tmp_path: Path, stops: int, seed: int) -> Promise:
    """Stop and start the bot so often, while people tap, ask and report."""
    async with Ground.open(tmp_path, "stop", seed=seed) as ground:
        await ground.start()
        crowd = await staffed(ground, workers=WORKERS, tasks=60 + 12 * stops, overlap=12, seed=seed)
        talk = await talkers(ground)
        complainers = Crowd(ground, seed)
        await complainers.join(2)
        await complainers.open_work()
        took: list[float] = []
        running = [
            asyncio.create_task(each) for each in (crowd.tap_for(86_400, RATE), talk.go_on(), reporting(complainers))
        ]
        try:
            for _ in range(stops):
                await asyncio.sleep(crowd.chance.uniform(0.2, 1.5))
                assert ground.bot is not None
                took.append(await ground.bot.stop())
                await ground.start()
        finally:
            for task in running:
                task.cancel()
        await asyncio.wait(running)
        await ground.idle()
        await asyncio.sleep(5.0)  # Two rounds of the outbox.
        return verdict(ground, crowd, talk, took, seed)


async def talkers(ground: Ground) -> Talk:
    sandbox = ground.sandbox
    phones = [Phone(sandbox, sandbox.create_user(f"{NAME_MARK}{number}")) for number in range(SPEAKERS)]
    for phone in phones:
        await ground.say(phone, "/start")
    talk = Talk(ground, phones)
    talk.listen()
    return talk


async def reporting(complainers: Crowd) -> None:
    """Two workers complain of every task that they get, so that its coordinator is told of it."""
    while True:
        await asyncio.sleep(complainers.chance.expovariate(8))
        complainers.report_once(complainers.chance.choice(complainers.people))


def verdict(ground: Ground, crowd: Crowd, talk: Talk, took: list[float], seed: int) -> Promise:
    with reading(ground.folder) as connection:
        end = look(connection, crowd.record.first)
        told = figure(connection, "SELECT COUNT(*) FROM outbox WHERE kind = 'flagged' AND state <> 'queued'")
    owner = next(person for person in ground.sandbox.world.people.values() if person.username == "nametag_owner")
    notices = sum("신고" in str(message.get("text", "")) for message in ground.sandbox.chat(owner.id))
    twice = talk.twice + max(0, notices - told)
    reached = (
        f"{len(took)} stops, slowest {max(took):.1f} s, {len(crowd.record.taps)} taps: {end.lost} lost; "
        f"{sum(talk.asked.values())} commands and {told} notices: {twice} sent twice, {talk.missing} unanswered"
    )
    is_kept = max(took) <= LONGEST_STOP and end.is_sound and twice == 0 and (told > 0 or len(took) < 10)
    asked = f"{len(took)} stops: each within 10 s, 0 taps lost, 0 messages sent twice"
    return Promise("SIGTERM under load", asked, reached, is_kept, str(seed))
