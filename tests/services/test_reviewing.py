"""Which answers a reviewer sees first: doubt follows the votes, whatever is done to them."""

from collections.abc import AsyncIterator

import pytest
from desk import Desk
from seconded import second

from rules.model import AnswerId, BatchId, Instant, PersonId, TaskId
from rules.settings import Overlap
from services import appealing, rejecting, reviewing, settling, steering, undoing, working
from services.dealing import newest_answer
from services.working import Reason
from storage import Tx
from storage.checks import violations


@pytest.fixture(autouse=True)
async def sound(desk: Desk) -> AsyncIterator[None]:
    """Whatever a test does, every doubt is what the votes say."""
    yield
    assert [] == await desk.do(violations)


async def disputed(desk: Desk, *choices: int, most: int = 3) -> tuple[BatchId, list[PersonId]]:
    """A batch of one task, and those who have answered it so."""
    batch = await desk.batch(("one",), overlap=Overlap(len(choices), most), guide="Irony is negative")
    workers = await desk.workers(len(choices))
    for worker, choice in zip(workers, choices, strict=True):
        await desk.tap(worker, await desk.begin(worker, batch), choice)
    return batch, workers


async def walked(desk: Desk, batch: BatchId) -> list[tuple[int, int]]:
    """All answers as a reviewer sees them one after the other, with their doubts."""
    found: list[tuple[int, int]] = []
    doubt, after = reviewing.FIRST, AnswerId(0)
    while (
        seen := await desk.db.read(reviewing.following, desk.now, desk.coordinator, batch, doubt, after)
    ) is not None:
        doubt, after = seen.doubt, seen.item.answer
        found.append((after, doubt))
    return found


async def doubtful(desk: Desk) -> list[tuple[int, int]]:
    """What the list of batches says: answers, and how many of them are doubtful."""
    found = await desk.db.read(reviewing.overview, desk.now, desk.coordinator)
    return [(each.answers, each.doubtful) for each in found.batches]


def gold_next(tx: Tx, now: Instant, worker: PersonId, batch: BatchId) -> None:
    """The first task that a worker is dealt is a gold one."""
    tx.run("batches.begin_progress", batch=batch, worker=worker, gap=0, now=now)


async def test_those_whom_most_others_contradict_come_first_and_each_comes_once(desk: Desk) -> None:
    batch, _ = await disputed(desk, 0, 1, 0)
    assert [(2, 2), (1, 0), (3, 0)] == await walked(desk, batch)
    assert [(3, 1)] == await doubtful(desk)


async def test_what_all_say_is_less_doubtful_than_what_one_says_alone(desk: Desk) -> None:
    agreed, _ = await disputed(desk, 0, 0)
    alone, _ = await disputed(desk, 0)
    assert ([(1, -1), (2, -1)], [(3, 0)]) == (await walked(desk, agreed), await walked(desk, alone))


async def test_only_the_most_frequent_other_labels_count_against_an_answer(desk: Desk) -> None:
    batch = await desk.batch(("one",), choices=("a", "b", "c"), overlap=Overlap(4, 4))
    for worker, choice in zip(await desk.workers(4), (0, 1, 2, 2), strict=True):
        await desk.tap(worker, await desk.begin(worker, batch), choice)
    assert [(1, 2), (2, 2), (3, 0), (4, 0)] == await walked(desk, batch)


async def test_an_undone_answer_speaks_against_nobody(desk: Desk) -> None:
    batch, workers = await disputed(desk, 0, 1, 0)
    newest = await desk.do(newest_answer, workers[1], batch)
    await desk.do(undoing.undo, desk.now, workers[1], batch, newest)
    assert [(1, -1), (3, -1)] == await walked(desk, batch)
    await desk.tap(workers[1], await desk.begin(workers[1], batch), 0)
    assert [(1, -2), (3, -2), (4, -2)] == await walked(desk, batch)


async def test_a_rejected_answer_speaks_against_nobody_until_its_worker_is_right(desk: Desk) -> None:
    batch, workers = await disputed(desk, 0, 1, 0)
    made = await desk.do(rejecting.reject, desk.now, desk.coordinator, AnswerId(2), 0, 1)
    await desk.do(second, desk.now)
    assert [(1, -1), (3, -1)] == await walked(desk, batch)
    await desk.do(appealing.appeal, desk.now, workers[1], made.rejection, None)
    await desk.do(appealing.uphold, desk.now, desk.coordinator, made.rejection)
    assert [(1, 0), (3, 0)] == await walked(desk, batch)
    assert [(2, 0)] == await doubtful(desk)


async def test_what_is_rejected_or_proposed_to_be_is_not_looked_at_again(desk: Desk) -> None:
    batch, mina = await desk.batch([str(n) for n in range(11)], guide="Irony is negative"), await desk.worker()
    for _ in range(11):
        await desk.tap(mina, await desk.begin(mina, batch))
    for answer, is_proposed in ((1, False), (2, True)):
        made = await desk.do(rejecting.reject, desk.now, desk.coordinator, AnswerId(answer), 0, 2)
        assert is_proposed == made.is_proposed
    left = [(answer, 0) for answer in range(3, 12)]
    assert (left, [(9, 0)]) == (await walked(desk, batch), await doubtful(desk))


async def test_answers_to_a_task_that_was_taken_out_are_not_looked_at(desk: Desk) -> None:
    batch = await desk.batch(("one",), overlap=Overlap(3, 3))
    mina, jun, ara = await desk.workers(3)
    await desk.tap(mina, await desk.begin(mina, batch))
    for worker in (jun, ara):
        card = await desk.begin(worker, batch)
        await desk.do(working.report, desk.now, worker, card.assignment, card.revision, Reason.OTHER)
    assert ([(1, 0)], [(1, 0)]) == (await walked(desk, batch), await doubtful(desk))
    await desk.do(steering.judge, desk.now, desk.coordinator, batch, TaskId(1), keep=False)
    assert ([], []) == (await walked(desk, batch), await doubtful(desk))


async def test_settled_answers_still_speak_against_the_others(desk: Desk) -> None:
    batch = await desk.batch(("one",), overlap=Overlap(3, 3))
    mina, jun, ara = await desk.workers(3)
    for worker in (mina, jun):
        await desk.tap(worker, await desk.begin(worker, batch), 0)
    desk.wait(80 * 3_600_000)
    assert 1 == await desk.do(settling.settle, desk.now, mina)
    await desk.tap(ara, await desk.begin(ara, batch), 1)
    assert [(3, 2)] == await walked(desk, batch)


async def test_gold_alone_decides_about_its_answers(desk: Desk) -> None:
    texts = [str(number) for number in range(30)]
    batch = await desk.batch(texts, gold=(("known", "positive"),), overlap=Overlap(3, 3), guide="Irony is negative")
    workers = await desk.workers(4)
    for worker, choice in zip(workers, (1, 1, 0, 0), strict=True):
        await desk.do(gold_next, desk.now, worker, batch)
        await desk.tap(worker, await desk.begin(worker, batch), choice)
    assert [(1, 1000), (2, 1000), (3, 0), (4, 0)] == await walked(desk, batch)
    await desk.do(undoing.undo, desk.now, workers[3], batch, 4)
    assert [(1, 1000), (2, 1000), (3, 0)] == await walked(desk, batch)
    await desk.do(rejecting.reject, desk.now, desk.coordinator, AnswerId(1), 0, 1)
    assert [(2, 1000), (3, 0)] == await walked(desk, batch)
