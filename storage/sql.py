"""Named SQL: `queries/<file>.sql` holds `-- name: <query>` blocks, addressed as `<file>.<query>`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

HEADER = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)
PARAMETER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)\b")


@dataclass(frozen=True)
class Dialect:
    """How one engine spells the few things that can't be said alike."""

    name: str
    tokens: tuple[tuple[str, str], ...]

    def fill(self, text: str) -> str:
        for token, spelling in self.tokens:
            text = text.replace("{" + token + "}", spelling)
        return text


SQLITE = Dialect(
    "sqlite",
    (
        ("identity", "INTEGER PRIMARY KEY"),
        ("skip_locked", ""),
        ("refuse", "BEGIN SELECT RAISE(ABORT, 'what is entered stays'); END"),
    ),
)


@cache
def queries(dialect: Dialect) -> Mapping[str, str]:
    """All named queries in the spelling of an engine."""
    found: dict[str, str] = {}
    for path in sorted(files("storage").joinpath("queries").iterdir(), key=lambda path: path.name):
        _, *parts = HEADER.split(path.read_text(encoding="utf-8"))
        for name, body in zip(parts[::2], parts[1::2], strict=True):
            key = f"{path.name.removesuffix('.sql')}.{name}"
            if key in found:
                raise ValueError(f"query {key} is written twice")
            found[key] = dialect.fill(body).strip().rstrip(";")
    return MappingProxyType(found)


@cache
def is_writing(query: str) -> bool:
    """Whether a named query may change something."""
    bare = re.sub(r"--[^\n]*|'[^']*'", "", queries(SQLITE)[query])
    return re.search(r"\b(INSERT|UPDATE|DELETE)\b", bare) is not None


def parameters(sql: str) -> frozenset[str]:
    """The names that a statement wants values for."""
    bare = re.sub(r"--[^\n]*|'[^']*'", "", sql)
    return frozenset(PARAMETER.findall(bare))
