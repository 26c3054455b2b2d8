"""How fast a chat may be written to, and how many tasks a card holds when somebody taps faster than that."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from .model import DAY, Instant

MOST_HALVINGS = 4
RECOVERY = DAY
"""How long a chat must stay without a complaint for one halving to be taken back."""

LARGEST_PAGE = 6
LOW = 2.0
"""With fewer messages than this left in a chat's allowance, cards become pages."""

FEW_GAPS = 3
SHORTEST_GAP = 0.05


@dataclass
class Bucket:
    """An allowance: `rate` messages a second flow in, up to `size`. A rate of 0 is no limit. Times are in seconds."""

    rate: float
    size: float
    level: float
    at: float

    def seen(self, now: float) -> float:
        """How many are there."""
        return min(self.size, self.level + max(now - self.at, 0.0) * self.rate)

    def wait(self, now: float, wanted: float = 1) -> float:
        """Seconds until so many are there."""
        missing = wanted - self.seen(now)
        # Less than a millionth of a message is a rounding error.
        return max(self.at - now, 0.0) + missing / self.rate if self.rate and missing > 1e-6 else 0.0

    def take(self, now: float) -> None:
        """Take one."""
        self._flow(now)
        self.level -= 1

    def pause(self, now: float) -> None:
        """Nothing has flowed in since it was last taken from, such as while a call was under way."""
        self.at = max(self.at, now)

    def refit(self, now: float, rate: float, size: float) -> None:
        """From now on, this much flows in."""
        self._flow(now)
        self.rate, self.size = rate, size
        self.level = min(self.level, size)

    def _flow(self, now: float) -> None:
        self.level = self.seen(now)
        self.at = max(self.at, now)


def halvings_left(halvings: int, limited_at: Instant, now: Instant) -> int:
    """How often a chat's rate is still halved, a while after the last complaint."""
    return max(0, halvings - max(now - limited_at, 0) // RECOVERY)


def page_size(gaps: Sequence[float], refill: float, level: float, *, is_paging: bool) -> int:
    """How many tasks the next card should hold, 1 for an ordinary one.

    `gaps` are the seconds between somebody's last taps, `refill` the messages a second that their chat may get, 0 for
    no limit, and `level` how many of them are there now. It is a page from when the allowance runs low until the taps
    come slower than it refills.
    """
    if not refill or len(gaps) < FEW_GAPS:
        return 1
    # The lower median: waiting for the next card says nothing about the person's own pace.
    gap = max(sorted(gaps)[(len(gaps) - 1) // 2], SHORTEST_GAP)
    wanted = 1 / gap / refill
    if wanted <= 1 or (level >= LOW and not is_paging):
        return 1
    return min(max(ceil(wanted - 1e-6), 2), LARGEST_PAGE)
