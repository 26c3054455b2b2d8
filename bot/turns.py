"""Who may write next: a bucket for each chat, one for the bot, and lanes, so that a thumb never waits for reminders."""

import asyncio
from dataclasses import dataclass, field
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count

from rules.pace import Bucket

from .timer import Timer

BURST = 5
LEFT_FOR_TAPS = 2.0
"""A reminder waits until so many messages would be left to a chat, and half of its burst to the bot."""

BOT_BURST = 1 / 3
"""How many seconds' worth of messages may leave at once: calls take their time, so that more would arrive together."""

SWEEP_EVERY = 1000


class Lane(IntEnum):
    """What goes first."""

    TAP = 0
    REPLY = 1
    PUSH = 2


class Superseded(Exception):
    """Something newer takes the place of what was to be written."""


@dataclass(eq=False)
class Ticket:
    """Somebody who waits for a turn."""

    lane: Lane
    number: int
    key: object
    granted: asyncio.Future[None]

    @property
    def order(self) -> tuple[int, int]:
        return self.lane, self.number


@dataclass(eq=False)
class Chat:
    """What is known of one chat while something is going on in it."""

    bucket: Bucket
    halvings: int = 0
    stopped_until: float = 0.0
    is_busy: bool = False
    waiting: list[Ticket] = field(default_factory=list)
    alarm: asyncio.Task[None] | None = None

    @property
    def first(self) -> Ticket | None:
        return min(self.waiting, key=lambda ticket: ticket.order, default=None)

    def wait(self, now: float, lane: Lane, ahead: int = 0) -> float:
        """Seconds until the chat bears one more message of a lane."""
        wanted = min(LEFT_FOR_TAPS, self.bucket.size) if lane == Lane.PUSH else 1 + ahead
        return max(self.stopped_until - now, self.bucket.wait(now, wanted), 0.0)


