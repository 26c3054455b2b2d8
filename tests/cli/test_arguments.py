import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import command_of, language_of, main, parser
from bot.commands import Export, ListPayable, Pay, Post

WRONG = {"TAPWORK_OWNERS": "me", "TAPWORK_JOIN": "maybe", "TAPWORK_TIMEZONE": "Asia/Busan", "TAPWORK_API_URL": "x"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and an environment without any settings of ours."""
    for name in [name for name in os.environ if name.startswith("TAPWORK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tapwork(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TAPWORK_")}
    environment |= {"PYTHONPATH": str(Path(__file__).parents[2]), **settings}
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


def test_all_mistakes_of_the_settings_are_named_at_once_and_nothing_is_touched(folder: Path) -> None:
    done = tapwork(folder, "run", **WRONG)

    assert (2, "") == (done.returncode, done.stdout)
    for name in (*WRONG, "TAPWORK_TOKEN"):
        assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert [] == list(folder.iterdir())


def test_a_command_that_is_refused_has_loaded_little(folder: Path) -> None:
    looked = (
        "import sys, bot.cli; print(*sorted({'telegram', 'aiohttp', 'PIL', 'handlers', 'jobs'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", looked], cwd=folder, env=environment, capture_output=True, text=True)

    assert (0, "\n", "") == (done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    "arguments", [["run"], ["post", "x.csv"], ["export", "AB2CD", "--to", "out"], ["pay"], ["migrate"]]
)
def test_no_command_works_with_wrong_settings(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    for name, value in WRONG.items():
        monkeypatch.setenv(name, value)

    assert 2 == main(arguments)

    said = capsys.readouterr()
    assert "" == said.out
    assert all(name in said.err for name in WRONG)
    assert [] == list(folder.iterdir())


def test_settings_are_read_from_the_working_directory_and_the_environment_wins(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".env").write_text("TAPWORK_CURRENCY=wons\nTAPWORK_JOIN=maybe\n", encoding="utf-8")
    monkeypatch.setenv("TAPWORK_JOIN", "open")

    assert 2 == main(["pay"])

    said = capsys.readouterr().err
    assert "TAPWORK_CURRENCY" in said
    assert "TAPWORK_JOIN" not in said


def test_a_settings_file_that_can_not_be_read_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".env").write_bytes(b"TAPWORK_JOIN=\xff\xfe\n")

    assert 2 == main(["pay"])

    assert ".env" in capsys.readouterr().err


def test_commands_about_a_database_that_is_not_there_make_none(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 1 == main(["pay"])

    assert "There is no database" in capsys.readouterr().err
    assert [] == list(folder.iterdir())


def test_migrate_makes_a_database_and_may_be_repeated(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [0, 0] == [main(["migrate"]), main(["migrate"])]

    assert (folder / "data" / "tapwork.db").exists()
    assert 0 == main(["pay"])
    assert "Nobody has money available." in capsys.readouterr().out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])

    assert 0 == ended.value.code
    assert capsys.readouterr().out.startswith("tapwork ")


@pytest.mark.parametrize(
    "arguments",
    [[], ["dance"], ["post"], ["post", "x", "--set", "price"], ["export", "X"], ["demo", "--port", "70000"]],
)
def test_what_is_asked_for_wrongly_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert 2 == ended.value.code
    assert "usage: tapwork" in capsys.readouterr().err


def test_arguments_become_commands(folder: Path) -> None:
    def command(*arguments: str) -> object:
        return command_of(parser().parse_args(arguments))

    settings = ("--set", "price=20", "--set", "guide=a=b", "--coordinator", "7", "--publish")
    assert Post(str(folder / "x.csv"), (("price", "20"), ("guide", "a=b")), 7, True) == command(
        "post", "x.csv", *settings
    )
    assert Post("/x.zip") == command("post", "/x.zip")
    assert Export("AB2CD", str(folder / "out")) == command("export", "AB2CD", "--to", "out")
    named = command("export", "AB2CD", "--to", "out", "--format", "csv,toloka")
    assert Export("AB2CD", str(folder / "out"), "csv,toloka") == named
    assert Pay("ABCDEF", "1,000", "x") == command("pay", "ABCDEF", "1,000", "--note", "x")
    assert Pay("ABCDEF") == command("pay", "ABCDEF")
    assert ListPayable() == command("pay")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ko_KR"}, "ko"),
        ({}, "en"),
    ],
)
def test_the_terminals_language_is_spoken(environment: dict[str, str], language: str) -> None:
    assert language == language_of(environment)
