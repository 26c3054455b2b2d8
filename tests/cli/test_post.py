import asyncio
from pathlib import Path

import pytest
from office import SETTINGS, Office
from world import OWNER

from bot.commands import ListPayable, Post
from storage import Tx

CSV = "text,gold,note\ngreat,,a\n,,b\nbad,negative,c\ngreat,,d\nbroken,maybe,e\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "film reviews.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def states(tx: Tx) -> list[tuple[str, str, int]]:
    """Titles, states and numbers of tasks of all batches, newest first."""
    rows = tx.all("batches.of_coordinator", coordinator=0, everything=1, before=2**53, limit=100)
    return [(row["title"], row["state"], row["tasks"]) for row in rows]


async def batches(installation: Office) -> list[tuple[str, str, int]]:
    async with installation.database() as db:
        return await db.read(states)


async def test_a_posted_file_becomes_a_draft_whose_card_is_printed(
    installation: Office, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == await installation.call(Post(str(table), SETTINGS, OWNER))

    said = capsys.readouterr().out
    assert ("film reviews", "draft", 2) == (await batches(installation))[0]
    for line in ("Tasks: 2", "1 gold", "duplicates: 1", "2 refused", "[positive]  [negative]", "/batches"):
        assert line in said
    assert "line 3: " in said
    assert "line 6: " in said
    assert "<" not in said


async def test_posting_with_publish_offers_it_at_once(
    installation: Office, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == await installation.call(Post(str(table), SETTINGS, OWNER, publish=True))

    assert "Published" in capsys.readouterr().out
    assert ("film reviews", "open", 2) == (await batches(installation))[0]


async def test_missing_settings_are_named_and_nothing_is_posted(
    installation: Office, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = await batches(installation)

    assert 1 == await installation.call(Post(str(table), (("choices", "positive, negative"),), OWNER))

    said = capsys.readouterr()
    assert ("", "Missing settings: price\n") == (said.out, said.err)
    assert before == await batches(installation)


async def test_all_wrong_settings_are_named_at_once_in_the_terminals_language(
    installation: Office, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = (("choices", "one"), ("price", "much"), ("colour", "red"))

    assert 1 == await installation.call(Post(str(table), wrong, OWNER), "ko")

    said = capsys.readouterr().err
    assert "3군데" in said
    assert all(word in said for word in ("choices", "price", "colour"))


async def test_a_file_of_which_nothing_can_be_used_is_refused_with_its_lines(
    installation: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("text,gold\n,positive\na,wrong\n", encoding="utf-8")

    assert 1 == await installation.call(Post(str(path), SETTINGS, OWNER))

    said = capsys.readouterr().err
    assert "line 2: " in said
    assert "line 3: " in said


async def test_a_file_that_is_not_there_is_named(installation: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == await installation.call(Post("/not/there.csv", SETTINGS, OWNER))

    assert "No such file or directory: /not/there.csv\n" == capsys.readouterr().err


async def test_a_folder_of_pictures_is_posted_as_its_zip_would_be(
    installation: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = pictures(tmp_path / "things")
    (folder / "animal" / "notes.txt").write_text("not a picture")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "secret.jpg").write_bytes(b"")

    assert 0 == await installation.call(Post(str(folder), SETTINGS, OWNER))

    assert "animal/notes.txt" in capsys.readouterr().out
    assert ("things", "draft", 4) == (await batches(installation))[0]
    assert [] == [path for path in installation.config.uploads.iterdir() if path.is_dir()]


async def test_a_table_in_the_folder_says_which_pictures_are_meant(installation: Office, tmp_path: Path) -> None:
    folder = pictures(tmp_path / "things")
    (folder / "labels.csv").write_text("image,gold\nanimal/cat.jpg,\nbus.jpg,negative\n", encoding="utf-8")

    assert 0 == await installation.call(Post(str(folder), SETTINGS, OWNER))

    assert ("things", "draft", 1) == (await batches(installation))[0]


async def test_a_table_beside_its_pictures_finds_them(installation: Office, tmp_path: Path) -> None:
    folder = pictures(tmp_path / "things")
    table = folder / "some.jsonl"
    table.write_text('{"image": "animal/cat.jpg"}\n{"image": "vehicle/bus.jpg"}\n', encoding="utf-8")

    assert 0 == await installation.call(Post(str(table), SETTINGS, OWNER))

    assert ("some", "draft", 2) == (await batches(installation))[0]


def pictures(folder: Path) -> Path:
    samples = Path(__file__).parents[2] / "sandbox" / "samples" / "pictures"
    for name in ("animal/cat.jpg", "animal/dog.jpg", "vehicle/bus.jpg", "vehicle/car.jpg"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((samples / name).read_bytes())
    return folder


async def test_only_coordinators_can_be_posted_for(
    installation: Office, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 1 == await installation.call(Post(str(table), SETTINGS, 42))

    assert "42 is no coordinator" in capsys.readouterr().err


async def test_without_a_coordinator_the_first_owner_posts(installation: Office, table: Path) -> None:
    assert 0 == await installation.call(Post(str(table), SETTINGS))

    assert 2 == len(await batches(installation))


async def test_commands_that_come_together_wait_for_each_other(
    installation: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [0, 0, 0] == await asyncio.gather(*(installation.call(ListPayable()) for _ in range(3)))

    assert 3 == capsys.readouterr().out.count(installation.worker)
