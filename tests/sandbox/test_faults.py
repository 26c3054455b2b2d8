from __future__ import annotations

import asyncio

import pytest
from bot_side import TOKEN, BotSide, HandClock

from sandbox import ConnectionDropped, Phone, Sandbox


async def test_a_call_dropped_after_its_effect_has_taken_effect(sandbox: Sandbox, bot: BotSide, mina: Phone) -> None:
    sandbox.faults.drop_after = 1
    with pytest.raises(ConnectionDropped):
        await bot.ok("sendMessage", chat_id=mina.user_id, text="delivered")
    assert mina.screen == "delivered"


async def test_a_call_dropped_before_its_effect_has_none(sandbox: Sandbox, bot: BotSide, mina: Phone) -> None:
    sandbox.faults.drop_before = 1
    with pytest.raises(ConnectionDropped):
        await bot.ok("sendMessage", chat_id=mina.user_id, text="lost")
    assert mina.screen == "/start"
    assert (sandbox.calls[-1].status, sandbox.calls[-1].description) == (0, "connection dropped")


async def test_a_broken_gateway_answers_with_a_page(sandbox: Sandbox, mina: Phone) -> None:
    sandbox.faults.bad_gateway = 1
    reply = await sandbox.call(TOKEN, "sendMessage", {"chat_id": mina.user_id, "text": "x"})
    assert (reply.status, reply.payload.startswith(b"<html>")) == (502, True)
    assert mina.screen == "/start"


async def test_faults_happen_as_often_as_they_should_and_repeat_with_the_seed(clock: HandClock) -> None:
    async def run(seed: int) -> list[bool]:
        sandbox = Sandbox(clock=clock, seed=seed)
        sandbox.create_bot(TOKEN, "tapwork_bot")
        sandbox.faults.bad_gateway = 0.2
        return [(await sandbox.call(TOKEN, "getMe", {})).status == 502 for _ in range(500)]

    first = await run(1)
    assert 60 < sum(first) < 140
    assert first == await run(1)
    assert first != await run(2)


async def test_hanging_polls_hang_and_others_do_not(sandbox: Sandbox, bot: BotSide, mina: Phone) -> None:
    sandbox.faults.hang_polls = True
    poll = asyncio.create_task(bot.updates())
    await bot.ok("sendMessage", chat_id=mina.user_id, text="goes through")
    await asyncio.sleep(0.02)
    assert not poll.done()
    sandbox.faults.hang_polls = False
    assert len(await poll) == 1


async def test_latency_delays_every_call(sandbox: Sandbox, bot: BotSide) -> None:
    sandbox.faults.latency = 0.05
    await bot.ok("getMe")
    assert 50 <= sandbox.calls[-1].ms < 1000


async def test_rigged_calls_fail_as_often_as_told(sandbox: Sandbox, bot: BotSide, mina: Phone) -> None:
    sandbox.faults.rig("sendMessage", 500, times=2)
    sandbox.faults.rig("sendMessage", 429, retry_after=240)
    refusals = [await bot.no("sendMessage", chat_id=mina.user_id, text="x") for _ in range(3)]
    assert refusals == [
        (500, "Internal Server Error"),
        (500, "Internal Server Error"),
        (429, "Too Many Requests: retry after 240"),
    ]
    assert mina.screen == "/start"
    await bot.ok("sendMessage", chat_id=mina.user_id, text="x")


async def test_rigged_statuses_have_the_usual_words(sandbox: Sandbox, bot: BotSide) -> None:
    sandbox.faults.rig("getMe", 401)
    assert await bot.no("getMe") == (401, "Unauthorized")


def test_switches_are_set_together_or_not_at_all(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="unknown faults: gremlins"):
        sandbox.faults.update({"latency": 1, "gremlins": 1})
    with pytest.raises(ValueError, match="probability"):
        sandbox.faults.update({"latency": 1, "drop_after": 2})
    assert sandbox.faults.latency == 0
    sandbox.faults.update(
        {"latency": 1, "hang_polls": True, "flooded": {"5": 60}, "rigged": [{"method": "getMe", "status": 500}]}
    )
    assert sandbox.faults.as_json() == {
        "latency": 1,
        "drop_after": 0,
        "drop_before": 0,
        "bad_gateway": 0,
        "double_tap": 0,
        "hang_polls": True,
        "flooded": {"5": 60},
        "rigged": [{"method": "getme", "status": 500, "times": 1}],
    }
    sandbox.faults.update({"clear": True})
    assert sandbox.faults.as_json() == Sandbox().faults.as_json()
