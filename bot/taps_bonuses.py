"""The buttons around bonuses and corrections. Their codes begin with j."""

from dataclasses import dataclass

from .taps import Tap


@dataclass(frozen=True)
class RulesTap(Tap):
    """Which bonuses does this batch promise?"""

    code = "jl"
    batch: int


@dataclass(frozen=True)
class NewRuleTap(Tap):
    """I want to promise one: by which measure?"""

    code = "jn"
    batch: int


@dataclass(frozen=True)
class MeasureTap(Tap):
    """By this one."""

    code = "jm"
    batch: int
    measure: str


@dataclass(frozen=True)
class PromiseTap(Tap):
    """Publish this rule."""

    code = "jp"
    rule: int


@dataclass(frozen=True)
class DropRuleTap(Tap):
    """Throw this draft of a rule away."""

    code = "jd"
    rule: int


@dataclass(frozen=True)
class AdjustTap(Tap):
    """Make the correction that I have just read."""

    code = "ja"
    worker: int
    amount: int
