"""How fast people tap, and so how many tasks their next card holds."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from rules.pace import page_size

from .timer import Timer

GAPS = 7
LONG_GAP = 60.0
PEOPLE = 10_000


@dataclass
class Pulse:
    """Somebody's last taps."""

    last: float
    gaps: deque[float] = field(default_factory=lambda: deque(maxlen=GAPS))
    is_paging: bool = False


class Tempo:
    """Remembers the taps of those who worked last."""

    def __init__(self, timer: Timer, level: Callable[[int], tuple[float, float]]) -> None:
        """`level` tells of a chat how many messages a second flow in and how many are there."""
        self._timer = timer
        self._level = level
        self._pulses: OrderedDict[int, Pulse] = OrderedDict()

    def tapped(self, chat_id: int) -> None:
        """Somebody has dealt with a task."""
        now = self._timer.seconds()
        pulse = self._pulses.pop(chat_id, None)
        if pulse is None or now - pulse.last > LONG_GAP:
            pulse = Pulse(now)
        else:
            pulse.gaps.append(now - pulse.last)
            pulse.last = now
        self._pulses[chat_id] = pulse
        if len(self._pulses) > PEOPLE:
            self._pulses.popitem(last=False)

    def page_size(self, chat_id: int) -> int:
        """How many tasks the next card should hold, 1 for an ordinary one."""
        pulse = self._pulses.get(chat_id)
        if pulse is None:
            return 1
        refill, level = self._level(chat_id)
        size = page_size(pulse.gaps, refill, level, is_paging=pulse.is_paging)
        pulse.is_paging = size > 1
        return size
