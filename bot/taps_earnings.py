"""The buttons around a worker's money. BalanceTap, which other screens use too, is with the common ones."""

from dataclasses import dataclass

from .taps import Tap


@dataclass(frozen=True)
class EarningsTap(Tap):
    """What did the last days bring? One page of them, 0 the newest."""

    code = "me"
    page: int


@dataclass(frozen=True)
class HistoryTap(Tap):
    """My last answers."""

    code = "mh"


@dataclass(frozen=True)
class OlderTap(Tap):
    """My answers before this one."""

    code = "mo"
    answer: int


@dataclass(frozen=True)
class NewerTap(Tap):
    """My answers after this one."""

    code = "mn"
    answer: int


@dataclass(frozen=True)
class GivenTap(Tap):
    """The picture of this answer."""

    code = "mp"
    answer: int
