import asyncio
import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from aiohttp import ClientSession
from office import silent

from bot import control
from bot.commands import Command, Export, ListPayable
from bot.demo import Demo, announcement, fresh, listen, playing
from bot.demo_people import rows, zipped_pictures
from sandbox import Json, Phone, Sandbox


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    stop = asyncio.Event()
    async with playing(tmp_path / "demo", 0, stop) as ready:
        assert ready is not None
        yield ready


async def ask(demo: Demo, command: Command) -> control.Reply:
    return await control.ask(demo.config.socket, command, "en", silent)


def buttons(phone: Phone) -> list[str]:
    return [text for row in phone.buttons for text in row]


async def test_a_newcomer_finds_a_world_that_is_already_at_work(demo: Demo) -> None:
    cast, state = demo.cast, await fetched(f"{demo.url}/sandbox/state")

    assert ["질문", "요청", "서술", "낱말"] == buttons(cast.mina.phone)[:4]
    assert ["spam", "personal"] == buttons(cast.emma.phone)[:2]
    assert 3 == sum("🟢" in text for text in buttons(cast.sora.phone))
    assert "소라" in cast.owner.phone.screen
    assert [*cast.played, *(robot.name for robot in cast.robots)] == [user["first_name"] for user in state["users"]]
    assert {worker.name for worker in cast.workers} == {
        user["first_name"] for user in state["users"] if user["simulated"]["available"]
    }
    assert {robot.name for robot in cast.robots} == {
        user["first_name"] for user in state["users"] if user["simulated"]["on"]
    }
    assert all(2 <= user["simulated"]["pace"] <= 5 for user in state["users"] if user["simulated"]["on"])
    for worker in cast.workers:
        dates = [message["date"] for message in worker.phone.messages]
        assert sorted(dates) == dates
        assert dates[-1] - dates[0] > 2 * 24 * 3600
    assert "<title>Tapwork" in await page(demo.url)
    assert [] == demo.sandbox.violations
    assert demo.url in announcement(demo)
    assert "\n" not in announcement(demo)


async def test_earlier_days_have_left_money_answers_and_work_to_do(demo: Demo, tmp_path: Path) -> None:
    payable = (await ask(demo, ListPayable()))["ok"]["payable"]
    codes = [text.split("· ")[1].split()[0] for text in shown(demo, "🟩") if "· " in text]
    labels: list[dict[str, str]] = []
    for code in codes:
        await ask(demo, Export(code, str(tmp_path / code)))
        labels += table(tmp_path / code / "labels.csv")

    assert {worker.name for worker in demo.cast.workers} == {each["name"] for each in payable}
    final = [row for row in labels if row["status"] == "final"]
    truth = {row["id"]: row["label"] for name in SAMPLES for row in rows(f"{name}_truth.csv")}
    right = sum(truth[row["task"]] == row["label"] for row in final)
    assert 484 == len(labels)
    assert len(final) >= 30
    assert right / len(final) > 0.9
    assert sum(row["status"] == "open" for row in labels) > 300


SAMPLES = ("ko_utterances", "en_messages", "pictures")


def shown(demo: Demo, mark: str) -> list[str]:
    """First lines of the coordinator's messages that carry a bar."""
    texts = [str(message.get("text", "")) for message in demo.cast.sora.phone.messages]
    return [text.splitlines()[0] for text in texts if mark in text or "⬜" in text]


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


async def page(url: str) -> str:
    async with ClientSession() as session, session.get(url) as response:
        return await response.text()


async def fetched(url: str) -> Json:
    async with ClientSession() as session, session.get(url) as response:
        found: Json = await response.json()
        return found


async def test_a_demo_that_is_stopped_early_ends_quietly(tmp_path: Path) -> None:
    stop = asyncio.Event()
    stop.set()

    async with playing(tmp_path / "demo", 0, stop) as ready:
        assert None is ready


async def test_the_next_free_port_is_taken() -> None:
    first = await listen(Sandbox(), 0)
    port = int(first.url.rpartition(":")[2])
    second = await listen(Sandbox(), port)

    assert port < int(second.url.rpartition(":")[2])
    await first.close()
    await second.close()


def test_a_demo_wipes_its_own_folder_but_never_that_of_a_running_one(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "old").touch()

    with fresh(tmp_path / "demo") as first:
        assert not (first / "old").exists()
        first.mkdir()
        (first / "new").touch()
        with fresh(tmp_path / "demo") as second:
            assert (first / "new").exists()

    assert (tmp_path / "demo", tmp_path / "demo-2") == (first, second)


def test_the_zip_holds_its_table_and_each_picture_that_it_names() -> None:
    with ZipFile(io.BytesIO(zipped_pictures())) as archive:
        names = set(archive.namelist())

    assert {"pictures.csv", *(row["image"] for row in rows("pictures.csv"))} == names
