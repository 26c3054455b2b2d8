"""What was sent while the bot was away, or faster than it answers: each message counts, and no other chat waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from world import TOKEN, HandClock, Someone, World, seam

from bot.flood import BURST
from sandbox import Sandbox


def send_pictures(world: World, someone: Someone, count: int) -> None:
    """Photos, one right after the other."""
    user = world.sandbox.world.people[someone.telegram_id]
    for number in range(count):
        message = {
            "message_id": 5_000 + number,
            "date": int(world.clock()),
            "from": {"id": someone.telegram_id, "is_bot": False, "first_name": user.first_name},
            "chat": {"id": someone.telegram_id, "type": "private"},
            "photo": [{"file_id": f"p{number}", "file_unique_id": f"u{number}", "width": 9, "height": 9}],
        }
        world.sandbox.bots[0].updates.add("message", message, ("chat", someone.telegram_id), 86_400)


async def test_every_command_sent_to_a_bot_that_was_stopped_is_answered(tmp_path: Path) -> None:
    """Nine of them, 1.3 seconds apart, all in the first poll."""
    clock = HandClock()
    sandbox = Sandbox(clock=clock)
    sandbox.create_bot(TOKEN, "tapwork_bot", "Tapwork")
    async with World.joined(tmp_path, sandbox, clock, {}, seam(sandbox)) as world:
        [mina] = await world.workers(await world.owner(), "미나")
    before = len(mina.texts)
    commands = ("/help", "/work", "/earnings", "/settings", "/payout", "/pages", "/mydata", "/payee", "/cancel")
    for command in commands:
        clock.advance(1_300)
        mina.phone.say(command)

    async with World.joined(tmp_path, sandbox, clock, {}, seam(sandbox)) as world:
        sent = len(sandbox.calls)
        now = clock.now()
        await world.settle()
        answers = [call for call in sandbox.calls[sent:] if call.method == "sendMessage"]
        assert [] == await world.do(lambda tx: tx.all("inbox.unfinished"))
    assert len(commands) <= len(answers)
    assert clock.now() == now, "nobody had to wait for it"
    assert len(mina.texts) >= before + 2 * len(commands)


async def test_a_long_text_in_many_parts_is_heard_to_its_end(world: World) -> None:
    """A phone sends what is too long for one message as several, within a second."""
    [mina] = await world.workers(await world.owner(), "미나")
    before = world.clock.now()
    for part in range(12):
        mina.phone.say(f"part {part} of something long")

    await world.settle()

    handled = await world.do(lambda tx: tx.all("inbox.unfinished"))
    assert [] == handled
    assert 12 - BURST <= (world.clock.now() - before) / 1_000 <= 12


@pytest.fixture
async def limited(tmp_path: Path) -> AsyncIterator[World]:
    """A bot that keeps to Telegram's pace."""
    pace = {"TAPWORK_CHAT_RATE": "20", "TAPWORK_BOT_RATE": "30"}
    async with World.open(tmp_path / "data", environment=pace) as world:
        yield world


async def test_a_stranger_who_sends_800_photos_gets_a_handful_of_answers(limited: World) -> None:
    stranger = limited.somebody("모르는 사람")
    await stranger.say("/start")
    before = len(stranger.texts)
    send_pictures(limited, stranger, 800)

    await limited.settle()
    await limited.wait(300)

    assert 1 <= len(stranger.texts) - before <= BURST + 2
    assert 0 == limited.kit.telegraph.pacer.delay(stranger.telegram_id)


async def test_the_same_answer_that_waits_for_a_chat_is_sent_once(limited: World) -> None:
    """Different words of a stranger, one a second for a minute, where a chat bears 20 messages a minute."""
    stranger = limited.somebody("모르는 사람")
    for number in range(60):
        stranger.phone.say(f"word {number}")
        limited.clock.advance(1_000)
    await limited.settle()
    await limited.wait(60)

    answers = len(stranger.texts) - 60
    assert 1 <= answers <= BURST + 2