class Turns:
    """One call at a time in a chat, many chats at once, none faster than its bucket refills."""

    def __init__(self, chat_rate: float, bot_rate: float, timer: Timer) -> None:
        """`chat_rate` is a minute, `bot_rate` a second; 0 is no limit."""
        self._timer = timer
        self._chat_rate = chat_rate / 60
        burst = max(bot_rate * BOT_BURST, 1.0)
        self._bot = Bucket(bot_rate, burst, burst, timer.seconds())
        self._chats: dict[int, Chat] = {}
        self._ready: list[tuple[Lane, int, int]] = []
        self._numbers = count()
        self._alarm: asyncio.Task[None] | None = None

    async def wait(self, chat_id: int, lane: Lane, key: object = None, *, is_repeat: bool = False) -> None:
        """Wait for a turn in a chat; `done` ends it. Of those that wait with one key the newest takes the place.

        Raises Superseded when something newer has come. A repeat is older than all that wait.
        """
        chat = self._chat(chat_id)
        ticket = self._ticket(chat, lane, key, is_repeat=is_repeat)
        chat.waiting.append(ticket)
        self._offer(chat_id)
        try:
            await ticket.granted
        except asyncio.CancelledError:
            if ticket in chat.waiting:
                chat.waiting.remove(ticket)
            elif not ticket.granted.cancelled():
                self.done(chat_id)
            raise

    def done(self, chat_id: int, *, arrived_late: bool = False) -> None:
        """A call has come back. Nothing flowed in meanwhile, since nobody knows when it was counted.

        One that arrived late, long after its turn, is counted as of now.
        """
        chat, now = self._chat(chat_id), self._timer.seconds()
        if arrived_late:
            chat.bucket.level = min(chat.bucket.level, chat.bucket.size - 1)
        else:
            chat.is_busy = False
        chat.bucket.pause(now)
        self._offer(chat_id)

    def stop(self, chat_id: int, seconds: float) -> None:
        """Leave a chat alone for so long; afterwards there is room for one message."""
        chat, now = self._chat(chat_id), self._timer.seconds()
        chat.stopped_until = max(chat.stopped_until, now + seconds)
        chat.bucket.level = 1.0
        chat.bucket.at = max(chat.bucket.at, chat.stopped_until)

    def halve(self, chat_id: int, halvings: int) -> None:
        """A chat's pace, so many times halved, and its bursts with it."""
        chat = self._chat(chat_id)
        chat.halvings = halvings
        chat.bucket.refit(self._timer.seconds(), self._chat_rate / 2**halvings, max(1.0, BURST // 2**halvings))

    def delay(self, chat_id: int, lane: Lane = Lane.TAP) -> float:
        """About how many seconds something new would wait for its chat."""
        chat = self._chats.get(chat_id)
        if chat is None:
            return 0.0
        ahead = sum(ticket.lane <= lane for ticket in chat.waiting)
        return chat.wait(self._timer.seconds(), lane, ahead)

    def level(self, chat_id: int) -> tuple[float, float]:
        """How many messages a second flow in for a chat, 0 for no limit, and how many are there."""
        chat = self._chats.get(chat_id)
        if chat is None:
            return self._chat_rate, float(BURST)
        return chat.bucket.rate, chat.bucket.seen(self._timer.seconds())

    def __len__(self) -> int:
        """How many chats are remembered."""
        return len(self._chats)

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        return sum(len(chat.waiting) for chat in self._chats.values())

    def close(self) -> None:
        """Nobody waits any more."""
        alarms = [self._alarm, *(chat.alarm for chat in self._chats.values())]
        for alarm in alarms:
            if alarm is not None:
                alarm.cancel()

    def _chat(self, chat_id: int) -> Chat:
        chat = self._chats.get(chat_id)
        if chat is None:
            chat = Chat(Bucket(self._chat_rate, BURST, BURST, self._timer.seconds()))
            self._chats[chat_id] = chat
        return chat

    def _ticket(self, chat: Chat, lane: Lane, key: object, *, is_repeat: bool) -> Ticket:
        ticket = Ticket(lane, next(self._numbers), key, asyncio.get_running_loop().create_future())
        if is_repeat:
            ticket.number = -ticket.number
        older = next((each for each in chat.waiting if key is not None and each.key == key), None)
        if older is None:
            return ticket
        if is_repeat:
            raise Superseded
        chat.waiting.remove(older)
        older.granted.set_exception(Superseded())
        ticket.lane, ticket.number = min((older.lane, older.number), (lane, ticket.number))
        return ticket

    def _offer(self, chat_id: int) -> None:
        """Put a chat up for a turn, at once or when its time has come."""
        chat = self._chat(chat_id)
        ticket = chat.first
        if ticket is None or chat.is_busy:
            return
        wait = chat.wait(self._timer.seconds(), ticket.lane)
        if wait:
            if chat.alarm is not None:
                chat.alarm.cancel()
            chat.alarm = asyncio.create_task(self._offer_after(wait, chat_id))
        else:
            heappush(self._ready, (ticket.lane, ticket.number, chat_id))
            self._grant()

    async def _offer_after(self, seconds: float, chat_id: int) -> None:
        await self._timer.sleep(seconds)
        self._chat(chat_id).alarm = None
        self._offer(chat_id)

    def _grant(self) -> None:
        """Give turns away as long as the bot's bucket lasts, the most urgent first."""
        now = self._timer.seconds()
        while self._ready:
            lane, number, chat_id = self._ready[0]
            chat = self._chat(chat_id)
            ticket = chat.first
            if ticket is None or chat.is_busy or ticket.order != (lane, number):
                heappop(self._ready)  # It has gone, or comes again with another number.
                continue
            wait = self._bot.wait(now, max(self._bot.size / 2, 1.0) if lane == Lane.PUSH else 1.0)
            if wait:
                self._grant_after(wait)
                return
            heappop(self._ready)
            if chat.wait(now, lane):
                self._offer(chat_id)
            else:
                self._give(chat, ticket, now)

    def _give(self, chat: Chat, ticket: Ticket, now: float) -> None:
        chat.waiting.remove(ticket)
        chat.is_busy = True
        chat.bucket.take(now)
        self._bot.take(now)
        if not ticket.granted.done():
            ticket.granted.set_result(None)
        if ticket.number % SWEEP_EVERY == 0:
            self._sweep(now)

    def _grant_after(self, seconds: float) -> None:
        async def later() -> None:
            await self._timer.sleep(seconds)
            self._alarm = None
            self._grant()

        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = asyncio.create_task(later())

    def _sweep(self, now: float) -> None:
        """Forget the chats of which a new one would differ in nothing."""
        for chat_id, chat in list(self._chats.items()):
            is_idle = not (chat.waiting or chat.is_busy or chat.halvings or chat.stopped_until > now)
            if is_idle and (not chat.bucket.rate or chat.bucket.seen(now) >= chat.bucket.size):
                del self._chats[chat_id]
