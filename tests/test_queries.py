"""The named SQL: it prepares, it is used as it is written, and it is SQL that both engines would understand."""

import ast
import re
import sqlite3
from collections.abc import Iterator

import pytest
from sources import ROOT, SPEAKING, called, sources, whole_literals

from storage.checks import FILE as CHECKS
from storage.migrate import migrate_sqlite
from storage.sql import SQLITE, parameters, queries

QUERIES = sorted(queries(SQLITE))

FOREIGN = {
    "a clock of the database": r"\bnow *\(|\bcurrent_(time|date)|\b(date|time|datetime|strftime|julianday) *\(",
    "a cast that only PostgreSQL knows": r"::",
    "a search that only PostgreSQL knows": r"\bilike\b|\b(any|all) *\(|\bdistinct on\b",
    "an upsert that only SQLite knows": r"\b(insert|update) or\b|\breplace into\b",
    "a key that only one engine makes": r"\bautoincrement\b|\browid\b|\bserial\b|\binteger +primary key\b",
    "a type that the engines disagree on": r"\b(boolean|true|false|real|float|double|numeric|blob|bytea|timestamp)\b",
    "a function that one engine lacks": r"\b(ifnull|instr|printf|typeof|iif|glob|random|greatest|least|total) *\(",
    "a list that the engines build differently": r"\b(group_concat|string_agg|jsonb?_\w+) *\(|->",
    "an identifier in quotes": r"[\"`\[]",
    "a limit with a comma": r"\blimit +[^\s,]+ *,",
    "an equality that only SQLite knows": r"==|\bis (?!not\b|null\b|distinct\b)",
    "a parameter without a type": r":\w+ is (not )?null",
    "a statement that ends its neighbours": r"\b(begin|commit|rollback|savepoint|release|pragma|attach|vacuum)\b",
}
"""Constructs outside the portable subset, by what is wrong with them."""

RESERVED = """
    all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate column
    concurrently constraint create cross current_date current_role current_time current_timestamp current_user default
    deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having ilike in
    initially inner intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not
    notnull null offset on only or order outer overlaps placing primary references returning right select session_user
    similar some symmetric table then to trailing true union unique user using variadic verbose when where window
    with
"""
"""Words that PostgreSQL does not take as names."""

GROWING = ("answer", "assignment", "entry", "task", "inbox", "outbox", "picture")
"""Tables without a bound; nothing on the way of a tap may read one from end to end."""

ON_THE_WAY_OF_A_TAP = ("answers", "assignments", "batches", "inbox", "ledger", "people", "pictures", "tasks", "work")


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate_sqlite(connection, SQLITE)
    yield connection
    connection.close()


def bare(sql: str) -> str:
    """SQL without comments and string literals, single-spaced."""
    return " ".join(re.sub(r"--[^\n]*|'[^']*'", " ", sql).lower().split())


def uncast(sql: str) -> str:
    """Bare SQL without everything that stands in a CAST, or is only compared by HAVING."""
    kept = re.sub(r"\bhaving\b.*?(?=\border by\b|\blimit\b|$)", "", bare(sql))
    while (start := kept.find("cast(")) >= 0:
        end, depth = start + len("cast("), 1
        while depth:
            depth += {"(": 1, ")": -1}.get(kept[end], 0)
            end += 1
        kept = kept[:start] + kept[end:]
    return kept


def written() -> dict[str, str]:
    """All SQL as it stands in the files: the queries by name, the migrations by file, before tokens are filled."""
    files = sorted((ROOT / "storage" / "migrations").glob("*.sql")) + sorted(
        (ROOT / "storage" / "queries").glob("*.sql")
    )
    return {path.name: path.read_text(encoding="utf-8") for path in files}


def executed() -> Iterator[tuple[str, set[str] | None, str]]:
    """Each named query that a unit of work executes, the values it gives (None: passed on), and where."""
    for source in sources(*SPEAKING):
        for call in ast.walk(source.tree):
            if not isinstance(call, ast.Call) or called(call) not in ("one", "all", "run") or not call.args:
                continue
            passes_on = any(keyword.arg is None for keyword in call.keywords)
            given = None if passes_on else {str(keyword.arg) for keyword in call.keywords}
            for text, _ in whole_literals(call.args[0]):
                if re.fullmatch(r"[a-z]+\.[a-z_]+", text):
                    yield text, given, source.at(call)


def test_every_query_prepares(connection: sqlite3.Connection) -> None:
    broken: dict[str, str] = {}
    for name, sql in queries(SQLITE).items():
        try:
            connection.execute(f"EXPLAIN {sql}", dict.fromkeys(parameters(sql))).fetchall()
        except sqlite3.Error as error:
            broken[name] = str(error)

    assert {} == broken


