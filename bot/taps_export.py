"""Buttons of exports."""

from dataclasses import dataclass

from .taps import Tap


@dataclass(frozen=True)
class ExportTap(Tap):
    """Send me this batch's files."""

    code = "e"
    batch: int


@dataclass(frozen=True)
class ExportsTap(Tap):
    """Which batches are there before this one? 0 begins with the newest."""

    code = "el"
    before: int
