from __future__ import annotations

import pytest
from bot_side import TOKEN, BotSide, HandClock, keyboard, png

from sandbox import Limits, Phone, Sandbox, UploadedFile


def world(clock: HandClock, limits: Limits, people: int = 1) -> tuple[BotSide, list[Phone]]:
    sandbox = Sandbox(clock=clock, limits=limits)
    sandbox.create_bot(TOKEN, "tapwork_bot")
    phones = [Phone(sandbox, sandbox.create_user(f"사람 {number}")) for number in range(people)]
    for phone in phones:
        phone.say("/start")
    return BotSide(sandbox), phones


async def test_a_chat_takes_a_burst_and_then_one_message_every_three_seconds(clock: HandClock) -> None:
    bot, (mina, sora) = world(clock, Limits(chat_per_minute=20, chat_burst=5), 2)
    for number in range(5):
        await bot.ok("sendMessage", chat_id=mina.user_id, text=str(number))
    reply = await bot.sandbox.call(TOKEN, "sendMessage", {"chat_id": mina.user_id, "text": "6"})
    assert (reply.status, reply.body) == (
        429,
        {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 3",
            "parameters": {"retry_after": 3},
        },
    )
    await bot.ok("sendMessage", chat_id=sora.user_id, text="others may")
    clock.pass_by(3)
    await bot.ok("sendMessage", chat_id=mina.user_id, text="6")
    assert (await bot.no("sendMessage", chat_id=mina.user_id, text="7"))[0] == 429


async def test_edits_count_like_messages_and_answers_to_taps_do_not(clock: HandClock) -> None:
    bot, (mina,) = world(clock, Limits(chat_per_minute=20, chat_burst=2))
    await bot.ok("sendMessage", chat_id=mina.user_id, text="0", reply_markup=keyboard(["x"]))
    taps = [mina.tap("x") for _ in range(50)]
    await bot.ok("editMessageText", chat_id=mina.user_id, message_id=2, text="1")
    assert (await bot.no("editMessageText", chat_id=mina.user_id, message_id=2, text="2"))[0] == 429
    for tap in taps:
        await bot.ok("answerCallbackQuery", callback_query_id=tap)
    assert mina.screen == "1"


async def test_an_album_costs_as_many_messages_as_it_has(clock: HandClock) -> None:
    bot, (mina,) = world(clock, Limits(chat_per_minute=20, chat_burst=4))
    media = [{"type": "photo", "media": "attach://x"}] * 3
    files = {"x": UploadedFile("x.png", png(10, 10))}
    await bot.ok("sendMediaGroup", files, chat_id=mina.user_id, media=media)
    await bot.ok("sendMessage", chat_id=mina.user_id, text="the fourth")
    assert (await bot.no("sendMessage", chat_id=mina.user_id, text="the fifth"))[0] == 429


async def test_all_chats_together_take_thirty_a_second(clock: HandClock) -> None:
    bot, phones = world(clock, Limits(bot_per_second=30), 31)
    for phone in phones[:30]:
        await bot.ok("sendMessage", chat_id=phone.user_id, text="x")
    last = phones[30].user_id
    refusal = await bot.no("sendMessage", chat_id=last, text="x")
    assert refusal == (429, "Too Many Requests: retry after 1")
    clock.pass_by(0.1)
    await bot.ok("sendMessage", chat_id=last, text="x")


async def test_what_one_allowance_refuses_is_not_taken_from_the_other(clock: HandClock) -> None:
    bot, (mina, sora) = world(clock, Limits(chat_per_minute=60, chat_burst=1, bot_per_second=3), 2)
    await bot.ok("sendMessage", chat_id=mina.user_id, text="x")
    for _ in range(5):
        assert (await bot.no("sendMessage", chat_id=mina.user_id, text="x"))[0] == 429
    await bot.ok("sendMessage", chat_id=sora.user_id, text="x")


async def test_there_is_no_limit_unless_it_is_set(bot: BotSide, mina: Phone) -> None:
    for number in range(200):
        await bot.ok("sendMessage", chat_id=mina.user_id, text=str(number))


@pytest.mark.parametrize(("seconds", "told"), [(30, 30), (2.5, 3), (0.2, 1)])
async def test_a_flooded_chat_answers_429_for_as_long(
    bot: BotSide, mina: Phone, clock: HandClock, seconds: float, told: int
) -> None:
    bot.sandbox.faults.flood(mina.user_id, seconds)
    refusal = await bot.no("sendMessage", chat_id=mina.user_id, text="x")
    assert refusal == (429, f"Too Many Requests: retry after {told}")
    clock.pass_by(seconds + 0.01)
    await bot.ok("sendMessage", chat_id=mina.user_id, text="x")
