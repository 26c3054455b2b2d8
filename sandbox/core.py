"""The sandbox: a Bot API server in memory, and the people who talk to its bots."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping

from sandbox import acts
from sandbox.contents import Arguments
from sandbox.faults import Faults
from sandbox.limits import Limits
from sandbox.methods import METHODS, SLOW_METHODS
from sandbox.people import Bot, Person, Switchable
from sandbox.replies import Call, Json, Refused, Reply, UploadedFile, bad_request
from sandbox.schema import Violation, bot_api
from sandbox.world import Listener, World

KEPT_CALLS = 5000
KEPT_TEXT = 500


class Sandbox:
    """`clock` gives seconds since 1970. Everything random repeats with the seed. Used from one event loop only."""

    def __init__(self, *, clock: Callable[[], float] = time.time, seed: int = 0, limits: Limits | None = None) -> None:
        self.world = World(clock, seed, limits or Limits())
        self._calls: deque[Call] = deque(maxlen=KEPT_CALLS)
        self._seq = 0
        self.world.call = self.call

    @property
    def faults(self) -> Faults:
        return self.world.faults

    @property
    def calls(self) -> list[Call]:
        """The last calls of all bots, oldest first."""
        return list(self._calls)

    @property
    def violations(self) -> list[str]:
        """Calls that the Bot API's documentation does not allow, in words."""
        return self.world.violations

    @property
    def uploads(self) -> int:
        """How many files bots have uploaded so far."""
        return self.world.files.uploads

    @property
    def users(self) -> list[Person]:
        return list(self.world.people.values())

    @property
    def bots(self) -> list[Bot]:
        return list(self.world.bots.values())

    @property
    def simulated(self) -> dict[int, Switchable]:
        """Who can be played by the machine, by user id."""
        return self.world.simulated

    def create_bot(self, token: str, username: str, name: str | None = None) -> int:
        """The bot's user id, which is what stands before the token's colon."""
        return self.world.add_bot(token, username, name or username).id

    def create_user(
        self,
        first_name: str,
        *,
        language_code: str = "ko",
        user_id: int | None = None,
        username: str | None = None,
        role: str | None = None,
    ) -> int:
        """`role` is a word for the page to show; Telegram knows nothing of it."""
        return acts.join(self.world, first_name, language_code, user_id, username, role)

    def say(self, user_id: int, text: str, *, bot: int | None = None) -> Json:
        """The person types this to the bot; returns the Message."""
        return acts.say(self.world, user_id, text, bot)

    def send_document(
        self,
        user_id: int,
        file_name: str,
        data: bytes,
        caption: str | None = None,
        mime_type: str | None = None,
        *,
        bot: int | None = None,
    ) -> Json:
        upload = UploadedFile(file_name, data, mime_type or "application/octet-stream")
        return acts.send_document(self.world, user_id, upload, caption, bot)

    def send_photo(self, user_id: int, data: bytes, caption: str | None = None, *, bot: int | None = None) -> Json:
        return acts.send_photo(self.world, user_id, data, caption, bot)

    def tap(
        self, user_id: int, message_id: int, callback_data: str, *, forge: bool = False, bot: int | None = None
    ) -> str:
        """The callback query's id; raises TapError when the message has no such button, unless an app forges it."""
        return acts.tap(self.world, user_id, message_id, callback_data, forge, bot)

    def block(self, user_id: int, *, bot: int | None = None) -> None:
        acts.set_blocked(self.world, user_id, True, bot)

    def unblock(self, user_id: int, *, bot: int | None = None) -> None:
        acts.set_blocked(self.world, user_id, False, bot)

    def is_blocked(self, user_id: int, *, bot: int | None = None) -> bool:
        return self.world.chat(self.world.bot(bot), user_id).blocked

    def chat(self, user_id: int, *, bot: int | None = None) -> list[Json]:
        """The messages of the private chat as the phone sees them, oldest first; deleted ones are gone."""
        return list(self.world.chat(self.world.bot(bot), user_id).messages.values())

    def commands(self, user_id: int, *, bot: int | None = None) -> list[Json]:
        """The command menu as this person sees it."""
        return self.world.bot(bot).commands_for(self.world.people[user_id])

    def answers(self, user_id: int) -> list[Json]:
        """Answered taps, in the order of the answers: {query_id, text, show_alert, at}."""
        return list(self.world.answers.get(user_id, ()))

    def file(self, file_id: str) -> tuple[str, bytes]:
        """Name and bytes of any file in any chat; raises LookupError."""
        stored = self.world.files.get(file_id)
        if stored is None:
            raise LookupError(f"no file {file_id}")
        return stored.name, stored.data

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls the listener with every event from now on; the returned function ends that."""
        self.world.listeners.append(listener)
        return lambda: self.world.listeners.remove(listener)

    def download(self, token: str, file_path: str) -> bytes | None:
        """The bytes behind a `file_path` of getFile; None when there is none, or no longer."""
        bot = self.world.bots.get(token)
        return self.world.files.download(bot.id, file_path, self.world.clock()) if bot else None

    async def call(
        self,
        token: str,
        method: str,
        params: Mapping[str, object],
        files: Mapping[str, UploadedFile] | None = None,
    ) -> Reply:
        """Answers as the server would; raises ConnectionDropped when a fault cuts the line."""
        name = bot_api().method(method) or method
        began, at = time.perf_counter(), self.world.clock()
        status = 0
        description: str | None = "connection dropped"
        try:
            reply = await self._reply(token, name, params, files or {})
            self.faults.after()
            status, description = reply.status, reply.body.get("description")
            return reply
        finally:
            shown = _shown(params, files or {})
            ms = (time.perf_counter() - began) * 1000
            self._seq += 1
            call = Call(self._seq, at, name, shown, status, description, round(ms, 2))
            self._calls.append(call)
            self.world.emit({"type": "call", **call.as_json()})

    async def close(self) -> None:
        """Ends what runs by itself: webhooks and simulated people."""
        for person in self.world.simulated.values():
            person.stop()
        for bot in self.world.bots.values():
            webhook, bot.webhook = bot.webhook, None
            if webhook is not None:
                webhook.stop()
                await webhook.stopped()

    async def _reply(
        self, token: str, method: str, params: Mapping[str, object], files: Mapping[str, UploadedFile]
    ) -> Reply:
        instead = await self.faults.before(method)
        if instead is not None:
            return instead
        try:
            return Reply(200, {"ok": True, "result": await self._result(token, method, params, files)})
        except Refused as refused:
            return refused.reply()

    async def _result(
        self, token: str, method: str, params: Mapping[str, object], files: Mapping[str, UploadedFile]
    ) -> object:
        bot = self.world.bots.get(token)
        if bot is None:
            raise Refused(401, "Unauthorized")
        if bot_api().method(method) is None:
            raise Refused(404, "Not Found: method not found")
        try:
            arguments = Arguments(bot, bot_api().check(method, params, files.keys()), files)
        except Violation as violation:
            self.violations.append(str(violation))
            raise bad_request(str(violation)) from None
        if method in SLOW_METHODS:
            return await SLOW_METHODS[method](self.world, arguments)
        if method not in METHODS:
            self.violations.append(f"{method}: the method is not simulated")
            raise Refused(501, f"Not Implemented: method {method} is not simulated by the sandbox")
        return METHODS[method](self.world, arguments)


def _shown(params: Mapping[str, object], files: Mapping[str, UploadedFile]) -> Json:
    """Parameters for the log: long texts cut, uploads by name and size."""
    shown: Json = {
        name: value[:KEPT_TEXT] + "…" if isinstance(value, str) and len(value) > KEPT_TEXT else value
        for name, value in params.items()
    }
    return shown | {name: f"<{file.name}, {len(file.data)} bytes>" for name, file in files.items()}
