"""While files are read: others wait their turn and hear of it, and the coordinator's own taps go on."""

from __future__ import annotations

import asyncio
from asyncio import Event
from pathlib import Path

from world import Someone, World, seam

from jobs import uploads
from rules.model import MINUTE, UploadId

CAPTION = "choices: 긍정, 부정\nprice: 20\noverlap: 1"
ROWS = b"text\none\ntwo\n"


async def coordinators(world: World, *names: str) -> list[Someone]:
    owner = await world.owner()
    return [await world.coordinator(owner, name) for name in names]


async def take_in(world: World) -> None:
    """The bot hears of what was sent, and isn't waited for any further than its handlers go."""
    while await world.running.receiver.poll(0):
        await world.running.inbox.idle()
    await asyncio.sleep(0.05)


async def hold_turns(world: World, go: Event) -> list[asyncio.Task[None]]:
    """Both turns at reading are taken until told to go."""

    async def reads() -> None:
        async with world.kit.readings.turn(nothing):
            await go.wait()

    tasks = [asyncio.create_task(reads()) for _ in range(2)]
    await asyncio.sleep(0)
    return tasks


async def nothing() -> None: ...


async def test_who_has_to_wait_is_told_and_can_do_other_things_meanwhile(world: World) -> None:
    [sora] = await coordinators(world, "소라")
    go = Event()
    held = await hold_turns(world, go)

    sora.phone.send("rows.csv", ROWS, CAPTION)
    await take_in(world)
    waiting = sora.screen
    sora.phone.say("/batches")
    await take_in(world)
    answered = sora.screen
    go.set()
    await asyncio.gather(*held)
    await world.settle()

    assert "지금 다른 파일을 읽고 있어요" in waiting
    assert "아직 일감이 없어요" in answered
    assert "작업 2건" in sora.screen
    assert not any("지금 다른 파일" in text for text in sora.texts)


async def test_a_file_left_while_it_waits_comes_to_nothing_in_silence(world: World) -> None:
    [sora] = await coordinators(world, "소라")
    go = Event()
    held = await hold_turns(world, go)

    sora.phone.send("rows.csv", ROWS, CAPTION)
    await take_in(world)
    sora.phone.say("/cancel")
    await take_in(world)
    left = sora.screen
    go.set()
    await asyncio.gather(*held)
    await world.settle()

    assert left == sora.screen
    assert "아직 일감이 없어요" in await sora.say("/batches")


async def test_the_job_leaves_a_file_alone_that_is_in_hand(world: World) -> None:
    [sora] = await coordinators(world, "소라")
    go = Event()
    held = await hold_turns(world, go)

    sora.phone.send("rows.csv", ROWS, CAPTION)
    await take_in(world)
    world.clock.advance(10 * MINUTE)
    in_hand = await uploads.run(world.kit, world.clock.now())
    go.set()
    await asyncio.gather(*held)
    await world.settle()

    assert "0 resumed" in in_hand
    assert 1 == sum("작업 2건" in text for text in sora.texts)
    assert frozenset() == world.kit.readings.held


async def test_a_file_cut_off_by_a_stop_is_read_anew_after_the_start(tmp_path: Path) -> None:
    async with World.open(tmp_path) as world:
        [sora] = await coordinators(world, "소라")
        held = await hold_turns(world, Event())
        sora.phone.send("rows.csv", ROWS, CAPTION)
        await take_in(world)
        in_hand = world.kit.readings.held
        for task in held:
            task.cancel()
    async with World.joined(tmp_path, world.sandbox, world.clock, {}, seam(world.sandbox)) as again:
        again.clock.advance(3 * MINUTE)
        await uploads.run(again.kit, again.clock.now())

        assert frozenset({UploadId(1)}) == in_hand
        assert "작업 2건" in Someone(again, sora.name, sora.phone).screen


async def test_two_bad_files_and_a_good_one_at_once_each_get_their_own_answer(world: World) -> None:
    sora, ann, bora = await coordinators(world, "소라", "앤", "보라")

    await world.together(
        lambda: sora.phone.send("a.csv", b'text\n"a\n', CAPTION),
        lambda: ann.phone.send("b.xlsx", b"no workbook", CAPTION),
        lambda: bora.phone.send("c.csv", ROWS, CAPTION),
    )

    assert "a.csv 2행" in sora.screen
    assert "b.xlsx: 엑셀" in ann.screen
    assert "작업 2건" in bora.screen
