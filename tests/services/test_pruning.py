"""What people were told long ago goes a little at a time, but for what could still be told again."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from desk import Desk
from reminded import MORNING, SEOUL, due, invite, opted_in, reseed, send, tick, unshown

from rules.model import DAY, PersonId
from rules.refusals import Refusal
from services import inviting, notices, pruning, reaching, reminding, slicing
from services.people import reached
from services.pruning import KEPT
from storage import Tx
from storage.checks import violations

LONG = KEPT + DAY


def queue(tx: Tx, desk: Desk, key: str, person: PersonId) -> bool:
    """Whether a message is new."""
    kind = key.split(":")[0]
    return bool(tx.run("outbox.queue", key=key, person=person, kind=kind, blanks="{}", now=desk.now))


async def done(desk: Desk, key: str, state: str) -> None:
    """A message that is over."""
    await desk.do(queue, desk, key, desk.coordinator)
    newest = (await desk.do(notices.due, desk.now, 1_000))[-1]
    await desk.do(notices.mark, newest.id, state, desk.now)


async def prune(desk: Desk) -> tuple[int, ...]:
    """How many reminders, slices, digests and messages have gone."""
    units = (pruning.reminders, pruning.slices, pruning.digests, pruning.messages)
    return tuple([await desk.do(unit, desk.now, 1_000) for unit in units])


def keys(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [key for (key,) in connection.execute("SELECT dedupe_key FROM outbox ORDER BY id")]


async def test_messages_that_are_told_once_for_good_stay_and_are_not_told_again(desk: Desk, tmp_path: Path) -> None:
    for key, state in (
        ("short:1:1", "sent"), ("forgetting:1:1", "sent"), ("paid:1", "sent"), ("bonus:1", "failed"),
        ("paid:2", "unknown"),
    ):  # fmt: skip
        await done(desk, key, state)
    await desk.do(queue, desk, "paid:3", desk.coordinator)
    await done(desk, "paid:4", "sent")

    assert (0, 0, 0, 0) == await prune(desk)
    desk.wait(LONG)
    assert 3 == (await prune(desk))[-1]

    left = ["short:1:1", "forgetting:1:1", "paid:3", "paid:4"]
    assert left == keys(tmp_path / "desk.db")
    assert [False] * 4 == [await desk.do(queue, desk, key, desk.coordinator) for key in left]


async def test_it_is_done_some_at_a_time(desk: Desk, tmp_path: Path) -> None:
    for number in range(8):
        await done(desk, f"paid:{number}", "sent")
    desk.wait(LONG)

    assert [3, 3, 1, 0] == [await desk.do(pruning.messages, desk.now, 3) for _ in range(4)]
    assert ["paid:7"] == keys(tmp_path / "desk.db")


async def test_numbers_are_never_given_twice_so_that_old_buttons_mean_nothing_else(desk: Desk, tmp_path: Path) -> None:
    desk.now = MORNING
    path = tmp_path / "desk.db"
    first, second = await desk.batch([f"text {number}" for number in range(40)]), await desk.batch(["one"])
    [mina] = await opted_in(desk, 1)
    reseed(path, [mina])
    await invite(desk, first)
    await invite(desk, second)
    await send(desk)
    desk.wait(LONG)
    await desk.do(slicing.end_due, desk.now)
    desk.wait(LONG)
    await done(desk, "paid:1", "sent")
    await prune(desk)

    assert [True, False] == [key.startswith("reminder:") for key in keys(path)]
    with closing(sqlite3.connect(path)) as connection:
        [(kept,)] = connection.execute("SELECT id FROM slice").fetchall()
    assert 2 == kept
    with pytest.raises(Refusal, match="slice_over"):
        await desk.do(slicing.extend, desk.now, mina, 1)


async def test_who_was_told_of_a_batch_long_ago_may_be_told_again(desk: Desk, tmp_path: Path) -> None:
    desk.now = MORNING
    path = tmp_path / "desk.db"
    batch = await desk.batch([f"text {number}" for number in range(40)])
    mina, jun = await opted_in(desk, 2)
    reseed(path, [mina], [jun])
    assert [mina] == list(await tick(desk))
    before = await desk.do(inviting.effect, batch)
    desk.wait(LONG)
    await desk.do(slicing.end_due, desk.now)
    desk.wait(LONG)
    other = await desk.batch(["one"])
    await desk.do(slicing.cut, desk.now, {"id": other, "price": 1}, await desk.worker(), 1, 0)

    assert 1 == (await prune(desk))[1]
    assert before == await desk.do(inviting.effect, batch)
    reseed(path, [mina], [jun])
    assert mina in await tick(desk)
    assert {mina: 20} == {worker: tasks for worker, tasks in unshown(path).items() if worker in (mina, jun)}
    assert [] == await desk.do(violations)


async def test_what_is_still_to_be_said_keeps_what_it_tells_of(desk: Desk, tmp_path: Path) -> None:
    """Whoever could not be reached for half a year hears nothing wrong when they are back."""
    desk.now = MORNING
    batch = await desk.batch([f"text {number}" for number in range(40)])
    mina, jun = await opted_in(desk, 2)
    reseed(tmp_path / "desk.db", [mina, jun])
    await invite(desk, batch)
    await desk.do(reminding.gather, desk.now, 50, SEOUL)
    [notice] = [each for each in await due(desk) if each.person == mina]
    await desk.do(reaching.lose, desk.now, notice.telegram_id)
    desk.wait(2 * LONG)

    await prune(desk)

    await desk.do(reached, notice.telegram_id, is_reachable=True)
    assert notice.id in [each.id for each in await due(desk)]
    assert () == (await desk.do(reminding.opened, desk.now, mina, notice.id, SEOUL)).lines
    assert [] == await desk.do(violations)
