"""From updates to handlers: parse and narrow once, so that handlers never meet None or a stranger's button."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, TypeVar

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Document, Message, Update
from telegram.ext import filters

from services import people
from services.reaching import lose
from storage.soundness import is_fault

from .context import Context, Kit, Sender, Tapped
from .errors import word_error
from .inbox import Arrived
from .taps import Forged, Tap, unseal
from .telegraph import Sent

T = TypeVar("T", bound=Tap)
Act = Callable[[Context], Awaitable[None]]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Command:
    """`/name`; `act` gets what was typed after it."""

    name: str
    act: Callable[[Context, str], Awaitable[None]]
    for_anyone: bool = False


@dataclass(frozen=True)
class Button:
    """A kind of button."""

    tap: type[Tap]
    act: Callable[[Context, Any], Awaitable[None]]


@dataclass(frozen=True)
class File:
    """A document whose caption it takes; `act` gets it and the caption."""

    act: Callable[[Context, Document, str], Awaitable[None]]
    takes: Callable[[str], bool]


@dataclass(frozen=True)
class Text:
    """Typed text that is no command."""

    act: Callable[[Context, str], Awaitable[None]]


@dataclass(frozen=True)
class Lost:
    """What nothing else answers to."""

    act: Callable[[Context], Awaitable[None]]


Route = Command | Button | File | Text | Lost


def on_command(name: str, act: Callable[[Context, str], Awaitable[None]], *, for_anyone: bool = False) -> Route:
    return Command(name, act, for_anyone)


def on_tap(tap: type[T], act: Callable[[Context, T], Awaitable[None]]) -> Route:
    return Button(tap, act)


def on_file(
    act: Callable[[Context, Document, str], Awaitable[None]], *, takes: Callable[[str], bool] = lambda _caption: True
) -> Route:
    return File(act, takes)


def on_text(act: Callable[[Context, str], Awaitable[None]]) -> Route:
    return Text(act)


def on_lost(act: Callable[[Context], Awaitable[None]]) -> Route:
    return Lost(act)


@dataclass(frozen=True)
class Chosen:
    """Who handles an update, under the name that the metrics know."""

    name: str
    act: Act


class Router:
    """The table of contents, as a switch."""

    def __init__(self, kit: Kit, routes: Iterable[Route]) -> None:
        self._kit = kit
        routes = tuple(routes)
        self._commands = {route.name: route for route in routes if isinstance(route, Command)}
        self._buttons = {route.tap.code: route for route in routes if isinstance(route, Button)}
        self._files = tuple(route for route in routes if isinstance(route, File))
        self._text = next((route for route in routes if isinstance(route, Text)), None)
        self._lost = next((route for route in routes if isinstance(route, Lost)), None)

    async def handle(self, arrived: Arrived) -> None:
        """Handle an update to its end. Whatever this raises says that it was not handled."""
        began = perf_counter()
        update = Update.de_json(arrived.update, self._kit.bot)
        context = self._context(update, arrived)
        chosen = self._chosen(context, update) if context is not None else None
        if context is None or chosen is None:
            return
        result = await self._tried(context, chosen.act)
        await context.toast()
        for act in context.rest:
            self._kit.background.start(self._going_on(context, act))
        took = perf_counter() - began
        self._kit.metrics.update_seconds.labels(chosen.name).observe(took)
        log.info("handled", extra={"handler": chosen.name, "ms": round(took * 1000, 1), "result": result})

    def _context(self, update: Update, arrived: Arrived) -> Context | None:
        """Nothing for what comes from elsewhere than a person's own chat, the only place where the bot lives."""
        user, chat = update.effective_user, update.effective_chat
        if user is None or user.is_bot or chat is None or chat.type != Chat.PRIVATE:
            return None
        sender = Sender(user.id, user.full_name, user.username, user.language_code)
        query = update.callback_query
        message = query.message if query is not None else None
        if query is None or message is None:
            return Context(self._kit, sender, arrived, None)
        # What stands in a message that is too old to be seen is unknown; it can be replaced by a new one.
        has_picture = bool(message.photo) if isinstance(message, Message) else True
        return Context(self._kit, sender, arrived, Tapped(query.id, Sent(message.message_id, has_picture)))

    def _chosen(self, context: Context, update: Update) -> Chosen | None:
        if update.callback_query is not None:
            return self._for_tap(context, update.callback_query)
        if update.my_chat_member is not None:
            return Chosen("reach", reaching(update.my_chat_member))
        message = update.message
        if message is None or filters.StatusUpdate.ALL.check_update(update):
            return None
        if message.text and filters.COMMAND.check_update(update):
            return self._for_command(context, message.text)
        return self._for_message(context, message)

    def _for_tap(self, context: Context, query: CallbackQuery) -> Chosen:
        try:
            code, parts = unseal(query.data or "", self._kit.secret, query.from_user.id)
            route = self._buttons[code]
            tap = route.tap.parse(parts)
        except (Forged, KeyError):
            log.warning("a tap that no button of ours carries")
            return Chosen("forged", self._get_lost)
        return Chosen(type(tap).__name__, lambda context: route.act(context, tap)) if context.is_known else self._nobody

    def _for_command(self, context: Context, text: str) -> Chosen:
        word, _space, argument = text.partition(" ")
        route = self._commands.get(word[1:].split("@")[0].lower())
        if route is None or not (context.is_known or route.for_anyone):
            return self._nobody
        return Chosen(f"/{route.name}", lambda context: route.act(context, argument.strip()))

    def _for_message(self, context: Context, message: Message) -> Chosen:
        text, document, caption = self._text, message.document, message.caption or ""
        file = next((route for route in self._files if route.takes(caption)), None)
        if context.is_known and document is not None and file is not None:
            return Chosen("file", lambda context: file.act(context, document, caption))
        if context.is_known and message.text and text is not None:
            typed = message.text
            return Chosen("text", lambda context: text.act(context, typed))
        return self._nobody

    @property
    def _nobody(self) -> Chosen:
        return Chosen("lost", self._get_lost)

    async def _get_lost(self, context: Context) -> None:
        if self._lost is not None:
            await self._lost.act(context)

    async def _going_on(self, context: Context, act: Act) -> None:
        await self._guarded(context, act)

    async def _tried(self, context: Context, act: Act) -> str:
        """The same as `_guarded`, but what the storage is to blame for is raised as long as nothing has been changed.

        It is tried again in a moment, and only the last attempt says that it has failed. Refusals are answers, and a
        bug would fail as often: both are said at once, and the update is done.
        """
        try:
            await act(context)
        except Exception as error:
            if not (is_fault(error) and context.may_repeat):
                return await word_error(context, error)
            if context.is_last:
                await word_error(context, error)
            raise
        return "done"

    async def _guarded(self, context: Context, act: Act) -> str:
        """Do it, and say in a word how it went."""
        try:
            await act(context)
        except Exception as error:  # noqa: BLE001 - the one place where errors become words
            return await word_error(context, error)
        return "done"


def reaching(member: ChatMemberUpdated) -> Act:
    """Somebody has blocked the bot, or opened the door again."""
    is_reachable = member.new_chat_member.status not in (ChatMember.BANNED, ChatMember.LEFT)

    async def reach(context: Context) -> None:
        if is_reachable:
            await context.run(people.reached, context.sender.telegram_id, True)
        else:
            await context.run(lose, context.now, context.sender.telegram_id)

    return reach
