"""The project's own code, as the tests of its rules read it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "handlers", "jobs", "locales", "rules", "sandbox", "services", "storage")
SPEAKING = ("bot", "handlers", "jobs", "rules", "services", "storage")
"""The packages that use the catalogue and the database; the sandbox has its own words and no SQL."""

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Source:
    """One Python file: its name from the root, its text, its tree."""

    name: str
    text: str
    tree: ast.Module

    def at(self, node: ast.AST) -> str:
        return f"{self.name}:{getattr(node, 'lineno', 1)}"


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Every Python file in these folders of the project."""
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    texts = [(path, path.read_text(encoding="utf-8")) for path in paths]
    return tuple(Source(str(path.relative_to(ROOT)), text, ast.parse(text)) for path, text in texts)


def text_of(node: ast.AST | None) -> str | None:
    """The value of a plain string literal."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def docstrings(tree: ast.AST) -> set[int]:
    """The identities of all strings that stand alone as a statement: docstrings, of constants and fields too."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and text_of(node.value) is not None}


def literals(tree: ast.AST) -> Iterator[ast.Constant]:
    """Every string literal that is no docstring, the pieces of f-strings among them."""
    told = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node


def whole_literals(tree: ast.AST) -> Iterator[tuple[str, ast.Constant]]:
    """The same without the pieces of f-strings."""
    pieces = {id(piece) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for piece in node.values}
    for node in literals(tree):
        if id(node) not in pieces:
            yield str(node.value), node


def template(node: ast.JoinedStr) -> str:
    """An f-string with `*` for each blank."""
    return "".join(text_of(part) or "*" for part in node.values)


def called(node: ast.AST) -> str | None:
    """The last name of what a call calls: `plain` of `ctx.words.plain(...)`."""
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else None
