"""Slices under load and in any order: never a slot too many, never one lost, and a cut that holds nobody up."""

from collections import Counter
from pathlib import Path
from random import Random
from time import thread_time

import pytest
from desk import Desk
from reminded import MORNING, SEOUL, opted_in, reseed, send, tick, unshown

from rules.model import HOUR, MINUTE, BatchId, Instant, PersonId
from rules.refusals import Refusal
from rules.settings import Overlap
from services import inviting, offering, paging, preferring, reaching, reminding, slicing, steering, undoing, working
from services.dealing import Shown, newest_answer
from services.inviting import Round
from services.working import Reason
from storage import Tx
from storage.checks import violations

PEOPLE, TASKS = 300, 5_000
MOST_SECONDS = 1.0
"""Of the database thread's own time: five times what it takes where little else runs."""


async def test_a_large_batch_is_cut_for_everybody_at_once_and_soon(desk: Desk, tmp_path: Path) -> None:
    desk.now = MORNING
    batch = await desk.batch([f"text {number}" for number in range(TASKS)])
    people = await opted_in(desk, PEOPLE)
    reseed(tmp_path / "desk.db", people[:0])

    def timed(tx: Tx) -> tuple[Round, float]:
        began = thread_time()
        made = inviting.invite(tx, desk.now, batch, SEOUL)
        return made, thread_time() - began

    made, seconds = await desk.do(timed)

    waiting = unshown(tmp_path / "desk.db")
    assert PEOPLE == made.told + made.held_out
    assert {TASKS // PEOPLE} == set(waiting.values())
    assert (made.told, made.slots) == (len(waiting), sum(waiting.values()))
    assert seconds < MOST_SECONDS
    assert [] == await desk.do(violations)


class Bustle:
    """Workers, their coordinator and the clock, each doing something by chance."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.dice = desk, Random(seed)
        self.batches: list[BatchId] = []
        self.workers: list[PersonId] = []
        self.cards: dict[PersonId, Shown] = {}
        self.done = Counter[str]()

    async def step(self) -> None:
        does = self.dice.choice(
            [self.begin] * 3 + [self.answer] * 8 + [self.leave, self.stop, self.undo, self.widen, self.wait, self.wait]
            + [self.remind] * 3 + [self.keep, self.give_up, self.lose, self.close, self.post]
        )  # fmt: skip
        worker, batch = self.dice.choice(self.workers), self.dice.choice(self.batches)
        try:
            await does(worker, batch)
        except Refusal as refusal:
            self.done[f"refused {refusal.key}"] += 1
        else:
            self.done[does.__name__] += 1

    def see(self, worker: PersonId, then: object) -> None:
        if isinstance(then, Shown):
            self.cards[worker] = then

    async def begin(self, worker: PersonId, batch: BatchId) -> None:
        self.see(worker, await self.desk.do(offering.begin, self.desk.now, worker, batch))

    async def answer(self, worker: PersonId, _batch: BatchId) -> None:
        if (card := self.cards.get(worker)) is not None:
            outcome = await self.desk.tap(worker, card, self.dice.randrange(2))
            self.see(worker, outcome.then)

    async def leave(self, worker: PersonId, _batch: BatchId) -> None:
        if (card := self.cards.get(worker)) is None:
            return
        tapped = (self.desk.now, worker, card.assignment, card.revision)
        if self.dice.random() < 0.5:
            outcome = await self.desk.do(working.skip, *tapped)
        else:
            outcome = await self.desk.do(working.report, *tapped, Reason.OTHER)
        self.see(worker, outcome.then)

    async def stop(self, worker: PersonId, batch: BatchId) -> None:
        await self.desk.do(working.stop, self.desk.now, worker, batch)

    async def undo(self, worker: PersonId, batch: BatchId) -> None:
        newest = await self.desk.do(newest_answer, worker, batch)
        self.see(worker, (await self.desk.do(undoing.undo, self.desk.now, worker, batch, newest)).then)

    async def widen(self, worker: PersonId, _batch: BatchId) -> None:
        if (card := self.cards.get(worker)) is not None:
            await self.desk.do(paging.widen, self.desk.now, worker, card, 4)

    async def wait(self, _worker: PersonId, _batch: BatchId) -> None:
        self.desk.wait(self.dice.choice([MINUTE, MINUTE, 11 * MINUTE, HOUR, 100 * MINUTE, 14 * HOUR]))
        await tick(self.desk)

    async def remind(self, worker: PersonId, batch: BatchId) -> None:
        """Everybody who may be told is told, or would have been, had the message not got lost or failed."""
        await self.desk.do(preferring.opt_in, self.desk.now, worker)
        await self.desk.do(inviting.invite, self.desk.now, batch, SEOUL)
        await send(self.desk, self.dice.choice(["sent", "sent", "unknown", "failed"]))
        await self.desk.do(reminding.settle, self.desk.now, 50)

    async def keep(self, worker: PersonId, batch: BatchId) -> None:
        await self.desk.do(slicing.extend, self.desk.now, worker, await self.own(worker, batch))

    async def give_up(self, worker: PersonId, batch: BatchId) -> None:
        await self.desk.do(slicing.give_up, self.desk.now, worker, await self.own(worker, batch))

    async def own(self, worker: PersonId, batch: BatchId) -> int:
        row = await self.desk.do(lambda tx: tx.one("slices.left", worker=worker, batch=batch))
        if row is None:
            raise Refusal("remind.slice_over")
        number: int = row["id"]
        return number

    async def lose(self, worker: PersonId, _batch: BatchId) -> None:
        """A worker blocks the bot, and comes back."""
        row = await self.desk.do(lambda tx: tx.one("people.find", person=worker))
        assert row is not None
        await self.desk.do(reaching.lose, self.desk.now, row["telegram_id"])
        await self.desk.do(lambda tx: tx.run("people.reachable", telegram=row["telegram_id"], reachable=1))

    async def close(self, _worker: PersonId, batch: BatchId) -> None:
        if self.dice.random() < 0.1:
            await self.desk.do(steering.close, self.desk.now, self.desk.coordinator, batch)

    async def post(self, _worker: PersonId, _batch: BatchId) -> None:
        if len(self.batches) < 9:
            overlap = self.dice.choice([Overlap(1, 1), Overlap(2, 3), Overlap(3, 3)])
            gold = [(f"known {number}", "positive") for number in range(2)]
            texts = [f"{len(self.batches)} {number}" for number in range(self.dice.choice([12, 40, 60]))]
            self.batches.append(await self.desk.batch(texts, gold=gold, overlap=overlap))


@pytest.mark.parametrize("seed", range(6))
async def test_slots_add_up_whatever_happens_to_slices(desk: Desk, seed: int) -> None:
    desk.now = Instant(MORNING)
    bustle = Bustle(desk, seed)
    bustle.workers = await opted_in(desk, 6)
    await bustle.post(bustle.workers[0], BatchId(0))

    for number in range(240):
        await bustle.step()
        if number % 12 == 0:
            assert [] == await desk.do(violations), (number, bustle.done)

    assert [] == await desk.do(violations)
    assert bustle.done["answer"] > 20
    assert bustle.done["remind"] > 10
