"""The table of promises: what was asked for, what was reached, and whether that keeps the promise."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from unicodedata import east_asian_width

PROPERTY = "promise"


@dataclass(frozen=True)
class Promise:
    """One line of the table. `kept` is None for what could not be tried here."""

    promise: str
    asked: str
    reached: str
    kept: bool | None
    seed: str = ""
    seconds: float = 0.0

    @property
    def verdict(self) -> str:
        return {True: "kept", False: "NOT KEPT", None: "NOT TRIED"}[self.kept]


def told(promise: Promise) -> str:
    """As a report of a test carries it."""
    return json.dumps(asdict(promise), ensure_ascii=False)


def heard(said: str) -> Promise:
    return Promise(**json.loads(said))


def table(promises: Iterable[Promise]) -> str:
    """As Markdown, which also reads well in a terminal."""
    head = ("promise", "asked", "reached", "verdict", "seed", "s")
    rows = [
        (each.promise, each.asked, each.reached, each.verdict, each.seed, f"{each.seconds:.0f}") for each in promises
    ]
    widths = [max(width(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [line(head, widths), line(tuple("-" * each for each in widths), widths)]
    return "\n".join([*lines, *(line(row, widths) for row in rows)])


def line(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = (cell + " " * (size - width(cell)) for cell, size in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
