"""Who is held back and who never is, and that nothing of what is held gets lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from virtual import VirtualTimer
from world import START, HandClock

from bot.flood import BEHIND, BURST, FEW, MOST, TOO_MANY, Flood, Spared, Update
from bot.inbox import Arrived, Inbox
from bot.secret import Secret
from services import receiving
from storage import Database, open_database

MINA, SORA = 11, 12
MORNING = START // 1000


class Desk:
    """A flood gate, time that is moved by hand, and what was let on later."""

    def __init__(self) -> None:
        self.timer = VirtualTimer()
        self.let_on: list[int] = []
        self.spared: Counter[Spared] = Counter()
        self.late = 0.0
        self.flood = Flood(self.timer, lambda _: self.late, lambda why: self.spared.update([why]))

    def write(self, number: int, text: str | None = None, *, second: int = 0, sender: int = MINA) -> str:
        """What becomes of a message: it goes on now, it is stored and waits, or it is spared."""
        return self.send(said(number, text or f"/help {number}", second), sender)

    def send(self, update: Update, sender: int = MINA) -> str:
        number = update["update_id"]
        if not self.flood.admits(sender, update):
            return "spared"
        return "waits" if self.flood.holds(sender, number, lambda: self.let_on.append(number)) else "now"

    def flood_with(self, count: int, text: str | None = None) -> list[str]:
        return [self.write(number, text) for number in range(count)]


def said(number: int, text: str = "/help", second: int = 0) -> Update:
    return {"update_id": number, "message": {"date": MORNING + second, "text": text}}


def shown(number: int) -> Update:
    return {"update_id": number, "message": {"date": MORNING, "photo": [{"file_id": str(number)}]}}


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    desk.flood.stop()
    await asyncio.sleep(0)


async def test_of_a_flood_the_first_few_go_on_and_the_rest_waits(desk: Desk) -> None:
    assert ["now"] * BURST + ["waits"] * 10 == desk.flood_with(BURST + 10)


async def test_a_bot_that_answers_at_once_is_flooded_all_the_same(desk: Desk) -> None:
    told = []
    for number in range(TOO_MANY + 5):
        told.append(desk.write(number))
        desk.flood.done(MINA, number)

    assert ["now"] * TOO_MANY + ["waits"] * 5 == told


async def test_what_waits_goes_on_in_its_order_once_a_second(desk: Desk) -> None:
    desk.flood_with(BURST + 3)
    seen = []

    for _ in range(4):
        await desk.timer.pass_time(0.99)
        seen.append(list(desk.let_on))
        await desk.timer.pass_time(0.01)

    assert [[], [5], [5, 6], [5, 6, 7]] == seen


async def test_a_command_that_is_repeated_while_it_waits_is_answered_once(desk: Desk) -> None:
    assert ["now"] * BURST + ["waits"] + ["spared"] * 94 == desk.flood_with(100, "/help")

    await desk.timer.pass_time(200)

    assert [BURST] == desk.let_on
    assert {Spared.REPEATED: 94} == desk.spared


async def test_commands_that_come_by_turns_keep_their_order(desk: Desk) -> None:
    desk.flood_with(BURST)
    told = [desk.write(10 + number, text) for number, text in enumerate(["/pause", "/resume", "/resume", "/pause"])]

    await desk.timer.pass_time(200)

    assert ["waits", "waits", "spared", "waits"] == told
    assert [10, 11, 13] == desk.let_on


async def test_typed_words_may_repeat_those_before_them(desk: Desk) -> None:
    """Two questions may have the same answer."""
    assert ["now"] * BURST + ["waits"] * 3 == desk.flood_with(BURST + 3, "20")


async def test_where_many_wait_nothing_that_waits_already_is_taken_again(desk: Desk) -> None:
    desk.flood_with(BURST)
    told = [desk.write(100 + number, f"/help {number % 2}") for number in range(FEW + 10)]

    assert ["waits"] * FEW + ["spared"] * 10 == told
    assert "waits" == desk.write(200, "/work")


async def test_not_more_than_a_few_hundred_wait(desk: Desk) -> None:
    told = Counter(desk.flood_with(BURST + MOST + 50))

    assert {"now": BURST, "waits": MOST, "spared": 50} == told
    assert {Spared.TOO_MANY: 50} == desk.spared


async def test_what_was_stored_before_a_stop_waits_whatever_it_is(desk: Desk) -> None:
    admitted = [desk.flood.admits(MINA, said(number), is_stored=True) for number in range(BURST + MOST + 50)]

    assert [True] * (BURST + MOST + 50) == admitted
    assert not desk.spared


async def test_what_waited_at_telegram_for_a_bot_that_was_away_is_no_flood(desk: Desk) -> None:
    """All of it comes at once, but it was not written at once."""
    assert ["now"] * 50 == [desk.write(number, second=2 * number) for number in range(50)]


async def test_what_comes_after_a_flood_is_not_answered_before_it(desk: Desk) -> None:
    desk.flood_with(BURST + 2)

    assert "waits" == desk.write(50, second=3_600)

    await desk.timer.pass_time(10)
    assert [5, 6, 50] == desk.let_on


async def test_who_waits_for_each_answer_is_never_held(desk: Desk) -> None:
    told = []
    for number in range(100):
        told.append(desk.write(number, second=number // TOO_MANY))
        desk.flood.done(MINA, number)

    assert ["now"] * 100 == told


async def test_a_flood_of_one_does_not_hold_another(desk: Desk) -> None:
    desk.flood_with(20)

    assert "now" == desk.write(20, sender=SORA)


async def test_taps_are_never_held(desk: Desk) -> None:
    desk.flood_with(20)

    assert "now" == desk.send({"update_id": 20, "callback_query": {"data": "x"}})


async def test_pictures_and_stickers_are_one_message_to_the_bot(desk: Desk) -> None:
    told = Counter(desk.send(shown(number)) for number in range(800))

    await desk.timer.pass_time(1_000)

    assert {"now": BURST, "waits": 1, "spared": 800 - BURST - 1} == told
    assert [BURST] == desk.let_on


async def test_files_wait_and_no_two_of_them_are_the_same(desk: Desk) -> None:
    message: dict[str, Any] = {"date": MORNING, "document": {"file_id": "x"}, "caption": "price: 20"}

    told = [desk.send({"update_id": number, "message": message}) for number in range(BURST + 3)]

    assert ["now"] * BURST + ["waits"] * 3 == told


async def test_a_few_at_once_every_second_are_nobody_s_business(desk: Desk) -> None:
    assert ["now"] * 30 == [desk.write(number, second=number // BURST) for number in range(30)]


async def test_who_has_flooded_is_answered_once_a_second_even_in_lumps(desk: Desk) -> None:
    """A slow line brings a flood in lumps, with pauses in which nothing waits."""
    now = 0
    for second in range(12):
        for number in range(10):
            number += second * 10
            now += desk.write(number, "/help", second=second) == "now"
            desk.flood.done(MINA, number) if second else None
        await desk.timer.pass_time(1)

    assert 12 <= now + len(desk.let_on) <= BURST + 12 + 1


async def test_after_ten_calm_seconds_all_is_forgiven(desk: Desk) -> None:
    desk.flood_with(BURST + 1)
    await desk.timer.pass_time(5)

    assert ["now"] * BURST == [desk.write(100 + number, second=11) for number in range(BURST)]


async def test_nothing_goes_on_while_the_answers_before_it_have_not_left(desk: Desk) -> None:
    desk.late = BEHIND + 30
    desk.flood_with(BURST + 2)

    await desk.timer.pass_time(29)
    assert [] == desk.let_on
    desk.late = 0.0
    await desk.timer.pass_time(1)
    assert [5] == desk.let_on


async def test_what_could_not_be_stored_does_not_wait(desk: Desk) -> None:
    """It comes again, and takes its place then."""
    desk.flood_with(BURST)
    assert desk.flood.admits(MINA, said(50, "/work"))
    desk.flood.withdraw(MINA, 50)

    assert "waits" == desk.write(50, "/work")


class Failing:
    """A database that stores nothing, once."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.fails = True

    async def run(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
        if self.fails:
            self.fails = False
            raise OSError(28, "No space left on device")
        return await self.db.run(unit, *args, **kwargs)

    async def read(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
        return await self.db.read(unit, *args, **kwargs)

    async def close(self) -> None: ...


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    db = await open_database(f"sqlite:///{tmp_path / 'inbox.db'}")
    yield db
    await db.close()


class Reception:
    """An inbox on a database, in virtual time, and the numbers of what it handled."""

    def __init__(self, db: Database) -> None:
        self.handled: list[int] = []
        self.timer = VirtualTimer()
        self.inbox = Inbox(db, HandClock(), Secret(b"key"), self._handle, timer=self.timer)

    async def _handle(self, arrived: Arrived) -> None:
        self.handled.append(arrived.update["update_id"])

    async def pass_time(self, seconds: float) -> None:
        await self.timer.pass_time(seconds, threads=0.05)


def flood_of(count: int) -> list[Update]:
    return [
        {"update_id": number, "message": {"date": MORNING, "from": {"id": MINA}, "text": f"/help {number}"}}
        for number in range(count)
    ]


async def test_what_is_held_is_stored_before_telegram_hears_and_outlives_a_kill(db: Database) -> None:
    killed = Reception(db)
    await killed.inbox.take_in(flood_of(20))
    await killed.pass_time(0)
    await killed.inbox.stop(0)
    assert list(range(BURST)) == killed.handled
    left = [each.update_id for each in await db.run(receiving.unfinished)]
    assert list(range(BURST, 20)) == left

    next_one = Reception(db)
    assert 15 == await next_one.inbox.replay()
    await next_one.pass_time(0)
    assert list(range(BURST, 2 * BURST)) == next_one.handled, "the flood goes on where it was, no faster"
    await next_one.pass_time(15)
    assert list(range(BURST, 20)) == next_one.handled
    assert [] == await db.run(receiving.unfinished)


async def test_what_comes_a_second_time_is_handled_once_even_while_it_waits(db: Database) -> None:
    reception = Reception(db)
    for _ in range(3):
        await reception.inbox.take_in(flood_of(10))

    await reception.pass_time(15)

    assert list(range(10)) == reception.handled


async def test_a_flood_that_can_t_be_stored_comes_again_and_is_answered(db: Database) -> None:
    reception = Reception(Failing(db))
    with suppress(OSError):
        await reception.inbox.take_in(flood_of(10))
    await reception.inbox.take_in(flood_of(10))

    await reception.pass_time(15)

    assert list(range(10)) == reception.handled
