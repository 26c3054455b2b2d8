"""Files for a bank: short-lived, since they hold accounts in clear."""

import csv
import io
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from .workbooks import Workbook

PREFIX = "handing-"
LEFT_BEHIND = 60 * 60


@contextmanager
def passing_folder(parent: Path) -> Iterator[Path]:
    """A folder that nobody else may look into, gone with all that is in it afterwards."""
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = Path(mkdtemp(prefix=PREFIX, dir=parent))
    try:
        yield folder
    finally:
        rmtree(folder, ignore_errors=True)


def sweep(parent: Path) -> None:
    """Take away what was left behind by a process that was killed."""
    for folder in parent.glob(f"{PREFIX}*"):
        if folder.stat().st_mtime < time.time() - LEFT_BEHIND:
            rmtree(folder, ignore_errors=True)


def as_csv(table: Sequence[Sequence[str]], encoding: str) -> bytes:
    """RFC 4180 with lines ended by CR LF; what the encoding has no place for becomes a question mark."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    return text.getvalue().encode(encoding, "replace")


def write_private(path: Path, data: bytes) -> None:
    """A file that only its owner reads."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def write_workbook(path: Path, table: Sequence[Sequence[str]], title: str) -> None:
    """The same rows as a workbook, all of them texts, so that no zero and no digit gets lost."""
    heading, *rows = table
    workbook = Workbook(path, heading, title)
    workbook.write(dict(zip(heading, row, strict=True)) for row in rows)
    workbook.close()
