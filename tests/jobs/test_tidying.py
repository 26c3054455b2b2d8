"""What a process that was killed left on the disk: accounts in clear for an hour at the most, documents for a day."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from world import TOKEN, HandClock, Someone, World, seam

from bot.farewell import documents
from rules.model import DAY
from sandbox import Sandbox
from storage.uploads.folders import own_folder, sweep_folders


def left_behind(path: Path, age_seconds: float, now: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"1101234567891")
    for each in (path, path.parent):
        os.utime(each, (now - age_seconds, now - age_seconds))
    return path


async def test_files_for_a_bank_that_a_killed_bot_left_go_without_anybody_asking(world: World) -> None:
    now = time.time()
    old = left_behind(world.kit.config.payouts / "handing-old" / "T.csv", 2 * 3_600, now)
    fresh = left_behind(world.kit.config.payouts / "handing-fresh" / "T.csv", 60, now)

    await world.job("uploads")

    assert (False, True) == (old.parent.exists(), fresh.exists())


async def test_documents_that_a_killed_bot_left_go_whatever_they_are(world: World) -> None:
    at = world.clock.now() / 1_000
    names = ("ABC.json.part", "ABC-2026-11.pdf", "ABC-2026-11.csv")
    kept = left_behind(documents(world.kit) / "ABC-2026-12.pdf", 60, at)
    old = [left_behind(documents(world.kit) / name, 2 * DAY / 1_000, at) for name in names]

    await world.job("forgetting")

    assert [kept] == [path for path in (*old, kept) if path.exists()]


CAPTION = "choices: a, b\nprice: 1"
BROKEN = b"text\nab\0cd\n"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def posted(owner: Someone) -> None:
    """One file that is refused at the first look, one that can't be opened, one that becomes a draft."""
    await owner.send("a.csv", BROKEN, CAPTION)
    await owner.send("b.zip", b"PK\3\4 nonsense", CAPTION)
    await owner.send("c.csv", b"text\nok\n", CAPTION)


async def test_every_posted_file_goes_a_day_after_it_was_needed_whatever_became_of_it(world: World) -> None:
    uploads = world.kit.config.uploads
    await posted(await world.owner())
    assert ["1", "2", "3"] == names(uploads)

    await world.job("uploads")
    assert ["1", "2", "3"] == names(uploads)
    world.clock.advance(DAY)
    await world.job("uploads")

    assert [] == names(uploads)


async def test_a_file_whose_questions_nobody_answers_goes_in_the_end(world: World) -> None:
    owner = await world.owner()
    await owner.send("a.csv", b"text\nok\n")
    world.clock.advance(6 * DAY)
    await world.job("uploads")
    assert ["1"] == names(world.kit.config.uploads)

    for _ in range(3):
        world.clock.advance(DAY)
        await world.job("uploads")

    assert [] == names(world.kit.config.uploads)


async def test_a_file_that_no_upload_belongs_to_goes_after_a_day(world: World) -> None:
    at, uploads = world.clock.now() / 1_000, world.kit.config.uploads
    old = [left_behind(uploads / name, 1.1 * DAY / 1_000, at) for name in ("77", "78-refused.csv")]
    fresh = left_behind(uploads / "79", 60, at)

    await world.job("uploads")

    assert [fresh] == [path for path in (*old, fresh) if path.exists()]


async def test_who_is_forgotten_leaves_no_file_behind(world: World) -> None:
    """Those that were never read go with the others, on the day itself."""
    sora = await world.coordinator(await world.owner())
    await posted(sora)
    await sora.say("/leave")
    await sora.tap("나가기")
    for path in world.kit.config.uploads.iterdir():
        os.utime(path, (0, 0))
    later = world.clock.now() + 8 * DAY
    while world.clock.now() < later and names(world.kit.config.uploads):
        world.clock.advance(DAY)
        await world.job("forgetting")
        await world.job("outbox")

    assert [] == names(world.kit.config.uploads)


@pytest.fixture
def space(tmp_path: Path) -> Path:
    space = tmp_path / "uploads"
    space.mkdir()
    return space


async def test_a_start_takes_away_what_a_killed_reader_has_left(tmp_path: Path) -> None:
    clock = HandClock()
    sandbox = Sandbox(clock=clock)
    sandbox.create_bot(TOKEN, "tapwork_bot", "Tapwork")
    row = tmp_path / "uploads" / "reading-x1" / "deep" / "row"
    row.parent.mkdir(parents=True)
    row.write_bytes(b"in clear")

    async with World.joined(tmp_path, sandbox, clock, {}, seam(sandbox)):
        assert not row.parent.parent.exists()


async def test_within_the_hour_what_a_killed_reader_has_left_goes_while_the_bot_runs(world: World) -> None:
    now, uploads = time.time(), world.kit.config.uploads
    old = left_behind(uploads / "reading-old" / "row", 2 * 3_600, now)
    fresh = left_behind(uploads / "reading-new" / "row", 60, now)

    await world.job("uploads")

    assert (False, True) == (old.parent.exists(), fresh.exists())


def test_a_folder_that_is_read_in_stays_however_old_it_is(space: Path) -> None:
    with own_folder(space) as folder:
        os.utime(folder, (0, 0))
        assert 0 == sweep_folders(space)
        assert Path(folder).exists()
    assert [] == names(space)


def test_what_another_process_reads_stays_until_that_is_killed(space: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from storage.uploads.folders import own_folder\n"
        f"with own_folder(Path({str(space)!r})): print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=Path.cwd()) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert 0 == sweep_folders(space)
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert 1 == sweep_folders(space)
    assert [] == names(space)
