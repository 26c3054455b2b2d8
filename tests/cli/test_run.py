import asyncio
import contextlib
import logging
import os
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from time import monotonic

import pytest
from office import config_at
from world import OWNER, TOKEN

from bot.cli import main
from bot.command_run import TokenRefused, run
from bot.logs import set_up
from sandbox import Phone, Sandbox
from sandbox.server import Running, serve

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def telegram() -> AsyncIterator[tuple[Sandbox, Running]]:
    sandbox = Sandbox()
    sandbox.create_bot(TOKEN, "tapwork_bot")
    server = await serve(sandbox)
    yield sandbox, server
    await server.close()


async def tapwork(folder: Path, server: Running, *arguments: str) -> Process:
    settings = {"TAPWORK_TOKEN": TOKEN, "TAPWORK_API_URL": server.url, "TAPWORK_OWNERS": str(OWNER)}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **settings}
    command = (sys.executable, "-m", "bot", *arguments)
    return await asyncio.create_subprocess_exec(*command, cwd=folder, env=environment, stdout=PIPE, stderr=PIPE)


async def outcome(process: Process) -> tuple[int | None, str, str]:
    out, err = await asyncio.wait_for(process.communicate(), 30)
    return process.returncode, out.decode(), err.decode()


async def greeted(phone: Phone) -> None:
    """The bot has answered."""
    answered = asyncio.Event()
    unsubscribe = phone.sandbox.subscribe(lambda event: answered.set() if event["type"] == "message" else None)
    phone.say("/start")
    answered.clear()
    await asyncio.wait_for(answered.wait(), 30)
    unsubscribe()


async def test_a_bot_its_commands_and_a_second_bot_as_processes(
    tmp_path: Path, telegram: tuple[Sandbox, Running]
) -> None:
    sandbox, server = telegram
    phone = Phone(sandbox, sandbox.create_user("운영자", user_id=OWNER))
    (tmp_path / "reviews.csv").write_text("text\ngood\nbad\n", encoding="utf-8")
    bot = await tapwork(tmp_path, server, "run")
    await greeted(phone)
    settings = ("--set", "choices=positive, negative", "--set", "price=20", "--publish")

    posted = await outcome(await tapwork(tmp_path, server, "post", "reviews.csv", *settings))
    second = await outcome(await tapwork(tmp_path, server, "run"))
    bot.send_signal(signal.SIGTERM)
    stopped = await outcome(bot)
    code = posted[1].split("Draft ")[1].split()[0]
    exported = await outcome(await tapwork(tmp_path, server, "export", code, "--to", "out"))

    assert 0 == posted[0]
    assert (1, "") == second[:2]
    assert f"pid {bot.pid}" in second[2]
    assert 0 == stopped[0]
    assert TOKEN not in stopped[2]
    assert 0 == exported[0]
    assert 3 == len((tmp_path / "out" / "labels.csv").read_text(encoding="utf-8").splitlines())
    assert [] == [path.name for path in (tmp_path / "data").iterdir() if path.suffix == ".sock"]


async def test_a_wrong_token_is_said(tmp_path: Path, telegram: tuple[Sandbox, Running]) -> None:
    _, server = telegram
    config = config_at(tmp_path / "data", TAPWORK_API_URL=server.url, TAPWORK_TOKEN="7000000001:" + "B" * 35)

    with pytest.raises(TokenRefused):
        await run(config, asyncio.Event())


async def test_a_good_token_that_is_refused_once_is_tried_again(
    tmp_path: Path, telegram: tuple[Sandbox, Running], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    sandbox, server = telegram
    bot = sandbox.world.bots.pop(TOKEN)
    stop = asyncio.Event()
    running = asyncio.create_task(run(config_at(tmp_path / "data", TAPWORK_API_URL=server.url), stop))
    await asyncio.sleep(1)
    sandbox.world.bots[TOKEN] = bot
    async with asyncio.timeout(30):
        while "the bot is at work" not in caplog.text:  # noqa: ASYNC110 - all that it says is in its log
            await asyncio.sleep(0.05)

    stop.set()
    await asyncio.wait_for(running, 30)


async def test_a_bot_without_a_network_keeps_trying_until_it_is_stopped(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = config_at(tmp_path / "data", TAPWORK_API_URL="http://127.0.0.1:9")
    stop = asyncio.Event()
    running = asyncio.create_task(run(config, stop))

    async with asyncio.timeout(30):
        while "no Telegram at http://127.0.0.1:9" not in caplog.text:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    assert not running.done()
    stop.set()
    await asyncio.wait_for(running, 30)


async def test_a_bot_that_hangs_at_the_door_stops_when_told(tmp_path: Path, telegram: tuple[Sandbox, Running]) -> None:
    sandbox, server = telegram
    sandbox.faults.update({"latency": 60})
    stop = asyncio.Event()
    running = asyncio.create_task(run(config_at(tmp_path / "data", TAPWORK_API_URL=server.url), stop))
    await asyncio.sleep(0.5)

    stop.set()

    await asyncio.wait_for(running, 30)
    sandbox.faults.update({"latency": 0})


async def filling(database: Path) -> None:
    """Rows of a file are being taken."""
    async with asyncio.timeout(30):
        while True:
            with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
                if connection.execute("SELECT count(*) FROM task").fetchone()[0]:
                    return
            await asyncio.sleep(0.02)


def started_by(process: Process) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def is_alive(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


async def test_a_stop_amid_a_large_file_takes_seconds_and_leaves_neither_processes_nor_tracebacks(
    tmp_path: Path, telegram: tuple[Sandbox, Running]
) -> None:
    sandbox, server = telegram
    phone = Phone(sandbox, sandbox.create_user("운영자", user_id=OWNER))
    bot = await tapwork(tmp_path, server, "run")
    await greeted(phone)
    phone.send("many.csv", b"text\n" + b"x\n" * 400_000, "choices: a, b\nprice: 1")
    await filling(tmp_path / "data" / "tapwork.db")
    readers = started_by(bot)

    bot.send_signal(signal.SIGTERM)
    began = monotonic()
    status, _, said = await outcome(bot)

    assert monotonic() - began < 5
    assert 0 == status
    assert [1, []] == [len(readers), [reader for reader in readers if is_alive(reader)]]
    assert [] == [line for line in said.splitlines() if '"error"' in line or "Traceback" in line]
    assert [] == list((tmp_path / "data" / "uploads").glob("reading-*"))


def test_a_database_of_a_newer_release_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TAPWORK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TAPWORK_TOKEN", TOKEN)
    with contextlib.closing(sqlite3.connect(tmp_path / "tapwork.db")) as connection:
        connection.execute("PRAGMA user_version = 999")

    assert [3, 1, 1] == [main(["run"]), main(["migrate"]), main(["pay"])]
    assert 3 == capsys.readouterr().err.count("newer release: schema 999")


@pytest.fixture
def _own_logging() -> Iterator[None]:
    """Whatever the test does to the root logger is undone."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("_own_logging")
def test_no_token_stands_in_a_log_not_even_in_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    try:
        raise ValueError(f"POST https://api.telegram.org/bot{TOKEN}/getMe")
    except ValueError:
        logging.getLogger("bot").exception("token %s", TOKEN)

    said = capsys.readouterr().err
    assert said.count("<token>") >= 2
    assert "ValueError" in said
    assert TOKEN.partition(":")[2] not in said
