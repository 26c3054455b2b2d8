from __future__ import annotations

import asyncio

import pytest
from bot_side import BotSide, HandClock, keyboard

from sandbox import Limits, Phone, Sandbox


def texts(updates: list[dict[str, dict[str, str]]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def test_updates_come_again_until_an_offset_confirms_them(bot: BotSide, mina: Phone) -> None:
    mina.say("second")
    first = await bot.updates()
    assert texts(first) == ["/start", "second"]
    assert texts(await bot.updates()) == ["/start", "second"]
    assert texts(await bot.updates(offset=first[1]["update_id"])) == ["second"]
    assert texts(await bot.updates(offset=0)) == ["second"]


async def test_update_ids_follow_each_other(bot: BotSide, mina: Phone) -> None:
    for number in range(3):
        mina.say(f"number {number}")
    ids = [update["update_id"] for update in await bot.updates()]
    assert list(range(ids[0], ids[0] + 4)) == ids


async def test_a_negative_offset_drops_all_but_the_last(bot: BotSide, mina: Phone) -> None:
    for number in range(5):
        mina.say(str(number))
    assert texts(await bot.updates(offset=-2)) == ["3", "4"]
    assert texts(await bot.updates()) == ["3", "4"]


async def test_an_offset_far_ahead_is_not_heeded(bot: BotSide, mina: Phone) -> None:
    (update,) = await bot.updates()
    assert texts(await bot.updates(offset=update["update_id"] + 1_000)) == ["/start"]
    assert await bot.updates(offset=update["update_id"] + 5) == []


@pytest.mark.parametrize(("asked", "given"), [(2, 2), (100, 100), (0, 100), (500, 100)])
async def test_at_most_a_hundred_updates_come_at_once(bot: BotSide, mina: Phone, asked: int, given: int) -> None:
    for number in range(120):
        mina.say(str(number))
    assert given == len(await bot.updates(limit=asked))


async def test_a_poll_waits_for_the_next_update(bot: BotSide, mina: Phone) -> None:
    (seen,) = await bot.updates()
    poll = asyncio.create_task(bot.updates(offset=seen["update_id"] + 1, timeout=20))
    await asyncio.sleep(0.01)
    assert not poll.done()
    mina.say("hello")
    assert texts(await poll) == ["hello"]


async def test_a_poll_that_waits_in_vain_returns_nothing(bot: BotSide) -> None:
    began = asyncio.get_running_loop().time()
    assert await bot.updates(timeout=1) == []
    assert 0.9 < asyncio.get_running_loop().time() - began < 2


async def test_a_second_poll_cuts_the_first(bot: BotSide, mina: Phone) -> None:
    (seen,) = await bot.updates()
    offset = seen["update_id"] + 1
    older = asyncio.create_task(bot.no("getUpdates", offset=offset, timeout=20))
    await asyncio.sleep(0.01)
    newer = asyncio.create_task(bot.updates(offset=offset, timeout=20))
    text = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    assert (409, text) == await older
    mina.say("for the newer")
    assert texts(await newer) == ["for the newer"]


async def test_a_given_up_poll_does_not_swallow_the_next_update(bot: BotSide, mina: Phone) -> None:
    (seen,) = await bot.updates()
    given_up = asyncio.create_task(bot.updates(offset=seen["update_id"] + 1, timeout=20))
    await asyncio.sleep(0.01)
    given_up.cancel()
    mina.say("still here")
    assert texts(await bot.updates(timeout=1)) == ["still here"]


async def test_a_tap_is_gone_after_150_seconds(bot: BotSide, mina: Phone, clock: HandClock) -> None:
    await bot.ok("sendMessage", chat_id=mina.user_id, text="?", reply_markup=keyboard(["yes"]))
    (start,) = await bot.updates()
    mina.tap("yes")
    clock.pass_by(149)
    assert [list(one)[1] for one in await bot.updates(offset=start["update_id"] + 1)] == ["callback_query"]
    clock.pass_by(2)
    assert await bot.updates() == []


async def test_a_message_is_gone_after_a_day(bot: BotSide, mina: Phone, clock: HandClock) -> None:
    clock.pass_by(24 * 3600 - 1)
    assert texts(await bot.updates()) == ["/start"]
    clock.pass_by(2)
    assert await bot.updates() == []


async def test_ids_start_anywhere_after_an_idle_week(bot: BotSide, mina: Phone, clock: HandClock) -> None:
    (before,) = await bot.updates()
    clock.pass_by(8 * 24 * 3600)
    mina.say("back again")
    (after,) = await bot.updates()
    assert before["update_id"] + 1 != after["update_id"]


async def test_only_allowed_updates_come_and_the_setting_stays(bot: BotSide, mina: Phone) -> None:
    await bot.updates(allowed_updates=["callback_query"])
    mina.say("not wanted")
    assert texts(await bot.updates()) == ["/start"]
    await bot.updates(allowed_updates=[])
    mina.say("wanted")
    assert texts(await bot.updates()) == ["/start", "wanted"]


async def test_the_same_offset_at_once_gets_one_update_where_the_server_is_strict(clock: HandClock) -> None:
    sandbox = Sandbox(clock=clock, limits=Limits(slow_repeated_polls=True))
    sandbox.create_bot("7000000001:AA", "strict_bot")
    phone = Phone(sandbox, sandbox.create_user("소라"))
    phone.say("one")
    phone.say("two")
    bot = BotSide(sandbox, "7000000001:AA")
    (first, _) = await bot.updates()
    assert len(await bot.updates(offset=first["update_id"])) == 2
    assert len(await bot.updates(offset=first["update_id"])) == 1


async def test_each_bot_has_its_own_updates(sandbox: Sandbox, bot: BotSide, mina: Phone) -> None:
    other = sandbox.create_bot("7000000002:BB", "other_bot")
    sandbox.say(mina.user_id, "for the other", bot=other)
    assert texts(await bot.updates()) == ["/start"]
    assert texts(await BotSide(sandbox, "7000000002:BB").updates()) == ["for the other"]
