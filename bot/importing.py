"""Reading a posted file into a draft, in chunks, while everybody goes on tapping.

Files are read and pictures prepared in a thread; rows go in through units of about ten milliseconds. The chat and the
command line post through the same functions.
"""

import asyncio
import csv
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from rules.model import BatchId, PersonId, UploadId
from rules.refusals import Refusal
from rules.rows import Row, check, gold_choices
from rules.settings import Fault, Settings
from services import filling, posting
from services.filling import NewTask, StoredPicture
from services.posting import Found, Upload
from storage import Database
from storage.images import PictureStore, prepare
from storage.uploads import open_upload

from .clock import Clock
from .config import Config
from .fetching import NOTHING, Fetched, fetch

CHUNK = 80
PICTURE_CHUNK = 20
FAULTS_IN_CARD = filling.KEPT_FAULTS
LINKS = ("http://", "https://")

Progress = Callable[[int, int], Awaitable[None]]
Worded = Callable[[Fault], tuple[str, str]]
"""A fault as its place and its reason, in somebody's language."""


@dataclass(frozen=True)
class Imported:
    """The draft, and the list of everything that was refused when it is too long for a card."""

    batch: BatchId
    refused: int
    listing: Path | None


@dataclass(frozen=True)
class Rejected:
    """Nothing came of the file."""

    refusal: Refusal
    refused: int
    faults: tuple[Fault, ...]
    listing: Path | None


Outcome = Imported | Rejected


@dataclass(frozen=True)
class Importer:
    """What importing needs of the bot, and nothing that only a running bot has."""

    config: Config
    db: Database
    clock: Clock

    async def look(self, upload: Upload, path: Path, pictures: Path | None = None) -> Upload:
        """Read a file once, to know what has to be asked. Raises Refusal, and ends the upload, when that can't be."""
        try:
            found = await asyncio.to_thread(_look, path, upload.name, pictures)
        except Refusal:
            await self.db.run(posting.refuse, self.clock.now(), upload)
            raise
        return await self.db.run(posting.keep, self.clock.now(), upload.id, str(path), found)

    async def fill(self, upload: UploadId, worded: Worded, progress: Progress, pictures: Path | None = None) -> Outcome:
        """Fill a draft from a file whose settings are complete. Raises Refusal when the upload is over already."""
        begun = await self.db.run(filling.begin, self.clock.now(), upload)
        self.config.uploads.mkdir(parents=True, exist_ok=True)
        listing = self.config.uploads / f"{upload}-refused.csv"
        tally = _Tally(listing, worded)
        try:
            await self._fill(begun, tally, progress, pictures)
            batch = await self.db.run(filling.finish, self.clock.now(), begun, tally.refused, tally.first)
        except Refusal as refusal:
            await self.db.run(posting.refuse, self.clock.now(), begun)
            return Rejected(refusal, tally.refused, tuple(tally.first), tally.listing)
        finally:
            tally.close()
        return Imported(batch, tally.refused, tally.listing)

    async def _fill(self, begun: Upload, tally: "_Tally", progress: Progress, pictures: Path | None) -> None:
        done = 0
        with ExitStack() as held:
            reading = await asyncio.to_thread(_Reading, begun, self.config.pictures, pictures, held)
            size = PICTURE_CHUNK if begun.found.has_pictures else CHUNK
            while entries := await asyncio.to_thread(reading.next, size):
                fetched = await fetch(_links(entries)) if begun.file_id is None else NOTHING
                tasks, faults = await asyncio.to_thread(reading.prepare, entries, fetched)
                taken = await self.db.run(filling.add_rows, self.clock.now(), begun, tasks)
                tally.add((*faults, *taken.faults))
                done += len(entries)
                await progress(done, begun.found.rows)


def _look(path: Path, name: str, pictures: Path | None) -> Found:
    with open_upload(path, name, pictures=pictures) as upload:
        rows = golds = 0
        has_several = has_ids = False
        labels: dict[str, None] = {}
        for row in upload.rows():
            rows += 1
            if isinstance(row, Row):
                golds += row.gold is not None
                has_several = has_several or len(row.gold or ()) > 1
                has_ids = has_ids or row.id is not None
                if len(labels) <= 100:
                    labels.update(dict.fromkeys(row.gold or ()))
        return Found(rows, golds, gold_choices([tuple(labels)]), has_several, has_ids, upload.has_pictures)


