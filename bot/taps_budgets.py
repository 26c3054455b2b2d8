"""The buttons of budgets. Their codes begin with f."""

from dataclasses import dataclass

from .taps import Tap


@dataclass(frozen=True)
class BudgetsTap(Tap):
    """Everybody's budgets."""

    code = "fl"


@dataclass(frozen=True)
class BudgetTap(Tap):
    """This coordinator's budget."""

    code = "fb"
    person: int


@dataclass(frozen=True)
class FundTap(Tap):
    """Give a coordinator so many micros, for a batch (0: for any), as long as `seen` is their newest funding."""

    code = "ff"
    person: int
    batch: int
    amount: int
    seen: int


@dataclass(frozen=True)
class TakeBackTap(Tap):
    """Take so many micros back, as long as `seen` is the coordinator's newest funding."""

    code = "ft"
    person: int
    amount: int
    seen: int


@dataclass(frozen=True)
class AmountTap(Tap):
    """I'll type how much to give (`fund`) or to take back (`take`)."""

    code = "fa"
    person: int
    deed: str


@dataclass(frozen=True)
class LimitTap(Tap):
    """This coordinator may spend what they are given (1), or whatever they need (0)."""

    code = "fm"
    person: int
    on: int


@dataclass(frozen=True)
class AloneTap(Tap):
    """There is nobody else here who could look twice (1), or there is (0)."""

    code = "fo"
    on: int
