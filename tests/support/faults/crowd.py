"""Workers who tap by chance, and a record of what they tapped and what they were told."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.taps import SEAL_LETTERS, AnswerTap
from bot.taps_pages import PageAnswerTap
from sandbox import Phone
from sandbox.acts import TapError
from sandbox.keyboards import callback_buttons
from sandbox.replies import Json

from .ground import NAME_MARK, TEXT_MARK, Ground

PATIENCE = 5.0
SAVED = ("저장했어요", "Saved")
CODES = (AnswerTap.code, PageAnswerTap.code)
CHOICES = ("긍정", "부정", "모름")

Card = tuple[int, int]
"""An assignment and its revision."""


@dataclass(frozen=True)
class Tapped:
    """One tap on a label: whose, of which card, which choice."""

    worker: int
    card: Card
    choice: int


@dataclass
class Record:
    """What was tapped and what was acknowledged; `first` is the first choice made on each card."""

    taps: dict[str, Tapped] = field(default_factory=dict)
    tapped_at: dict[str, float] = field(default_factory=dict)
    first: dict[Card, Tapped] = field(default_factory=dict)
    acknowledged: dict[str, float] = field(default_factory=dict)
    saved: dict[str, float] = field(default_factory=dict)

    def told(self) -> dict[Card, Tapped]:
        """The cards whose answer was acknowledged as stored, and the tap that was: an earlier one on the same card may
        have waited so long that Telegram dropped it."""
        return {self.taps[query].card: self.taps[query] for query in self.saved if query in self.taps}


class Crowd:
    """`people` have phones and have agreed to work."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground = ground
        self.people: list[Phone] = []
        self.record = Record()
        self.chance = random.Random(seed)
        self._waiting: dict[int, tuple[str, float]] = {}
        ground.sandbox.subscribe(self._notice)

    async def join(self, count: int) -> None:
        """So many more people start, agree, and open their work."""
        sandbox = self.ground.sandbox
        fresh = [
            Phone(sandbox, sandbox.create_user(f"{NAME_MARK}{len(self.people) + number}", username=f"nametag_{number}"))
            for number in range(count)
        ]
        for phone in fresh:
            phone.say("/start")
        await self.ground.until(lambda: all(has_button(phone, "동의") for phone in fresh))
        for phone in fresh:
            phone.tap("동의")
        await self.ground.until(lambda: not any(has_button(phone, "동의") for phone in fresh))
        self.people += fresh

    async def open_work(self) -> None:
        """Everybody who has no card asks for one."""
        waiting = [phone for phone in self.people if newest_card(phone) is None]
        for phone in waiting:
            phone.say("/work")
        await self.ground.until(lambda: all(newest_card(phone) is not None for phone in waiting))

    async def tap_for(self, seconds: float, rate: float) -> None:
        """So many taps a second together, at moments of chance, of people of chance.

        Who has tapped and not been answered waits for five seconds before they tap again.
        """
        timer = asyncio.get_running_loop().time
        end, due = timer() + seconds, timer()
        while (due := due + self.chance.expovariate(rate)) < end:
            await asyncio.sleep(max(0.0, due - timer()))
            ready = [phone for phone in self.people if self._is_ready(phone, timer())]
            if ready:
                self._tap_and_wait(self.chance.choice(ready), timer())

    def _tap_and_wait(self, phone: Phone, now: float) -> None:
        query = self.tap_once(phone)
        if query is not None:
            self._waiting[phone.user_id] = query, now

    def _is_ready(self, phone: Phone, now: float) -> bool:
        query, since = self._waiting.get(phone.user_id, ("", 0.0))
        return query in self.record.acknowledged or now - since > PATIENCE

    def tap_once(self, phone: Phone) -> str | None:
        """A label of the card on this phone, if there is one; the query's id."""
        card = newest_card(phone)
        if card is None:
            phone.say("/work")
            return None
        message_id, buttons = card
        return self.tap_button(phone, message_id, self.chance.choice(buttons))

    def report_once(self, phone: Phone) -> None:
        """One step towards saying that the task on this phone can't be seen."""
        for label in ("보이지 않아요", "신고"):
            if has_button(phone, label):
                phone.tap(label)
                return
        phone.say("/work")

    def tap_button(self, phone: Phone, message_id: int, data: str) -> str | None:
        """One label; None when the button has just gone."""
        try:
            query = self.ground.sandbox.tap(phone.user_id, message_id, data)
        except TapError:
            return None
        tap = parsed(data)
        tapped = Tapped(phone.user_id, (tap.assignment, tap.revision), tap.choice)
        self.record.taps[query] = tapped
        self.record.tapped_at[query] = self.ground.sandbox.world.clock()
        self.record.first.setdefault(tapped.card, tapped)
        return query

    def _notice(self, event: Json) -> None:
        if event["type"] == "toast":
            now = self.ground.sandbox.world.clock()
            self.record.acknowledged[event["query_id"]] = now
            if str(event["text"] or "").startswith(SAVED):
                self.record.saved[event["query_id"]] = now


def parsed(data: str) -> AnswerTap:
    """What a label's button carries, on a card or on a page of several."""
    code, *parts = data[SEAL_LETTERS:].split(":")
    assert code in CODES
    return AnswerTap.parse(parts)


def labels_of(message: Json) -> list[str]:
    """The data of the buttons that answer a task."""
    buttons = (str(button["callback_data"]) for button in callback_buttons(message))
    return [data for data in buttons if data[SEAL_LETTERS:].partition(":")[0] in CODES]


def newest_card(phone: Phone) -> tuple[int, list[str]] | None:
    """The newest message with labels to tap, and these."""
    for message in reversed(phone.messages):
        labels = labels_of(message)
        if labels:
            return int(message["message_id"]), labels
    return None


def has_button(phone: Phone, label: str) -> bool:
    return any(label in text for row in phone.buttons for text in row)


def table(tasks: int) -> bytes:
    """A CSV of so many tasks."""
    lines = (f"t{number},{TEXT_MARK} {number}" for number in range(tasks))
    return "\n".join(("id,text", *lines)).encode()


async def post(ground: Ground, owner: Phone, tasks: int, overlap: int, title: str = "리뷰", **settings: str) -> str:
    """A batch of texts that the owner posts and publishes; its code."""
    more = "".join(f"\n{key}: {value}" for key, value in settings.items())
    caption = f"/newbatch\ntitle: {title}\nchoices: {', '.join(CHOICES)}\nprice: 20\noverlap: {overlap}{more}"
    owner.send("reviews.csv", table(tasks), caption)
    await ground.until(lambda: has_button(owner, "게시"), 120)
    code = owner.screen
    owner.tap("게시")
    await ground.until(lambda: not has_button(owner, "게시"))
    return code


def steps(total: int, size: int) -> Iterator[int]:
    """`total` in pieces of at most `size`."""
    while total > 0:
        yield min(total, size)
        total -= size


async def staffed(ground: Ground, *, workers: int, tasks: int, overlap: int, seed: int) -> Crowd:
    """A batch, and people with its cards before them."""
    owner = ground.owner()
    await ground.say(owner, "/start")
    await post(ground, owner, tasks, overlap)
    crowd = Crowd(ground, seed)
    await crowd.join(workers)
    await crowd.open_work()
    return crowd
