"""What the bot and the process that reads a file for it say to each other: frames of a length and that many bytes."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any, BinaryIO

from rules.refusals import Refusal, Value
from rules.rows import Row
from rules.settings import Fault

LARGEST_FRAME = 8 << 20
LENGTH = Struct(">I")
LONGEST_QUOTE = 300

_MISLEADING = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")

Message = dict[str, Any]


class Nonsense(Exception):
    """What came is nothing that a reader of ours says."""


@dataclass(frozen=True)
class Drawn:
    """A prepared picture: a JPEG and its size."""

    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Ready:
    """A checked row, with its picture when that was in the file."""

    row: Row
    picture: Drawn | None


Entry = Ready | Fault


@dataclass(frozen=True)
class Looked:
    """What a whole file holds, or holds up to here."""

    rows: int = 0
    golds: int = 0
    choices: tuple[str, ...] | None = None
    has_several: bool = False
    has_ids: bool = False
    has_pictures: bool = False


@dataclass(frozen=True)
class Allowance:
    """Seconds of computing for opening a file, for one step and for all of it, and bytes of memory.

    A step that lasts `patience` seconds is a hang.
    """

    opening: int
    step: int
    total: int
    memory: int
    patience: float


def allowance(size: int) -> Allowance:
    """What reading an honest file of so many bytes never takes."""
    megabytes = size >> 20
    opening = 3 + 4 * megabytes
    return Allowance(opening, step=4, total=600 + 30 * megabytes, memory=512 << 20, patience=30.0 + 3 * opening)


def shown(value: Value) -> Value:
    """Safe to be quoted: of bounded length, in one line, and reading in the order in which it is written."""
    if not isinstance(value, str):
        return value
    plain = _MISLEADING.sub(" ", value[: 2 * LONGEST_QUOTE])
    return plain if len(plain) <= LONGEST_QUOTE else plain[: LONGEST_QUOTE - 1] + "…"


def write(stream: BinaryIO, frame: bytes) -> None:
    stream.write(LENGTH.pack(len(frame)))
    stream.write(frame)


def read(stream: BinaryIO) -> bytes | None:
    """The next frame; None at the end."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    return stream.read(length)


def packed(message: Mapping[str, object]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def pack_refusal(refusal: Refusal) -> list[object]:
    return [refusal.key, {name: shown(value) for name, value in refusal.blanks.items()}]


def pack_entry(entry: Entry) -> tuple[Message, bytes | None]:
    """As a message, and the picture that follows it."""
    if isinstance(entry, Fault):
        place = None if entry.entry is None else shown(entry.entry)
        blanks = {name: shown(value) for name, value in entry.blanks.items()}
        return {"fault": [entry.key, blanks, entry.line, place]}, None
    row, picture = entry.row, entry.picture
    cells = [row.line, row.entry, row.text, row.image, row.id, row.gold, row.explanation, dict(row.meta)]
    if picture is None:
        return {"row": cells, "picture": None}, None
    return {"row": cells, "picture": [picture.width, picture.height]}, picture.jpeg


def unpacked(frame: bytes) -> Message:
    """Raises Nonsense, or the Refusal that the frame holds."""
    try:
        message = json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise Nonsense(type(error).__name__) from None
    if not isinstance(message, dict):
        raise Nonsense("no object")
    if "refused" in message:
        raise refusal(message["refused"])
    return message


def refusal(said: object) -> Refusal:
    key, blanks = _typed(said, str, dict)
    return Refusal(key, **_blanks(blanks))


def unpack_looked(said: object) -> Looked:
    if not isinstance(said, list):
        raise Nonsense("no list")
    rows, golds, choices, *marks = _typed(said, int, int, list | None, bool, bool, bool)
    return Looked(rows, golds, None if choices is None else _strings(choices), *marks)


def unpack_entry(message: object) -> tuple[Row, tuple[int, int] | None] | Fault:
    """A fault, or a row and the size of the picture that follows."""
    if not isinstance(message, dict):
        raise Nonsense("no object")
    if "fault" in message:
        key, blanks, line, entry = _typed(message["fault"], str, dict, int | None, str | None)
        return Fault(key, _blanks(blanks), line, entry)
    text = str | None
    line, entry, content, image, row_id, gold, explanation, meta = _typed(
        message.get("row"), int | None, text, text, text, text, list | None, text, dict
    )
    words = dict(zip(_strings(list(meta)), _strings(list(meta.values())), strict=True))
    labels = None if gold is None else _strings(gold)
    return Row(line, entry, content, image, row_id, labels, explanation, words), size_of(message.get("picture"))


def size_of(said: object) -> tuple[int, int] | None:
    if said is None:
        return None
    width, height = _typed(said, int, int)
    return width, height


def _typed(said: object, *types: Any) -> list[Any]:
    if not isinstance(said, list) or len(said) != len(types):
        raise Nonsense("no such list")
    if not all(isinstance(value, kind) for value, kind in zip(said, types, strict=True)):
        raise Nonsense("of another kind")
    return said


def _strings(said: Sequence[object]) -> tuple[str, ...]:
    found = tuple(value for value in said if isinstance(value, str))
    if len(found) < len(said):
        raise Nonsense("no string")
    return found


def _blanks(said: Mapping[str, object]) -> dict[str, Value]:
    found: dict[str, Value] = {name: value for name, value in said.items() if isinstance(value, str | int)}
    if len(found) < len(said):
        raise Nonsense("no blank")
    return found
