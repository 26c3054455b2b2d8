"""One process writes a SQLite database at a time."""

import fcntl
import os
from pathlib import Path

from .database import DatabaseTaken


class FileLock:
    """An advisory lock beside the database; the kernel lets go of it when the process ends, however it ends."""

    def __init__(self, database: Path) -> None:
        self._path = _beside(database)
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Raises DatabaseTaken at once, naming the process that holds it."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = _holder(descriptor)
            os.close(descriptor)
            raise DatabaseTaken(holder) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def refuse_if_taken(database: Path) -> None:
    """Raises DatabaseTaken as `FileLock.acquire` would; takes nothing, and says nothing of any other trouble."""
    try:
        descriptor = os.open(_beside(database), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        raise DatabaseTaken(_holder(descriptor)) from error
    finally:
        os.close(descriptor)


def _beside(database: Path) -> Path:
    """Beside the file itself, whichever link leads to it."""
    file = database.resolve()
    return file.with_name(file.name + ".lock")


def _holder(descriptor: int) -> str:
    return os.read(descriptor, 32).decode(errors="replace").strip() or "?"
