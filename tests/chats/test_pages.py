"""Somebody who taps faster than their chat may be written to, on a server as strict as Telegram."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from parcels import album, caption, table
from world import Someone, World, seam

from rules.model import MINUTE
from sandbox import Limits
from storage import Tx
from storage.checks import violations

RATES = {"TAPWORK_CHAT_RATE": "20", "TAPWORK_BOT_RATE": "30"}
TEXTS = [f"text {number}" for number in range(1, 41)]
STRICT = replace(Limits.official(), slow_repeated_polls=False)
STOPPED = "Too Many Requests: retry after 240"
SIDE = ["건너뛰기", "신고", "되돌리기", "가이드", "그만"]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with World.open(tmp_path / "data", limits=STRICT, environment=RATES) as world:
        yield world


@pytest.fixture
async def owner(world: World) -> AsyncIterator[Someone]:
    yield await world.owner()
    assert [] == [call for call in world.sandbox.calls if call.status == 429 and call.description != STOPPED]
    assert await world.do(violations) == []


async def at_work(
    world: World, owner: Someone, data: bytes | None = None, name: str = "r.csv", **settings: object
) -> Someone:
    """A worker whose first card has just come."""
    await world.wait(60)
    await owner.send(name, data or table(*TEXTS), caption(**settings))
    await world.wait(60)
    await owner.tap("게시")
    await world.wait(60)
    [mina] = await world.workers(owner, "미나")
    await world.wait(60)
    return mina


async def hurry(world: World, mina: Someone, seconds: float = 0.6) -> None:
    """Tap so fast that a page comes."""
    while not mina.buttons[0].startswith("1 "):
        await mina.tap("positive")
        await world.wait(seconds)


def items(mina: Someone) -> list[int]:
    """The numbers on a page."""
    return sorted({int(found[1]) for text in mina.buttons if (found := re.match(r"(\d) positive", text))})


def edits(world: World) -> int:
    return sum(call.method.startswith("edit") for call in world.sandbox.calls)


def labels(tx: Tx) -> dict[str, int | None]:
    """Every answered task with its label, as bits."""
    page = tx.all("exports.answers", batch=1, after=0, upto=10**9, limit=1000)
    assert len(page) == len({(row["reference"], row["worker_id"]) for row in page})
    return {row["reference"]: row["labels"] for row in page}


@pytest.mark.parametrize("seconds", [0.1, 0.35, 0.7, 1.5, 2.5])
async def test_a_fast_worker_labels_everything_and_telegram_never_complains(
    world: World, owner: Someone, seconds: float
) -> None:
    mina = await at_work(world, owner)
    began = world.clock.seconds()
    while "남은 작업이 없어요" not in mina.screen:
        card = mina.screen
        for number in items(mina) or [0]:
            await mina.tap(f"{number} positive" if number else "positive")
            assert "저장" in str(mina.toast)
            await world.wait(seconds)
        while card == mina.screen:
            await world.wait(0.1)

    assert [0b1] * 40 == list((await world.do(labels)).values())
    assert "40건 · 800원" in mina.screen
    assert world.clock.seconds() - began < max(40 * 1.2 * seconds + 10, 40)


async def test_a_page_numbers_its_texts_and_gives_each_a_row(world: World, owner: Someone) -> None:
    mina = await at_work(world, owner)

    await hurry(world, mina)

    assert ["1 positive", "1 negative"] == mina.phone.buttons[0]
    assert ["5 positive", "5 negative"] == mina.phone.buttons[4]
    assert SIDE == mina.buttons[10:]
    assert re.search(r"1  text (\d+)\n\n2  text (\d+)", mina.screen)


async def test_a_tap_on_a_page_is_told_of_by_a_toast_and_the_last_one_brings_the_next_page(
    world: World, owner: Someone
) -> None:
    mina = await at_work(world, owner)
    await hurry(world, mina)
    page, before = mina.screen, edits(world)

    for number in (2, 4, 1, 5):
        await mina.tap(f"{number} negative")
        await world.wait(0.6)

    assert "5번 저장 · negative · 1개 남았어요" == mina.toast
    assert (page, before) == (mina.screen, edits(world))
    await mina.tap("3 positive")
    assert "3번 저장 · positive" == mina.toast
    assert before + 1 == edits(world)
    assert page != mina.screen
    assert [1, 2, 3, 4, 5] == items(mina)


async def test_the_first_answer_to_an_item_counts(world: World, owner: Someone) -> None:
    mina = await at_work(world, owner)
    await hurry(world, mina)
    done = len(await world.do(labels))

    await mina.tap("2 negative")
    await mina.tap("2 positive")

    assert "2번은 이미 답했어요." == mina.toast
    assert [0b10] == list((await world.do(labels)).values())[done:]


async def test_undo_brings_the_item_back_once_however_often_it_is_tapped(world: World, owner: Someone) -> None:
    mina = await at_work(world, owner)
    await hurry(world, mina)
    third = re.findall(r"3  (text \d+)", mina.screen)[0]
    await mina.tap("1 positive")
    await mina.tap("3 positive")
    done = len(await world.do(labels))

    mina.phone.tap("되돌리기")
    await mina.tap("되돌리기")
    await world.wait(10)

    assert done - 1 == len(await world.do(labels))
    number = re.findall(rf"(\d)  {third}\n", mina.screen)[0]
    await mina.tap(f"{number} negative")
    assert 0b10 == list((await world.do(labels)).values())[-1]


async def test_one_item_of_a_page_is_skipped_by_its_number(world: World, owner: Someone) -> None:
    mina = await at_work(world, owner)
    await hurry(world, mina)
    second = re.findall(r"2  (text \d+)", mina.screen)[0]
    await mina.tap("1 positive")

    await mina.tap("건너뛰기")
    assert ["2 건너뛰기", "3 건너뛰기", "4 건너뛰기", "5 건너뛰기", "← 돌아가기"] == mina.buttons
    await mina.tap("2 건너뛰기")
    await world.wait(10)

    assert "건너뛰었어요." in str(mina.toast)
    assert None is list((await world.do(labels)).values())[-1]
    assert f"{second}\n" not in f"{mina.screen}\n"


async def test_thinking_better_of_skipping_leaves_the_page_as_it_was(world: World, owner: Someone) -> None:
    mina = await at_work(world, owner)
    await hurry(world, mina)
    page, buttons = mina.screen, mina.buttons
    await mina.tap("건너뛰기")

    await world.wait(10)
    await mina.tap("← 돌아가기")

    assert (page, buttons) == (mina.screen, mina.buttons)


async def test_one_item_of_a_page_is_reported_with_a_reason(world: World, owner: Someone) -> None:
    mina = await at_work(world, owner)
    await hurry(world, mina)
    second = re.findall(r"2  (text \d+)", mina.screen)[0]

    await mina.tap("신고")
    await world.wait(10)
    await mina.tap("2 신고")
    await world.wait(10)
    assert second in mina.screen
    await mina.tap("보이지 않아요")
    await world.wait(10)

    assert "알려 주셔서 고마워요" in str(mina.toast)
    assert f"{second}\n" not in f"{mina.screen}\n"


async def test_stop_gives_every_item_of_a_page_back(world: World, owner: Someone) -> None:
    mina = await at_work(world, owner)
    await hurry(world, mina)
    await mina.tap("1 positive")
    done = len(await world.do(labels))

    await mina.tap("그만")
    await world.wait(10)

    assert f"{done}건 · {done * 20}원" in mina.screen
    [jun] = await world.workers(owner, "준")
    await world.wait(10)
    assert "text" in jun.screen
    held = await world.do(lambda tx: tx.all("assignments.of_worker", worker=2))
    assert [] == [row["id"] for row in held]


async def test_pictures_come_on_a_numbered_sheet(world: World, owner: Someone) -> None:
    mina = await at_work(world, owner, album(20), "p.zip")
    await hurry(world, mina, 1.2)
    first = mina.phone.messages[-1]

    assert [1, 2, 3, 4] == items(mina)
    assert "photo" in first
    for number in (1, 2, 3, 4):
        await mina.tap(f"{number} positive")
        await world.wait(1.2)
    assert first["message_id"] == mina.phone.messages[-1]["message_id"]
    assert first["photo"] != mina.phone.messages[-1]["photo"]
    assert [1, 2, 3, 4] == items(mina)


async def test_who_slows_down_gets_single_cards_again(world: World, owner: Someone) -> None:
    mina = await at_work(world, owner)
    await hurry(world, mina)

    for _ in range(8):
        await mina.tap("1 positive" if items(mina) else "positive")
        for number in items(mina)[1:]:
            await world.wait(5)
            await mina.tap(f"{number} positive")
        await world.wait(5)

    assert ["positive", "negative", *SIDE] == mina.buttons


async def test_who_labels_at_an_easy_pace_never_sees_a_page(world: World, owner: Someone) -> None:
    mina = await at_work(world, owner)

    for _ in range(30):
        await mina.tap("positive")
        assert ["positive", "negative", *SIDE] == mina.buttons
        await world.wait(3.1)


async def test_several_choices_at_once_stay_one_task_a_card(world: World, owner: Someone) -> None:
    mina = await at_work(world, owner, kind="multiple", choices="red, green")

    for _ in range(6):
        await mina.tap("☐ red")
        await world.wait(3)
        await mina.tap("제출")
        await world.wait(3)

    assert ["☐ red", "☐ green", "제출", *SIDE] == mina.buttons


async def test_long_choices_stay_one_task_a_card(world: World, owner: Someone) -> None:
    choices = ", ".join(f"a choice that fills a whole row of the phone {letter}" for letter in "abc")
    mina = await at_work(world, owner, choices=choices)

    for _ in range(12):
        await mina.tap("whole row of the phone a")
        await world.wait(1)

    assert ["1 a choice that fills", "2 a choice that fills", "3 a choice that fills"] == [
        text[:21] for text in mina.buttons[:3]
    ]


async def test_there_are_no_pages_where_the_rate_is_unlimited(tmp_path: Path) -> None:
    async with World.open(tmp_path / "free", environment={"TAPWORK_CHAT_RATE": "0"}) as world:
        mina = await at_work(world, await world.owner())

        for _ in range(30):
            await mina.tap("positive")

        assert ["positive", "negative", *SIDE] == mina.buttons


async def test_a_page_outlives_a_restart(tmp_path: Path) -> None:
    async with World.open(tmp_path, limits=STRICT, environment=RATES) as world:
        mina = await at_work(world, await world.owner())
        await hurry(world, mina)
        await mina.tap("1 positive")

    async with World.joined(tmp_path, world.sandbox, world.clock, RATES, seam(world.sandbox)) as again:
        here = Someone(again, "미나", mina.phone)
        for number in (2, 3, 4):
            await here.tap(f"{number} negative")
        assert "4번 저장 · negative · 1개 남았어요" == here.toast
        await here.tap("5 negative")

        assert "저장" in str(here.toast)
        assert ["positive", "negative", *SIDE] == here.buttons
        assert [0b10] * 4 == list((await again.do(labels)).values())[-4:]


async def test_items_of_a_page_that_lapsed_are_still_saved_and_paid(world: World, owner: Someone) -> None:
    mina = await at_work(world, owner)
    await hurry(world, mina)
    done = len(await world.do(labels))
    world.clock.advance(11 * MINUTE)
    await world.job("expire")

    await mina.tap("1 negative")

    assert "저장" in str(mina.toast)
    assert [0b10] == list((await world.do(labels)).values())[done:]


async def test_a_chat_that_is_stopped_loses_no_tap_and_gets_one_card_when_it_is_over(
    world: World, owner: Someone
) -> None:
    mina = await at_work(world, owner)
    await mina.tap("positive")
    await world.wait(5)
    world.sandbox.faults.flood(mina.telegram_id, 240)
    stopped = world.clock.seconds()

    await mina.tap("positive")
    for _ in range(5):
        await mina.tap("negative")
        assert str(mina.toast).startswith("이미 처리된 작업이에요. 지금 작업을 보여 드릴게요. · 다음 작업은")
        await world.wait(20)
    assert [0b1, 0b1] == list((await world.do(labels)).values())
    await world.wait(250)

    hers = [
        (call.at - stopped, call.status)
        for call in world.sandbox.calls
        if str(call.params.get("chat_id")) == str(mina.telegram_id) and call.at >= stopped
    ]
    assert [(0, 429), (240, 200)] == hers
    assert "text 3" in mina.screen
