"""The characters of a text file: its encoding, and its lines."""

import io
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from rules.refusals import Refusal

LONGEST_LINE = 4_000_000

_BLOCK = 1 << 16
_MARKS = ((BOM_UTF8, "utf-8-sig"), (BOM_UTF16_LE, "utf-16"), (BOM_UTF16_BE, "utf-16"))
_SPOKEN = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp949": "CP949"}
_DISGUISED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Characters:
    """A file whose every byte has been proved readable; `file` is its name in refusals."""

    def __init__(self, path: Path, file: str) -> None:
        self._path = path
        self._file = file
        self._codec = _codec(path, file)
        self.encoding = _SPOKEN[self._codec]

    def lines(self) -> Iterator[str]:
        """With their ends, which may be LF, CRLF or a CR alone."""
        with self._path.open(encoding=self._codec, newline="") as text:
            for number, line in enumerate(iter(partial(text.readline, LONGEST_LINE), ""), start=1):
                if len(line) == LONGEST_LINE:
                    raise Refusal("upload.line_long", file=self._file, line=number, limit=f"{LONGEST_LINE:,}")
                yield line

    def whole(self) -> str:
        with self._path.open(encoding=self._codec) as text:
            return text.read()


def _codec(path: Path, file: str) -> str:
    """A byte order mark decides; else strict UTF-8, then the code page of Korean Windows."""
    with path.open("rb") as start:
        head = start.read(4)
    if head in _DISGUISED:
        raise Refusal("upload.disguised", file=file)
    marked = next((codec for mark, codec in _MARKS if head.startswith(mark)), None)
    flaws: list[int] = []
    for codec in (marked,) if marked else ("utf-8", "cp949"):
        flaw = _first_flaw(path, codec, file)
        if flaw is None:
            return codec
        flaws.append(flaw)
    raise Refusal("upload.encoding", file=file, line=max(flaws))


def _first_flaw(path: Path, codec: str, file: str) -> int | None:
    """The line of the first bytes that are no characters."""
    decoder = io.IncrementalNewlineDecoder(getincrementaldecoder(codec)(), translate=True)
    line = 1
    with path.open("rb") as stream:
        while True:
            block = stream.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                readable = error.object[: error.start].decode(codec, "ignore")
                return line + readable.replace("\r\n", "\n").replace("\r", "\n").count("\n")
            if "\0" in text:
                raise Refusal("upload.nul", file=file, line=line + text.partition("\0")[0].count("\n"))
            line += text.count("\n")
            if not block:
                return None
