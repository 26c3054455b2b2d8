"""Buttons of a page."""

from dataclasses import dataclass
from enum import StrEnum

from .taps import Tap


class Menu(StrEnum):
    """What a page's menu asks about."""

    SKIP = "skip"
    REPORT = "report"
    CLOSED = "closed"


@dataclass(frozen=True)
class PageAnswerTap(Tap):
    """This choice is my answer to this item."""

    code = "pg"
    assignment: int
    revision: int
    choice: int


@dataclass(frozen=True)
class PageMenuTap(Tap):
    """Which item do I mean to skip, or to report? Or never mind."""

    code = "pgm"
    batch: int
    page: int
    menu: str


@dataclass(frozen=True)
class PageUndoTap(Tap):
    """Open my newest answer again, from this page."""

    code = "pgu"
    batch: int
    page: int
