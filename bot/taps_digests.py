"""The switch for what is told every morning. Its code begins with n."""

from dataclasses import dataclass

from .taps import Tap


@dataclass(frozen=True)
class DigestTap(Tap):
    """Tell me every morning (1), or do not (0)."""

    code = "nd"
    on: int
