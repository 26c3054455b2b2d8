"""Reading a posted file in a process of its own: whatever it does to that, the bot gets rows or a refusal."""

import asyncio
import logging
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from rules.model import Kind
from rules.refusals import Refusal
from rules.settings import Fault
from storage.uploads import wire
from storage.uploads.folders import own_folder
from storage.uploads.wire import Allowance, Drawn, Entry, Looked, Message, Nonsense, Ready, allowance

log = logging.getLogger(__name__)

PROGRAM = (sys.executable, "-P", "-c", "from storage.uploads.reader import main; main()")
PARTING_SECONDS = 2.0
AFTER = MappingProxyType({"upload.too_heavy": "upload.too_heavy_after", "upload.unreadable": "upload.unreadable_after"})
OUT_OF_LIMITS = frozenset({-signal.SIGXCPU, -signal.SIGKILL})
"""How a process ends that used up its time, or the machine's memory."""


@dataclass(frozen=True)
class File:
    """What is read: the file at `path`, called `name` by whoever posted it. See `open_upload` for `pictures`."""

    path: Path
    name: str
    pictures: Path | None = None


class Reader:
    """An open file. Every method raises Refusal where it can't be read on; nothing else ever comes of a file."""

    def __init__(self, process: Process, name: str, allowed: Allowance) -> None:
        self._process = process
        self._name = name
        self._allowed = allowed
        self._place: int | str | None = None

    @property
    def process(self) -> int:
        """The id of the process that reads."""
        return self._process.pid

    async def open(self, question: Message) -> None:
        async with self._guarded():
            if not (await self._ask({"do": "open", **question})).get("opened"):
                raise Nonsense("not opened")

    async def look(self) -> Looked:
        """What the whole file holds."""
        more = True
        looked = Looked()
        while more:
            async with self._guarded():
                message = await self._ask({"do": "look"})
                looked = wire.unpack_looked(message.get("looked"))
                more = bool(message.get("more"))
        return looked

    async def next(self, size: int) -> Sequence[Entry]:
        """The next entries, at least one and at most `size` of them; none at the end of the file."""
        async with self._guarded():
            said = (await self._ask({"do": "next", "size": size})).get("entries")
            if not isinstance(said, list) or len(said) > size:
                raise Nonsense("entries")
            return [await self._entry(each) for each in said]

    async def prepare(self, data: bytes) -> Drawn | Refusal:
        """A picture that came from elsewhere, read as suspiciously as those in the file; or why it can't be used."""
        async with self._guarded():
            message = await self._ask({"do": "prepare"}, data)
            if "unfit" in message:
                return wire.refusal(message["unfit"])
            size = wire.size_of(message.get("picture"))
            if size is None:
                raise Nonsense("no picture")
            return Drawn(await self._frame(), *size)

    async def _entry(self, said: object) -> Entry:
        found = wire.unpack_entry(said)
        row = found if isinstance(found, Fault) else found[0]
        self._place = row.entry if row.line is None else row.line
        if isinstance(found, Fault):
            return found
        size = found[1]
        return Ready(found[0], None if size is None else Drawn(await self._frame(), *size))

    async def _ask(self, question: Message, *attached: bytes) -> Message:
        stream = self._process.stdin
        if stream is None:
            raise EOFError
        for frame in (wire.packed(question), *attached):
            stream.write(wire.LENGTH.pack(len(frame)))
            stream.write(frame)
        await stream.drain()
        return wire.unpacked(await self._frame())

    async def _frame(self) -> bytes:
        stream = self._process.stdout
        if stream is None:
            raise EOFError
        (length,) = wire.LENGTH.unpack(await stream.readexactly(wire.LENGTH.size))
        if length > wire.LARGEST_FRAME:
            raise Nonsense("too long")
        return await stream.readexactly(length)

    @asynccontextmanager
    async def _guarded(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._allowed.patience):
                yield
        except TimeoutError as hang:
            raise self._refusal("upload.too_heavy", "a hang") from hang
        except Nonsense as nonsense:
            raise self._refusal("upload.unreadable", str(nonsense)) from nonsense
        except (EOFError, ConnectionError) as death:
            key, cause = await self._cause()
            raise self._refusal(key, cause) from death

    async def _cause(self) -> tuple[str, str]:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), PARTING_SECONDS)
        code = self._process.returncode
        said = await self._process.stderr.read(200) if self._process.stderr and code is not None and code > 0 else b""
        key = "upload.too_heavy" if code in OUT_OF_LIMITS or b"MemoryError" in said else "upload.unreadable"
        return key, f"{code} {said.decode(errors='replace').strip()}"

    def _refusal(self, key: str, cause: str) -> Refusal:
        """Naming the last place that was read."""
        log.warning("the reader of a file ended: %s", cause)
        if self._place is None:
            return Refusal(key, file=wire.shown(self._name))
        return Refusal(AFTER[key], file=wire.shown(self._name), place=wire.shown(self._place))


@asynccontextmanager
async def reading(
    file: File,
    space: Path,
    *,
    for_counting: bool = False,
    choices: Sequence[str] = (),
    kind: Kind = Kind.SINGLE,
    is_plain: bool = False,
    program: Sequence[str] = PROGRAM,
    allowed: Allowance | None = None,
) -> AsyncIterator[Reader]:
    """Open a file; its reader and what that wrote below the folder `space` are gone afterwards. Raises Refusal.

    Rows that don't fit `choices` and `kind` come as faults. `for_counting` leaves out what compares rows. A table that
    `is_plain` is for no tasks: its rows come as they are, with every cell in `meta`.
    """
    allowed = allowed or allowance(file.path.stat().st_size)
    held = ExitStack()
    own = await asyncio.to_thread(held.enter_context, own_folder(space))
    try:
        process = await _started(program, own)
        try:
            reader = Reader(process, file.name, allowed)
            question = _opening(file, own, for_counting, choices, kind, allowed)
            await reader.open(question | {"plain": is_plain})
            yield reader
        finally:
            await _ended(process)
    finally:
        await asyncio.to_thread(held.close)


def _opening(
    file: File, own: str, for_counting: bool, choices: Sequence[str], kind: Kind, allowed: Allowance
) -> Message:
    return {
        "path": str(file.path.resolve()),
        "name": file.name,
        "pictures": None if file.pictures is None else str(file.pictures.resolve()),
        "space": own,
        "for_counting": for_counting,
        "choices": list(choices),
        "kind": kind.value,
        "opening": allowed.opening,
        "step": allowed.step,
        "total": allowed.total,
        "memory": allowed.memory,
    }


async def _started(program: Sequence[str], folder: str) -> Process:
    """Started anew, since a fork would hold on to the database's lock; in a group with its own children."""
    surroundings = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}  # No secrets where hostile data is read.
    return await asyncio.create_subprocess_exec(
        *program, stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=folder, env=surroundings, start_new_session=True
    )


async def _ended(process: Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(BrokenPipeError, ConnectionResetError):
        await process.communicate()
