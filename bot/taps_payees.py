"""The buttons around where a worker's money goes."""

from dataclasses import dataclass

from .taps import Tap


@dataclass(frozen=True)
class PayeeTap(Tap):
    """Where does my money go? Give me a link to say so."""

    code = "q"


@dataclass(frozen=True)
class NotMeTap(Tap):
    """It was not me who changed my account."""

    code = "qn"


@dataclass(frozen=True)
class ReleaseTap(Tap):
    """As an owner I have looked at this person's account."""

    code = "qr"
    person: int


@dataclass(frozen=True)
class TaxTap(Tap):
    """As staff I say how this person is taxed."""

    code = "qt"
    person: int
    profile: str
