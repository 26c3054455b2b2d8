"""From updates to handlers: parse and narrow once, so that handlers never meet None or a stranger's button."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from telegram import CallbackQuery, Document, Message, Update
from telegram.ext import Application, CallbackContext, CallbackQueryHandler, ChatMemberHandler, MessageHandler, filters

from services import people

from .context import Context, Kit, Sender, Tapped
from .errors import word_error
from .taps import Forged, Tap, unseal
from .telegraph import Sent

T = TypeVar("T", bound=Tap)
AnyApplication = Application[Any, Any, Any, Any, Any, Any]
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
    """A document; `act` gets it and its caption."""

    act: Callable[[Context, Document, str], Awaitable[None]]


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


def on_file(act: Callable[[Context, Document, str], Awaitable[None]]) -> Route:
    return File(act)


def on_text(act: Callable[[Context, str], Awaitable[None]]) -> Route:
    return Text(act)


def on_lost(act: Callable[[Context], Awaitable[None]]) -> Route:
    return Lost(act)


class Router:
    """The table of contents, as a switch."""

    def __init__(self, kit: Kit, routes: Iterable[Route]) -> None:
        self._kit = kit
        routes = tuple(routes)
        self._commands = {route.name: route for route in routes if isinstance(route, Command)}
        self._buttons = {route.tap.code: route for route in routes if isinstance(route, Button)}
        self._file = next((route for route in routes if isinstance(route, File)), None)
        self._text = next((route for route in routes if isinstance(route, Text)), None)
        self._lost = next((route for route in routes if isinstance(route, Lost)), None)

    def register(self, application: AnyApplication) -> None:
        """Hang the switch into PTB. The bot lives in private chats only."""
        private = filters.ChatType.PRIVATE
        application.add_handler(CallbackQueryHandler(self._tap))
        application.add_handler(MessageHandler(private & filters.COMMAND, self._command))
        application.add_handler(MessageHandler(private & ~filters.COMMAND & ~filters.StatusUpdate.ALL, self._message))
        application.add_handler(ChatMemberHandler(self._reach, ChatMemberHandler.MY_CHAT_MEMBER))

    async def _tap(self, update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
        query = update.callback_query
        if query is None or not isinstance(query.message, Message):
            return
        context = await self._context(
            update, Tapped(query.id, Sent(query.message.message_id, bool(query.message.photo)))
        )
        if context is not None:
            await self._guarded(context, self._acting_on(query))
            await context.toast()

    def _acting_on(self, query: CallbackQuery) -> Act:
        try:
            code, parts = unseal(query.data or "", self._kit.secret, query.from_user.id)
            route = self._buttons[code]
            tap = route.tap.parse(parts)
        except (Forged, KeyError):
            log.warning("a tap that no button of ours carries")
            return self._get_lost
        return lambda context: route.act(context, tap) if context.is_known else self._get_lost(context)

    async def _command(self, update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
        context = await self._context(update, None)
        if context is None or update.message is None or not update.message.text:
            return
        word, _space, argument = update.message.text.partition(" ")
        route = self._commands.get(word[1:].split("@")[0].lower())
        if route is None or not (context.is_known or route.for_anyone):
            await self._guarded(context, self._get_lost)
        else:
            await self._guarded(context, lambda context: route.act(context, argument.strip()))

    async def _message(self, update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
        context = await self._context(update, None)
        message = update.message
        if context is None or message is None:
            return
        await self._guarded(context, self._acting_on_message(context, message))

    def _acting_on_message(self, context: Context, message: Message) -> Act:
        file, text, document = self._file, self._text, message.document
        if context.is_known and document is not None and file is not None:
            return lambda context: file.act(context, document, message.caption or "")
        if context.is_known and message.text and text is not None:
            typed = message.text
            return lambda context: text.act(context, typed)
        return self._get_lost

    async def _reach(self, update: Update, _: CallbackContext[Any, Any, Any, Any]) -> None:
        member = update.my_chat_member
        if member is not None and member.chat.type == "private":
            is_reachable = member.new_chat_member.status not in ("kicked", "left")
            await self._kit.db.run(people.reached, member.from_user.id, is_reachable)

    async def _get_lost(self, context: Context) -> None:
        if self._lost is not None:
            await self._lost.act(context)

    async def _context(self, update: Update, tapped: Tapped | None) -> Context | None:
        user = update.effective_user
        if user is None or user.is_bot:
            return None
        person = await self._kit.db.run(people.find, user.id)
        sender = Sender(user.id, user.full_name, user.username, user.language_code)
        return Context(self._kit, sender, person, tapped)

    async def _guarded(self, context: Context, act: Act) -> None:
        try:
            await act(context)
        except Exception as error:  # noqa: BLE001 - the one place where errors become words
            await word_error(context, error)
