"""Writing a batch's files into the data folder and sending them into a chat."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from telegram.error import TelegramError

from rules.model import SECOND, BatchId, PersonId
from rules.refusals import Refusal
from services import exporting
from services.exporting import Exported, Listed
from services.notices import Notice
from services.people import Person

from .context import Kit
from .screen import Screen
from .screens import exports as screens
from .telegraph import CardGone, Sent
from .turns import Lane
from .words import Words

MOST_BYTES = 50_000_000
"""What the Bot API takes as a document."""

PAUSE = 2 * SECOND


class Follower:
    """A message that follows a long export, changed at most every two seconds; a short one never needs it."""

    def __init__(self, kit: Kit, telegram_id: int, title: str, words: Words) -> None:
        self._kit = kit
        self._telegram_id = telegram_id
        self._title = title
        self._words = words
        self._shown_at = kit.clock.now()
        self._sent: Sent | None = None

    async def __call__(self, done: int, total: int) -> None:
        is_free = not self._kit.telegraph.pacer.delay(self._telegram_id, Lane.PUSH)
        if self._kit.clock.now() - self._shown_at < PAUSE or not is_free:
            return
        # The files matter more than the message about them.
        with suppress(TelegramError):
            await self.become(screens.running(self._title, done, total, self._words))
        self._shown_at = self._kit.clock.now()

    async def become(self, screen: Screen) -> None:
        """Show something in the message, or in a new one where there is none."""
        telegraph = self._kit.telegraph
        if self._sent is not None:
            try:
                self._sent = await telegraph.patient().edit(self._telegram_id, self._sent, screen)
            except CardGone:
                self._sent = None
        if self._sent is None:
            self._sent = await telegraph.send(self._telegram_id, screen)


async def write(kit: Kit, batch: BatchId, code: str, progress: exporting.Progress | None = None) -> Exported:
    """Write a batch's files to its place in the data folder, and remember when."""
    since = kit.clock.now()
    folder = kit.config.exports / code
    exported = await exporting.export(kit.db, batch, folder, timezone=kit.config.timezone, progress=progress)
    await kit.db.run(exporting.keep, since, batch)
    return exported


async def deliver(kit: Kit, person: Person, batch: BatchId) -> None:
    """Write a batch's files anew and send them, with a summary. Raises Refusal when they are not for this person."""
    listed = await kit.db.read(exporting.permit, person.id, batch)
    await send(kit, person.telegram_id, kit.words(person.language), listed, "export.done")


async def completed(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """Tell a coordinator that a batch is finished, with its files; nothing to one who has handed it over since."""
    batch = BatchId(blanks["batch"])
    try:
        listed = await kit.db.read(exporting.permit, PersonId(notice.person), batch)
    except Refusal:
        return
    await send(kit, notice.telegram_id, kit.words(notice.language), listed, "export.completed")


async def send(
    kit: Kit, telegram_id: int, words: Words, listed: Listed, heading: str, *, most_bytes: int = MOST_BYTES
) -> None:
    """Write a batch's files and send them: those that Telegram does not take are named with their place."""
    follower = Follower(kit, telegram_id, listed.title, words)
    exported = await write(kit, listed.batch, listed.code, follower)
    sizes = {path: path.stat().st_size for path in exported.files}
    unsent = [(path.name, placed(kit, path), size) for path, size in sizes.items() if size > most_bytes]
    await follower.become(screens.summary(exported, heading, unsent, words))
    for path, size in sizes.items():
        # Telegram refuses empty documents; without answers, answers.jsonl is one.
        if 0 < size <= most_bytes:
            await kit.telegraph.patient().send_file(telegram_id, path, path.name)


def placed(kit: Kit, path: Path) -> Path:
    """Where a file lies in the data folder."""
    return path.relative_to(kit.config.data_dir)
