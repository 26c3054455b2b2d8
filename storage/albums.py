"""Pictures on their way from one folder to another. Each is known by its content, so one that is there stays."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .images import PictureStore


@dataclass(frozen=True)
class Carried:
    """How many pictures came, and how many neither were there nor could be had."""

    new: int
    missing: int


def carry(wanted: Iterable[str], source: PictureStore, to: PictureStore) -> Carried:
    """Have all pictures of these hashes in another folder: the same files where that can be, whole copies elsewhere."""
    new = missing = 0
    for sha256 in wanted:
        path, goal = source.path(sha256), to.path(sha256)
        if goal.exists():
            continue
        if not path.exists() or not _is(path, sha256):
            missing += 1
            continue
        goal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _place(path, goal)
        new += 1
    return Carried(new, missing)


def _is(path: Path, sha256: str) -> bool:
    """Whether a file holds what its name says."""
    return hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def _place(path: Path, goal: Path) -> None:
    """A picture's file is never written to again, so two folders may share it."""
    with suppress(OSError):
        os.link(path, goal)
        return
    handle, name = tempfile.mkstemp(dir=goal.parent, prefix=".", suffix=".part")
    part = Path(name)
    try:
        with path.open("rb") as source, os.fdopen(handle, "wb") as copy:
            shutil.copyfileobj(source, copy)
            copy.flush()
            os.fsync(copy.fileno())
        part.replace(goal)
    finally:
        part.unlink(missing_ok=True)