def _links(entries: Sequence[Row | Fault]) -> Iterator[str]:
    return (entry.image for entry in entries if isinstance(entry, Row) and entry.image and _is_link(entry.image))


def _is_link(image: str) -> bool:
    return image.casefold().startswith(LINKS)


class _Reading:
    """An open file, read on from chunk to chunk; only ever in one thread at a time."""

    def __init__(self, upload: Upload, store: Path, pictures: Path | None, held: ExitStack) -> None:
        self._settings = upload.settings
        self._store = PictureStore(store)
        self._file = held.enter_context(open_upload(Path(upload.path or ""), upload.name, pictures=pictures))
        rows = self._file.rows()
        held.callback(rows.close)
        self._rows = rows

    def next(self, size: int) -> list[Row | Fault]:
        return [self._checked(entry) for entry in islice(self._rows, size)]

    def _checked(self, entry: Row | Fault) -> Row | Fault:
        if isinstance(entry, Fault):
            return entry
        choices, kind = self._settings.choices, self._settings.kind
        if choices is None or kind is None:
            raise LookupError("choices or kind")
        return check(entry, choices, kind) or entry

    def prepare(self, entries: Sequence[Row | Fault], fetched: Fetched) -> tuple[list[NewTask], list[Fault]]:
        """Pictures are whole and on the disk before their rows are taken."""
        tasks: list[NewTask] = []
        faults: list[Fault] = []
        for entry in entries:
            ready = entry if isinstance(entry, Fault) else self._ready(entry, fetched)
            if isinstance(ready, Fault):
                faults.append(ready)
            else:
                tasks.append(ready)
        return tasks, faults

    def _ready(self, row: Row, fetched: Fetched) -> NewTask | Fault:
        if row.image is None:
            return NewTask(row, None)
        try:
            prepared = prepare(self._bytes(row.image, fetched))
        except Refusal as refusal:
            return Fault(refusal.key, refusal.blanks, row.line, row.entry)
        self._store.put(prepared)
        return NewTask(row, StoredPicture(prepared.sha256, prepared.width, prepared.height))

    def _bytes(self, image: str, fetched: Fetched) -> bytes:
        if not _is_link(image):
            return self._file.picture(image)
        data = fetched.get(image)
        if data is None:
            raise Refusal("posting.link_failed", link=image[:100])
        return data


@dataclass
class _Tally:
    """What was refused: the first of it for the card, all of it in a file once the card can't hold it."""

    path: Path
    worded: Worded
    refused: int = 0
    first: list[Fault] = field(default_factory=list)
    listing: Path | None = None
    _held: ExitStack = field(default_factory=ExitStack)
    _rows: Any = None

    def add(self, faults: Sequence[Fault]) -> None:
        for fault in faults:
            # A remark about the whole file has no place in it, and is no refused row.
            self.refused += fault.line is not None or fault.entry is not None
            if self.listing is None and len(self.first) < FAULTS_IN_CARD:
                self.first.append(fault)
            else:
                self._list(fault)

    def _list(self, fault: Fault) -> None:
        if self.listing is None:
            self.listing = self.path
            # With a mark of its encoding, since this file is for Excel.
            self._rows = csv.writer(self._held.enter_context(self.path.open("w", encoding="utf-8-sig", newline="")))
            for earlier in self.first:
                self._rows.writerow(map(_harmless, self.worded(earlier)))
        self._rows.writerow(map(_harmless, self.worded(fault)))

    def close(self) -> None:
        self._held.close()


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet takes for text."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell


async def post_file(
    importer: Importer,
    person: PersonId,
    path: Path,
    settings: Settings,
    worded: Worded,
    progress: Progress,
    *,
    pictures: Path | None = None,
) -> Outcome:
    """Post a file of this machine in one go. Raises Refusal naming what is missing when the settings are not complete.

    `pictures` is the folder in which the table's `image` names files.
    """
    now = importer.clock.now()
    folder = pictures or path.parent
    await importer.db.run(posting.may_post, person)
    received = await importer.db.run(posting.receive, now, person, path.name, None, settings, False)
    upload = await importer.look(received, path, folder)
    if upload.asks:
        await importer.db.run(posting.refuse, now, upload)
        raise Refusal("posting.missing", keys=", ".join(upload.asks))
    return await importer.fill(upload.id, worded, progress, folder)
