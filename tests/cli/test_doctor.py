"""`tapwork doctor` beside the bot and alone: each trouble in words with what to do, and an exit status that says so."""

import asyncio
import json
from collections import namedtuple
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest
from aiohttp import web
from office import Office, config_at, opened
from socket_ports import free_port
from world import OWNER, TOKEN

from bot import control
from bot.clock import WallClock
from bot.command_doctor import doctor
from bot.commands import BackUp, Desk
from bot.config import Config
from rules.model import DAY, HOUR, MINUTE, Instant
from rules.refusals import Refusal
from sandbox import Phone, Sandbox
from sandbox.server import serve
from services import auditing
from services.returning import hear
from storage import Database, Tx, open_database
from storage.backups import found, manifest_of

Disk = namedtuple("Disk", "total used free")
Look = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
async def sandbox() -> Sandbox:
    sandbox = Sandbox()
    sandbox.create_bot(TOKEN, "tapwork_bot")
    return sandbox


@pytest.fixture
async def config(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[Config]:
    """An installation in which all is well, as long as nobody spoils it; no bot is running."""
    async with opened(tmp_path / "data", is_running=False) as office:
        pass
    server = await serve(sandbox)
    config = config_at(tmp_path / "data", TAPWORK_API_URL=server.url, TAPWORK_OWNERS=str(OWNER))
    assert 0 == await Office(config, office.batch, office.worker, None).call(BackUp())
    yield config
    await server.close()


@pytest.fixture
def look(config: Config, capsys: pytest.CaptureFixture[str]) -> Look:
    """The exit status and what was said."""

    async def look(language: str = "en", *, is_quick: bool = False, **changed: Any) -> tuple[int, str]:
        capsys.readouterr()
        status = await doctor(replace(config, **changed), language, is_quick=is_quick)
        return status, capsys.readouterr().out

    return look


@asynccontextmanager
async def at_work(config: Config, heard: int = 0) -> AsyncIterator[Database]:
    """A bot that heard from Telegram so many milliseconds ago, as far as the command line sees it."""
    db = await open_database(config.database_url)
    try:
        clock = WallClock()
        await db.run(hear, Instant(clock.now() - heard))
        async with control.listening(Desk(config, db, clock)):
            yield db
    finally:
        await db.close()


def lines(said: str, level: str) -> list[str]:
    return [line[5:] for line in said.splitlines() if line.startswith(level)]


async def test_of_an_installation_that_is_well_nothing_is_said_to_be_bad(config: Config, look: Look) -> None:
    async with at_work(config):
        status, said = await look()

    assert (0, [], []) == (status, lines(said, "warn"), lines(said, "bad"))
    for told in (
        "@tapwork_bot",
        "The bot is at work",
        "The database is sound",
        "The books add up",
        "The clock is right",
    ):
        assert told in said


async def test_without_a_bot_the_database_is_looked_at_all_the_same(look: Look) -> None:
    status, said = await look()

    assert 0 == status
    assert ["No bot is running on this data folder."] == lines(said, "warn")
    assert "The books add up" in said


async def test_it_speaks_korean(config: Config, look: Look) -> None:
    async with at_work(config):
        status, said = await look("ko")

    assert 0 == status
    assert "장부가 맞아요" in said
    assert "봇이 일하고 있어요" in said


# The bot --------------------------------------------------------------------------------------------------------------


async def test_a_quick_look_says_only_whether_the_bot_is_at_work(config: Config, look: Look) -> None:
    assert (1, "bad  No bot is running on this data folder.\n") == await look(is_quick=True)
    async with at_work(config):
        assert (0, "ok   The bot is at work.\n") == await look(is_quick=True)


async def test_a_bot_that_does_not_hear_from_telegram_is_not_well(config: Config, look: Look) -> None:
    async with at_work(config, heard=3 * MINUTE):
        status, said = await look(is_quick=True)

    assert 1 == status
    assert "has not heard from Telegram" in said


async def test_who_has_the_database_and_does_not_answer_is_named(config: Config, look: Look) -> None:
    db = await open_database(config.database_url)
    try:
        status, said = await look()
    finally:
        await db.close()

    assert 1 == status
    assert "has the database and does not answer" in said


# Telegram -------------------------------------------------------------------------------------------------------------


async def test_a_token_that_telegram_does_not_know_is_bad(look: Look) -> None:
    status, said = await look(token="1234567:" + "x" * 35)

    assert 1 == status
    assert "/mybots" in "".join(lines(said, "bad"))
    assert "1234567" not in said


async def test_without_a_token_the_rest_is_looked_at(look: Look) -> None:
    status, said = await look(token="")

    assert 0 == status
    assert "TAPWORK_TOKEN is not set" in said


async def test_telegram_out_of_reach_is_bad(look: Look) -> None:
    status, said = await look(api_url=f"http://127.0.0.1:{free_port()}")

    assert 1 == status
    assert "can't be reached" in said
    assert TOKEN not in said


async def test_a_webhook_of_another_program_is_bad(sandbox: Sandbox, look: Look) -> None:
    await sandbox.call(TOKEN, "setWebhook", {"url": "http://127.0.0.1:9/theirs"}, {})

    status, said = await look()

    assert 1 == status
    assert "http://127.0.0.1:9/theirs" in "".join(lines(said, "bad"))


async def test_a_webhook_that_is_not_set_is_bad(look: Look) -> None:
    status, said = await look(webhook_url="https://example.org/telegram")

    assert 1 == status
    assert "does not bring updates to https://example.org/telegram" in said


async def test_a_webhook_that_telegram_can_not_reach_is_told(sandbox: Sandbox, look: Look) -> None:
    url = f"http://127.0.0.1:{free_port()}/telegram"
    await sandbox.call(TOKEN, "setWebhook", {"url": url}, {})
    Phone(sandbox, sandbox.create_user("Mina")).say("/start")
    for _ in range(100):
        status, said = await look(webhook_url=url)
        if lines(said, "warn") != ["No bot is running on this data folder."]:
            break
        await asyncio.sleep(0.05)

    assert 0 == status
    assert "could not bring updates" in "".join(lines(said, "warn"))


async def test_updates_that_wait_are_told(sandbox: Sandbox, look: Look) -> None:
    mina = Phone(sandbox, sandbox.create_user("Mina"))
    for _ in range(120):
        mina.say("/work")

    assert "Updates waiting at Telegram: 120." in (await look())[1]


RESULTS = {
    "getMe": {"id": 1, "is_bot": True, "first_name": "T", "username": "tapwork_bot"},
    "getWebhookInfo": {"url": "", "has_custom_certificate": False, "pending_update_count": 0},
}


@pytest.fixture
async def from_2020() -> AsyncIterator[str]:
    """A Bot API whose clock stands at the beginning of 2020."""

    async def answer(request: web.Request) -> web.Response:
        result = RESULTS.get(request.path.rpartition("/")[2])
        return web.json_response({"ok": True, "result": result}, headers={"Date": "Wed, 01 Jan 2020 00:00:00 GMT"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_clock_that_is_off_is_told(look: Look, from_2020: str) -> None:
    status, said = await look(api_url=from_2020)

    assert 0 == status
    assert "clock is" in "".join(lines(said, "warn"))
    assert "timedatectl" in said


# Files ----------------------------------------------------------------------------------------------------------------


async def test_a_key_that_others_can_read_is_bad(config: Config, look: Look) -> None:
    config.secret_file.chmod(0o640)

    status, said = await look()

    assert 1 == status
    assert [f"Others can read the secret key: chmod 600 {config.secret_file}"] == lines(said, "bad")


async def test_a_key_that_keeps_nothing_secret_is_bad(config: Config, look: Look) -> None:
    config.secret_file.write_bytes(b"")

    status, said = await look()

    assert 1 == status
    assert "too short" in "".join(lines(said, "bad"))


async def test_a_missing_key_is_bad_before_the_bot_makes_a_new_one(config: Config, look: Look) -> None:
    config.secret_file.unlink()

    status, said = await look()

    assert 1 == status
    assert "was kept apart" in "".join(lines(said, "bad"))
    assert not config.secret_file.exists()


async def test_a_data_folder_that_everybody_can_look_into_is_told(config: Config, look: Look) -> None:
    config.data_dir.chmod(0o755)

    assert f"chmod 700 {config.data_dir}" in "".join(lines((await look())[1], "warn"))


async def test_a_disk_that_runs_full_is_bad(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Disk(100 << 30, 98 << 30, 2 << 30))

    status, said = await look()

    assert 1 == status
    assert "Only 2.1 GB are free" in said


@pytest.mark.parametrize(("age", "level", "status"), [(HOUR, "ok", 0), (3 * HOUR, "warn", 0), (2 * DAY, "bad", 1)])
async def test_the_newest_backup_should_be_fresh(config: Config, look: Look, age: int, level: str, status: int) -> None:
    [backup] = found(config.backups)
    told = json.loads(manifest_of(backup.path).read_text(encoding="utf-8"))
    manifest_of(backup.path).write_text(json.dumps({**told, "made_at": WallClock().now() - age}), encoding="utf-8")

    outcome, said = await look()

    assert status == outcome
    assert "The newest backup is" in "".join(lines(said, level))


async def test_no_backup_at_all_is_told(config: Config, look: Look) -> None:
    [backup] = found(config.backups)
    backup.path.unlink()

    assert "There is no backup" in "".join(lines((await look())[1], "warn"))


async def test_a_folder_that_is_not_there_is_told_and_not_made(look: Look, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    url = f"sqlite:///{nowhere / 'tapwork.db'}"

    status, said = await look(data_dir=nowhere, database_url=url, secret_file=nowhere / "secret.key")

    assert 0 == status
    assert "Is TAPWORK_DATA_DIR the bot's?".lower() in said.lower()
    assert not nowhere.exists()


# The database ---------------------------------------------------------------------------------------------------------


def spoil(database: Path) -> None:
    with database.open("r+b") as file:
        file.seek(database.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xa5" * 4096)


async def test_a_damaged_database_is_bad_and_says_how_to_restore(config: Config, look: Look) -> None:
    spoil(config.database)

    status, said = await look()

    assert 1 == status
    assert "tapwork restore" in "".join(lines(said, "bad"))


async def test_a_database_of_a_newer_release_is_bad(config: Config, look: Look) -> None:
    with closing(connect(config.database)) as connection:
        connection.execute("PRAGMA user_version = 999")

    status, said = await look()

    assert 1 == status
    assert "newer release" in said


def sound(tx: Tx) -> bool:
    try:
        auditing.require_sound(tx)
    except Refusal:
        return False
    return True


async def test_books_that_do_not_add_up_stop_payments_until_a_sound_look(config: Config, look: Look) -> None:
    with closing(connect(config.database)) as connection, connection:
        connection.execute("INSERT INTO entry VALUES ('forged', 'available:999', 5, 1)")
    async with at_work(config) as db:
        assert await db.read(sound)
        status, said = await look()
        assert (1, False) == (status, await db.read(sound))
    assert "payments are stopped" in "".join(lines(said, "bad"))
    with closing(connect(config.database)) as connection, connection:
        connection.execute("DROP TRIGGER entry_is_not_removed")
        connection.execute("DELETE FROM entry WHERE source = 'forged'")
    async with at_work(config) as db:
        status, said = await look()
        assert (0, True) == (status, await db.read(sound))
