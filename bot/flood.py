"""People who write faster than anybody reads: they are answered once a second, and it costs the others nothing."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from .supervision import outcome

BURST = 5
"""How many messages within a second are nobody's business."""

IN_HAND = 2
"""Who waits for an answer before writing on is never held up, however fast that goes."""

SECOND = 1.0
CALM = 10.0
"""How long somebody who has flooded is answered no faster than once a second."""

WRITERS = 10_000

Update = dict[str, Any]


@dataclass
class Writer:
    """Somebody's last messages: when they came, which are being handled, and the newest of those held back."""

    recent: deque[float] = field(default_factory=lambda: deque(maxlen=BURST))
    in_hand: set[int] = field(default_factory=set)
    held: Update | None = None
    free_at: float = 0.0
    calm_at: float = 0.0


class Flood:
    """Holds back what one person writes too fast. Of all that is held the newest remains, and goes on in its second.

    What is held is not stored, so that a flood does not reach the database. Taps and files are never held.
    """

    def __init__(
        self, go_on: Callable[[Update], Coroutine[Any, Any, None]], timer: Callable[[], float] = monotonic
    ) -> None:
        self._go_on = go_on
        self._timer = timer
        self._writers: dict[int, Writer] = {}
        self._releasing: set[asyncio.Task[None]] = set()

    def holds(self, sender: int, update: Update) -> bool:
        """Whether an update has to wait, and takes the place of what waited before; else it is in hand from now on."""
        if not sender or not is_talk(update):
            return False
        writer, now = self._writer(sender), self._timer()
        self._watch(writer, now)
        if now >= writer.calm_at or (writer.held is None and now >= writer.free_at):
            writer.free_at = now + SECOND
            writer.in_hand.add(update["update_id"])
            return False
        if writer.held is None:
            self._release_later(sender, writer.free_at - now)
        writer.held = update
        return True

    @staticmethod
    def _watch(writer: Writer, now: float) -> None:
        """Count a message, and see whether it is one too many."""
        is_fast = len(writer.recent) == BURST and now - writer.recent[0] < SECOND
        writer.recent.append(now)
        if is_fast and (now < writer.calm_at or len(writer.in_hand) >= IN_HAND):
            writer.calm_at = now + CALM

    def begun(self, sender: int, update: Update) -> None:
        """An update is on its way to its handler."""
        if is_talk(update):
            self._writer(sender).in_hand.add(update["update_id"])

    def done(self, sender: int, update: Update) -> None:
        """An update has been handled, or had been before."""
        writer = self._writers.get(sender)
        if writer is not None:
            writer.in_hand.discard(update["update_id"])

    def held(self) -> list[Update]:
        """Take out all that waits: the end has come."""
        for task in self._releasing:
            task.cancel()
        updates = [writer.held for writer in self._writers.values() if writer.held is not None]
        self._writers.clear()
        return updates

    def _writer(self, sender: int) -> Writer:
        if sender not in self._writers and len(self._writers) >= WRITERS:
            self._forget()
        return self._writers.setdefault(sender, Writer())

    def _forget(self) -> None:
        now = self._timer()
        for sender, writer in list(self._writers.items()):
            is_quiet = not writer.recent or now - writer.recent[-1] > SECOND
            if is_quiet and not writer.in_hand and writer.held is None:
                del self._writers[sender]

    def _release_later(self, sender: int, seconds: float) -> None:
        task = asyncio.create_task(self._release(sender, seconds))
        self._releasing.add(task)
        task.add_done_callback(self._releasing.discard)

    async def _release(self, sender: int, seconds: float) -> None:
        await asyncio.sleep(seconds)
        writer = self._writers[sender]
        update, writer.held = writer.held, None
        writer.free_at = self._timer() + SECOND
        if update is not None:
            await outcome(self._go_on(update))


def is_talk(update: Update) -> bool:
    """A command or anything else typed."""
    message = update.get("message")
    return isinstance(message, dict) and "text" in message
