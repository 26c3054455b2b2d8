"""Updates that were in hand when the process ended, again and again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from world import HandClock

from bot.inbox import Arrived, Inbox
from bot.secret import Secret
from services import receiving
from storage import Database, Tx, open_database

PEOPLE = 6


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    db = await open_database(f"sqlite:///{tmp_path / 'tapwork.db'}")
    yield db
    await db.close()


def in_hand(tx: Tx, clock: HandClock, times: int) -> None:
    """An update of each person, begun so often and never finished."""
    raw = [
        (number, json.dumps({"update_id": number, "message": {"from": {"id": number}}}))
        for number in range(1, PEOPLE + 1)
    ]
    for received in receiving.take_in(tx, clock.now(), raw):
        for _ in range(times):
            receiving.begin(tx, clock.now(), received.seq, 0)


@pytest.mark.parametrize(("times", "most"), [(0, PEOPLE), (1, PEOPLE), (2, 1)])
async def test_what_was_in_hand_at_two_ends_is_handled_alone(db: Database, times: int, most: int) -> None:
    clock, at_once, together = HandClock(), 0, [0]

    async def handle(_arrived: Arrived) -> None:
        nonlocal at_once
        at_once += 1
        together.append(at_once)
        await asyncio.sleep(0.01)
        at_once -= 1

    await db.run(in_hand, clock, times)
    inbox = Inbox(db, clock, Secret(b"k" * 32), handle)

    assert PEOPLE == await inbox.replay()
    await inbox.idle()

    assert PEOPLE == len(together) - 1
    assert most == max(together)
    assert [] == await db.run(receiving.unfinished)
