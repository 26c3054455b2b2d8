"""The buttons that follow money down to where it came from, and a month's statement. Their codes begin with n."""

from dataclasses import dataclass

from .taps import Tap


@dataclass(frozen=True)
class WhyTap(Tap):
    """Why is it this much?"""

    code = "nw"


@dataclass(frozen=True)
class FlowTap(Tap):
    """What was this payout made of, or (o) what is available now?"""

    code = "nf"
    ref: str


@dataclass(frozen=True)
class OutgoingTap(Tap):
    """What has left, or is leaving? A page of it, 0 the newest."""

    code = "no"
    page: int


@dataclass(frozen=True)
class AnswersTap(Tap):
    """The answers behind what is traced: by month (period 0), of a month (202611) by day, of a day by batch."""

    code = "na"
    ref: str
    period: int
    page: int


@dataclass(frozen=True)
class PricesTap(Tap):
    """A batch's answers of a day by price."""

    code = "np"
    ref: str
    day: int
    batch: int


@dataclass(frozen=True)
class LeavesTap(Tap):
    """The answers themselves, so many of them passed over."""

    code = "nl"
    ref: str
    day: int
    batch: int
    skipped: int


@dataclass(frozen=True)
class BonusesTap(Tap):
    """The bonuses behind what is traced."""

    code = "nb"
    ref: str
    page: int


@dataclass(frozen=True)
class AdjustmentsTap(Tap):
    """The corrections behind what is traced."""

    code = "nc"
    ref: str
    page: int


@dataclass(frozen=True)
class StatementTap(Tap):
    """The statement of this month, such as 202611."""

    code = "ns"
    month: int


@dataclass(frozen=True)
class MonthsTap(Tap):
    """Of which month?"""

    code = "nm"
