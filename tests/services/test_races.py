"""Many people at once through the real database: never more answers than wanted, and never one that is paid twice."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random, SystemRandom

import pytest
from desk import PRICE, Desk
from hypothesis import given
from hypothesis import strategies as some
from machine import IS_LONG, Terms, effort, published

from rules import ledger
from rules.model import DAY, MINUTE, AssignmentId, BatchId, Kind, Micros, PersonId, TaskId
from rules.refusals import Refusal
from rules.settings import Overlap
from services import expiring, offering, steering, undoing, working
from services.dealing import Shown
from services.working import Outcome, Recorded, Stale, Summary
from storage import Tx
from storage.checks import violations
from storage.ledger import balance

CROWD = 12
ROUNDS = 10_000 if IS_LONG else 150
TAPS = 10_000 if IS_LONG else 400


@pytest.fixture
def chance() -> Iterator[Random]:
    seed = int(os.environ.get("SEED", SystemRandom().getrandbits(32)))
    print(f"SEED={seed} repeats this")
    yield Random(seed)


async def post(desk: Desk, tasks: int, overlap: Overlap, price: Micros = PRICE) -> BatchId:
    terms = Terms(tasks, 0, Kind.SINGLE, overlap, price, 10 * MINUTE, 950_000, "")
    return await desk.do(published, desk.now, desk.coordinator, "race", terms)


def standing(tx: Tx, batch: BatchId) -> list[tuple[PersonId, str]]:
    """Who has answered which task of a batch, by its reference."""
    rows = tx.all("exports.answers", batch=batch, after=0, upto=2**53, limit=100_000)
    return [(row["worker_id"], row["reference"]) for row in rows if row["labels"] is not None]


def answered(tx: Tx, batch: BatchId) -> Counter[TaskId]:
    """How many answers each task of a batch has that count."""
    rows = tx.all("exports.votes", batch=batch, after=0, upto=2**53)
    return Counter(row["task_id"] for row in rows)


def holders(tx: Tx, batch: BatchId, crowd: Sequence[PersonId]) -> dict[PersonId, tuple[AssignmentId, int]]:
    """Who holds a task of a batch now: with what assignment, in which revision."""
    held = {worker: tx.one("assignments.held", worker=worker, batch=batch) for worker in crowd}
    return {worker: (row["id"], row["revision"]) for worker, row in held.items() if row is not None}


def pending(tx: Tx, workers: Sequence[PersonId]) -> list[int]:
    return [balance(tx, ledger.pending(worker)) for worker in workers]


def worth(tx: Tx, workers: Sequence[PersonId]) -> list[int]:
    """What the standing answers of each worker come to."""
    rows = [tx.one("earnings.between", worker=worker, begins=0, ends=2**53) for worker in workers]
    return [row["amount"] for row in rows if row is not None]


async def ask(desk: Desk, chance: Random, crowd: Sequence[PersonId], batch: BatchId) -> dict[PersonId, bool]:
    """Everybody asks for work twice at once, and a few hang up before they hear; who was given a task, and who not."""
    asking = [*crowd, *crowd]
    chance.shuffle(asking)
    calls = [asyncio.create_task(desk.do(offering.begin, desk.now, worker, batch)) for worker in asking]
    await asyncio.sleep(0)
    for call in chance.sample(calls, 4):
        call.cancel()
    heard = await asyncio.gather(*calls, return_exceptions=True)
    screens = {}
    for worker, then in zip(asking, heard, strict=True):
        if not isinstance(then, asyncio.CancelledError):
            assert isinstance(then, Shown | Summary)
            screens[worker] = isinstance(then, Shown)
    return screens


async def test_twelve_race_for_the_last_slots_and_no_more_than_the_overlap_get_one(desk: Desk, chance: Random) -> None:
    crowd, given = await desk.workers(CROWD), 0
    for _ in range(ROUNDS):
        tasks, overlap = chance.randint(1, 2), chance.randint(1, 4)
        batch = await post(desk, tasks, Overlap(overlap, overlap))

        told = await ask(desk, chance, crowd, batch)
        held = await desk.do(holders, batch, crowd)
        taps = [(worker, *card, choice) for worker, card in held.items() for choice in chance.choices((0, 1, 2), k=3)]
        chance.shuffle(taps)
        outcomes = await asyncio.gather(*(desk.do(working.answer, desk.now, *tap) for tap in taps))

        assert tasks * overlap == len(held)
        assert {worker: worker in held for worker in told} == told
        assert len(held) == sum(isinstance(outcome, Recorded) for outcome in outcomes)
        assert [overlap] * tasks == list((await desk.do(answered, batch)).values())
        await desk.do(steering.close, desk.now, desk.coordinator, batch)
        given += len(held)

    assert given * PRICE == sum(await desk.do(pending, crowd))
    assert [] == await desk.do(violations)


async def test_a_tap_that_comes_several_times_within_an_instant_is_one_answer(desk: Desk, chance: Random) -> None:
    mina, batch = await desk.worker(), await post(desk, TAPS, Overlap(1, 1))
    then: Shown | Summary = await desk.begin(mina, batch)
    before = None
    while isinstance(then, Shown):
        taps = [(then, choice) for choice in chance.choices((0, 1, 2), k=chance.randint(2, 5))]
        if before is not None:
            taps.insert(chance.randrange(len(taps) + 1), (before, 0))
        outcomes: list[Outcome] = await asyncio.gather(*(desk.tap(mina, card, choice) for card, choice in taps))

        recorded = [outcome for outcome in outcomes if isinstance(outcome, Recorded)]
        assert len(taps) - 1 == sum(isinstance(outcome, Stale) for outcome in outcomes)
        before, then = then, recorded[0].then

    assert TAPS == len({task for _, task in await desk.do(standing, batch)}) == len(await desk.do(standing, batch))
    assert [TAPS * PRICE] == await desk.do(pending, [mina])
    assert [] == await desk.do(violations)


# Any interleaving -----------------------------------------------------------------------------------------------------

taps = some.sampled_from(["begin", "answer", "answer", "again", "undo", "undo", "skip", "stop"])
turns = some.sampled_from(["expire", "close", "pause", "go on", "raise", "night", "wait"])
scripts = some.lists(some.lists(taps, min_size=2, max_size=10), min_size=2, max_size=4)


class Actor:
    """A worker with a thumb: taps on the newest card, or on the one before."""

    def __init__(self, desk: Desk, worker: PersonId, batch: BatchId) -> None:
        self.desk, self.worker, self.batch = desk, worker, batch
        self.cards: list[Shown] = []
        self.last = 0

    async def play(self, script: Sequence[str]) -> None:
        for act in script:
            try:
                await self.tap(act)
            except Refusal:
                await asyncio.sleep(0)

    async def tap(self, act: str) -> None:
        desk, worker, batch = self.desk, self.worker, self.batch
        card = self.cards[-2 if act == "again" and len(self.cards) > 1 else -1] if self.cards else None
        if act == "begin" or card is None:
            self.see(await desk.do(offering.begin, desk.now, worker, batch))
        elif act == "undo":
            self.see((await desk.do(undoing.undo, desk.now, worker, batch, self.last)).then)
        elif act == "stop":
            self.see(await desk.do(working.stop, desk.now, worker, batch))
        elif act == "skip":
            self.see((await desk.do(working.skip, desk.now, worker, card.assignment, card.revision)).then)
        else:
            both = [desk.tap(worker, card, choice) for choice in (0, 1)]
            for outcome in await asyncio.gather(*both):
                self.see(outcome.then)

    @property
    def at_most(self) -> int:
        """What all the tasks that this worker has seen would pay, at the best price that each was shown with."""
        best: dict[AssignmentId, int] = {}
        for card in self.cards:
            best[card.assignment] = max(card.price, best.get(card.assignment, 0))
        return sum(best.values())

    def see(self, then: Shown | Summary) -> None:
        self.last = then.last_answer
        if isinstance(then, Shown):
            self.cards.append(then)


async def coordinate(desk: Desk, batch: BatchId, script: Sequence[str]) -> None:
    """What happens to a batch while people work on it."""
    price = PRICE
    for turn in script:
        try:
            match turn:
                case "expire":
                    desk.wait(11 * MINUTE)
                    await desk.do(expiring.expire, desk.now, 100)
                case "close":
                    await desk.do(steering.close, desk.now, desk.coordinator, batch)
                case "pause" | "go on":
                    await desk.do(steering.pause, desk.coordinator, batch, is_on=turn == "pause")
                case "raise":
                    price = Micros(price + PRICE)
                    await desk.do(steering.reprice, desk.now, desk.coordinator, batch, price)
                case "night":
                    await desk.do(steering.complete_finished, desk.now)
                case _:
                    desk.wait(DAY // 2)
        except Refusal:
            await asyncio.sleep(0)


@effort(short=50, long=1_000)
@given(
    scripts=scripts,
    turns=some.lists(turns, max_size=6),
    tasks=some.integers(1, 2),
    least=some.integers(1, 2),
    most=some.integers(2, 3),
)
async def test_no_interleaving_pays_an_answer_twice_or_goes_beyond_the_overlap(
    desk: Desk, scripts: list[list[str]], turns: list[str], tasks: int, least: int, most: int
) -> None:
    batch = await post(desk, tasks, Overlap(least, most))
    actors = [Actor(desk, worker, batch) for worker in await desk.workers(len(scripts))]

    playing = [actor.play(script) for actor, script in zip(actors, scripts, strict=True)]
    await asyncio.gather(*playing, coordinate(desk, batch, turns))

    crowd = [actor.worker for actor in actors]
    given, paid = await desk.do(standing, batch), await desk.do(pending, crowd)
    assert len(set(given)) == len(given)
    assert max((await desk.do(answered, batch)).values(), default=0) <= most
    assert await desk.do(worth, crowd) == paid
    assert all(amount <= actor.at_most for amount, actor in zip(paid, actors, strict=True))
    assert [] == await desk.do(violations)
    await desk.do(steering.close, desk.now, desk.coordinator, batch)
