"""`tapwork post`: the same as a file in the chat, for files of any size and for folders of pictures."""

import asyncio
import os
import re
from html import unescape
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

from rules.model import BatchId, PersonId
from rules.refusals import Refusal
from rules.settings import Settings, parse
from services import drafting, operating, shortage
from services.drafting import Preview
from storage.images import PictureStore
from storage.uploads.folders import own_folder

from . import importing
from .commands import Desk, Done, Post, Progress, Rejected
from .importing import Imported, Importer
from .screen import Screen
from .screens import posting as screens
from .words import Words

TAG = re.compile(r"<[^>]*>")


async def post(desk: Desk, command: Post, words: Words, progress: Progress) -> Done:
    """Make a draft of a file, and publish it when asked to. Raises Refusal, or Rejected with all that was wrong."""
    person = await desk.db.run(operating.poster, command.coordinator, desk.config.owners)
    settings = _settings(desk, command, words)
    imported = await _import(desk, person.id, Path(command.path), settings, words, progress)
    preview = await desk.db.run(drafting.preview, person.id, imported.batch)
    if command.publish:
        await publish(desk, person.id, imported.batch)
    return _done(desk, command, words, imported, preview)


def _settings(desk: Desk, command: Post, words: Words) -> Settings:
    config = desk.config
    now = desk.clock.now()
    settings, faults = parse(command.settings, timezone=config.timezone, now=now, currency=config.currency)
    if faults:
        refusal = Refusal("posting.wrong_settings", count=len(faults))
        raise Rejected(refusal, text_of(screens.wrong_settings(words, faults)))
    return settings


async def _import(
    desk: Desk, person: PersonId, path: Path, settings: Settings, words: Words, progress: Progress
) -> Imported:
    importer = Importer(desk.config, desk.db, desk.clock)
    with own_folder(_made(desk.config.uploads)) as space:
        file, folder = await asyncio.to_thread(as_file, path, Path(space))
        worded = screens.worded(words)
        outcome = await importing.post_file(importer, person, file, settings, worded, progress, pictures=folder)
    if isinstance(outcome, importing.Rejected):
        lines = [text_of(screens.rejected(words, outcome)), *_listing(words, outcome.listing)]
        raise Rejected(outcome.refusal, "\n".join(lines))
    return outcome


async def publish(desk: Desk, person: PersonId, batch: BatchId) -> None:
    """Offer a draft to workers, after its tasks have got their slots in short steps."""
    while not await desk.db.run(drafting.level, person, batch):
        continue
    await desk.db.run(shortage.tell, desk.clock.now(), person, batch)
    await desk.db.run(drafting.publish, desk.clock.now(), person, batch)


def _done(desk: Desk, command: Post, words: Words, imported: Imported, preview: Preview) -> Done:
    low = screens.low_pay(preview, desk.config.minimum_wage, desk.config.currency)
    card = text_of(screens.draft_card(words, preview, desk.clock.now(), low))
    last = words.plain("posting.published" if command.publish else "cli.publish_how")
    listing = _listing(words, imported.listing)
    facts = {
        "batch": preview.code,
        "tasks": preview.tasks,
        "golds": preview.golds,
        "duplicates": preview.duplicates,
        "refused": imported.refused,
        "published": command.publish,
    }
    return Done("\n\n".join((_sample(desk, words, preview), card, "\n".join((*listing, last)))), facts)


def _sample(desk: Desk, words: Words, preview: Preview) -> str:
    """One task exactly as a worker will see it, as far as letters can show it."""
    screen = screens.sample(words, preview.sample)
    lines = [text_of(screen), *("  ".join(f"[{button.text}]" for button in row) for row in screen.keyboard)]
    if screen.picture is not None:
        place = PictureStore(desk.config.pictures).path(screen.picture.sha256).resolve()
        lines.insert(0, words.plain("cli.sample_picture", path=place))
    return "\n".join(f"  {line}" for line in "\n".join(lines).splitlines())


def _listing(words: Words, listing: Path | None) -> list[str]:
    return [] if listing is None else [words.plain("cli.all_refused", path=listing.resolve())]


def text_of(screen: Screen) -> str:
    """A screen's text without its markup."""
    return unescape(TAG.sub("", screen.text))


def as_file(path: Path, space: Path) -> tuple[Path, Path]:
    """The file to read, and where its pictures are. A folder becomes an archive in `space`.

    A folder is read exactly as the same folder in a zip file is, so it becomes one, without being compressed.
    """
    if not path.is_dir():
        path.stat()
        return path, path.parent
    archive = space / f"{path.resolve().name}.zip"
    _pack(path, archive)
    return archive, path


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _pack(folder: Path, archive: Path) -> None:
    with ZipFile(archive, "w", ZIP_STORED, strict_timestamps=False) as packed:
        for place, folders, files in os.walk(folder):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(name for name in files if not name.startswith(".")):
                file = Path(place) / name
                if file.is_file():
                    packed.write(file, file.relative_to(folder).as_posix())
