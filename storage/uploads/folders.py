"""The folders that readers of files write into: each is its reader's own, and gone with it, however that ends."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "reading-"


@contextmanager
def own_folder(space: Path) -> Iterator[str]:
    """A folder in `space`, named in full, since the reader works from inside it. It is locked until the end."""
    folder = tempfile.mkdtemp(prefix=PREFIX, dir=space.resolve())
    try:
        with _locked(Path(folder)):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_folders(space: Path, older_than: float = 0.0) -> int:
    """Take away what killed processes have left, once it is so many seconds old; how many folders that were.

    A folder whose lock is held is in use, by this process or another one.
    """
    swept = 0
    for folder in space.glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError, BlockingIOError):
            if folder.stat().st_mtime <= time.time() - older_than:
                with _locked(folder):
                    shutil.rmtree(folder, ignore_errors=True)
                swept += 1
    return swept


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Raises BlockingIOError when somebody else has it. Whoever dies lets go of it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
