"""Everything that exists on the server: bots, people, chats, files, and who listens."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Awaitable, Callable

from sandbox.faults import Faults
from sandbox.files import FileStore
from sandbox.limits import FloodControl, Limits
from sandbox.people import Bot, Chat, Person, Switchable, Tap
from sandbox.replies import Json, Refused, bad_request
from sandbox.updates import UpdateQueue

KEPT_ANSWERS = 1000
FORGET_EVERY = 10_000

Caller = Callable[[str, str, Json], Awaitable[object]]
Listener = Callable[[Json], None]


class World:
    def __init__(self, clock: Callable[[], float], seed: int, limits: Limits) -> None:
        self.clock = clock
        self.limits = limits
        self.chance = random.Random(seed)  # noqa: S311 - ids and faults repeat with the seed, nothing is secret
        self.faults = Faults(clock, random.Random(seed + 1))  # noqa: S311 - as above
        self.files = FileStore(seed)
        self.flood = FloodControl(limits, clock)
        self.bots: dict[str, Bot] = {}
        self.people: dict[int, Person] = {}
        self.chats: dict[tuple[int, int], Chat] = {}
        self.taps: dict[str, Tap] = {}
        self.answers: dict[int, deque[Json]] = {}
        self.simulated: dict[int, Switchable] = {}
        self.listeners: list[Listener] = []
        self.violations: list[str] = []
        self.call: Caller = _nobody

    def date(self) -> int:
        return int(self.clock())

    def remember_tap(self, tap: Tap) -> None:
        """Keeps a tap to be answered; now and then lets go of those that nobody can answer any more."""
        self.taps[tap.query_id] = tap
        if len(self.taps) % FORGET_EVERY == 0:
            since = self.clock() - self.limits.answer_seconds
            self.taps = {query_id: one for query_id, one in self.taps.items() if one.at >= since}

    def remember_answer(self, tap: Tap, answer: Json) -> None:
        tap.answered = True
        self.answers.setdefault(tap.person.id, deque(maxlen=KEPT_ANSWERS)).append(answer)
        self.emit({"type": "toast", "user_id": tap.person.id, **answer})

    def emit(self, event: Json) -> None:
        for listener in list(self.listeners):
            listener(event)

    def add_bot(self, token: str, username: str, name: str) -> Bot:
        bot_id = int(token.partition(":")[0])
        bot = Bot(token, bot_id, username, UpdateQueue(self.clock, self.chance), {"": name})
        self.bots[token] = bot
        return bot

    def bot(self, bot_id: int | None) -> Bot:
        """The bot of this id, the first one for None; raises LookupError when there is none."""
        for bot in self.bots.values():
            if bot_id in (None, bot.id):
                return bot
        raise LookupError(f"no bot {bot_id or ''} in the sandbox")

    def chat(self, bot: Bot, user_id: int) -> Chat:
        """The private chat as the person sees it; it may not have begun. Raises LookupError for an unknown person."""
        person = self.people.get(user_id)
        if person is None:
            raise LookupError(f"no user {user_id} in the sandbox")
        return self.chats.setdefault((bot.id, user_id), Chat(bot, person))

    def open_chat(self, bot: Bot, chat_id: int | str) -> Chat:
        """The chat that the bot may see; raises Refused when the person never wrote."""
        chat = self.chats.get((bot.id, chat_id)) if isinstance(chat_id, int) else None
        if chat is None or not chat.started:
            raise bad_request("chat not found")
        return chat

    def spend(self, chat: Chat, cost: int = 1) -> None:
        """Takes messages or edits from the allowance; raises Refused where the bot is blocked or too fast."""
        if chat.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        self.faults.check_flood(chat.person.id)
        self.flood.charge(chat.bot.id, chat.person.id, cost)

    def post(self, chat: Chat, sender: Json, content: Json) -> Json:
        """Puts a message into the chat and shows it; the bot's own messages cause no update."""
        message: Json = {
            "message_id": chat.next_message_id(),
            "from": sender,
            "chat": chat.person.chat(),
            "date": self.date(),
            **content,
        }
        chat.messages[message["message_id"]] = message
        self.emit({"type": "message", "user_id": chat.person.id, "message": message})
        return message

    def replace(self, chat: Chat, message: Json) -> Json:
        chat.messages[message["message_id"]] = message
        self.emit({"type": "edited", "user_id": chat.person.id, "message": message})
        return message

    def remove(self, chat: Chat, message_id: int) -> None:
        del chat.messages[message_id]
        self.emit({"type": "deleted", "user_id": chat.person.id, "message_id": message_id})


async def _nobody(token: str, method: str, params: Json) -> object:
    raise RuntimeError("no server answers calls in this world")
