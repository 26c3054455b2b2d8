"""`tapwork backup` beside the bot and alone, and `tapwork restore`, which proves before it touches."""

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from office import Office, opened, silent
from parcels import album, caption, table
from world import OWNER, TOKEN, HandClock, Someone, World, seam

from bot import control
from bot.command_restore import restore
from bot.commands import BackUp, Post
from bot.config import Config
from rules.model import HOUR, MINUTE, Instant
from sandbox import Sandbox
from storage import Database, Tx, open_database
from storage.backups import Backup, back_up, found, manifest_of
from storage.checks import violations
from storage.stopping import Stop

ANSWERS = "SELECT COUNT(*) FROM answer"


@pytest.fixture
async def stopped(tmp_path: Path) -> Office:
    """An installation whose bot is not running, with two answers in it."""
    async with opened(tmp_path / "data", is_running=False) as office:
        return office


def count(database: Path, sql: str = ANSWERS) -> int:
    with closing(sqlite3.connect(database)) as connection:
        return int(connection.execute(sql).fetchone()[0])


def change(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def latest(config: Config) -> Backup:
    return found(config.backups)[-1]


def put_back(config: Config, source: Path, language: str = "en", *, sure: bool = True, other_key: bool = False) -> int:
    return restore(config, source, language, is_sure=sure, other_key=other_key)


def beside(config: Config) -> list[str]:
    """What lies beside the database, folders apart."""
    return sorted(path.name for path in config.data_dir.iterdir() if path.is_file() and path.name != "reviews.csv")


# Making one ---------------------------------------------------------------------------------------------------------


async def test_a_backup_is_made_beside_the_bot_and_alone(
    installation: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == await installation.call(BackUp())

    backup = latest(installation.config)
    said = capsys.readouterr().out
    assert str(backup.path) in said
    assert "Answers in it: 2" in said
    assert "secret.key is not in it" in said
    assert 2 == count(backup.path)


async def test_it_is_told_in_korean(installation: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == await installation.call(BackUp(), "ko")

    assert "답 2개가 들어 있고" in capsys.readouterr().out


async def test_a_full_copy_holds_the_pictures_and_not_the_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    away = tmp_path / "away"
    async with opened(tmp_path / "data", is_running=True) as office:
        pictures = office.config.pictures
        await illustrated(office)

        assert 0 == await office.call(BackUp(str(away)))
        assert 0 == await office.call(BackUp(str(away)))

    assert "Pictures with it: 3." in capsys.readouterr().out
    assert sorted(path.name for path in pictures.glob("*/*.jpg")) == sorted(
        path.name for path in away.glob("pictures/*/*.jpg")
    )
    assert [] == [path for path in away.rglob("*") if "key" in path.name]
    assert [] == found(office.config.backups)


async def illustrated(office: Office) -> None:
    archive = office.config.data_dir / "album.zip"
    archive.write_bytes(album(3))
    settings = (("choices", "a, b"), ("price", "1"))
    reply = await control.ask(office.config.socket, Post(str(archive), settings, OWNER), "en", silent)
    assert 3 == reply["ok"]["tasks"], reply


# Putting it back ----------------------------------------------------------------------------------------------------


async def test_a_backup_takes_the_place_of_the_database_which_is_kept(
    stopped: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    config = stopped.config
    await stopped.call(BackUp())
    change(config.database, "UPDATE person SET name = 'after the backup'")

    assert 0 == put_back(config, latest(config).path)

    said = capsys.readouterr().out
    [kept] = config.data_dir.glob("tapwork-replaced-*.db")
    assert str(kept) in said
    assert "enter them again with tapwork pay" in said
    named = "SELECT COUNT(*) FROM person WHERE name = 'after the backup'"
    assert (0, 2) == (count(config.database, named), count(config.database))
    assert 2 == count(kept, named)
    assert 0o600 == config.database.stat().st_mode & 0o777


async def test_what_the_replaced_database_had_in_its_log_only_is_kept_too(stopped: Office) -> None:
    config = stopped.config
    await stopped.call(BackUp())
    script = (
        "import os, sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1])\n"
        "connection.execute(\"UPDATE person SET name = 'in the log'\")\n"
        "connection.commit()\n"
        "os._exit(0)\n"
    )
    assert 0 == await (await asyncio.create_subprocess_exec(sys.executable, "-c", script, config.database)).wait()
    assert config.database.with_name("tapwork.db-wal").stat().st_size > 0

    assert 0 == put_back(config, latest(config).path)

    [kept] = config.data_dir.glob("tapwork-replaced-*.db")
    named = "SELECT COUNT(*) FROM person WHERE name = 'in the log'"
    assert (0, 2) == (count(config.database, named), count(kept, named))


async def test_of_a_folder_the_newest_backup_is_taken(stopped: Office) -> None:
    config = stopped.config
    await asyncio.to_thread(back_up, config.database, config.backups, Instant(1_000), None, Stop())
    await stopped.call(BackUp())
    newest = latest(config)

    assert 0 == put_back(config, config.backups)

    assert newest.manifest.figures.answers == count(config.database) == 2
    assert newest.manifest.made_at > 1_000


async def test_a_bot_that_runs_is_not_robbed_of_its_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with opened(tmp_path / "data", is_running=True) as office:
        await office.call(BackUp())
        before = beside(office.config)

        assert 1 == put_back(office.config, latest(office.config).path)

        assert str(os.getpid()) in capsys.readouterr().err
        assert before == beside(office.config)


async def test_whoever_does_not_say_yes_changes_nothing(stopped: Office, capsys: pytest.CaptureFixture[str]) -> None:
    await stopped.call(BackUp())
    before = beside(stopped.config)

    assert 1 == put_back(stopped.config, stopped.config.backups, sure=False)

    assert "--yes" in capsys.readouterr().err
    assert before == beside(stopped.config)


@pytest.mark.parametrize(("typed", "status"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
async def test_somebody_at_the_terminal_is_asked(
    stopped: Office, monkeypatch: pytest.MonkeyPatch, typed: str, status: int
) -> None:
    await stopped.call(BackUp())
    leader, follower = os.openpty()
    os.write(leader, typed.encode() or b"\x04")
    with os.fdopen(follower, encoding="utf-8") as terminal:
        monkeypatch.setattr("sys.stdin", terminal)

        assert status == put_back(stopped.config, stopped.config.backups, sure=False)
    os.close(leader)

    assert (status == 0) == bool(list(stopped.config.data_dir.glob("tapwork-replaced-*")))


NONSENSE = b"no database " * 500


@pytest.mark.parametrize(
    ("told", "content", "why"),
    [
        (True, NONSENSE, "not what its manifest says"),
        (False, NONSENSE, "not a database"),
        (False, b"", "not written by tapwork"),
        (True, None, "not what its manifest says"),
        (False, None, "can't be used"),
    ],
)
async def test_a_backup_that_is_damaged_touches_nothing(
    stopped: Office, capsys: pytest.CaptureFixture[str], told: bool, content: bytes | None, why: str
) -> None:
    """Whether the copy came with its manifest or without; a `content` of None is the copy, cut off."""
    await stopped.call(BackUp())
    before = beside(stopped.config)
    backup = latest(stopped.config)
    backup.path.write_bytes(backup.path.read_bytes()[:8192] if content is None else content)
    if not told:
        manifest_of(backup.path).unlink()

    assert 1 == put_back(stopped.config, backup.path)

    assert why in capsys.readouterr().err
    assert before == beside(stopped.config)
    assert 2 == count(stopped.config.database)


async def test_a_backup_of_a_newer_release_is_refused(stopped: Office, capsys: pytest.CaptureFixture[str]) -> None:
    await stopped.call(BackUp())
    backup = latest(stopped.config)
    manifest_of(backup.path).unlink()
    change(backup.path, "PRAGMA user_version = 999")

    assert 1 == put_back(stopped.config, backup.path)

    assert "newer release" in capsys.readouterr().err
    assert 2 == count(stopped.config.database)


async def test_an_empty_folder_and_a_missing_file_are_told(
    stopped: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()

    assert 1 == put_back(stopped.config, tmp_path / "empty")
    assert "no backup in" in capsys.readouterr().err
    with pytest.raises(FileNotFoundError):
        put_back(stopped.config, tmp_path / "nothing.db")


async def test_without_the_secret_key_nothing_is_restored(stopped: Office, capsys: pytest.CaptureFixture[str]) -> None:
    await stopped.call(BackUp())
    stopped.config.secret_file.unlink()

    assert 1 == put_back(stopped.config, stopped.config.backups, "ko")

    assert "비밀 키" in capsys.readouterr().err
    assert [] == list(stopped.config.data_dir.glob("tapwork-replaced-*"))


async def test_another_secret_key_is_noticed_and_may_be_insisted_on(
    stopped: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    await stopped.call(BackUp())
    stopped.config.secret_file.write_bytes(b"another key")

    assert 1 == put_back(stopped.config, stopped.config.backups)
    assert "--other-key" in capsys.readouterr().err
    assert 0 == put_back(stopped.config, stopped.config.backups, other_key=True)


async def test_an_installation_comes_back_on_a_new_machine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    away, key = tmp_path / "away", tmp_path / "kept apart" / "secret.key"
    async with opened(tmp_path / "data", is_running=True) as office:
        await illustrated(office)
        await office.call(BackUp(str(away)))
        key.parent.mkdir()
        key.write_bytes(office.config.secret_file.read_bytes())
    fresh = fresh_machine(office.config, tmp_path / "elsewhere", key)

    assert 0 == put_back(fresh, away)

    assert "Pictures brought back: 3." in capsys.readouterr().out
    assert 3 == len(list(fresh.pictures.glob("*/*.jpg")))
    assert ["tapwork.db", "tapwork.db.lock"] == beside(fresh)
    db = await open_database(fresh.database_url)
    try:
        assert [] == await db.read(violations)
        assert 2 == (await db.read(lambda tx: tx.all("backups.answers")))[0]["answers"]
    finally:
        await db.close()


def fresh_machine(config: Config, folder: Path, key: Path) -> Config:
    url = f"sqlite:///{folder / 'tapwork.db'}"
    return replace(config, data_dir=folder, database_url=url, secret_file=key)


# Working on after it ------------------------------------------------------------------------------------------------


async def test_after_a_restore_old_buttons_are_dead_and_work_goes_on(tmp_path: Path) -> None:
    clock = HandClock()
    sandbox = Sandbox(clock=clock)
    sandbox.create_bot(TOKEN, "tapwork_bot", "Tapwork")
    folder = tmp_path / "data"
    async with World.joined(folder, sandbox, clock, {}, seam(sandbox)) as world:
        mina = await labeling(world)
        await world.job("backup")
        clock.advance(MINUTE)
        await mina.tap("positive")
        lost = mina.screen
        config = world.kit.config
    clock.advance(HOUR)

    assert 0 == put_back(config, config.backups)

    async with World.joined(folder, sandbox, clock, {}, seam(sandbox)) as world:
        mina = Someone(world, mina.name, mina.phone)
        assert lost == mina.screen
        await mina.tap("positive")
        assert 1 == await answers(world.kit.db)
        await mina.say("/work")
        await mina.tap("positive")
        assert 2 == await answers(world.kit.db)
        assert [] == await world.kit.db.read(violations)


async def labeling(world: World) -> Someone:
    """Mina, who has answered once."""
    owner = await world.owner()
    await owner.send("r.csv", table("one", "two", "three", "four"), caption())
    await owner.tap("게시")
    [mina] = await world.workers(owner, "미나")
    await mina.say("/work")
    await mina.tap("positive")
    return mina


async def answers(db: Database) -> int:
    def counted(tx: Tx) -> int:
        return int(tx.all("backups.answers")[0]["answers"])

    return await db.read(counted)


async def test_messages_that_may_have_been_sent_are_not_sent_again(stopped: Office) -> None:
    config = stopped.config
    change(
        config.database,
        "INSERT INTO outbox (dedupe_key, person_id, kind, blanks, state, attempts, due_at, created_at)"
        " VALUES ('due', 1, 'paid', '{}', 'queued', 0, 1, 1), ('later', 1, 'paid', '{}', 'queued', 0, 1e15, 1)",
    )
    await stopped.call(BackUp())

    assert 0 == put_back(config, config.backups)

    with closing(sqlite3.connect(config.database)) as connection:
        states = dict(connection.execute("SELECT dedupe_key, state FROM outbox WHERE dedupe_key IN ('due', 'later')"))
    assert {"due": "unknown", "later": "queued"} == states
