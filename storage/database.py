"""What every engine offers: units of work as plain functions, and a transaction that only reads and writes by name."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

Value = str | int | None


class Row(Protocol):
    """One row of a result, read by column name."""

    def __getitem__(self, column: str, /) -> Any: ...


class Tx(Protocol):
    """A running transaction. There is nothing to await in it, so it can't be cancelled half-way."""

    @property
    def skips_locked(self) -> bool:
        """Whether `take` statements may pass over rows that another transaction holds."""
        ...

    def one(self, query: str, /, **values: Value) -> Row | None:
        """The first row of a named query, or None."""
        ...

    def all(self, query: str, /, **values: Value) -> list[Row]:
        """All rows of a named query."""
        ...

    def run(self, query: str, /, **values: Value) -> int:
        """Execute a named statement; the number of rows that it touched."""
        ...


class UniqueViolation(Exception):
    """A unique constraint refused a row; its unit is rolled back."""


class NewerSchema(Exception):
    """The database was written by a newer release than this one."""


class DatabaseTaken(Exception):
    """Another process holds this database for writing."""


class Trouble(StrEnum):
    """Why a database's file can't be worked with."""

    BROKEN = "broken"
    FULL = "full"
    READ_ONLY = "read only"
    FAILING = "failing"


class DatabaseUnusable(Exception):
    """The database can't be opened for work; nothing in it was changed."""

    def __init__(self, trouble: Trouble, path: object, detail: str) -> None:
        super().__init__(f"{path}: {detail}")
        self.trouble = trouble
        self.path = str(path)
        self.detail = detail


class Database(Protocol):
    """An open database."""

    async def run(self, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a unit of work in one transaction; its outcome or refusal comes back only after the commit."""
        ...

    async def read(self, unit: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a reading unit on a connection that can't write and never makes a writer wait."""
        ...

    async def close(self) -> None:
        """Finish what waits, then let go of the files."""
        ...
