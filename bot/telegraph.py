"""Sending screens to Telegram, and what its everyday errors mean."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest

from services.pictures import file_id_of, keep_file_id
from storage import Database

from .screen import Button, Link, Screen
from .secret import Secret
from .taps import pack


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

    async def send(self, telegram_id: int, screen: Screen) -> Sent:
        """A new message."""
        markup = self._markup(telegram_id, screen)
        if not screen.has_picture:
            message = await self._bot.send_message(
                telegram_id, screen.text, parse_mode=ParseMode.HTML, reply_markup=markup, disable_web_page_preview=True
            )
        else:
            media = await self._media(screen)
            message = await self._bot.send_photo(
                telegram_id, media, caption=screen.text, parse_mode=ParseMode.HTML, reply_markup=markup
            )
            await self._remember(screen, message)
        return Sent(message.message_id, screen.has_picture)

    async def edit(self, telegram_id: int, sent: Sent, screen: Screen) -> Sent:
        """Change a message in place. Raises CardGone when that can't be: it is deleted, or a picture would become text."""
        if sent.has_picture and not screen.has_picture:
            raise CardGone
        markup = self._markup(telegram_id, screen)
        try:
            if screen.has_picture:
                media = InputMediaPhoto(await self._media(screen), caption=screen.text, parse_mode=ParseMode.HTML)
                result = await self._bot.edit_message_media(
                    media, chat_id=telegram_id, message_id=sent.message_id, reply_markup=markup
                )
                if isinstance(result, Message):
                    await self._remember(screen, result)
            else:
                await self._bot.edit_message_text(
                    screen.text,
                    chat_id=telegram_id,
                    message_id=sent.message_id,
                    parse_mode=ParseMode.HTML,
                    reply_markup=markup,
                    disable_web_page_preview=True,
                )
        except BadRequest as error:
            if not is_unmodified(error):
                raise CardGone from error
        return Sent(sent.message_id, screen.has_picture)

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

    async def _media(self, screen: Screen) -> str | bytes:
        """The file_id of a stored picture, or the bytes to upload."""
        if screen.drawing is not None:
            return screen.drawing
        if screen.picture is None:
            raise ValueError("a screen without a picture")
        file_id = await self._db.run(file_id_of, screen.picture.id, self._bot.id)
        return file_id or read(self._pictures.path(screen.picture.sha256))

    async def _remember(self, screen: Screen, message: Message) -> None:
        if screen.picture is not None and message.photo:
            await self._db.run(keep_file_id, screen.picture.id, self._bot.id, message.photo[-1].file_id)


def is_unmodified(error: BadRequest) -> bool:
    """Editing a message into what it is already is success."""
    return "not modified" in error.message.lower()


def read(path: Path) -> bytes:
    return path.read_bytes()
