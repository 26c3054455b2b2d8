"""What a disk holds after a power cut: what was synced, and of the rest whatever chance left."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

SECTOR = 512
LINE = re.compile(r"^(?P<at>\d+\.\d+) (?P<call>\w+)\((?P<rest>.*)\)\s+= (?P<result>-?\d+)")
DESCRIPTOR = re.compile(r"^\d+<(?P<path>[^>]*)>")
HEX = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')


class Act(Enum):
    """What a process can do to a file that outlives it."""

    WRITE = "write"
    CUT = "cut"
    SYNC = "sync"
    REMOVE = "remove"


@dataclass(frozen=True)
class Event:
    """One act on a file of the data folder, begun at an instant of the wall clock."""

    at: float
    act: Act
    name: str
    offset: int = 0
    data: bytes = b""


@dataclass
class File:
    """`durable` survives a power cut; of `pending` anything may."""

    durable: bytearray
    pending: list[Event] = field(default_factory=list)

    def sync(self) -> None:
        for event in self.pending:
            apply(self.durable, event)
        self.pending.clear()

    def after_a_cut(self, chance: random.Random) -> bytes:
        """The content after the power went: none, a part in any order, or all of what was not synced."""
        content = bytearray(self.durable)
        share = chance.choice((0.0, 0.1, 0.5, 0.9, 1.0))
        in_order = chance.random() < 0.5
        kept = self.pending[: round(len(self.pending) * share)] if in_order else self.pending
        for event in kept:
            if in_order or chance.random() < share:
                apply(content, torn(event, chance) if chance.random() < 0.2 else event)
        return bytes(content)


class Disk:
    """A folder's files, event by event."""

    def __init__(self, base: Path) -> None:
        self.files = {path.name: File(bytearray(path.read_bytes())) for path in base.iterdir() if path.is_file()}

    def do(self, event: Event) -> None:
        file = self.files.setdefault(event.name, File(bytearray()))
        if event.act is Act.SYNC:
            file.sync()
        elif event.act is Act.REMOVE:
            # A removal reaches the disk at some time or other; a file that stays is the harder case.
            self.files.pop(event.name, None)
        else:
            file.pending.append(event)

    def lose_power(self, target: Path, chance: random.Random) -> None:
        """Write what is left of the files into another folder."""
        for name, file in self.files.items():
            (target / name).write_bytes(file.after_a_cut(chance))

    @property
    def unsynced(self) -> int:
        return sum(len(file.pending) for file in self.files.values())


def apply(content: bytearray, event: Event) -> None:
    if event.act is Act.CUT:
        del content[event.offset :]
        content.extend(bytes(event.offset - len(content)))
        return
    end = event.offset + len(event.data)
    content.extend(bytes(max(0, end - len(content))))
    content[event.offset : end] = event.data


def torn(event: Event, chance: random.Random) -> Event:
    """The same write, of which only the first sectors arrived."""
    whole = len(event.data) // SECTOR
    return Event(event.at, event.act, event.name, event.offset, event.data[: chance.randint(0, whole) * SECTOR])


def recorder(folder: Path, target: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    """The command that writes down everything that a process does to these files of a folder."""
    calls = "write,writev,pwrite64,pwritev,fdatasync,fsync,ftruncate,unlink,unlinkat,openat"
    paths = [part for name in names for part in ("-P", str(folder / name))]
    return (
        "strace",
        "-ff",
        "-ttt",
        "-y",
        "-xx",
        "-s",
        "1048576",
        "--seccomp-bpf",
        "-e",
        f"trace={calls}",
        *paths,
        "-o",
        str(target),
    )


def recorded(target: Path) -> list[Event]:
    """What was written down, in the order of time. Raises ValueError for a line that can't be told."""
    told = (path.read_text(encoding="utf-8") for path in target.parent.glob(f"{target.name}.*"))
    lines = (line for each in told for line in each.splitlines())
    events = [event for line in lines for event in event_of(line)]
    return sorted(events, key=lambda event: event.at)


def event_of(line: str) -> Iterator[Event]:
    found = LINE.match(line)
    if found is None or int(found["result"]) < 0:
        return
    at, call, rest = float(found["at"]), found["call"], found["rest"]
    if call in ("unlink", "unlinkat"):
        yield Event(at, Act.REMOVE, Path(text(rest)).name)
        return
    descriptor = DESCRIPTOR.match(rest)
    if descriptor is None:
        return
    name = Path(unhex(descriptor["path"])).name
    if call in ("fdatasync", "fsync"):
        yield Event(at, Act.SYNC, name)
    elif call == "ftruncate":
        yield Event(at, Act.CUT, name, int(rest.rpartition(",")[2]))
    elif call == "pwrite64":
        yield Event(at, Act.WRITE, name, int(rest.rpartition(",")[2]), data_of(rest, int(found["result"])))
    elif call != "openat":
        raise ValueError(f"{call} to {name} at a place that is not told")


def data_of(rest: str, length: int) -> bytes:
    found = HEX.search(rest)
    if found is None or found[2]:
        raise ValueError("a write that was not recorded whole")
    return bytes.fromhex(found[1].replace("\\x", ""))[:length]


def text(rest: str) -> str:
    found = HEX.search(rest)
    return unhex(found[1]) if found else ""


def unhex(said: str) -> str:
    """A path, which may be told in letters or in hex."""
    return bytes.fromhex(said.replace("\\x", "")).decode() if said.startswith("\\x") else said
