import csv
from pathlib import Path

import pytest
from office import SETTINGS, Office
from world import OWNER

from bot.commands import Export, ListPayable, Pay, Post


async def test_an_export_writes_the_batchs_files_where_it_is_told(
    installation: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "deep" / "out"

    assert 0 == await installation.call(Export(installation.batch.lower(), str(folder)))

    assert f"({installation.batch}): tasks: 2, answers: 2" in capsys.readouterr().out
    with (folder / "answers.csv").open(encoding="utf-8", newline="") as table:
        assert [("1", "positive"), ("2", "negative")] == [(row["task"], row["label"]) for row in csv.DictReader(table)]
    assert (folder / "labels.csv").exists()


async def test_formats_are_named_by_an_option(
    installation: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == await installation.call(Export(installation.batch, str(tmp_path / "out"), "parquet,labelstudio"))
    assert 1 == await installation.call(Export(installation.batch, str(tmp_path / "out"), "coco"))

    assert ["answers.parquet", "labels.parquet", "labelstudio.json", "labelstudio.xml"] == [
        path.name for path in sorted((tmp_path / "out").iterdir(), key=lambda path: (path.suffix != ".parquet", path))
    ]
    assert "csv, jsonl, xlsx, parquet" in capsys.readouterr().err


async def test_an_unknown_batch_and_a_draft_are_refused(
    installation: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "draft.csv"
    table.write_text("text\na\n", encoding="utf-8")
    await installation.call(Post(str(table), SETTINGS, OWNER))
    draft = capsys.readouterr().out.split("Draft ")[1].split()[0]

    assert 1 == await installation.call(Export("NOPE", str(tmp_path / "out")))
    assert 1 == await installation.call(Export(draft, str(tmp_path / "out")))

    said = capsys.readouterr().err
    assert "No batch “NOPE”" in said
    assert f"{draft} is not published" in said
    assert not (tmp_path / "out").exists()


async def test_a_folder_that_can_not_be_written_is_named(
    installation: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 1 == await installation.call(Export(installation.batch, "/proc/out"))

    assert "/proc/out" in capsys.readouterr().err


async def test_who_has_what_available_is_listed(installation: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == await installation.call(ListPayable(), "ko")

    assert f"{installation.worker}  41원  Mina\n" == capsys.readouterr().out


async def test_a_payment_is_recorded_once_and_taken_off(
    installation: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == await installation.call(Pay(installation.worker.lower(), "1", "bank 77"))
    assert 0 == await installation.call(Pay(installation.worker))
    assert 1 == await installation.call(Pay(installation.worker))

    said = capsys.readouterr()
    assert "₩1 to Mina" in said.out
    assert "Still available: ₩40" in said.out
    assert "Still available: ₩0" in said.out
    assert "nothing to pay" in said.err


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        ("42", "more than the available ₩41"),
        ("0", "above 0"),
        ("-5", "above 0"),
        ("0.5", "steps of ₩1"),
        ("much", "is no amount"),
        ("NaN", "is no amount"),
        ("1e30", "is no amount"),
    ],
)
async def test_a_payment_that_can_not_be_is_refused(
    installation: Office, capsys: pytest.CaptureFixture[str], amount: str, reason: str
) -> None:
    assert 1 == await installation.call(Pay(installation.worker, amount))

    assert reason in capsys.readouterr().err


async def test_a_payment_to_nobody_known_is_refused(installation: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == await installation.call(Pay("NOBODY"))

    assert "NOBODY" in capsys.readouterr().err
