"""The process that reads one posted file and knows nothing else: no secrets, little memory, little time."""

import resource
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import astuple, replace
from pathlib import Path
from time import monotonic
from traceback import extract_tb
from types import TracebackType

from rules.model import Kind
from rules.refusals import Refusal
from rules.rows import Row, check, gold_choices
from rules.settings import Fault
from storage.uploads import wire
from storage.uploads.upload import Upload, is_link, open_upload
from storage.uploads.wire import Drawn, Entry, Looked, Message, Ready

SLICE = 0.5
"""Seconds after which a step answers with what it has."""

MOST_CHARACTERS = 1 << 18
MOST_LABELS = 100
LARGEST_FILE = 1 << 30
MOST_ADDRESSES = 2 << 30
"""What the reader of HEIC pictures, a child of this process, may raise the limit to."""


def main() -> None:
    """Answer the frames on standard input, until there are no more."""
    sys.excepthook = _briefly
    incoming, outgoing = sys.stdin.buffer, sys.stdout.buffer
    with ExitStack() as held:
        session = Session(held, lambda: wire.read(incoming) or b"")
        while (frame := wire.read(incoming)) is not None:
            for each in _answered(session, wire.unpacked(frame)):
                wire.write(outgoing, each)
            outgoing.flush()


def _answered(session: "Session", question: Message) -> Iterator[bytes]:
    try:
        yield from session.answer(question)
    except Refusal as refusal:
        yield wire.packed({"refused": wire.pack_refusal(refusal)})
    except MemoryError:
        yield wire.packed({"refused": wire.pack_refusal(Refusal("upload.too_heavy", file=session.name))})


def _briefly(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
    """What went wrong and where, without a word of the file."""
    place = extract_tb(trace)[-1] if trace else None
    sys.stderr.write(f"{kind.__name__} {place.name}:{place.lineno}\n" if place else f"{kind.__name__}\n")


class Session:
    """One open file. The limits of time are drawn anew before each step, so that only a step that is stuck ends it."""

    def __init__(self, held: ExitStack, attached: Callable[[], bytes]) -> None:
        self.name = ""
        self._held = held
        self._attached = attached
        self._step = 1
        self._choices: tuple[str, ...] = ()
        self._kind = Kind.SINGLE
        self._upload: Upload | None = None
        self._is_plain = False
        self._rows: Generator[Row | Fault, None, None] | None = None
        self._looked = Looked()
        self._labels: dict[str, None] = {}

    def answer(self, question: Message) -> Iterator[bytes]:
        """Refuses what can't be read."""
        match question["do"]:
            case "open":
                self._open(question)
                yield wire.packed({"opened": True})
            case "look":
                _allow(self._step)
                more = self._look()
                yield wire.packed({"looked": list(astuple(self._looked)), "more": more})
            case "next":
                _allow(self._step)
                yield from self._next(int(question["size"]))
            case "prepare":
                _allow(self._step)
                yield from self._prepare()

    def _open(self, question: Message) -> None:
        self.name = str(question["name"])
        _shut_in(int(question["memory"]), int(question["total"]))
        _allow(int(question["opening"]))
        self._step = int(question["step"])
        self._choices = tuple(question["choices"])
        self._kind = Kind(question["kind"])
        tempfile.tempdir = str(question["space"])
        folder = question["pictures"]
        pictures = None if folder is None else Path(str(folder))
        self._is_plain = bool(question["plain"])
        path = Path(str(question["path"]))
        opened = open_upload(path, self.name, pictures=pictures, is_plain=self._is_plain)
        self._upload = self._held.enter_context(opened)
        self._rows = self._upload.rows(for_counting=bool(question["for_counting"]))
        self._held.callback(self._rows.close)
        self._looked = Looked(has_pictures=self._upload.has_pictures)

    def _slice(self) -> Iterator[Row | Fault]:
        if self._rows is None:
            raise LookupError("no file")
        end = monotonic() + SLICE
        for entry in self._rows:
            yield entry
            if monotonic() > end:
                return

    def _look(self) -> bool:
        """Whether there is more to look at."""
        before, looked = self._looked.rows, self._looked
        rows = golds = 0
        several, ids = looked.has_several, looked.has_ids
        for row in self._slice():
            rows += 1
            if isinstance(row, Row):
                gold = row.gold or ()
                golds += row.gold is not None
                several = several or len(gold) > 1
                ids = ids or row.id is not None
                if gold and len(self._labels) <= MOST_LABELS:
                    self._labels.update(dict.fromkeys(gold))
        choices = gold_choices([tuple(self._labels)])
        counted = replace(looked, rows=before + rows, golds=looked.golds + golds, choices=choices)
        self._looked = replace(counted, has_several=several, has_ids=ids)
        return rows > 0

    def _next(self, size: int) -> Iterator[bytes]:
        messages: list[Message] = []
        pictures: list[bytes] = []
        room = MOST_CHARACTERS
        for found in self._slice():
            entry = found if isinstance(found, Fault) else self._ready(found)
            message, picture = wire.pack_entry(entry)
            messages.append(message)
            pictures += [] if picture is None else [picture]
            room -= 0 if isinstance(entry, Fault) else entry.row.length
            if len(messages) == size or room < 0:
                break
        yield wire.packed({"entries": messages})
        yield from pictures

    def _prepare(self) -> Iterator[bytes]:
        try:
            picture = _drawn(self._attached())
        except Refusal as refusal:
            yield wire.packed({"unfit": wire.pack_refusal(refusal)})
            return
        yield wire.packed({"picture": [picture.width, picture.height]})
        yield picture.jpeg

    def _ready(self, row: Row) -> Entry:
        if self._is_plain:
            return Ready(row, None)
        fault = check(row, self._choices, self._kind)
        if fault is not None:
            return fault
        if row.image is None or is_link(row.image) or self._upload is None:
            return Ready(row, None)
        try:
            return Ready(row, _drawn(self._upload.picture(row.image)))
        except Refusal as refusal:
            return Fault(refusal.key, refusal.blanks, row.line, row.entry)


def _drawn(data: bytes) -> Drawn:
    from storage.images import prepare  # Most files are tables, and what decodes pictures takes long to load.

    prepared = prepare(data)
    return Drawn(prepared.jpeg, prepared.width, prepared.height)


def _shut_in(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_AS, (memory, MOST_ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _allow(seconds: int) -> None:
    """End this process when it computes for so long from now."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (min(most, int(used.ru_utime + used.ru_stime + seconds)), most))
