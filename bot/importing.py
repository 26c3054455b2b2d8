"""Reading a posted file into a draft, in chunks, while everybody goes on tapping.

Files are read and pictures prepared in a process of its own for each file; rows go in through units of about ten
milliseconds. The chat and the command line post through the same functions.
"""

import asyncio
import csv
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from rules.model import BatchId, Kind, PersonId, UploadId
from rules.refusals import Refusal
from rules.settings import Fault, Settings
from services import filling, posting
from services.filling import NewTask, StoredPicture
from services.posting import Found, Upload
from storage import Database
from storage.images import PictureStore, Prepared
from storage.uploads.apart import File, Reader, reading
from storage.uploads.wire import Drawn, Entry

from .clock import Clock
from .config import Config
from .fetching import NOTHING, Fetched, fetch

CHUNK = 80
PICTURE_CHUNK = 20
FAULTS_IN_CARD = filling.KEPT_FAULTS
MOST_LISTED = 50_000
HOPELESS = 1_000
"""So many refused rows without a single good one, and nobody reads on."""

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
        self.config.uploads.mkdir(parents=True, exist_ok=True)
        try:
            file = File(path, upload.name, pictures)
            async with reading(file, self.config.uploads, for_counting=True) as reader:
                found = Found(**asdict(await reader.look()))
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
        file = File(Path(begun.path or ""), begun.name, pictures)
        choices, kind = begun.settings.choices or (), begun.settings.kind or Kind.SINGLE
        size = PICTURE_CHUNK if begun.found.has_pictures else CHUNK
        done = 0
        async with reading(file, self.config.uploads, choices=choices, kind=kind) as reader:
            while entries := await reader.next(size):
                tasks, faults = await self._tasks(begun, reader, entries)
                taken = await self.db.run(filling.add_rows, self.clock.now(), begun, tasks)
                await asyncio.to_thread(tally.add, (*faults, *taken.faults), taken.tasks + taken.golds)
                done += len(entries)
                await progress(done, begun.found.rows)

    async def _tasks(
        self, begun: Upload, reader: Reader, entries: Sequence[Entry]
    ) -> tuple[list[NewTask], list[Fault]]:
        """Pictures are whole and on the disk before their rows are taken."""
        fetched = await fetch(_links(entries)) if begun.file_id is None else NOTHING
        store = PictureStore(self.config.pictures)
        tasks: list[NewTask] = []
        faults: list[Fault] = []
        for entry in entries:
            task = await _task(reader, store, entry, fetched)
            if isinstance(task, Fault):
                faults.append(task)
            else:
                tasks.append(task)
        return tasks, faults


async def _task(reader: Reader, store: PictureStore, entry: Entry, fetched: Fetched) -> NewTask | Fault:
    if isinstance(entry, Fault):
        return entry
    row, drawn = entry.row, entry.picture
    if row.image is None:
        return NewTask(row, None)
    if drawn is None:
        followed = await _followed(reader, row.image, fetched)
        if isinstance(followed, Refusal):
            return Fault(followed.key, followed.blanks, row.line, row.entry)
        drawn = followed
    prepared = Prepared(drawn.jpeg, drawn.width, drawn.height, sha256(drawn.jpeg).hexdigest())
    await asyncio.to_thread(store.put, prepared)
    return NewTask(row, StoredPicture(prepared.sha256, prepared.width, prepared.height))


async def _followed(reader: Reader, link: str, fetched: Fetched) -> Drawn | Refusal:
    data = fetched.get(link)
    return Refusal("posting.link_failed", link=link[:100]) if data is None else await reader.prepare(data)


def _links(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        if not isinstance(entry, Fault) and entry.row.image and _is_link(entry.row.image):
            yield entry.row.image


def _is_link(image: str) -> bool:
    return image.casefold().startswith(LINKS)


@dataclass
class _Tally:
    """What was refused: the first of it for the card, all of it in a file once the card can't hold it."""

    path: Path
    worded: Worded
    refused: int = 0
    first: list[Fault] = field(default_factory=list)
    listing: Path | None = None
    _good: int = 0
    _listed: int = 0
    _held: ExitStack = field(default_factory=ExitStack)
    _rows: Any = None

    def add(self, faults: Sequence[Fault], good: int) -> None:
        """Count a chunk. Raises Refusal when the whole file seems to be of no use."""
        self._good += good
        for fault in faults:
            # A remark about the whole file has no place in it, and is no refused row.
            self.refused += fault.line is not None or fault.entry is not None
            if self.listing is None and len(self.first) < FAULTS_IN_CARD:
                self.first.append(fault)
            else:
                self._list(fault)
        if not self._good and self.refused >= HOPELESS:
            raise Refusal("posting.no_good_rows")

    def _list(self, fault: Fault) -> None:
        if self._listed >= MOST_LISTED:
            return
        self._listed += 1
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
