"""The buttons of going, and of coming back."""

from dataclasses import dataclass

from .taps import Tap


@dataclass(frozen=True)
class LeaveTap(Tap):
    """Yes, I leave; my name goes by this instant at the latest, as the card said."""

    code = "yl"
    forget_at: int


@dataclass(frozen=True)
class ReturnTap(Tap):
    """I have changed my mind."""

    code = "yr"
