"""The workers of a month: where they live, when they work, what they want to hear of, and what they were promised."""

from __future__ import annotations

import random
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rules.model import BatchId, Instant, Micros, PersonId
from rules.reminding import Kind, Snooze
from services import appealing, dealing, enrolling, offering, payouts, preferring, working
from services.dealing import Shown
from services.enrolling import Newcomer
from services.people import CONSENT_VERSION
from services.working import Recorded, Stale, Summary

from .month_site import Site

ZONES = ("Asia/Seoul",) * 6 + ("Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kolkata")
FIRST_ID = 5_000_000
HOLDS_OVER = 0.05
"""How often somebody leaves a card lying until they come again."""


@dataclass
class Wishes:
    """What a worker said about reminders; `silent` are the stretches in which they asked to be left alone."""

    zone: ZoneInfo
    days: frozenset[int] = frozenset(range(7))
    hours: tuple[int, int] = (8, 21)
    most: int = 2
    silent: list[tuple[Instant, Instant]] = field(default_factory=list)
    signs: list[Instant] = field(default_factory=list)


@dataclass
class Worker:
    """One of them. `accepted` is every answer that was taken, by its assignment: the batch, and the price as shown."""

    telegram_id: int
    wishes: Wishes
    shift: tuple[int, int]
    weekdays: frozenset[int]
    zeal: int
    person: PersonId = field(init=False)
    code: str = ""
    accepted: dict[int, tuple[BatchId, Micros]] = field(default_factory=dict)
    holding: Shown | None = None

    def is_at_work(self, now: Instant) -> bool:
        local = datetime.fromtimestamp(now / 1000, self.wishes.zone)
        return local.weekday() in self.weekdays and self.shift[0] <= local.hour < self.shift[1]


def drawn(chance: random.Random, number: int) -> Worker:
    """Somebody. A few never come again after they have joined, and hear of work for nothing."""
    zone = ZoneInfo(chance.choice(ZONES))
    begins = chance.randint(6, 19)
    zeal = chance.choice((0, 6, 10, 16, 25))
    weekdays = frozenset(chance.sample(range(7), chance.randint(2, 7)))
    return Worker(FIRST_ID + number, Wishes(zone), (begins, begins + 4), weekdays, zeal)


