"""Dropping a file into a chat, and judging what comes of it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from pathlib import Path
from string import Formatter
from time import perf_counter

from bad_files import BadFile, Refused, Taken
from watching import Watch, memory
from world import Someone, World

from bot.words import catalogue

CAPTION = "title: 좋은가요?\nchoices: 긍정, 부정\nprice: 20\noverlap: 1"
MOST_MEMORY = 150
"""MiB that the bot may grow by, and that the process may have which reads a file for it."""

MOST_SECONDS = 5.0
TAG = re.compile("<[^>]*>")


@dataclass
class Figures:
    """What was seen so far."""

    refused: int = 0
    taken: int = 0
    memory: float = 0.0
    reader: float = 0.0
    largest: str = ""
    seconds: float = 0.0
    slowest: str = ""
    problems: list[str] = field(default_factory=list)

    def add(self, file: BadFile, seconds: float, grown: float, reader: float) -> list[str]:
        """Count a file; a problem when it took too long to refuse."""
        self.memory = max(self.memory, grown)
        if reader >= self.reader:  # Two that were dropped at once have one figure.
            self.largest = f"{self.largest}, {file.about}" if reader == self.reader else file.about
            self.reader = reader
        if isinstance(file.then, Taken):
            self.taken += 1
            return []
        self.refused += 1
        if seconds > self.seconds:
            self.seconds, self.slowest = seconds, f"{file.file}: {file.about}"
        return [f"{file.file} took {seconds:.1f} s"] if seconds > MOST_SECONDS else []

    @property
    def line(self) -> str:
        return (
            f"bad files: {self.refused + self.taken} ({self.refused} refused, {self.taken} taken with counts), "
            f"{len(self.problems)} answered wrongly; the bot grew by {self.memory:.0f} MiB at most, "
            f"a reader had {self.reader:.0f} MiB ({self.largest}); "
            f"refused within {self.seconds:.1f} s ({self.slowest})"
        )


@dataclass(frozen=True)
class Chat:
    """A coordinator's chat, in their language."""

    world: World
    someone: Someone
    language: str

    async def judge(self, file: BadFile, told: str) -> list[str]:
        """What was wrong with what the bot did about a file, and with how it answers now."""
        problems = [*self._answered(file, told), *self._left()]
        if isinstance(file.then, Taken):
            problems += await self._discarded(file.then)
        if self._says("batch.none") not in _plain(await self.someone.say("/batches")):
            problems.append("a batch is left")
        return [f"{file.file} ({file.about}): {problem}; it said {told[-500:]!r}" for problem in problems]

    def _answered(self, file: BadFile, told: str) -> Iterator[str]:
        match file.then:
            case Refused():
                yield from self._refused(file, file.then, told)
            case Taken(tasks, named):
                yield from self._missing(told, "posting.taken", count=tasks)
                yield from self._missing(told, "posting.refused") if named else ()
        for where, key in file.then.named:
            yield from self._missing(told, key)
            if key != "upload.rows_after_gap" and not re.search(rf"{re.escape(str(where))}\S*:", told):
                yield f"{where} is not named"
        if re.search("[\u202a-\u202e\u2066-\u2069]", told):
            yield "it turns letters around"

    def _refused(self, file: BadFile, then: Refused, told: str) -> Iterator[str]:
        yield from self._missing(told, then.key)
        if then.place is not None and str(then.place) not in told:
            yield f"{then.place} is not named"
        if then.key.startswith("upload.") and not then.named and _quoted(file.file) not in told:
            yield "the file is not named"

    def _missing(self, told: str, key: str, **blanks: object) -> Iterator[str]:
        """What a line of the catalogue says around its blanks has to be there."""
        for literal, blank, _, _ in Formatter().parse(self._says(key)):
            said = literal.strip() + (str(blanks[blank]) if blank in blanks and not literal.strip() else "")
            if said not in told:
                yield f"{key} is not said"
                return

    def _says(self, key: str) -> str:
        return _plain(catalogue(self.language)[key])

    async def _discarded(self, then: Taken) -> list[str]:
        if self.someone.buttons[0] != self._says("posting.publish"):
            return ["no draft"]
        contents = self._contents()
        await self.someone.tap(self._says("posting.more"))
        await self.someone.tap(self._says("posting.discard"))
        problems = [] if len(contents) >= then.tasks else [f"{len(contents)} tasks"]
        if then.contents is not None:
            asked = [content for content, is_gold in contents if not is_gold]
            problems += [] if list(then.contents) == asked else [f"the tasks are {asked}"]
        return problems

    def _contents(self) -> list[tuple[str | None, bool]]:
        question = """SELECT content, gold IS NOT NULL FROM task
                       WHERE batch_id = (SELECT MAX(batch.id) FROM batch JOIN person ON person.id = coordinator_id
                                          WHERE telegram_id = ?)
                       ORDER BY number"""
        with closing(sqlite3.connect(self._folder / "tapwork.db")) as database:
            found = database.execute(question, (self.someone.telegram_id,))
            return [(content, bool(is_gold)) for content, is_gold in found]

    def _left(self) -> Iterator[str]:
        """Drafts that nobody sees, uploads that aren't over, and files that nobody deletes."""
        with closing(sqlite3.connect(self._folder / "tapwork.db")) as database:
            batches = database.execute("SELECT count(*) FROM batch WHERE state = 'importing'").fetchone()[0]
            uploads = database.execute("SELECT count(*) FROM upload WHERE state IN ('received', 'reading')").fetchone()[
                0
            ]
        if batches or uploads:
            yield f"{batches} half-imported, {uploads} unfinished"
        left = [*self._folder.glob("uploads/reading-*"), *self._folder.glob("pictures/*/.*")]
        if left:
            yield f"files are left: {left}"

    @property
    def _folder(self) -> Path:
        return self.world.kit.config.data_dir


async def drop(world: World, dropped: Sequence[tuple[Chat, BadFile]], figures: Figures) -> list[str]:
    """What was wrong after each of some people has dropped a file at the same time."""
    sending = [partial(chat.someone.phone.send, file.file, file.make(), CAPTION) for chat, file in dropped]
    before = [len(chat.someone.texts) for chat, _ in dropped]
    start, resident = perf_counter(), _reset_peak()
    with Watch() as watch:
        await world.together(*sending)
    seconds, grown = perf_counter() - start, memory("self", "VmHWM") - resident
    told = {"the bot grew by": grown, "a reader had": watch.peak}
    problems = [f"{what} {size:.0f} MiB" for what, size in told.items() if size > MOST_MEMORY]
    for (chat, file), count in zip(dropped, before, strict=True):
        problems += figures.add(file, seconds, grown, watch.peak)
        problems += await chat.judge(file, "\n".join(chat.someone.texts[count + 1 :]))
    figures.problems += problems
    return problems


def _plain(html: str) -> str:
    return unescape(TAG.sub("", html))


def _quoted(name: str) -> str:
    """The beginning of a file's name up to what may be left out of it."""
    return re.split("[\u202a-\u202e]", Path(name).name)[0][:100]


def _reset_peak() -> float:
    """The memory that is in use now, from which the next peak is measured."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory("self", "VmRSS")