def test_every_query_that_the_code_names_is_written() -> None:
    assert [] == [(name, where) for name, _, where in executed() if name not in queries(SQLITE)]


def test_every_query_is_given_exactly_its_parameters() -> None:
    wrong = [
        (where, name, parameters(queries(SQLITE)[name]) ^ given)
        for name, given, where in executed()
        if given is not None and name in queries(SQLITE)
    ]

    assert [] == [each for each in wrong if each[2]]


def test_every_query_is_used() -> None:
    """Its name stands in the code, wherever it is handed on to."""
    named = {text for source in sources(*SPEAKING) for text, _ in whole_literals(source.tree)}

    assert [] == [name for name in QUERIES if name not in named and not name.startswith(CHECKS)]


@pytest.mark.parametrize("fault", FOREIGN)
def test_the_sql_is_of_the_portable_subset(fault: str) -> None:
    found = [(name, match[0]) for name, sql in written().items() for match in re.finditer(FOREIGN[fault], bare(sql))]

    assert [] == found


def test_tokens_are_the_few_that_every_engine_fills() -> None:
    tokens = {token for sql in written().values() for token in re.findall(r"\{(\w*)\}", bare(sql))}

    assert tokens <= {token for token, _ in SQLITE.tokens}


def test_sums_and_averages_come_out_as_whole_numbers() -> None:
    """PostgreSQL's SUM of a BIGINT is a decimal."""
    assert [] == [name for name, sql in queries(SQLITE).items() if re.search(r"\b(sum|avg) ?\(", uncast(sql))]


def test_largest_of_two_is_said_with_case() -> None:
    """MAX and MIN of two values are SQLite's own."""
    pairs = [
        (name, match[0])
        for name, sql in queries(SQLITE).items()
        for match in re.finditer(r"\b(max|min)\((?:[^()]|\([^()]*\))*,", bare(sql))
    ]

    assert [] == pairs


def test_no_table_or_column_has_a_reserved_name(connection: sqlite3.Connection) -> None:
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns = [row[1] for table in tables for row in connection.execute(f"PRAGMA table_info({table})")]

    assert [] == sorted({*tables, *columns} & set(RESERVED.split()))


@pytest.mark.parametrize("name", [name for name in QUERIES if name.split(".")[0] in ON_THE_WAY_OF_A_TAP])
def test_what_stands_in_the_way_of_a_tap_reads_no_growing_table_from_end_to_end(
    connection: sqlite3.Connection, name: str
) -> None:
    sql = queries(SQLITE)[name]
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", dict.fromkeys(parameters(sql)))]

    named = re.findall(rf"\b(?:from|join) ({'|'.join(GROWING)})\b(?: (?:as )?(\w+))?", bare(sql))
    names = {name for pair in named for name in pair if name}
    bounded = [
        row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE INDEX%WHERE%'")
    ]
    scans = [step.split() for step in plan if step.startswith("SCAN ")]

    assert [] == [scan for scan in scans if scan[1] in names and scan[-1] not in bounded]


def test_the_next_answer_to_look_at_is_read_off_an_index(connection: sqlite3.Connection) -> None:
    """However many are in review: none but those that were passed over is read before it, and nothing is sorted."""
    sql = queries(SQLITE)["reviews.following"]
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", dict.fromkeys(parameters(sql)))]

    assert "SEARCH answer USING INDEX answer_review (batch_id=? AND doubt<?)" == plan[0]
    assert [] == [step for step in plan if "TEMP B-TREE" in step]


LOOKED_AT_OFTEN = (
    "digests.prune",
    "outbox.prune",
    "reminders.expire",
    "reminders.people_due",
    "reminders.settled",
    "rejections.final",
    "rejections.lapsed_proposals",
    "rejections.undecided",
    "reviews.waiting",
    "reminders.prune",
    "slices.detach",
    "slices.ending",
    "slices.old",
    "slices.over",
    "traces.outgoing",
    "traces.payments_of",
    "traces.settled_between",
)
"""What jobs do every minute, and what /why does at a tap, over tables that keep all that ever was."""


@pytest.mark.parametrize("name", LOOKED_AT_OFTEN)
def test_what_is_looked_at_often_reads_only_what_is_still_open_or_is_somebodys(
    connection: sqlite3.Connection, name: str
) -> None:
    sql = queries(SQLITE)[name]
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", dict.fromkeys(parameters(sql)))]
    kept = ("assignment", "digest", "outbox", "payment", "payout", "reminder", "rejection", "settlement", "slice")
    whole = [step for step in plan if step.startswith("SCAN ") and step.split()[1] in kept]
    partial = [
        row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE INDEX%WHERE%'")
    ]

    assert [] == [step for step in whole if step.split()[-1] not in partial]
