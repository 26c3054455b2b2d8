import asyncio
import json
import os
import socket
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from office import config_at, silent

from bot import command_calls, control
from bot.clock import WallClock
from bot.commands import Command, Desk, Export, ListPayable, Pay, Post
from services import enrolling
from services.enrolling import Newcomer
from storage import Database, open_database


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    config = config_at(tmp_path / "data")
    db = await open_database(config.database_url)
    yield Desk(config, db, WallClock())
    await db.close()


async def raw(desk: Desk, line: bytes) -> dict[str, object]:
    reader, writer = await asyncio.open_unix_connection(desk.config.socket)
    writer.write(line)
    answer = json.loads(await reader.readline())
    writer.close()
    await writer.wait_closed()
    return dict(answer)


@pytest.mark.parametrize(
    "command",
    [
        Post("/a b/c.csv", (("price", "2"), ("guide", "one\ntwo")), 42, publish=True),
        Post("/a", (), None),
        Export("AB2CD", "/out"),
        Pay("ABCDEF", "1,000", "note"),
        Pay("ABCDEF"),
        ListPayable(),
    ],
)
def test_a_command_survives_the_way_through_the_socket(command: Command) -> None:
    assert command == control.unpack(json.loads(json.dumps(control.pack(command, "en"))))


async def test_nobody_but_its_user_may_use_the_socket(desk: Desk) -> None:
    async with control.listening(desk):
        assert 0o600 == stat.S_IMODE(desk.config.socket.stat().st_mode)


async def test_the_sockets_mode_does_not_narrow_other_files(desk: Desk, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        async with control.listening(desk):
            (tmp_path / "other").touch()
    finally:
        os.umask(before)

    assert 0o644 == stat.S_IMODE((tmp_path / "other").stat().st_mode)


async def test_the_socket_goes_away_with_the_bot(desk: Desk) -> None:
    async with control.listening(desk):
        pass

    assert not desk.config.socket.exists()
    with pytest.raises(control.NobodyListens):
        await control.ask(desk.config.socket, ListPayable(), "en", silent)


async def test_a_socket_that_a_killed_bot_left_behind_is_replaced(desk: Desk) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(desk.config.socket))
    with pytest.raises(control.NobodyListens):
        await control.ask(desk.config.socket, ListPayable(), "en", silent)

    async with control.listening(desk):
        reply = await control.ask(desk.config.socket, ListPayable(), "en", silent)

    assert {"ok": {"text": "Nobody has money available.", "payable": []}} == reply


@pytest.mark.parametrize(
    "line", [b"hello\n", b"[]\n", b'{"do": "dance"}\n', b'{"do": "pay", "worker": 7}\n', b"\xff\n", b"\n"]
)
async def test_what_is_no_command_is_answered_as_such(desk: Desk, line: bytes) -> None:
    async with control.listening(desk):
        assert ["error"] == list(await raw(desk, line))


async def test_a_refusal_comes_with_its_key_and_its_words(desk: Desk) -> None:
    async with control.listening(desk):
        reply = await raw(desk, b'{"do": "export", "batch": "NOPE", "folder": "/tmp/x", "language": "ko"}\n')

    assert {"key": "cli.no_batch", "blanks": {"code": "NOPE"}} == reply["refusal"]
    assert "“NOPE” 일감을 찾지 못했어요" in str(reply["text"])


async def test_a_bug_is_answered_with_a_reference_that_the_log_knows(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = config_at(tmp_path / "data")
    db = await open_database(config.database_url)
    await db.close()

    reply = await control.answer(Desk(config, db, WallClock()), ListPayable(), "en", silent)

    [record] = caplog.records
    assert record.getMessage().split()[-1] in reply["error"]


async def test_progress_is_told_on_the_way(desk: Desk, tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    await coordinator(desk.db)
    table = tmp_path / "many.csv"
    table.write_text("text\n" + "".join(f"row {number}\n" for number in range(450)), encoding="utf-8")

    async def progress(done: int, total: int) -> None:
        heard.append((done, total))

    async with control.listening(desk):
        settings = (("choices", "a, b"), ("price", "1"))
        reply = await control.ask(desk.config.socket, Post(str(table), settings, 7), "en", progress)

    assert 450 == reply["ok"]["tasks"]
    assert len(heard) > 1
    assert sorted(heard) == heard
    assert (450, 450) == heard[-1]


async def coordinator(db: Database) -> None:
    newcomer = Newcomer(7, "Sora", None, "ko")
    await db.run(enrolling.arrive, WallClock().now(), newcomer, "", frozenset({7}), "open")


@dataclass(frozen=True)
class Endless:
    """A table whose picture never comes, as a command that takes as long as anybody likes."""

    command: Post
    begun: asyncio.Event
    ended: asyncio.Event


@pytest.fixture
async def endless(tmp_path: Path, desk: Desk) -> AsyncIterator[Endless]:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def never(_: web.Request) -> web.Response:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return web.Response()

    app = web.Application()
    app.router.add_get("/picture.jpg", never)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    table = tmp_path / "table.csv"
    table.write_text(f"image\nhttp://127.0.0.1:{runner.addresses[0][1]}/picture.jpg\n", encoding="utf-8")
    await coordinator(desk.db)
    yield Endless(Post(str(table), (("choices", "a, b"), ("price", "1")), 7), begun, ended)
    await runner.cleanup()


async def test_whoever_hangs_up_stops_their_command(desk: Desk, endless: Endless) -> None:
    async with control.listening(desk):
        waiting = asyncio.create_task(control.ask(desk.config.socket, endless.command, "en", silent))
        await endless.begun.wait()
        waiting.cancel()
        await asyncio.wait_for(endless.ended.wait(), 30)


async def test_a_bot_that_stops_says_so_to_whoever_waits(desk: Desk, endless: Endless) -> None:
    async with control.listening(desk):
        waiting = asyncio.create_task(control.ask(desk.config.socket, endless.command, "en", silent))
        await endless.begun.wait()

    with pytest.raises(control.Interrupted):
        await waiting


async def test_a_path_too_long_for_a_socket_is_said_and_the_bot_works_without_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = config_at(tmp_path / ("x" * 120))
    db = await open_database(config.database_url)
    try:
        async with control.listening(Desk(config, db, WallClock())):
            with pytest.raises(control.PathTooLong):
                await control.ask(config.socket, ListPayable(), "en", silent)
    finally:
        await db.close()

    assert "shorter TAPWORK_DATA_DIR" in caplog.text


def test_who_is_left_without_an_answer_is_told_to_look_before_they_pay_twice(tmp_path: Path) -> None:
    told = command_calls._reason(config_at(tmp_path), control.Interrupted())

    assert "it may be done" in told
    assert "tapwork pay lists" in told
