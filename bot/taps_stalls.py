"""The coordinator's buttons for a batch that stands still, or has no gold left. Their codes begin with k or g."""

from dataclasses import dataclass

from .taps import Tap


@dataclass(frozen=True)
class WhyStalledTap(Tap):
    """Why does this batch stand still?"""

    code = "kw"
    batch: int


@dataclass(frozen=True)
class ExtendTap(Tap):
    """Close the batch at this time instead, in seconds since 1970."""

    code = "ke"
    batch: int
    until: int


@dataclass(frozen=True)
class RefillTap(Tap):
    """Fill the batch's reserve up from my budget."""

    code = "kr"
    batch: int


@dataclass(frozen=True)
class GildTap(Tap):
    """Make gold of tasks on which all agree, and set aside money for so many gold answers more."""

    code = "ga"
    batch: int
    answers: int


@dataclass(frozen=True)
class LeaveTap(Tap):
    """It may stay as it is."""

    code = "gl"
    batch: int
