from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from bot_side import TOKEN, BotSide, HandClock, keyboard, until

from sandbox import Json, Limits, Phone, Sandbox

SECONDS = 5
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
Answer = Callable[[Json], Awaitable[web.Response]]


async def taken(update: Json) -> web.Response:
    return web.Response()


@dataclass
class Receiver:
    """A bot's web server: remembers what came and answers as told."""

    url: str = ""
    answer: Answer = taken
    updates: list[Json] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def receive(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        async with self.arrived:
            self.updates.append(update)
            self.arrived.notify_all()
        return await self.answer(update)

    async def texts(self, count: int) -> list[str]:
        """What the first `count` deliveries said, or which button they tapped."""
        async with asyncio.timeout(SECONDS), self.arrived:
            await self.arrived.wait_for(lambda: len(self.updates) >= count)
        return [one["message"]["text"] if "message" in one else one["callback_query"]["data"] for one in self.updates]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    await runner.cleanup()


@pytest.fixture
async def sandbox(clock: HandClock) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(clock=clock, limits=Limits(webhook_retry_seconds=0.05))
    sandbox.create_bot(TOKEN, "tapwork_bot")
    yield sandbox
    await sandbox.close()


async def test_what_waited_and_what_comes_is_delivered_in_order(bot: BotSide, mina: Phone, receiver: Receiver) -> None:
    await bot.ok("setWebhook", url=receiver.url)
    mina.say("one")
    mina.say("two")
    assert await receiver.texts(3) == ["/start", "one", "two"]
    assert (await bot.ok("getWebhookInfo"))["url"] == receiver.url


async def test_the_secret_travels_in_a_header(bot: BotSide, mina: Phone, receiver: Receiver) -> None:
    await bot.ok("setWebhook", url=receiver.url, secret_token="s3cret_-X")
    await receiver.texts(1)
    assert receiver.secrets == ["s3cret_-X"]
    await bot.ok("setWebhook", url=receiver.url)
    mina.say("without")
    await receiver.texts(2)
    assert receiver.secrets == ["s3cret_-X", None]
    refusal = await bot.no("setWebhook", url=receiver.url, secret_token="no spaces")
    assert refusal == (400, "Bad Request: secret token contains unallowed characters")


async def test_an_update_comes_again_until_it_is_taken(bot: BotSide, mina: Phone, receiver: Receiver) -> None:
    async def refuse_twice(update: Json) -> web.Response:
        return web.Response(status=500 if len(receiver.updates) < 3 else 204)

    receiver.answer = refuse_twice
    await bot.ok("setWebhook", url=receiver.url)
    mina.say("behind it")
    assert await receiver.texts(4) == ["/start", "/start", "/start", "behind it"]
    info = await bot.ok("getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 500 Internal Server Error"


async def test_the_next_tap_of_a_person_waits_for_the_one_before(
    sandbox: Sandbox, bot: BotSide, mina: Phone, receiver: Receiver
) -> None:
    sora = Phone(sandbox, sandbox.create_user("소라"))
    sora.say("/start")
    go_on = asyncio.Event()

    async def answer(update: Json) -> web.Response:
        if update.get("callback_query", {}).get("data") == "do:first":
            await go_on.wait()
        return web.Response()

    receiver.answer = answer
    for phone in (mina, sora):
        await bot.ok("sendMessage", chat_id=phone.user_id, text="?", reply_markup=keyboard(["first", "second"]))
    await bot.updates(offset=(await bot.updates())[-1]["update_id"] + 1)
    await bot.ok("setWebhook", url=receiver.url)
    mina.tap("first")
    mina.tap("second")
    await receiver.texts(1)
    sora.tap("second")
    mina.say("a message overtakes")
    assert sorted((await receiver.texts(3))[1:]) == ["a message overtakes", "do:second"]
    tapped = [one["callback_query"]["from"]["id"] for one in receiver.updates if "callback_query" in one]
    assert tapped == [mina.user_id, sora.user_id]
    go_on.set()
    assert (await receiver.texts(4))[3] == "do:second"


async def test_an_update_too_old_is_not_tried_again(
    bot: BotSide, mina: Phone, receiver: Receiver, clock: HandClock
) -> None:
    async def age(update: Json) -> web.Response:
        if update["message"]["text"] == "/start":
            clock.pass_by(24 * 3600 + 1)
            return web.Response(status=500)
        return web.Response()

    receiver.answer = age
    await bot.ok("setWebhook", url=receiver.url)
    await receiver.texts(1)
    mina.say("younger")
    assert await receiver.texts(2) == ["/start", "younger"]


async def test_polling_and_a_webhook_exclude_each_other(bot: BotSide, mina: Phone, receiver: Receiver) -> None:
    await bot.updates(offset=(await bot.updates())[-1]["update_id"] + 1)
    poll = asyncio.create_task(bot.no("getUpdates", timeout=20))
    await asyncio.sleep(0.01)
    await bot.ok("setWebhook", url=receiver.url)
    assert await poll == (409, "Conflict: terminated by setWebhook request")
    text = (
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )
    assert await bot.no("getUpdates") == (409, text)
    await bot.ok("deleteWebhook")
    mina.say("polled again")
    assert [one["message"]["text"] for one in await bot.updates()] == ["polled again"]
    assert receiver.updates == []


@pytest.mark.parametrize("method", ["setWebhook", "deleteWebhook"])
async def test_what_waited_can_be_dropped(bot: BotSide, mina: Phone, receiver: Receiver, method: str) -> None:
    params = {"url": receiver.url} if method == "setWebhook" else {}
    await bot.ok(method, drop_pending_updates=True, **params)
    await bot.ok("deleteWebhook")
    assert await bot.updates() == []


async def test_a_bot_may_answer_with_a_call(bot: BotSide, mina: Phone, receiver: Receiver) -> None:
    async def toast(update: Json) -> web.Response:
        query = update.get("callback_query", {"id": "none"})
        return web.json_response({"method": "answerCallbackQuery", "callback_query_id": query["id"], "text": "네"})

    receiver.answer = toast
    await bot.ok("sendMessage", chat_id=mina.user_id, text="?", reply_markup=keyboard(["yes"]))
    await bot.ok("setWebhook", url=receiver.url)
    mina.tap("yes")
    await receiver.texts(2)
    await until(lambda: mina.toast is not None)
    assert mina.toast == "네"


async def test_nobody_listening_is_reported(sandbox: Sandbox, bot: BotSide, mina: Phone) -> None:
    await bot.ok("setWebhook", url="http://127.0.0.1:9/hook")
    webhook = sandbox.bots[0].webhook
    await until(lambda: webhook is not None and "last_error_message" in webhook.info())
    info = await bot.ok("getWebhookInfo")
    assert (info["last_error_message"], info["pending_update_count"]) == ("Connection refused", 1)


async def test_a_webhook_needs_an_address(bot: BotSide) -> None:
    refusal = await bot.no("setWebhook", url="example.org/hook")
    assert refusal == (400, "Bad Request: bad webhook: invalid webhook URL specified")
    assert await bot.ok("setWebhook", url="")
