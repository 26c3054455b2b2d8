"""Watching how much memory processes take that this one has started, and those that they have started."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from types import TracebackType

PAUSE = 0.003


class Watch:
    """Looks on while it is entered. `peak` is the most, in MiB, that any one process had since it was last set to 0.

    What a process does in its last few milliseconds is missed. A child that still is the memory of this process,
    before it has become what it is to be, does not count.
    """

    def __init__(self) -> None:
        self.peak = 0.0
        self._is_over = Event()
        self._thread = Thread(target=self._look, daemon=True)
        self._own = Path("/proc/self/cmdline").read_bytes()

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._is_over.wait(PAUSE):
            for process in started_by("self"):
                with suppress(OSError):  # It may end at any moment.
                    if Path(f"/proc/{process}/cmdline").read_bytes() not in (self._own, b""):
                        self.peak = max(self.peak, memory(process, "VmHWM"))


def started_by(process: str) -> Iterator[str]:
    """The processes that one has started, and theirs."""
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield child
                yield from started_by(child)


def memory(process: str, field: str) -> float:
    """A field of a process's status, in MiB; 0 for one that has ended."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    return 0.0
