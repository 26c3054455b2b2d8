"""Buttons of exports. Codes of the plan begin with o."""

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


@dataclass(frozen=True)
class PlanTap(Tap):
    """When are this batch's files written?"""

    code = "o"
    batch: int


@dataclass(frozen=True)
class PlanPartTap(Tap):
    """What may this part of the plan (when, scope, format, chat) be?"""

    code = "op"
    batch: int
    part: str


@dataclass(frozen=True)
class SetPlanTap(Tap):
    """This part of the plan (when, scope, chat) shall be so."""

    code = "os"
    batch: int
    part: str
    value: str


@dataclass(frozen=True)
class FormatTap(Tap):
    """The plan shall have this format (on 1), or not (on 0)."""

    code = "of"
    batch: int
    format: str
    on: int


@dataclass(frozen=True)
class AskTargetTap(Tap):
    """I want to name another place."""

    code = "ot"
    batch: int


@dataclass(frozen=True)
class NoTargetTap(Tap):
    """Forget the place."""

    code = "on"
    batch: int


@dataclass(frozen=True)
class AgainTap(Tap):
    """Try this run once more."""

    code = "oa"
    run: int
