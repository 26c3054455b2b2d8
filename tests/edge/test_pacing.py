"""The sender's pace, in virtual time. What Telegram would say is said by the sandbox's own flood control."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from telegram.error import BadRequest, NetworkError, RetryAfter
from virtual import VirtualTimer

from bot.pacing import Pacer, Turn
from bot.transport import NotSent
from bot.turns import Lane, Superseded, Turns
from rules.model import DAY, Instant
from sandbox.limits import FloodControl, Limits
from storage import Database, open_database

BOT, MINA, JUN = 1, 100, 200
DAYTIME = Instant(1_790_000_000_000)


class Wall:
    """The time of day, moved with a timer or ahead of it."""

    def __init__(self, timer: VirtualTimer) -> None:
        self._timer = timer
        self.ahead = 0

    def now(self) -> Instant:
        return Instant(DAYTIME + self.ahead + int((self._timer.seconds() - 1000) * 1000))


class Calls:
    """Calls as Telegram sees them: when they came, and those that broke its limits."""

    def __init__(self, timer: VirtualTimer, limits: Limits | None = None) -> None:
        self.timer = timer
        self.made: list[tuple[float, int, str]] = []
        self._flood = FloodControl(limits or Limits(chat_per_minute=20, bot_per_second=30), timer)

    def call(self, chat: int, name: str = "", *, there: float = 0.0, back: float = 0.0) -> Callable[[], Awaitable[str]]:
        """A call that arrives after `there` seconds and whose answer takes `back` more."""

        async def make() -> str:
            if there:
                await self.timer.sleep(there)
            self._flood.charge(BOT, chat)
            self.made.append((self.timer.seconds(), chat, name))
            if back:
                await self.timer.sleep(back)
            return name

        return make

    def times(self, chat: int) -> list[float]:
        return [round(at - 1000, 3) for at, to, _ in self.made if to == chat]

    def names(self, chat: int) -> list[str]:
        return [name for _, to, name in self.made if to == chat]


def refusing(calls: Callable[[], Awaitable[str]], *errors: Exception) -> Callable[[], Awaitable[str]]:
    """A call that fails in these ways before it comes through."""
    left = list(errors)

    async def make() -> str:
        if left:
            raise left.pop(0)
        return await calls()

    return make


@pytest.fixture
def timer() -> VirtualTimer:
    return VirtualTimer()


@pytest.fixture
def calls(timer: VirtualTimer) -> Calls:
    return Calls(timer)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = await open_database(f"sqlite:///{tmp_path / 't.db'}")
    yield database
    await database.close()


@pytest.fixture
async def pacer(db: Database, timer: VirtualTimer) -> AsyncIterator[Pacer]:
    pacer = Pacer(db, Wall(timer), 20, 30, timer)
    yield pacer
    await pacer.close()


def start(pacer: Pacer, call: Callable[[], Awaitable[str]], turn: Turn) -> asyncio.Task[str]:
    return asyncio.create_task(pacer.run(turn, call))


async def test_a_burst_of_five_and_then_one_in_three_seconds(pacer: Pacer, calls: Calls, timer: VirtualTimer) -> None:
    tasks = [start(pacer, calls.call(MINA), Turn(MINA, Lane.REPLY)) for _ in range(10)]

    await timer.pass_time(60)

    await asyncio.gather(*tasks)
    assert [0.0] * 5 + [3.0, 6.0, 9.0, 12.0, 15.0] == calls.times(MINA)


@pytest.mark.parametrize("seed", range(5))
async def test_whatever_the_line_does_telegram_never_complains(
    pacer: Pacer, calls: Calls, timer: VirtualTimer, seed: int
) -> None:
    chance = random.Random(seed)
    tasks = []
    for chat in range(40):
        for number in range(chance.randrange(1, 30)):
            slow = calls.call(chat, str(number), there=chance.random() * 0.4, back=chance.random() * 0.4)
            is_long = chance.random() < 0.1
            tasks.append(start(pacer, slow, Turn(chat, chance.choice(list(Lane)), is_long=is_long)))

    await timer.pass_time(600)

    await asyncio.gather(*tasks)
    assert len(tasks) == len(calls.made)


async def test_calls_to_one_chat_keep_their_order(pacer: Pacer, calls: Calls, timer: VirtualTimer) -> None:
    tasks = [
        start(pacer, calls.call(MINA, str(number), there=0.3 / (number + 1)), Turn(MINA, Lane.TAP))
        for number in range(8)
    ]

    await timer.pass_time(60)

    await asyncio.gather(*tasks)
    assert list("01234567") == calls.names(MINA)


async def test_a_tap_behind_300_reminders_waits_milliseconds(pacer: Pacer, calls: Calls, timer: VirtualTimer) -> None:
    reminders = [start(pacer, calls.call(1000 + each), Turn(1000 + each, Lane.PUSH)) for each in range(300)]
    waits = []
    for chat in range(20):
        await timer.pass_time(0.31)
        tapped = timer.seconds()
        tap = start(pacer, calls.call(chat), Turn(chat, Lane.TAP))
        while not tap.done():
            await timer.pass_time(0.001)
        waits.append(timer.seconds() - tapped)

    assert max(waits) < 0.01
    assert sum(task.done() for task in reminders) < 300
    await timer.pass_time(20)
    await asyncio.gather(*reminders)


async def test_in_one_chat_taps_go_before_replies_and_replies_before_reminders(
    pacer: Pacer, calls: Calls, timer: VirtualTimer
) -> None:
    burst = [start(pacer, calls.call(MINA, "burst"), Turn(MINA, Lane.TAP)) for _ in range(5)]
    await timer.pass_time(0.1)
    later = [start(pacer, calls.call(MINA, lane.name), Turn(MINA, lane)) for lane in (Lane.PUSH, Lane.REPLY, Lane.TAP)]

    await timer.pass_time(60)

    await asyncio.gather(*burst, *later)
    assert ["TAP", "REPLY", "PUSH"] == calls.names(MINA)[5:]


async def test_a_reminder_leaves_two_messages_for_taps(pacer: Pacer, calls: Calls, timer: VirtualTimer) -> None:
    tasks = [start(pacer, calls.call(MINA), Turn(MINA, Lane.PUSH)) for _ in range(5)]

    await timer.pass_time(60)

    await asyncio.gather(*tasks)
    assert [0.0, 0.0, 0.0, 0.0, 3.0] == calls.times(MINA)


async def test_a_chat_that_must_wait_240_seconds_hears_nothing_and_no_other_chat_notices(
    pacer: Pacer, calls: Calls, timer: VirtualTimer
) -> None:
    stopped = start(pacer, refusing(calls.call(MINA, "first"), RetryAfter(240)), Turn(MINA, Lane.TAP))
    await timer.pass_time(0, threads=0.1)
    hers = [start(pacer, calls.call(MINA, f"{number}"), Turn(MINA, Lane.REPLY)) for number in range(3)]
    others = []
    for second in range(240):
        chat = JUN + second
        others.append((second, chat, start(pacer, calls.call(chat), Turn(chat, Lane.TAP))))
        await timer.pass_time(1)

    assert [] == [at for at in calls.times(MINA) if at < 240]
    assert [float(second) for second, _, _ in others] == [calls.times(chat)[0] for _, chat, _ in others]
    await timer.pass_time(60)
    await asyncio.gather(stopped, *hers)
    assert ["first", "0", "1", "2"] == calls.names(MINA)
    assert [240.0, 246.0, 252.0, 258.0] == calls.times(MINA)


async def test_of_what_waits_for_one_message_only_the_newest_is_shown(
    pacer: Pacer, calls: Calls, timer: VirtualTimer
) -> None:
    first = start(pacer, refusing(calls.call(MINA, "stale"), RetryAfter(240)), Turn(MINA, Lane.TAP, key=7))
    await timer.pass_time(0, threads=0.1)
    edits = [start(pacer, calls.call(MINA, f"edit {each}"), Turn(MINA, Lane.TAP, key=7)) for each in range(10)]
    other = start(pacer, calls.call(MINA, "other"), Turn(MINA, Lane.TAP, key=8))

    await timer.pass_time(300)

    outcomes = await asyncio.gather(first, *edits, other, return_exceptions=True)
    assert ["edit 9", "other"] == calls.names(MINA)
    assert [True] * 10 == [isinstance(each, Superseded) for each in outcomes[:10]]
    assert ["edit 9", "other"] == outcomes[10:]


async def test_a_chat_that_complained_gets_half_and_its_full_pace_back_after_a_day(
    db: Database, timer: VirtualTimer
) -> None:
    wall, calls = Wall(timer), Calls(timer)
    pacer = Pacer(db, wall, 20, 30, timer)
    await pacer.load()
    start(pacer, refusing(calls.call(MINA), RetryAfter(30)), Turn(MINA, Lane.TAP))
    await timer.pass_time(100, threads=0.02)
    burst = [start(pacer, calls.call(MINA), Turn(MINA, Lane.TAP)) for _ in range(4)]
    await timer.pass_time(60)
    await asyncio.gather(*burst)
    assert [30.0, 100.0, 100.0, 106.0, 112.0] == calls.times(MINA)

    wall.ahead = DAY
    burst = [start(pacer, calls.call(MINA), Turn(MINA, Lane.TAP)) for _ in range(6)]
    await timer.pass_time(60)
    await asyncio.gather(*burst)
    assert 3.0 == pytest.approx(calls.times(MINA)[-1] - calls.times(MINA)[-2])
    await pacer.close()


async def test_a_restart_forgets_neither_the_pause_nor_the_pace(db: Database, timer: VirtualTimer) -> None:
    wall, calls = Wall(timer), Calls(timer)
    before = Pacer(db, wall, 20, 30, timer)
    lost = start(before, refusing(calls.call(MINA), RetryAfter(240)), Turn(MINA, Lane.TAP))
    await timer.pass_time(1, threads=0.1)
    lost.cancel()
    await before.close()

    after = Pacer(db, wall, 20, 30, timer)
    await after.load()
    tasks = [start(after, calls.call(MINA), Turn(MINA, Lane.TAP)) for _ in range(3)]
    await timer.pass_time(300)

    await asyncio.gather(*tasks)
    assert [240.0, 246.0, 252.0] == calls.times(MINA)
    await after.close()


async def test_without_limits_only_telegrams_own_word_holds_a_chat_up(db: Database, timer: VirtualTimer) -> None:
    pacer, calls = Pacer(db, Wall(timer), 0, 0, timer), Calls(timer, Limits())
    tasks = [start(pacer, calls.call(MINA), Turn(MINA, Lane.PUSH)) for _ in range(100)]
    tasks.append(start(pacer, refusing(calls.call(MINA), RetryAfter(5)), Turn(MINA, Lane.PUSH)))

    await timer.pass_time(6, threads=0.02)

    await asyncio.gather(*tasks)
    assert [0.0] * 100 + [5.0] == calls.times(MINA)
    await pacer.close()


async def test_what_may_go_out_later_is_told_of_a_pause_at_once(pacer: Pacer, timer: VirtualTimer) -> None:
    async def refuse() -> str:
        raise RetryAfter(240)

    with pytest.raises(RetryAfter):
        await pacer.run(Turn(MINA, Lane.PUSH, is_patient=False), refuse)

    assert 240 == pytest.approx(pacer.delay(MINA, Lane.TAP))
    assert 0 == pacer.delay(JUN, Lane.TAP)


async def test_an_edit_is_made_again_when_its_answer_was_lost_and_a_message_only_when_it_never_left(
    pacer: Pacer, calls: Calls, timer: VirtualTimer
) -> None:
    edit = start(pacer, refusing(calls.call(MINA), NetworkError("lost")), Turn(MINA, Lane.TAP, may_repeat=True))
    unsent = start(pacer, refusing(calls.call(MINA), NotSent("no line")), Turn(MINA, Lane.TAP))
    sent = start(pacer, refusing(calls.call(MINA), NetworkError("lost")), Turn(MINA, Lane.TAP))
    wrong = start(pacer, refusing(calls.call(MINA), BadRequest("no")), Turn(MINA, Lane.TAP, may_repeat=True))

    await timer.pass_time(60)

    outcomes = await asyncio.gather(edit, unsent, sent, wrong, return_exceptions=True)
    assert [str, str, NetworkError, BadRequest] == [type(each) for each in outcomes]


async def test_who_gives_up_waiting_leaves_the_turn_to_the_next(timer: VirtualTimer) -> None:
    turns = Turns(20, 30, timer)
    for _ in range(5):
        await turns.wait(MINA, Lane.TAP)
        turns.done(MINA)
    impatient = asyncio.create_task(turns.wait(MINA, Lane.TAP))
    patient = asyncio.create_task(turns.wait(MINA, Lane.TAP))
    await timer.pass_time(1)

    impatient.cancel()
    await timer.pass_time(2.5)

    assert patient.done()
    turns.close()


async def test_who_is_cancelled_with_the_turn_in_hand_gives_it_back(timer: VirtualTimer) -> None:
    turns = Turns(20, 30, timer)
    await turns.wait(MINA, Lane.TAP)
    unlucky = asyncio.create_task(turns.wait(MINA, Lane.TAP))
    await timer.pass_time(0)

    turns.done(MINA)
    unlucky.cancel()
    next_one = asyncio.create_task(turns.wait(MINA, Lane.TAP))
    await timer.pass_time(1)

    assert unlucky.cancelled()
    assert next_one.done()
    turns.close()


async def test_a_long_upload_does_not_hold_up_the_chat(pacer: Pacer, calls: Calls, timer: VirtualTimer) -> None:
    upload = start(pacer, calls.call(MINA, "file", there=30), Turn(MINA, Lane.REPLY, is_long=True))
    await timer.pass_time(1)
    tap = start(pacer, calls.call(MINA, "card"), Turn(MINA, Lane.TAP))

    await timer.pass_time(40)

    await asyncio.gather(upload, tap)
    assert ["card", "file"] == calls.names(MINA)


async def test_chats_where_nothing_goes_on_are_forgotten(timer: VirtualTimer) -> None:
    turns = Turns(20, 0, timer)
    for chat in range(5000):
        await turns.wait(chat, Lane.TAP)
        turns.done(chat)
        await timer.pass_time(0.1)

    assert len(turns) < 1100
