"""The rules of the house that no linter knows. Each test names the places that break its rule."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from sources import FUNCTIONS, PACKAGES, Source, called, sources

LONGEST_FUNCTION, LONGEST_FILE = 40, 350
CATCHES_EVERYTHING = frozenset({"bot/routing.py", "bot/scheduling.py", "bot/control.py"})
"""Where a bug is met: a person's update, a job's run, the command line's call. Each goes on, and says a reference."""

HANDED_ON = frozenset({"storage/sqlite.py"})
"""Where whatever was raised is handed to the caller that waits on another thread."""

SHAPELESS = frozenset({"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "managers"})
CHANGING = frozenset({"append", "extend", "insert", "add", "update", "setdefault", "pop", "popitem", "remove", "clear"})
COLLECTIONS = frozenset({"list", "dict", "set", "deque", "defaultdict", "Counter", "WeakValueDictionary"})
DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*|__all__")

OURS = sources(*PACKAGES)
OURS_AND_TESTS = OURS + sources("tests")


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(source.tree) if isinstance(node, FUNCTIONS))


def lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function from its `def`, without its docstring."""
    told = function.body[0] if ast.get_docstring(function) is not None else None
    return extent(function) - (extent(told) if told else 0)


def extent(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def comments(source: Source) -> Iterator[tuple[str, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string, f"{source.name}:{token.start[0]}"


def catches(source: Source, name: str) -> Iterator[str]:
    """Where a file catches an exception of this name and keeps it to itself."""
    for handler in ast.walk(source.tree):
        if isinstance(handler, ast.ExceptHandler) and handler.type is not None:
            named = {each.id for each in ast.walk(handler.type) if isinstance(each, ast.Name)}
            last = handler.body[-1]
            if name in named and not isinstance(last, ast.Raise):
                yield source.at(handler)


def test_functions_fit_on_a_screen() -> None:
    long = [
        (source.at(each), each.name)
        for source in OURS_AND_TESTS
        for each in functions(source)
        if lines(each) > LONGEST_FUNCTION
    ]

    assert [] == long


def test_files_are_short() -> None:
    """Tests may be tables, and are as long as what they tell."""
    long = {source.name: len(source.text.splitlines()) for source in OURS + sources("tests/support")}

    assert {} == {name: length for name, length in long.items() if length > LONGEST_FILE}


def test_files_have_a_name_that_says_what_is_in_them() -> None:
    assert [] == [source.name for source in OURS_AND_TESTS if SHAPELESS & set(re.split(r"[/._]", source.name))]


def test_bugs_are_met_at_the_edge_only() -> None:
    bare = [
        source.at(node)
        for source in OURS
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]

    assert [] == bare
    assert [] == [at for source in OURS if source.name not in CATCHES_EVERYTHING for at in catches(source, "Exception")]
    assert [] == [at for source in OURS if source.name not in HANDED_ON for at in catches(source, "BaseException")]


def top_level(source: Source) -> Iterator[tuple[str, ast.expr]]:
    """Every name that a module assigns, with its value."""
    for node in source.tree.body:
        if isinstance(node, ast.Assign):
            names = [each.id for target in node.targets for each in ast.walk(target) if isinstance(each, ast.Name)]
            yield from ((name, node.value) for name in names)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value


def test_modules_hold_no_state() -> None:
    """A table in capitals may be a list or a dictionary, since nobody changes one."""
    state = [
        (source.at(value), name)
        for source in OURS
        for name, value in top_level(source)
        if (isinstance(value, DISPLAYS) or called(value) in COLLECTIONS) and not CONSTANT.fullmatch(name)
    ]
    shared = [source.at(node) for source in OURS for node in ast.walk(source.tree) if isinstance(node, ast.Global)]

    assert [] == state
    assert [] == shared


def changed(node: ast.AST) -> ast.expr | None:
    """What a statement changes in place."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        return node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
        return node.func.value
    return node.target if isinstance(node, ast.AugAssign) else None


def test_tables_in_capitals_are_never_changed() -> None:
    touched = [(source.at(node), changed(node)) for source in OURS for node in ast.walk(source.tree)]
    named = [(at, ast.unparse(what).split(".")[-1]) for at, what in touched if what is not None]

    assert [] == [(at, name) for at, name in named if CONSTANT.fullmatch(name)]


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    promised = [found for source in OURS_AND_TESTS for found in comments(source) if later.search(found[0])]
    unbuilt = [
        source.at(node)
        for source in OURS
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node)
    ]

    assert [] == promised
    assert [] == unbuilt


def test_the_type_checker_is_believed() -> None:
    silenced = re.compile(r"type:\s*ignore|mypy:|pyright:")

    assert [] == [found for source in OURS_AND_TESTS for found in comments(source) if silenced.search(found[0])]


def test_the_linter_is_contradicted_with_a_reason_only() -> None:
    reasoned = re.compile(r"# noqa: [A-Z0-9, ]+ - \w")

    assert [] == [
        each for source in OURS for each in comments(source) if "noqa" in each[0] and not reasoned.match(each[0])
    ]


def test_nobody_prints() -> None:
    """The command line writes to its streams, everything else logs."""
    assert [] == [source.at(node) for source in OURS for node in ast.walk(source.tree) if called(node) == "print"]