class Crowd:
    """All of them."""

    def __init__(self, site: Site, workers: list[Worker], eagerness: float) -> None:
        self.site = site
        self.workers = workers
        self.eagerness = eagerness
        self.late = 0

    async def join(self) -> None:
        for worker in self.workers:
            site = self.site
            site.sandbox.create_user(f"작업자{worker.telegram_id}", user_id=worker.telegram_id)
            site.sandbox.say(worker.telegram_id, "/start")
            newcomer = Newcomer(worker.telegram_id, f"작업자{worker.telegram_id}", None, "ko")
            person = await site.do(enrolling.arrive, site.clock.now(), newcomer, "", frozenset[int](), "open")
            assert person is not None
            worker.person, worker.code = person.id, person.code
            await site.do(enrolling.consent, site.clock.now(), person.id, CONSENT_VERSION)
            await self._wish(worker)

    async def _wish(self, worker: Worker) -> None:
        """Half of them want to hear of new work; some in hours and on days of their own."""
        chance, site, now, wishes = self.site.chance, self.site, self.site.clock.now(), worker.wishes
        person = worker.person
        await site.do(preferring.choose_zone, now, person, wishes.zone.key)
        if chance.random() < 0.5:
            for kind in (Kind.NEW_WORK, Kind.COME_BACK):
                await site.do(preferring.choose_kind, now, person, kind, True)
        if chance.random() < 0.3:
            wishes.hours = (chance.randint(5, 12), chance.randint(14, 24))
            await site.do(preferring.choose_hours, now, person, *wishes.hours)
        if chance.random() < 0.2:
            wishes.most = chance.choice((1, 3))
            await site.do(preferring.choose_most, now, person, wishes.most)
        if chance.random() < 0.2:
            day = chance.randrange(7)
            wishes.days -= {day}
            await site.do(preferring.choose_day, now, person, day, False)

    async def work(self) -> None:
        """Everybody whose shift it is sits down, or does not."""
        now, chance = self.site.clock.now(), self.site.chance
        for worker in self.workers:
            if worker.zeal and worker.is_at_work(now) and chance.random() < self.eagerness:
                await self._sit_down(worker)
            elif chance.random() < 0.001:
                await self._snooze(worker, chance.choice(tuple(Snooze)))

    async def _sit_down(self, worker: Worker) -> None:
        site, now = self.site, self.site.clock.now()
        await site.do(preferring.heard_from, worker.telegram_id)
        worker.wishes.signs.append(now)
        if worker.holding is not None:
            shown, worker.holding = worker.holding, None
            await self._answer(worker, shown)
        offers = await site.look(offering.offers, worker.person)
        if not offers:
            return
        batch = site.chance.choice(offers).batch
        then = await site.do(offering.begin, now, worker.person, batch)
        for _ in range(worker.zeal):
            if not isinstance(then, Shown):
                return
            if site.chance.random() < HOLDS_OVER:
                worker.holding = then
                return
            then = await self._answer(worker, then)
        await site.do(working.stop, now, worker.person, batch)

    async def _answer(self, worker: Worker, shown: Shown) -> Shown | Summary | None:
        """Tap until the bot has said what became of it; the next task."""
        site, now = self.site, self.site.clock.now()
        card = (shown.assignment, shown.revision)
        outcome = await site.do(working.answer, now, worker.person, *card, self._label())
        match outcome:
            case Recorded(then=then, is_late=is_late):
                self.late += is_late
                worker.accepted[shown.assignment] = shown.batch, shown.price
                return then
            case Stale(then=then):
                if is_stored(site, shown):
                    worker.accepted[shown.assignment] = shown.batch, shown.price
                return then
            case _:
                return await site.do(dealing.deal, now, worker.person, shown.batch)

    def _label(self) -> int:
        """Most are right."""
        return 0 if self.site.chance.random() < 0.85 else self.site.chance.randrange(1, 3)

    async def _snooze(self, worker: Worker, how: Snooze) -> None:
        site, now = self.site, self.site.clock.now()
        choices = await site.do(preferring.snooze, now, worker.person, how, site.kit.config.timezone)
        if choices is not None:
            worker.wishes.silent.append((now, choices.snoozed_until))

    async def object(self) -> None:
        """Rejected answers: some agree, some object, some say nothing."""
        site, now, chance = self.site, self.site.clock.now(), self.site.chance
        for rejection, worker in read(site, "SELECT id, worker_id FROM rejection WHERE state = 'told'"):
            does = chance.random()
            if does < 0.1:
                await site.do(appealing.agree, now, PersonId(worker), rejection)
            elif does < 0.3:
                await site.do(appealing.appeal, now, PersonId(worker), rejection, "왜요?")

    async def ask_for_money(self) -> None:
        """Whoever has enough asks for it now and then."""
        site, now, terms = self.site, self.site.clock.now(), self.site.kit.config.payments.terms
        for worker in self.workers:
            if site.chance.random() < 0.7:
                found = await site.look(payouts.standing, now, worker.person, terms)
                if found is not None and found.obstacle is None and found.open is None:
                    wanted = found.wanted
                    await site.do(payouts.ask, now, worker.person, wanted.gross, wanted.net, terms)

    def by_batch(self) -> dict[tuple[PersonId, BatchId], int]:
        """How many answers of whom were taken in which batch."""
        found: dict[tuple[PersonId, BatchId], int] = defaultdict(int)
        for worker in self.workers:
            for batch, _ in worker.accepted.values():
                found[worker.person, batch] += 1
        return found


def is_stored(site: Site, shown: Shown) -> bool:
    """Whether a tap whose answer a crash has swallowed was stored."""
    sql = "SELECT 1 FROM answer WHERE assignment_id = ? AND revision = ? AND labels IS NOT NULL"
    return bool(read(site, sql, shown.assignment, shown.revision))


def read(site: Site, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What stands in the tables, read past the services."""
    with closing(sqlite3.connect(f"file:{site.path}?mode=ro", uri=True)) as connection:
        return connection.execute(sql, values).fetchall()
