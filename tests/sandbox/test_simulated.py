from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from bot_side import BotSide, keyboard, picture, until

from sandbox import Json, Phone, Sandbox, SimulatedWorker
from sandbox.simulated import card_of

PACE = 0.002
Turn = Callable[[BotSide, Json], Awaitable[bool]]


@pytest.fixture
def jun(sandbox: Sandbox) -> Phone:
    return Phone(sandbox, sandbox.create_user("준"))


@pytest.fixture
def started(sandbox: Sandbox) -> Iterator[list[SimulatedWorker]]:
    workers: list[SimulatedWorker] = []
    yield workers
    for worker in workers:
        worker.stop()


async def play(bot: BotSide, turn: Turn) -> None:
    """Feeds the bot's updates to `turn` until it says that it is over."""
    offset = 0
    async with asyncio.timeout(10):
        while True:
            for update in await bot.updates(offset=offset, timeout=5):
                offset = update["update_id"] + 1
                if await turn(bot, update):
                    return


async def test_a_worker_joins_agrees_works_and_looks_again(
    bot: BotSide, jun: Phone, started: list[SimulatedWorker]
) -> None:
    items = ["하나", "둘", "셋"]
    log: list[str] = []

    async def turn(bot: BotSide, update: Json) -> bool:
        said = update.get("message", {}).get("text") or update["callback_query"]["data"]
        log.append(said)
        chat = {"chat_id": jun.user_id}
        if said == "/start":
            await bot.ok("sendMessage", text="환영해요", reply_markup=keyboard(["안내", "동의하고 시작"]), **chat)
        elif said == "/work" and len(log) > 4:
            return True
        elif said == "do:동의하고 시작":
            await bot.ok("editMessageText", message_id=2, text="이제 /work 를 눌러 주세요", **chat)
        elif items:
            markup = keyboard(["긍정", "부정"], ["건너뛰기", "신고"])
            method = "sendMessage" if said == "/work" else "editMessageText"
            where = {} if said == "/work" else {"message_id": 4}
            await bot.ok(method, text=items.pop(0), reply_markup=markup, **chat, **where)
        else:
            await bot.ok("editMessageText", message_id=4, text="남은 작업이 없어요", **chat)
        return False

    asked: list[tuple[str, list[str]]] = []

    def choose(question: str, choices: list[str]) -> str | None:
        asked.append((question, choices))
        return "부정" if question == "둘" else None if question == "셋" else "긍정"

    worker = SimulatedWorker(jun, choose, PACE)
    started.append(worker)
    worker.start()
    await play(bot, turn)
    assert log == ["/start", "do:동의하고 시작", "/work", "do:긍정", "do:부정", "do:건너뛰기", "/work"]
    assert asked == [("하나", ["긍정", "부정"]), ("둘", ["긍정", "부정"]), ("셋", ["긍정", "부정"])]
    assert worker.on
    worker.stop()
    assert not worker.on


async def test_a_picture_is_named_by_its_file(bot: BotSide, mina: Phone, started: list[SimulatedWorker]) -> None:
    await bot.ok("sendPhoto", picture(), chat_id=mina.user_id, caption="무엇?", reply_markup=keyboard(["개"], ["Skip"]))
    asked: list[str] = []

    def choose(question: str, choices: list[str]) -> str | None:
        asked.append(question)
        return "개"

    worker = SimulatedWorker(mina, choose, PACE)
    started.append(worker)
    worker.start()
    await play(bot, lambda bot, update: asyncio.sleep(0, "callback_query" in update))
    assert mina.sandbox.file(asked[0]) == ("picture.png", picture()["photo"].data)


async def test_several_boxes_are_ticked_one_by_one_and_submitted(
    bot: BotSide, mina: Phone, started: list[SimulatedWorker]
) -> None:
    ticked: set[str] = {"새"}
    log: list[str] = []

    def markup() -> Json:
        boxes = [("☑ " if name in ticked else "☐ ") + name for name in ("개", "고양이", "새")]
        return keyboard(boxes, ["제출"], ["건너뛰기"])

    async def turn(bot: BotSide, update: Json) -> bool:
        if "callback_query" not in update:
            return False
        tapped = update["callback_query"]["data"].removeprefix("do:")
        log.append(tapped)
        ticked.symmetric_difference_update({tapped[2:]} if tapped[0] in "☐☑" else ())
        if tapped == "제출":
            return True
        await bot.ok("editMessageReplyMarkup", chat_id=mina.user_id, message_id=2, reply_markup=markup())
        return False

    await bot.ok("sendMessage", chat_id=mina.user_id, text="무엇이 보여요?", reply_markup=markup())
    worker = SimulatedWorker(mina, lambda question, choices: "개|고양이", PACE)
    started.append(worker)
    worker.start()
    await play(bot, turn)
    assert log == ["☐ 개", "☐ 고양이", "☑ 새", "제출"]
    assert ticked == {"개", "고양이"}


async def test_a_blocked_bot_ends_the_work(bot: BotSide, mina: Phone, started: list[SimulatedWorker]) -> None:
    worker = SimulatedWorker(mina, lambda question, choices: None, PACE)
    started.append(worker)
    mina.sandbox.block(mina.user_id)
    worker.start()
    await until(lambda: not worker.on)
    assert len(mina.messages) == 1


async def test_a_card_is_what_can_be_skipped(bot: BotSide, mina: Phone) -> None:
    rows = [["긍정", "부정"], ["중립"], ["신고", "건너뛰기"], ["그만"]]
    card = card_of(await bot.ok("sendMessage", chat_id=mina.user_id, text="글", reply_markup=keyboard(*rows)))
    assert card is not None
    assert (card.question, card.choices, card.submit) == ("글", ["긍정", "부정", "중립"], None)
    menu = await bot.ok("sendMessage", chat_id=mina.user_id, text="일감", reply_markup=keyboard(["리뷰 · 20원"]))
    assert card_of(menu) is None
