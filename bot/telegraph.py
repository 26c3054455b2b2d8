"""Sending screens to Telegram, and what its everyday errors mean."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, NetworkError, RetryAfter

from rules.model import PictureId
from services.pictures import file_id_of, keep_file_id
from storage import Database

from .screen import Button, Link, Screen
from .secret import Secret
from .taps import pack

T = TypeVar("T")
BARE = LinkPreviewOptions(is_disabled=True)
PATIENCE = 3
REPEAT_SECONDS = 0.5


class CardGone(Exception):
    """The message that should change is not there, or can't become what it should be."""


class PictureFolder(Protocol):
    """Where prepared pictures lie."""

    def path(self, sha256: str) -> Path: ...


@dataclass(frozen=True)
class Sent:
    """A message on somebody's phone."""

    message_id: int
    has_picture: bool


class Telegraph:
    """Screens in, messages out. Pictures are uploaded once per bot and known by file_id afterwards."""

    def __init__(self, bot: Bot, db: Database, secret: Secret, pictures: PictureFolder) -> None:
        self._bot = bot
        self._db = db
        self._secret = secret
        self._pictures = pictures
        self._uploading: dict[PictureId, asyncio.Lock] = {}

    async def send(self, telegram_id: int, screen: Screen) -> Sent:
        """A new message."""
        markup = self._markup(telegram_id, screen)
        if not screen.has_picture:
            message = await patiently(
                lambda: self._bot.send_message(
                    telegram_id, screen.text, parse_mode=ParseMode.HTML, reply_markup=markup, link_preview_options=BARE
                )
            )
            return Sent(message.message_id, has_picture=False)
        async with self._media(screen) as media:
            message = await patiently(
                lambda: self._bot.send_photo(
                    telegram_id, media, caption=screen.text, parse_mode=ParseMode.HTML, reply_markup=markup
                )
            )
            await self._remember(screen, message)
        return Sent(message.message_id, has_picture=True)

    async def edit(self, telegram_id: int, sent: Sent, screen: Screen) -> Sent:
        """Change a message in place. Raises CardGone when it is deleted, or a picture would have to become text."""
        if sent.has_picture and not screen.has_picture:
            raise CardGone
        try:
            if screen.has_picture:
                await self._edit_picture(telegram_id, sent.message_id, screen)
            else:
                await self._edit_text(telegram_id, sent.message_id, screen)
        except BadRequest as error:
            if not is_unmodified(error):
                raise CardGone from error
        return Sent(sent.message_id, screen.has_picture)

    async def _edit_text(self, telegram_id: int, message_id: int, screen: Screen) -> None:
        await patiently(
            lambda: self._bot.edit_message_text(
                screen.text,
                chat_id=telegram_id,
                message_id=message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=self._markup(telegram_id, screen),
                link_preview_options=BARE,
            ),
            may_repeat=True,
        )

    async def _edit_picture(self, telegram_id: int, message_id: int, screen: Screen) -> None:
        async with self._media(screen) as media:
            photo = InputMediaPhoto(media, caption=screen.text, parse_mode=ParseMode.HTML)
            result = await patiently(
                lambda: self._bot.edit_message_media(
                    photo,
                    chat_id=telegram_id,
                    message_id=message_id,
                    reply_markup=self._markup(telegram_id, screen),
                ),
                may_repeat=True,
            )
            if isinstance(result, Message):
                await self._remember(screen, result)

    async def strip(self, telegram_id: int, message_id: int) -> None:
        """Take the buttons off a message that is over."""
        try:
            await self._bot.edit_message_reply_markup(chat_id=telegram_id, message_id=message_id, reply_markup=None)
        except BadRequest:
            return  # It is gone, or bare already.

    async def delete(self, telegram_id: int, message_id: int) -> None:
        """Take a message away; one that is too old to delete loses its buttons."""
        try:
            await self._bot.delete_message(telegram_id, message_id)
        except BadRequest:
            await self.strip(telegram_id, message_id)

    async def send_file(self, telegram_id: int, path: Path, name: str, caption: str = "") -> None:
        """A document from disk."""
        await self._bot.send_document(
            telegram_id, path, filename=name, caption=caption or None, parse_mode=ParseMode.HTML
        )

    async def answer(self, query_id: str, text: str | None, *, alert: bool) -> None:
        """Acknowledge a tap; one that is too old to be acknowledged is normal life."""
        try:
            await self._bot.answer_callback_query(query_id, text=text, show_alert=alert)
        except BadRequest:
            return

    async def download(self, file_id: str, target: Path) -> None:
        """Fetch a document that a person sent."""
        file = await self._bot.get_file(file_id)
        await file.download_to_drive(target)

    def _markup(self, telegram_id: int, screen: Screen) -> InlineKeyboardMarkup | None:
        if not screen.keyboard:
            return None
        return InlineKeyboardMarkup([[self._button(telegram_id, button) for button in row] for row in screen.keyboard])

    def _button(self, telegram_id: int, button: Button | Link) -> InlineKeyboardButton:
        if isinstance(button, Link):
            return InlineKeyboardButton(button.text, url=button.url)
        return InlineKeyboardButton(button.text, callback_data=pack(button.tap, self._secret, telegram_id))

    @asynccontextmanager
    async def _media(self, screen: Screen) -> AsyncIterator[str | bytes]:
        """The file_id of a stored picture, or its bytes; while one call uploads it, others wait for its file_id."""
        if screen.drawing is not None:
            yield screen.drawing
            return
        if screen.picture is None:
            raise ValueError("a screen without a picture")
        known = await self._db.run(file_id_of, screen.picture.id, self._bot.id)
        if known:
            yield known
            return
        async with self._uploading.setdefault(screen.picture.id, asyncio.Lock()):
            uploaded = await self._db.run(file_id_of, screen.picture.id, self._bot.id)
            if uploaded:
                yield uploaded
            else:
                yield await asyncio.to_thread(self._pictures.path(screen.picture.sha256).read_bytes)
        self._uploading.pop(screen.picture.id, None)

    async def _remember(self, screen: Screen, message: Message) -> None:
        if screen.picture is not None and message.photo:
            await self._db.run(keep_file_id, screen.picture.id, self._bot.id, message.photo[-1].file_id)


def is_unmodified(error: BadRequest) -> bool:
    """Editing a message into what it is already is success."""
    return "not modified" in error.message.lower()


async def patiently(call: Callable[[], Awaitable[T]], *, may_repeat: bool = False) -> T:
    """Make a call; when Telegram asks for a pause, wait for as long as it says and make it again.

    An edit may be repeated when its answer was lost on the way, since doing it twice changes nothing.
    """
    for _ in range(PATIENCE):
        try:
            return await call()
        except RetryAfter as error:
            wait = error.retry_after
            await asyncio.sleep(wait if isinstance(wait, int | float) else wait.total_seconds())
        except BadRequest:
            raise
        except NetworkError:
            if not may_repeat:
                raise
            await asyncio.sleep(REPEAT_SECONDS)
    return await call()
