"""Writing a batch's files into the data folder and sending them into a chat."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from telegram.error import TelegramError

from rules.exports import Format
from rules.model import SECOND, BatchId
from services import export_runs, exporting, planning, taking
from services.exporting import Exported
from services.people import Person
from services.shapes import Wanted
from services.taking import Listed
from storage import runs

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


def wanted(kit: Kit, formats: tuple[Format, ...]) -> Wanted:
    return Wanted(kit.config.timezone, kit.config.pictures, formats)


async def write(
    kit: Kit, listed: Listed, formats: tuple[Format, ...], progress: exporting.Progress | None = None
) -> Exported:
    """Write a batch's files to its place in the data folder. Raises Refusal where a format can't be written here."""
    folder = kit.config.exports / listed.code
    return await exporting.export(kit.db, listed.batch, folder, wanted(kit, formats), progress=progress)


async def deliver(kit: Kit, person: Person, batch: BatchId, formats: tuple[Format, ...] = ()) -> None:
    """Write a batch's files anew and send them, with a summary. Raises Refusal when they are not for this person.

    Without formats in those of the batch's plan.
    """
    listed = await kit.db.read(taking.permit, person.id, batch)
    await send(kit, person.telegram_id, kit.words_for(person), listed, "export.done", formats)


async def send(
    kit: Kit,
    telegram_id: int,
    words: Words,
    listed: Listed,
    heading: str,
    formats: tuple[Format, ...] = (),
    *,
    most_bytes: int = MOST_BYTES,
) -> None:
    """Write a batch's files and send them: those that Telegram does not take are named with their place."""
    follower = Follower(kit, telegram_id, listed.title, words)
    chosen = formats or (await kit.db.read(planning.plan_of, listed.batch)).formats
    exported = await write(kit, listed, chosen, follower)
    sizes = measured(exported.files)
    unsent = _unsent(kit, sizes, most_bytes)
    await follower.become(screens.summary(screens.result_of(exported), heading, unsent, words))
    await _send_files(kit, telegram_id, sizes, most_bytes)


async def send_run(
    kit: Kit, telegram_id: int, words: Words, listed: Listed, heading: str, run: int, *, most_bytes: int = MOST_BYTES
) -> bool:
    """Send the files of a run, with a summary; False when they are not there any more."""
    period = await kit.db.read(export_runs.period_of, run)
    kept = runs.read(kit.config.exports / listed.code / period) if period is not None else None
    if kept is None:
        return False
    sizes = measured(kept.files)
    result, unsent = screens.result_of_run(kept.manifest, listed), _unsent(kit, sizes, most_bytes)
    await kit.telegraph.send(telegram_id, screens.summary(result, heading, unsent, words))
    await _send_files(kit, telegram_id, sizes, most_bytes)
    return True


def measured(files: Sequence[Path]) -> dict[Path, int]:
    return {path: path.stat().st_size for path in files}


def placed(kit: Kit, path: Path) -> Path:
    """Where a file lies in the data folder."""
    return path.relative_to(kit.config.data_dir)


def _unsent(kit: Kit, sizes: Mapping[Path, int], most_bytes: int) -> list[tuple[str, Path, int]]:
    return [(path.name, placed(kit, path), size) for path, size in sizes.items() if size > most_bytes]


async def _send_files(kit: Kit, telegram_id: int, sizes: Mapping[Path, int], most_bytes: int) -> None:
    for path, size in sizes.items():
        # Telegram refuses empty documents; without answers, answers.jsonl is one.
        if 0 < size <= most_bytes:
            await kit.telegraph.patient().send_file(telegram_id, path, path.name)
