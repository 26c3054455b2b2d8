"""Copies made while people work: whole, sound, fresh, and without a touch on the database."""

import asyncio
import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections import namedtuple
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from time import monotonic

import pytest
from desk import START, Desk
from reception import until

from rules.model import DAY, HOUR, SECOND, Instant, PersonId
from services import working
from services.dealing import Shown
from services.working import Recorded
from storage import DatabaseUnusable, Trouble, Tx, open_database
from storage.albums import Carried, carry
from storage.backups import Backup, NoRoom, Unsound, back_up, examine, found, manifest_of, quick_check, tidy
from storage.checks import Violation, violations
from storage.images import PictureStore, Prepared
from storage.restoring import held, prepared, swap
from storage.stopping import Stop, Stopped, apart

ROUNDS = 20
Disk = namedtuple("Disk", "total used free")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with Desk.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "desk.db"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def copy(database: Path, folder: Path, now: Instant = START) -> Backup:
    return back_up(database, folder, now, "mark", Stop())


def fingerprint(*paths: Path) -> str:
    return elsewhere(
        "import hashlib; print([hashlib.sha256(open(each, 'rb').read()).hexdigest() for each in names])", *paths
    )


def elsewhere(script: str, *paths: Path) -> str:
    """What a script says about files that this process has open in SQLite; to close them here would end its locks."""
    command = [sys.executable, "-c", f"import sys; names = sys.argv[1:]; {script}", *map(str, paths)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*"))


class Crowd:
    """Workers who tap without a pause; `last` is when the newest stored answer was given."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.last = 0
        self.count = 0
        self.slowest = 0.0

    async def work(self, hands: int = 4) -> None:
        """Until cancelled."""
        await asyncio.gather(*[self._tap_on(worker) for worker in await self._desk.workers(hands)])

    async def _tap_on(self, worker: PersonId) -> None:
        desk = self._desk
        while True:
            batch = await desk.batch([f"text {number}" for number in range(200)])
            shown: Shown | None = await desk.begin(worker, batch)
            while shown is not None:
                desk.wait(SECOND)
                began, at = monotonic(), desk.now
                answered = await desk.do(working.answer, at, worker, shown.assignment, shown.revision, 0)
                self.slowest = max(self.slowest, monotonic() - began)
                assert isinstance(answered, Recorded)
                self.count += 1
                self.last = max(self.last, at)
                shown = answered.then if isinstance(answered.then, Shown) else None


@pytest.fixture
async def crowd(desk: Desk) -> AsyncIterator[Crowd]:
    """People at work, who are left alone until the test is over."""
    crowd = Crowd(desk)
    working = asyncio.create_task(crowd.work())
    await until(lambda: crowd.count >= 20)
    yield crowd
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working


def counted(tx: Tx) -> tuple[int, int | None]:
    row = tx.all("backups.answers")[0]
    return row["answers"], row["newest"]


async def restored(backup: Backup, database: Path, now: Instant) -> tuple[int, int | None, list[Violation]]:
    """What is in a database in whose place a backup was put."""
    with held(database), prepared(backup.path, database, now) as ready:
        swap(ready, database, now)
    db = await open_database(f"sqlite:///{database}")
    try:
        return *await db.read(counted), await db.read(violations)
    finally:
        await db.close()


async def test_backups_made_while_people_work_hold_all_that_was_stored_before(
    desk: Desk, crowd: Crowd, database: Path, folder: Path, tmp_path: Path
) -> None:
    behind = []
    for number in range(ROUNDS):
        last, count, now = crowd.last, crowd.count, Instant(START + number * SECOND)
        backup = await apart(partial(back_up, database, folder, now, "mark"))
        figures = backup.manifest.figures
        again = await restored(backup, tmp_path / "second" / "tapwork.db", now)

        assert figures.answers >= count
        assert figures.newest_answer_at is not None
        assert figures.newest_answer_at >= last
        assert () == figures.violations
        assert (figures.answers, figures.newest_answer_at, []) == again
        behind.append(crowd.count - figures.answers)

    assert ROUNDS == len(found(folder))
    assert max(behind) > 0, "nobody worked meanwhile"
    print(f"{ROUNDS} backups under load, {crowd.count} answers; the slowest took {crowd.slowest * 1000:.0f} ms")


async def test_a_backup_neither_writes_nor_checkpoints_the_database(desk: Desk, database: Path, folder: Path) -> None:
    batch = await desk.batch()
    worker = await desk.worker()
    await desk.tap(worker, await desk.begin(worker, batch))
    log = database.with_name("desk.db-wal")
    before = fingerprint(database, log)

    copy(database, folder)

    assert log.stat().st_size > 0
    assert before == fingerprint(database, log)


async def test_a_plain_copy_of_the_file_would_have_lost_what_a_backup_holds(
    desk: Desk, database: Path, folder: Path, tmp_path: Path
) -> None:
    await desk.batch()
    elsewhere("import shutil; shutil.copy(*names)", database, tmp_path / "plain.db")

    with closing(sqlite3.connect(tmp_path / "plain.db")) as plain:
        tables = plain.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'task'").fetchone()[0]
        tasks = plain.execute("SELECT COUNT(*) FROM task").fetchone()[0] if tables else 0
    assert 0 == tasks
    assert 3 == copy(database, folder).manifest.figures.tasks


async def test_nobody_else_may_read_a_backup(desk: Desk, database: Path, folder: Path) -> None:
    backup = copy(database, folder)

    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder, backup.path, manifest_of(backup.path))]
    assert [0o700, 0o600, 0o600] == modes


async def test_the_manifest_tells_what_the_copy_is(desk: Desk, database: Path, folder: Path) -> None:
    batch = await desk.batch()
    worker = await desk.worker()
    await desk.tap(worker, await desk.begin(worker, batch))

    backup = copy(database, folder)

    assert "tapwork-20260921T141320Z.db" == backup.path.name
    told = json.loads(manifest_of(backup.path).read_text(encoding="utf-8"))
    assert (START, "mark", backup.path.stat().st_size) == (told["made_at"], told["key"], told["size"])
    assert told["sha256"] in fingerprint(backup.path)
    assert (2, 3, 1, desk.now) == tuple(
        told["figures"][name] for name in ("people", "tasks", "answers", "newest_answer_at")
    )
    assert [backup] == found(folder)


async def test_a_backup_that_nobody_waits_for_any_more_leaves_nothing(desk: Desk, database: Path, folder: Path) -> None:
    await desk.batch([f"text {number} " + "x" * 900 for number in range(20_000)])
    making = asyncio.create_task(apart(lambda stop: back_up(database, folder, START, None, stop)))
    await until(lambda: any(name.startswith(".tapwork-") for name in names(folder)))
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making

    assert [] == names(folder)
    assert 3 == len(await desk.workers(3))


def test_work_that_was_stopped_before_it_began_does_not_begin() -> None:
    stop = Stop()
    stop.ask()

    with pytest.raises(Stopped), stop.ending(lambda: None):
        raise AssertionError


def spoil(database: Path, pages: int = 1) -> None:
    """Overwrite pages from the middle on, as a failing disk does."""
    with database.open("r+b") as file:
        file.seek(database.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xa5" * 4096 * pages)


async def closed(tmp_path: Path) -> Path:
    """A database with something in it, which nobody has open."""
    async with Desk.open(tmp_path) as desk:
        await desk.batch([f"text {number}" for number in range(2_000)])
    return tmp_path / "desk.db"


async def test_a_damaged_database_is_told_and_gives_no_backup(tmp_path: Path, folder: Path) -> None:
    database = await closed(tmp_path)
    spoil(database, 100)

    with pytest.raises(DatabaseUnusable) as caught:
        copy(database, folder)
    assert Trouble.BROKEN is caught.value.trouble
    assert [] == names(folder)


async def test_a_damaged_copy_is_noticed(tmp_path: Path, folder: Path) -> None:
    backup = copy(await closed(tmp_path), folder)
    spoil(backup.path)
    assert [] != quick_check(backup.path, Stop())

    with pytest.raises(Unsound):
        examine(backup.path, Stop())


async def test_books_that_do_not_add_up_are_kept_and_told(tmp_path: Path, folder: Path) -> None:
    database = await closed(tmp_path)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("INSERT INTO entry VALUES ('forged', 'available:1', 5, 1)")
        connection.commit()

    violated = copy(database, folder).manifest.figures.violations

    assert "postings_sum_to_zero" in violated


async def test_answers_keep_the_last_room_on_the_disk(
    desk: Desk, database: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Disk(1 << 40, 0, 200 << 20))

    with pytest.raises(NoRoom):
        copy(database, folder)
    assert [] == names(folder)


async def test_old_backups_and_what_interrupted_ones_left_go(desk: Desk, database: Path, folder: Path) -> None:
    now = Instant(START + 40 * DAY)
    for number in range(60):
        copy(database, folder, Instant(now - number * HOUR))
    for left in (".tapwork-x.db.part", ".tapwork-x.db.part-journal", "tapwork-20200101T000000Z.json"):
        (folder / left).touch()
        os.utime(folder / left, (1, 1))

    gone = tidy(folder, now)

    assert 60 - gone == len(found(folder))
    assert 48 <= 60 - gone <= 51
    assert 2 * (60 - gone) == len(names(folder))


@pytest.mark.parametrize("told", ["", "[]", "{}", '{"figures": {"violations": 3}}', '{"figures": {"violations": []}}'])
async def test_what_is_no_manifest_makes_no_backup(desk: Desk, database: Path, folder: Path, told: str) -> None:
    backup = copy(database, folder)
    manifest_of(backup.path).write_text(told, encoding="utf-8")

    assert [] == found(folder)


def test_pictures_are_shared_where_they_can_be_and_never_spoiled_ones(tmp_path: Path) -> None:
    store, away = PictureStore(tmp_path / "pictures"), PictureStore(tmp_path / "away")
    kept = [store.put(Prepared(data, 1, 1, sha256(data).hexdigest())) for data in (b"one", b"two", b"three")]
    kept[2].write_bytes(b"spoiled")
    names = [path.stem for path in kept]

    assert Carried(2, 1) == carry(names, store, away)
    assert Carried(0, 1) == carry(names, store, away)
    assert b"one" == away.read(names[0])
    assert away.path(names[0]).samefile(kept[0])


def test_pictures_are_copied_where_they_can_not_be_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("another disk")

    monkeypatch.setattr("os.link", refuse)
    store, away = PictureStore(tmp_path / "pictures"), PictureStore(tmp_path / "away")
    path = store.put(Prepared(b"one", 1, 1, sha256(b"one").hexdigest()))

    assert Carried(1, 0) == carry([path.stem], store, away)
    assert b"one" == away.read(path.stem)
    assert not away.path(path.stem).samefile(path)
    assert [away.path(path.stem)] == list(away.path(path.stem).parent.iterdir())


# What is wrong with a database is told at the start, and nothing is changed -----------------------------------------


async def trouble_of(database: Path) -> Trouble:
    with pytest.raises(DatabaseUnusable) as caught:
        await open_database(f"sqlite:///{database}")
    return caught.value.trouble


async def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "t.db"
    database.write_bytes(b"certainly not a database\n" * 400)
    before = fingerprint(database)

    assert Trouble.BROKEN is await trouble_of(database)
    assert before == fingerprint(database)


async def test_a_page_that_was_overwritten_is_noticed_at_the_start(tmp_path: Path) -> None:
    database = await closed(tmp_path)
    spoil(database)

    assert Trouble.BROKEN is await trouble_of(database)


async def test_a_file_that_was_cut_off_is_noticed_at_the_start(tmp_path: Path) -> None:
    database = await closed(tmp_path)
    os.truncate(database, database.stat().st_size // 2 // 4096 * 4096)

    assert Trouble.BROKEN is await trouble_of(database)


async def test_a_path_where_no_file_can_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert Trouble.FAILING is await trouble_of(tmp_path / "file" / "t.db")


async def test_a_database_that_was_refused_can_be_opened_once_it_is_well(tmp_path: Path) -> None:
    database = await closed(tmp_path)
    sound = database.read_bytes()
    spoil(database)
    await trouble_of(database)
    database.write_bytes(sound)

    db = await open_database(f"sqlite:///{database}")
    await db.close()
