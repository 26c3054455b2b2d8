"""Sending screens to Telegram, and what its everyday errors mean."""

import asyncio
import copy
import re
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar
from weakref import WeakValueDictionary

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

from rules.model import PictureId
from services.dealing import Picture
from services.pictures import file_id_of, forget_file_id, keep_file_id
from services.reaching import lose
from storage import Database

from .pacing import Pacer, Turn
from .screen import Button, Link, Screen
from .secret import Secret
from .taps import pack
from .transport import NotSent
from .turns import Lane, Superseded

T = TypeVar("T")
BARE = LinkPreviewOptions(is_disabled=True)
REFUSED_FILE = re.compile(r"wrong (remote )?file identifier|wrong file_id|file reference|file_reference", re.IGNORECASE)


class CardGone(Exception):
    """The message that should change is not there, or can't become what it should be."""


class FileRefused(Exception):
    """Telegram does not know a picture by the name that it gave it; the name is forgotten."""


class PictureFolder(Protocol):
    """Where prepared pictures lie."""

    def path(self, sha256: str) -> Path: ...


@dataclass(frozen=True)
class Sent:
    """A message on somebody's phone."""

    message_id: int
    has_picture: bool


class Telegraph:
    """Screens in, messages out, at their pace. Pictures are uploaded once per bot and known by file_id afterwards."""

    def __init__(self, bot: Bot, db: Database, secret: Secret, pictures: PictureFolder, pacer: Pacer) -> None:
        self.pacer = pacer
        self._bot = bot
        self._db = db
        self._secret = secret
        self.pictures = pictures
        self._lane = Lane.TAP
        self._is_patient = True
        self.has_sent = False
        self._uploading: WeakValueDictionary[PictureId, asyncio.Lock] = WeakValueDictionary()

    def pushing(self) -> Self:
        """The same for what nobody waits for: all else goes first, and a 429 is raised instead of sat out."""
        pushing = copy.copy(self)
        pushing._lane, pushing._is_patient, pushing.has_sent = Lane.PUSH, False, False
        return pushing

    def patient(self) -> Self:
        """The same for what follows a message that has arrived: a 429 is sat out."""
        patient = copy.copy(self)
        patient._is_patient = True
        return patient

    async def in_time(self, telegram_id: int, work: Callable[[Self], Coroutine[Any, Any, None]]) -> None:
        """Write to a chat now; or later, where it has to be left alone for a while. Either way this comes back soon."""
        if not self.pacer.delay(telegram_id):
            hasty = copy.copy(self)
            hasty._is_patient = False
            try:
                await work(hasty)
            except (RetryAfter, NotSent):
                pass  # It had no effect, so all of it is done later.
            except Superseded:
                return
            else:
                return
        self.pacer.later(work(self))

    async def send(self, telegram_id: int, screen: Screen, *, lane: Lane = Lane.REPLY, key: object = None) -> Sent:
        """A new message. Raises Superseded when one with the same key came while it waited."""
        markup = self._markup(telegram_id, screen)
        if screen.has_picture:

            async def photo(media: str | bytes) -> Message:
                return await self._bot.send_photo(
                    telegram_id, media, caption=screen.text, parse_mode=ParseMode.HTML, reply_markup=markup
                )

            message = await self._paced(telegram_id, lambda: self._with_media(screen, photo), lane=lane, key=key)
            self.has_sent = True
            return Sent(message.message_id, has_picture=True)
        message = await self._paced(
            telegram_id,
            lambda: self._bot.send_message(
                telegram_id, screen.text, parse_mode=ParseMode.HTML, reply_markup=markup, link_preview_options=BARE
            ),
            lane=lane,
            key=key,
        )
        self.has_sent = True
        return Sent(message.message_id, has_picture=False)

    async def tell(self, telegram_id: int, screen: Screen) -> None:
        """A new message that nobody builds on: later, where its chat has to be left alone for a while."""

        async def send(telegraph: Self) -> None:
            await telegraph.send(telegram_id, screen)

        await self.in_time(telegram_id, send)

    async def edit(self, telegram_id: int, sent: Sent, screen: Screen, *, lane: Lane = Lane.REPLY) -> Sent:
        """Change a message in place; where something newer is on its way into it, that alone.

        Raises CardGone when it is deleted, or a picture would have to become text.
        """
        if sent.has_picture and not screen.has_picture:
            raise CardGone
        change = self._edit_picture if screen.has_picture else self._edit_text
        try:
            await self._paced(
                telegram_id,
                lambda: change(telegram_id, sent.message_id, screen),
                lane=lane,
                key=sent.message_id,
                may_repeat=True,
            )
        except BadRequest as error:
            if not is_unmodified(error):
                raise CardGone from error
        except Superseded:
            pass
        return Sent(sent.message_id, screen.has_picture)

    async def strip(self, telegram_id: int, message_id: int) -> None:
        """Take the buttons off a message that is over."""
        try:
            await self._paced(
                telegram_id,
                lambda: self._bot.edit_message_reply_markup(
                    chat_id=telegram_id, message_id=message_id, reply_markup=None
                ),
                lane=Lane.REPLY,
                key=message_id,
                may_repeat=True,
            )
        except (BadRequest, Superseded):
            return  # It is gone, bare already, or something else by now.

    async def delete(self, telegram_id: int, message_id: int) -> None:
        """Take a message away; one that is too old to delete loses its buttons."""
        try:
            await self._bot.delete_message(telegram_id, message_id)
        except BadRequest:
            await self.strip(telegram_id, message_id)

    async def send_file(self, telegram_id: int, path: Path, name: str, caption: str = "") -> None:
        """A document from disk: later, where its chat has to be left alone for a while."""

        async def send(telegraph: Self) -> None:
            await telegraph._paced(
                telegram_id,
                lambda: self._bot.send_document(
                    telegram_id, path, filename=name, caption=caption or None, parse_mode=ParseMode.HTML
                ),
                lane=Lane.REPLY,
                is_long=True,
            )

        if self._lane == Lane.PUSH:
            await send(self)
        else:
            await self.in_time(telegram_id, send)

    async def answer(self, query_id: str, text: str | None, *, alert: bool) -> None:
        """Acknowledge a tap, at once. One that can't be acknowledged any more is normal life."""
        try:
            await self._bot.answer_callback_query(query_id, text=text, show_alert=alert)
        except (NetworkError, RetryAfter):
            return

    async def download(self, file_id: str, target: Path) -> None:
        """Fetch a document that a person sent."""
        file = await self._bot.get_file(file_id)
        await file.download_to_drive(target)

    async def _paced(
        self,
        telegram_id: int,
        call: Callable[[], Awaitable[T]],
        *,
        lane: Lane,
        key: object = None,
        may_repeat: bool = False,
        is_long: bool = False,
    ) -> T:
        """A call in its turn; once more when a picture has to be uploaded anew."""
        turn = Turn(telegram_id, max(lane, self._lane), key, may_repeat, is_long, self._is_patient)
        try:
            try:
                return await self.pacer.run(turn, call)
            except FileRefused:
                return await self.pacer.run(turn, call)
        except Forbidden:
            await self._db.run(lose, self.pacer.now, telegram_id)
            raise

    async def _edit_text(self, telegram_id: int, message_id: int, screen: Screen) -> None:
        await self._bot.edit_message_text(
            screen.text,
            chat_id=telegram_id,
            message_id=message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=self._markup(telegram_id, screen),
            link_preview_options=BARE,
        )

    async def _edit_picture(self, telegram_id: int, message_id: int, screen: Screen) -> None:
        markup = self._markup(telegram_id, screen)

        async def swap(media: str | bytes) -> Message | bool:
            photo = InputMediaPhoto(media, caption=screen.text, parse_mode=ParseMode.HTML)
            return await self._bot.edit_message_media(
                photo, chat_id=telegram_id, message_id=message_id, reply_markup=markup
            )

        await self._with_media(screen, swap)

    def _markup(self, telegram_id: int, screen: Screen) -> InlineKeyboardMarkup | None:
        if not screen.keyboard:
            return None
        return InlineKeyboardMarkup([[self._button(telegram_id, button) for button in row] for row in screen.keyboard])

    def _button(self, telegram_id: int, button: Button | Link) -> InlineKeyboardButton:
        if isinstance(button, Link):
            return InlineKeyboardButton(button.text, url=button.url)
        return InlineKeyboardButton(button.text, callback_data=pack(button.tap, self._secret, telegram_id))

    async def _with_media(self, screen: Screen, call: Callable[[str | bytes], Awaitable[T]]) -> T:
        """Make a call with a drawing, or with a stored picture's file_id; while one call uploads it, others wait."""
        if screen.drawing is not None:
            return await call(screen.drawing)
        if screen.picture is None:
            raise ValueError("a screen without a picture")
        picture = screen.picture
        known = await self._db.run(file_id_of, picture.id, self._bot.id)
        if known is None:
            async with self._uploading.setdefault(picture.id, asyncio.Lock()):
                known = await self._db.run(file_id_of, picture.id, self._bot.id)
                if known is None:
                    return await self._upload(picture, call)
        try:
            return await call(known)
        except BadRequest as error:
            if not REFUSED_FILE.search(error.message):
                raise
            await self._db.run(forget_file_id, picture.id, self._bot.id, known)
            raise FileRefused from error

    async def _upload(self, picture: Picture, call: Callable[[str | bytes], Awaitable[T]]) -> T:
        message = await call(await asyncio.to_thread(self.pictures.path(picture.sha256).read_bytes))
        if isinstance(message, Message) and message.photo:
            await self._db.run(keep_file_id, picture.id, self._bot.id, message.photo[-1].file_id)
        return message


def is_unmodified(error: BadRequest) -> bool:
    """Editing a message into what it is already is success."""
    return "not modified" in error.message.lower()
