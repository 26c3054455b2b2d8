"""People played by the machine: they read a card, choose, and tap, about as fast as a human."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.acts import BlockedError, TapError
from sandbox.phone import NoSuchButton, Phone, text_of
from sandbox.replies import Json

Choose = Callable[[str, list[str]], str | None]

NOTHING_LEFT = ("남은 작업이 없어요", "No more tasks")
SKIP = ("건너뛰기", "Skip")
CONSENT = ("동의", "Agree")
SUBMIT = ("제출", "Submit", "완료", "Done")
BOX = re.compile(r"^[☐☑]\s*")
TICKED = "☑"
ANSWER_SECONDS = 10.0
REST_PACES = 10
FRUITLESS_TAPS = 3


@dataclass(frozen=True)
class Card:
    """A task on the screen; `question` is its text, or the file_id of its picture."""

    message_id: int
    question: str
    buttons: list[Json]
    skip: Json
    submit: Json | None

    @property
    def choices(self) -> list[str]:
        return [choice_of(button) for button in self.buttons]

    def button(self, choice: str) -> Json | None:
        return next((button for button in self.buttons if choice_of(button) == choice), None)


class SimulatedWorker:
    """
    `choose` gets a card's text, or the file_id of its picture, and the choices; it returns one, several joined by "|",
    or None to skip. `pace` is seconds per answer, on average, and may change at any time; `start_text` is what the
    person says first, such as an invite. Register it in `Sandbox.simulated` to let the page switch it.
    """

    def __init__(self, phone: Phone, choose: Choose, pace: float, *, start_text: str = "/start") -> None:
        self.pace = pace
        self._phone = phone
        self._choose = choose
        self._start_text = start_text
        self._task: asyncio.Task[None] | None = None
        self._chance = random.Random(phone.user_id)  # noqa: S311 - a human's jitter, not a secret
        self._changed = asyncio.Event()
        self._fruitless = 0

    @property
    def on(self) -> bool:
        return self._task is not None and not self._task.done()

    def start(self) -> None:
        """Begins, or goes on, in the running event loop; does nothing when it is on."""
        if not self.on:
            self._task = asyncio.get_running_loop().create_task(self._work())

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _work(self) -> None:
        unsubscribe = self._phone.sandbox.subscribe(self._notice)
        try:
            while True:
                self._changed.clear()
                rest = self._act()
                if rest:
                    await self._pause(REST_PACES)
                else:
                    await self._reaction()
                    await self._pause(1)
        except BlockedError:
            return
        finally:
            unsubscribe()

    def _act(self) -> bool:
        """One thing a person does; True when there is nothing to do for a while."""
        try:
            return self._do_next()
        except (TapError, NoSuchButton):
            return False  # the card changed under the thumb

    def _do_next(self) -> bool:
        newest = self._newest()
        if newest is None:
            self._phone.say(self._start_text)
            return False
        card = card_of(newest)
        if card is not None:
            self._fruitless = 0
            self._answer(card)
            return False
        if any(words in text_of(newest) for words in NOTHING_LEFT):
            self._phone.say("/work")
            return True
        return self._find_work(newest)

    def _find_work(self, newest: Json) -> bool:
        """Agrees to what has to be agreed to, opens the first thing offered, else asks for work."""
        buttons = [button for row in rows_of(newest) for button in row if "callback_data" in button]
        consent = next((button for button in buttons if any(word in button["text"] for word in CONSENT)), None)
        wanted = consent or (buttons[0] if buttons else None)
        self._fruitless += 1
        if wanted is not None and self._fruitless <= FRUITLESS_TAPS:
            self._tap(newest["message_id"], wanted)
            return False
        self._phone.say("/work")
        return self._fruitless > 1

    def _answer(self, card: Card) -> None:
        chosen = self._choose(card.question, card.choices)
        wanted = chosen.split("|") if chosen is not None and chosen not in card.choices else [chosen]
        buttons = [card.button(choice) for choice in wanted if choice is not None]
        if chosen is None or None in buttons:
            self._tap(card.message_id, card.skip)
        elif card.submit is None:
            self._tap(card.message_id, buttons[0] or card.skip)
        else:
            self._toggle_or_submit(card, set(wanted), card.submit)

    def _toggle_or_submit(self, card: Card, wanted: set[str | None], submit: Json) -> None:
        """One box at a time: the card comes back with the box ticked, and the next look goes on from there."""
        for button in card.buttons:
            if (choice_of(button) in wanted) != button["text"].startswith(TICKED):
                self._tap(card.message_id, button)
                return
        self._tap(card.message_id, submit)

    def _tap(self, message_id: int, button: Json) -> None:
        self._phone.sandbox.tap(self._phone.user_id, message_id, button["callback_data"])

    def _newest(self) -> Json | None:
        return next((message for message in reversed(self._phone.messages) if message["from"]["is_bot"]), None)

    def _notice(self, event: Json) -> None:
        ours = event.get("user_id") == self._phone.user_id
        if ours and event["type"] in ("message", "edited") and event["message"]["from"]["is_bot"]:
            self._changed.set()

    async def _reaction(self) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _pause(self, paces: int) -> None:
        await asyncio.sleep(self.pace * paces * self._chance.lognormvariate(-0.05, 0.3))


def rows_of(message: Json) -> list[list[Json]]:
    rows: list[list[Json]] = message.get("reply_markup", {}).get("inline_keyboard", [])
    return rows


def choice_of(button: Json) -> str:
    return BOX.sub("", str(button["text"]))


def card_of(message: Json) -> Card | None:
    """The task that a message shows; None when it has no button to skip, which every task has."""
    rows = rows_of(message)
    for index, row in enumerate(rows):
        skip = next((button for button in row if any(word in button["text"] for word in SKIP)), None)
        if skip is None:
            continue
        before = [button for above in rows[:index] for button in above]
        boxed = [button for button in before if BOX.match(button["text"])]
        submit = next((one for one in [*before, *row] if any(word in one["text"] for word in SUBMIT)), None)
        question = message["photo"][-1]["file_id"] if "photo" in message else text_of(message)
        if boxed:
            return Card(message["message_id"], question, boxed, skip, submit)
        return Card(message["message_id"], question, before, skip, None)
    return None
