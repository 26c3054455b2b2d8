"""What exists is documented, and what is documented exists."""

import argparse
import re
import sqlite3
import tomllib
from collections.abc import Iterator

from sources import ROOT, SPEAKING, sources, whole_literals

from bot.cli import parser
from bot.routing import Command
from handlers import ROUTES
from rules.settings import KEYS
from storage.migrate import migrate_sqlite
from storage.sql import SQLITE

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = {path: path.read_text(encoding="utf-8") for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])}
EVERYTHING = "\n".join(DOCS.values())

COMMANDS = {route.name for route in ROUTES if isinstance(route, Command)}
LONGEST_DECISION = 16
NO_COMMANDS = frozenset({"newbot", "mybots", "healthz", "metrics", "telegram", "start"})
SETTING = re.compile(r"\bTAPWORK_[A-Z_]+\b")


def code() -> Iterator[str]:
    """What stands in backticks or in fenced blocks, throughout the documentation."""
    for text in DOCS.values():
        yield from re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)


def settings_read() -> set[str]:
    """The settings that the code asks the environment for."""
    return {text for source in sources(*SPEAKING) for text, _ in whole_literals(source.tree) if SETTING.fullmatch(text)}


def subcommands() -> dict[str, argparse.ArgumentParser]:
    actions = [action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(actions[0].choices)


def test_every_command_of_the_chat_is_in_the_readme() -> None:
    assert [] == sorted(name for name in COMMANDS if not re.search(rf"`/{name}\b", README))


def test_the_documentation_names_no_command_that_does_not_exist() -> None:
    named = {name for span in code() for name in re.findall(r"(?<![\w/.>])/([a-z]+)(?![\w/<.])", span)}

    assert set() == named - COMMANDS - NO_COMMANDS


def test_every_setting_is_in_the_readme_and_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    assert settings_read() == set(SETTING.findall(README))
    assert settings_read() == set(SETTING.findall(example))


def test_no_other_setting_is_promised() -> None:
    assert set() == set(SETTING.findall(EVERYTHING)) - settings_read()


def test_every_subcommand_and_its_options_are_in_the_readme() -> None:
    lines = {name: re.findall(rf"`tapwork {name}\b[^`]*`", README) for name in subcommands()}
    options = {
        (name, option)
        for name, sub in subcommands().items()
        for action in sub._actions
        for option in action.option_strings
        if option.startswith("--") and option != "--help"
    }

    assert [] == [name for name, found in lines.items() if not found]
    assert [] == sorted((name, option) for name, option in options if option not in " ".join(lines[name]))


def test_the_documentation_names_no_subcommand_that_does_not_exist() -> None:
    named = {name for span in code() for name in re.findall(r"\btapwork ([a-z]+)", span)}

    assert set() == named - set(subcommands())


def test_every_setting_of_a_batch_is_in_the_readme() -> None:
    assert [] == [key for key in KEYS if f"`{key}`" not in README]


def test_every_target_of_make_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {name for span in code() for line in re.findall(r"\bmake ([a-z ]+)", span) for name in line.split()[:1]}

    assert set() == named - targets


def test_every_file_that_is_named_exists() -> None:
    folders = "bot|handlers|jobs|rules|services|storage|sandbox|locales|tests|stubs|docs"
    named = {path for span in code() for path in re.findall(rf"(?<![\w/.])(?:{folders})/[\w/.-]*\w/?", span)}

    assert [] == sorted(path for path in named if not (ROOT / path).exists())


def test_the_map_of_the_code_is_complete() -> None:
    mapped = set(re.findall(r"^\| `(\w+)/` \|", README, re.MULTILINE))
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = {name.split(".")[0] for name in settings["tool"]["setuptools"]["packages"]}

    assert packages == mapped


def test_links_lead_somewhere() -> None:
    dead = [
        (str(path.relative_to(ROOT)), target)
        for path, text in DOCS.items()
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text)
        if not re.match(r"https?:", target) and not (path.parent / target).exists()
    ]

    assert [] == dead


def test_the_data_model_tells_every_table_and_invents_no_column() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate_sqlite(connection, SQLITE)
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns = {table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")} for table in tables}
    connection.close()
    model = DOCS[ROOT / "docs" / "data-model.md"]

    assert [] == [table for table in tables if f"**{table}**" not in model]
    assert [] == sorted(invented(model, columns))


def invented(model: str, columns: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """Columns that the lines below a table's name tell of, and that it has not."""
    for part in re.split(r"^(?=\*\*)", model, flags=re.MULTILINE)[1:]:
        table = part.split("**")[1]
        for line in re.findall(r"^\* (.*)", part, re.MULTILINE):
            for told in re.findall(r"`([a-z_]+)`(?=[,:]| \()", line.split(":")[0] + ":"):
                if told not in columns[table]:
                    yield table, told


def test_decisions_are_numbered_and_have_three_parts() -> None:
    decisions = sorted(path for path in DOCS if path.parent.name == "decisions")
    parts = ["Context", "Choice", "Price"]

    assert [f"{number:04}" for number in range(1, len(decisions) + 1)] == [path.name[:4] for path in decisions]
    assert [] == [path.name for path in decisions if re.findall(r"^\*\*(\w+)\.\*\*", DOCS[path], re.MULTILINE) != parts]
    assert [] == [path.name for path in decisions if len(DOCS[path].splitlines()) > LONGEST_DECISION]


def test_the_changelog_tells_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert f"## [{project['version']}]" in DOCS[ROOT / "CHANGELOG.md"]


def test_every_library_has_its_licence_told() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = [re.split(r"[^\w.-]", each)[0] for each in wanted]
    told = next(text for path, text in DOCS.items() if path.name.endswith("-libraries.md")).lower()

    assert [] == [name for name in names if name not in told]


def test_what_is_pinned_is_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {normal(line.split("==")[0]) for line in lock.splitlines() if not line.startswith("#")}

    assert [] == [each for each in wanted if normal(re.split(r"[^\w.-]", each)[0]) not in pinned]
    assert [] == [line for line in lock.splitlines() if not re.fullmatch(r"#.*|[\w.-]+==[\w.]+", line)]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_nothing_tells_where_it_was_written() -> None:
    """Addresses of package registries, and paths of one machine, help nobody."""
    told = re.compile(r"index-url|/simple\b|/home/\w|/root/|\bfile://")
    files = [*DOCS, *(ROOT / name for name in ("Makefile", "requirements.lock", "pyproject.toml", ".ci/run"))]

    assert [] == [str(path.relative_to(ROOT)) for path in files if told.search(path.read_text(encoding="utf-8"))]
