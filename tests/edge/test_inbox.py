"""The inbox: what is stored is handled once and in order, whatever happens meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from world import START, HandClock

from bot.inbox import Arrived, Inbox, number_of, sender_of
from bot.secret import Secret
from services import people, receiving
from services.receiving import ATTEMPTS
from storage import Database, Tx, open_database

Handle = Callable[[Arrived], Awaitable[None]]
MINA, JUN = 11, 12


def update(number: int, sender: int = MINA, **more: object) -> dict[str, Any]:
    return {"update_id": number, "message": {"from": {"id": sender}, **more}}


class Desk:
    """An inbox over a real database, and what its handler was given."""

    def __init__(self, db: Database, patience: float = 5.0) -> None:
        self.db = db
        self.handled: list[int] = []
        self.act: Handle | None = None
        self.inbox = Inbox(db, HandClock(), Secret(b"key"), self.handle, patience, pause=0.01)

    async def handle(self, arrived: Arrived) -> None:
        if self.act is not None:
            await self.act(arrived)
        self.handled.append(arrived.update["update_id"])

    async def unfinished(self) -> list[int]:
        return [received.update_id for received in await self.db.run(receiving.unfinished)]

    async def alerts(self) -> list[str]:
        names = ("alert.set_aside", "alert.unreadable")
        return await self.db.run(lambda tx: [name for name in names if tx.one("moments.last", name=f"alert:{name}")])


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    db = await open_database(f"sqlite:///{tmp_path / 'inbox.db'}")
    yield db
    await db.close()


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db)


async def test_what_came_is_handled_once_however_often_it_comes(desk: Desk) -> None:
    for _ in range(3):
        await desk.inbox.take_in([update(1), update(2)])
    await desk.inbox.idle()
    assert [1, 2] == desk.handled
    assert [] == await desk.unfinished()


async def test_each_person_s_updates_keep_their_order_while_others_go_on(desk: Desk) -> None:
    gate = asyncio.Event()

    async def act(arrived: Arrived) -> None:
        if arrived.update["update_id"] == 1:
            await gate.wait()

    desk.act = act
    await desk.inbox.take_in([update(1), update(2), update(3, JUN), update(4, JUN)])
    for _ in range(100):
        await asyncio.sleep(0.01)
        if len(desk.handled) == 2:
            break
    assert [3, 4] == desk.handled
    gate.set()
    await desk.inbox.idle()
    assert [3, 4, 1, 2] == desk.handled


async def test_numbers_that_begin_anew_do_not_change_the_order(desk: Desk) -> None:
    await desk.inbox.take_in([update(900)])
    await desk.inbox.take_in([update(5)])
    await desk.inbox.idle()
    assert [900, 5] == desk.handled


async def test_what_a_stopped_bot_left_is_handled_by_the_next_one_in_order(db: Database) -> None:
    first = Desk(db)
    first.act = lambda _: asyncio.sleep(60)
    await first.inbox.take_in([update(7), update(3), update(8)])
    await first.inbox.stop(0)
    second = Desk(db)
    assert 3 == await second.inbox.replay()
    await second.inbox.idle()
    assert ([], [7, 3, 8]) == (first.handled, second.handled)
    assert 0 == await Desk(db).inbox.replay()


async def test_an_effect_and_its_update_are_one_transaction(db: Database) -> None:
    """A bot that dies right after the commit has nothing to repeat."""
    first, done = Desk(db), asyncio.Event()

    async def act(arrived: Arrived) -> None:
        _, arrived.is_done = await db.run(
            receiving.finishing, arrived.seq, lambda tx: tx.run("moments.note", name="effect", now=START)
        )
        done.set()
        await asyncio.sleep(60)

    first.act = act
    await first.inbox.take_in([update(1)])
    await asyncio.wait_for(done.wait(), 30)
    await first.inbox.stop(0)
    assert 0 == await Desk(db).inbox.replay()


async def test_a_unit_that_changes_nothing_leaves_its_update_open(db: Database) -> None:
    received = await db.run(receiving.take_in, HandClock().now(), [(1, "{}")])
    seq = received[0].seq
    assert (None, False) == await db.run(receiving.finishing, seq, lambda tx: people.find(tx, MINA))
    assert (0, False) == await db.run(
        receiving.finishing, seq, lambda tx: tx.run("people.reachable", telegram=MINA, reachable=1)
    )
    assert [1] == [left.update_id for left in await db.run(receiving.unfinished)]
    assert (1, True) == await db.run(
        receiving.finishing, seq, lambda tx: tx.run("moments.note", name="effect", now=START)
    )
    assert [] == await db.run(receiving.unfinished)


async def test_a_unit_that_fails_leaves_its_update_open(db: Database) -> None:
    received = await db.run(receiving.take_in, HandClock().now(), [(1, "{}")])

    def fail(tx: Tx) -> None:
        tx.run("moments.note", name="effect", now=START)
        raise LookupError("no")

    with pytest.raises(LookupError):
        await db.run(receiving.finishing, received[0].seq, fail)
    assert [1] == [left.update_id for left in await db.run(receiving.unfinished)]
    assert await db.run(lambda tx: tx.one("moments.last", name="effect")) is None


@pytest.mark.parametrize("end", [ZeroDivisionError, asyncio.CancelledError])
async def test_what_fails_three_times_is_set_aside_and_the_next_ones_go_on(
    desk: Desk, end: type[BaseException]
) -> None:
    attempts = []

    async def act(arrived: Arrived) -> None:
        if arrived.update["update_id"] == 1:
            attempts.append(1)
            raise end

    desk.act = act
    await desk.inbox.take_in([update(1), update(2)])
    await desk.inbox.idle()
    assert ATTEMPTS == len(attempts)
    assert [2] == desk.handled
    assert [] == await desk.unfinished()
    assert ["alert.set_aside"] == await desk.alerts()


async def test_a_handler_that_never_ends_is_cut_off(db: Database) -> None:
    desk = Desk(db, patience=0.02)
    desk.act = lambda arrived: asyncio.sleep(60 if arrived.update["update_id"] == 1 else 0)
    await desk.inbox.take_in([update(1), update(2)])
    await desk.inbox.idle()
    assert [2] == desk.handled
    assert ["alert.set_aside"] == await desk.alerts()


async def test_a_handler_that_is_cut_off_after_its_commit_is_not_repeated(db: Database) -> None:
    desk = Desk(db, patience=0.1)
    attempts = []

    async def act(arrived: Arrived) -> None:
        attempts.append(1)
        _, arrived.is_done = await db.run(
            receiving.finishing, arrived.seq, lambda tx: tx.run("moments.note", name="effect", now=START)
        )
        await asyncio.sleep(60)

    desk.act = act
    await desk.inbox.take_in([update(1)])
    await desk.inbox.idle()
    assert 1 == len(attempts)
    assert [] == await desk.alerts()


async def test_an_update_that_kills_the_process_is_set_aside_at_the_third_start(db: Database) -> None:
    for _ in range(ATTEMPTS):
        dying = Desk(db)
        dying.act = lambda _: asyncio.sleep(60)
        again = bool(await dying.unfinished())
        going = asyncio.ensure_future(dying.inbox.replay() if again else dying.inbox.take_in([update(1)]))
        await asyncio.wait({going}, timeout=0.05)
        going.cancel()
        await dying.inbox.stop(0)
    last = Desk(db)
    assert 1 == await last.inbox.replay()
    await last.inbox.idle()
    assert [] == last.handled
    assert ["alert.set_aside"] == await last.alerts()


async def test_what_is_no_update_is_left_out_and_told(desk: Desk) -> None:
    odd: list[object] = [None, "x", [], {}, {"update_id": "1"}, {"update_id": True}, {"update_id": -1}]
    await desk.inbox.take_in([*odd, {"update_id": 2**63}, update(1)])
    await desk.inbox.idle()
    assert [1] == desk.handled
    assert ["alert.unreadable"] == await desk.alerts()


async def test_characters_that_no_database_takes_are_kept(desk: Desk) -> None:
    said = []

    async def act(arrived: Arrived) -> None:
        said.append(arrived.update["message"]["text"])

    desk.act = act
    await desk.inbox.take_in([update(1, text="\ud83d half a smile, \x00 nothing, 안녕")])
    await desk.inbox.idle()
    assert ["\ud83d half a smile, \x00 nothing, 안녕"] == said


async def test_at_most_64_are_handled_at_once(desk: Desk) -> None:
    at_once = [0, 0]

    async def act(_: Arrived) -> None:
        at_once[0] += 1
        at_once[1] = max(at_once)
        await asyncio.sleep(0.01)
        at_once[0] -= 1

    desk.act = act
    await desk.inbox.take_in([update(number, sender=number) for number in range(200)])
    await desk.inbox.idle()
    assert (200, 64) == (len(desk.handled), at_once[1])


async def test_a_database_that_fails_for_a_while_loses_nothing(tmp_path: Path) -> None:
    db = await open_database(f"sqlite:///{tmp_path / 'failing.db'}")
    failing = Failing(db)
    desk = Desk(failing)
    await desk.inbox.take_in([update(1)])
    failing.left = 2
    await desk.inbox.idle()
    assert [1] == desk.handled
    assert [] == await db.run(receiving.unfinished)
    await db.close()


class Failing:
    """A database whose next `left` units find the disk full."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.left = 0

    async def run(self, unit: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if self.left:
            self.left -= 1
            raise OSError(28, "No space left on device")
        return await self._db.run(unit, *args, **kwargs)

    async def read(self, unit: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return await self._db.read(unit, *args, **kwargs)

    async def close(self) -> None:
        await self._db.close()


def test_who_an_update_is_from() -> None:
    assert MINA == sender_of(update(1))
    assert MINA == sender_of({"callback_query": {"from": {"id": MINA}}})
    odd: list[dict[str, Any]] = [{}, {"message": 5}, {"message": {"from": "x"}}, {"message": {"from": {"id": "x"}}}]
    assert [0, 0, 0, 0] == [sender_of(each) for each in odd]
    assert (7, None) == (number_of({"update_id": 7}), number_of(7))
