"""Who is held back and who never is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from time import monotonic

import pytest

from bot.flood import BURST, Flood, Update

MINA, SORA = 11, 12


class Desk:
    """A flood gate, a clock moved by hand, and what was let on later."""

    def __init__(self) -> None:
        self.now = 100.0
        self.let_on: list[Update] = []
        self.flood = Flood(self._go_on, lambda: self.now)

    async def _go_on(self, update: Update) -> None:
        self.let_on.append(update)

    def write(self, number: int, sender: int = MINA) -> bool:
        """Whether it was held."""
        return self.flood.holds(sender, said(number))


def said(number: int) -> Update:
    return {"update_id": number, "message": {"text": "/help"}}


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    desk.flood.held()


async def test_of_a_flood_the_first_few_pass_and_the_newest_waits(desk: Desk) -> None:
    held = [desk.write(number) for number in range(20)]

    assert [False] * BURST + [True] * (20 - BURST) == held
    assert [said(19)] == desk.flood.held()


async def test_the_newest_goes_on_in_its_second(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.flood.SECOND", 0.05)
    for number in range(20):
        desk.write(number)

    await asyncio.sleep(0.2)

    assert [said(19)] == desk.let_on
    assert [] == desk.flood.held()


async def test_who_waits_for_each_answer_is_never_held(desk: Desk) -> None:
    held = []
    for number in range(100):
        held.append(desk.write(number))
        desk.flood.done(MINA, said(number))

    assert [False] * 100 == held


async def test_a_flood_of_one_does_not_hold_another(desk: Desk) -> None:
    for number in range(20):
        desk.write(number)

    assert not desk.write(20, SORA)


async def test_taps_and_files_are_never_held(desk: Desk) -> None:
    for number in range(20):
        desk.write(number)

    assert not desk.flood.holds(MINA, {"update_id": 20, "callback_query": {"data": "x"}})
    assert not desk.flood.holds(MINA, {"update_id": 21, "message": {"document": {"file_id": "x"}}})


async def test_a_few_at_once_every_second_are_nobody_s_business(desk: Desk) -> None:
    held = []
    for number in range(30):
        held.append(desk.write(number))
        desk.now += 1.1 if number % BURST == BURST - 1 else 0.0

    assert [False] * 30 == held


async def test_who_has_flooded_is_answered_once_a_second_even_in_lumps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow line brings a flood in lumps, with pauses in which nothing waits."""
    monkeypatch.setattr("bot.flood.SECOND", 0.05)
    let_on: list[Update] = []

    async def go_on(update: Update) -> None:
        let_on.append(update)

    flood, numbers, passed, began = Flood(go_on), count(), 0, monotonic()
    for _ in range(12):
        lump = [said(next(numbers)) for _ in range(10)]
        passed += sum(not flood.holds(MINA, update) for update in lump)
        for update in lump:
            flood.done(MINA, update)
        await asyncio.sleep(0.06)
    seconds = (monotonic() - began) / 0.05

    assert 12 <= passed + len(let_on) <= BURST + seconds + 1
    flood.held()


async def test_after_ten_calm_seconds_all_is_forgiven(desk: Desk) -> None:
    for number in range(20):
        desk.write(number)
        desk.flood.done(MINA, said(number))
    desk.now += 11

    assert [False] * BURST == [desk.write(100 + number) for number in range(BURST)]
