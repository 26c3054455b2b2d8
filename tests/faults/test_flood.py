"""Who is held back and who never is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

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
        update = said(number)
        is_held = self.flood.holds(sender, update)
        if not is_held:
            self.flood.begun(sender, update)
        return is_held


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


async def test_after_a_quiet_second_all_is_forgiven(desk: Desk) -> None:
    for number in range(BURST):
        desk.write(number)
        desk.flood.done(MINA, said(number))
    desk.now += 1.1

    assert not desk.write(99)
