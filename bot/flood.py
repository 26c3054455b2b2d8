"""People who write faster than anybody reads: they are answered once a second, and it costs the others nothing."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .timer import SystemTimer, Timer

log = logging.getLogger(__name__)

BURST = 5
"""How many messages within a second are nobody's business."""

IN_HAND = 2
"""Who waits for an answer before writing on is not held up for a burst, however fast that goes."""

TOO_MANY = 20
"""Nobody waits for so many answers within a second."""

SECOND = 1.0
CALM = 10
"""Seconds after which somebody who has flooded may write as they like."""

FEW, MOST = 20, 200
"""How many messages of one person wait before whatever repeats any of them is spared, and at all."""

BEHIND = 10.0
"""Seconds that a chat's answers may be late before the next one is made."""

LEAST_PAUSE = 0.001
WRITERS = 10_000

Update = dict[str, Any]


class Spared(StrEnum):
    """Why a message is not stored."""

    REPEATED = "repeated"
    TOO_MANY = "too_many"


@dataclass
class Waiting:
    """A message that is answered later: what it says to the bot, and how it goes on once it is stored."""

    said: str | None
    go_on: Callable[[], None] | None = None


@dataclass
class Writer:
    """When somebody's last messages were written by Telegram's clock, which are being handled, and which wait."""

    dates: deque[int] = field(default_factory=lambda: deque(maxlen=TOO_MANY))
    in_hand: set[int] = field(default_factory=set)
    waiting: dict[int, Waiting] = field(default_factory=dict)
    calm_date: int = 0
    free_at: float = 0.0
    releasing: asyncio.Task[None] | None = None

    def watch(self, date: int) -> None:
        """Count a message, and see whether it is one too many."""
        is_fast, is_too_fast = self._within(date, BURST), self._within(date, TOO_MANY)
        self.dates.append(date)
        if is_too_fast or (is_fast and (date < self.calm_date or len(self.in_hand) >= IN_HAND)):
            self.calm_date = date + CALM

    def _within(self, date: int, count: int) -> bool:
        """Whether so many messages were written in the second before this one."""
        return len(self.dates) >= count and date - self.dates[-count] < SECOND

    def repeats(self, said: str | None) -> bool:
        """Whether one that waits says the same. Typed words may be meant to repeat the ones before."""
        if said is None or not self.waiting:
            return False
        if len(self.waiting) >= FEW:
            return any(said == each.said for each in self.waiting.values())
        *_, last = self.waiting.values()
        return said == last.said and said[:1] in ("", "/")

    @property
    def next(self) -> int | None:
        """The oldest of those that wait and are stored."""
        return next((number for number, each in self.waiting.items() if each.go_on is not None), None)


class Flood:
    """Holds back the answers to what one person writes too fast, which is stored all the same. Taps are never held.

    How fast somebody writes is told by the dates of their messages, so that what has waited at Telegram for a bot that
    was away is no flood. Not stored is what repeats a message that waits, and what comes when MOST of them wait.
    """

    def __init__(
        self,
        timer: Timer | None = None,
        delay: Callable[[int], float] = lambda _chat: 0.0,
        spare: Callable[[Spared], None] = lambda _why: None,
    ) -> None:
        """`delay` tells how many seconds late a chat's answers are; `spare` hears of what is not stored."""
        self._timer = timer or SystemTimer()
        self._delay = delay
        self._spare = spare
        self._writers: dict[int, Writer] = {}

    def admits(self, sender: int, update: Update, *, is_stored: bool = False) -> bool:
        """Whether an update has to be stored; from now on it is in hand, or waits."""
        if not sender or not is_talk(update):
            return True
        writer, number = self._writer(sender), update["update_id"]
        if number in writer.waiting or number in writer.in_hand:
            return True
        date, now = date_of(update), self._timer.seconds()
        writer.watch(date)
        if not writer.waiting and (date >= writer.calm_date or now >= writer.free_at):
            writer.free_at = now + SECOND
            writer.in_hand.add(number)
            return True
        said = said_in(update)
        why = None if is_stored else self._why_not(writer, said)
        if why is not None:
            self._spare(why)
            return False
        writer.waiting[number] = Waiting(said)
        return True

    def holds(self, sender: int, number: int, go_on: Callable[[], None]) -> bool:
        """Whether an update, which is stored by now, is to go on later; that is seen to."""
        writer = self._writers.get(sender)
        if writer is None or number not in writer.waiting:
            return False
        writer.waiting[number].go_on = go_on
        if writer.releasing is None:
            writer.releasing = asyncio.create_task(self._release(sender, writer))
        return True

    def withdraw(self, sender: int, number: int) -> None:
        """An update was not stored, or had been before."""
        writer = self._writers.get(sender)
        if writer is not None:
            writer.in_hand.discard(number)
            if number in writer.waiting and writer.waiting[number].go_on is None:
                del writer.waiting[number]

    def done(self, sender: int, number: int) -> None:
        """An update has been handled."""
        writer = self._writers.get(sender)
        if writer is not None:
            writer.in_hand.discard(number)

    async def idle(self) -> None:
        """Wait until all that waits has gone on."""
        while releasing := self._releasing():
            await asyncio.wait(releasing)

    def stop(self) -> None:
        """Whatever waits is stored, and the next start takes it up."""
        for task in self._releasing():
            task.cancel()

    def _releasing(self) -> list[asyncio.Task[None]]:
        return [each.releasing for each in self._writers.values() if each.releasing is not None]

    @staticmethod
    def _why_not(writer: Writer, said: str | None) -> Spared | None:
        if writer.repeats(said):
            return Spared.REPEATED
        if len(writer.waiting) < MOST:
            return None
        log.warning("%s messages of one person wait already; another one is left out", MOST)
        return Spared.TOO_MANY

    def _writer(self, sender: int) -> Writer:
        if sender not in self._writers and len(self._writers) >= WRITERS:
            self._forget()
        return self._writers.setdefault(sender, Writer())

    def _forget(self) -> None:
        now = self._timer.seconds()
        for sender, writer in list(self._writers.items()):
            if now >= writer.free_at and not writer.in_hand and not writer.waiting:
                del self._writers[sender]

    async def _release(self, sender: int, writer: Writer) -> None:
        """One a second goes on, and none while the chat has not got the answers to earlier ones."""
        try:
            while (number := writer.next) is not None:
                now = self._timer.seconds()
                late = self._delay(sender) - BEHIND
                pause = max(writer.free_at - now, late, SECOND if late > 0 else 0.0)
                if pause > LEAST_PAUSE:
                    await self._timer.sleep(pause)
                    continue
                go_on = writer.waiting.pop(number).go_on
                writer.in_hand.add(number)
                writer.free_at = now + SECOND
                if go_on is not None:
                    go_on()
        finally:
            writer.releasing = None


def is_talk(update: Update) -> bool:
    """Anything written or sent: a command, words, a file, a picture."""
    return isinstance(update.get("message"), dict)


def date_of(update: Update) -> int:
    """When Telegram took a message, in seconds; a message without a date is none that can be handled."""
    date = update["message"].get("date")
    return date if type(date) is int else 0


def said_in(update: Update) -> str | None:
    """What a message says to the bot: its text, or nothing that it understands. A file is always something else."""
    message = update["message"]
    if "document" in message:
        return None
    return str(message.get("text", ""))
