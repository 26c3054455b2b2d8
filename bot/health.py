"""Whether the bot is well: in touch, awake, able to store, with room on the disk."""

import asyncio
import shutil
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from services.alerting import alert
from storage import Database, Tx

from .clock import Clock
from .contact import Contact
from .supervision import outcome

SAMPLE_SECONDS, SAMPLES = 0.5, 20
LARGEST_LAG, LONGEST_COMMIT = 1.0, 2.0
LEAST_SHARE, LEAST_BYTES = 0.1, 5 << 30
"""A disk is full when it is short of both."""


@dataclass(frozen=True)
class Report:
    """What /healthz says; `commit_seconds` is None when the database did not come round in time."""

    poll_age_seconds: float
    loop_lag_seconds: float
    commit_seconds: float | None
    disk_free_bytes: int
    disk_free_share: float
    faults: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        return not self.faults


class Health:
    """Looks after itself: a sample of the event loop's lag twice a second, the rest when asked."""

    def __init__(
        self, db: Database, clock: Clock, contact: Contact, folder: Path, timer: Callable[[], float] = monotonic
    ) -> None:
        self._db = db
        self._clock = clock
        self._contact = contact
        self._folder = folder
        self._timer = timer
        self._lags: deque[float] = deque(maxlen=SAMPLES)

    async def watch(self) -> None:
        """Sample the lag of the event loop until cancelled."""
        while True:
            began = self._timer()
            await asyncio.sleep(SAMPLE_SECONDS)
            self._lags.append(max(self._timer() - began - SAMPLE_SECONDS, 0.0))

    async def report(self) -> Report:
        """How things stand now."""
        age, lag = self._contact.silence, max(self._lags, default=0.0)
        commit = await self._commit()
        disk = await asyncio.to_thread(shutil.disk_usage, self._folder)
        share = disk.free / disk.total
        is_wrong = {
            "telegram": age >= self._contact.patience.alarm,
            "event loop": lag >= LARGEST_LAG,
            "database": commit is None,
            "disk": share < LEAST_SHARE and disk.free < LEAST_BYTES,
        }
        faults = tuple(name for name, wrong in is_wrong.items() if wrong)
        return Report(round(age, 3), round(lag, 3), commit, disk.free, round(share, 4), faults)

    async def warn(self) -> Report:
        """Tell the owners of a disk that runs full; silence is told by whoever waits for updates."""
        report = await self.report()
        if "disk" in report.faults:
            await self._db.run(alert, self._clock.now(), "alert.disk", f"{report.disk_free_bytes >> 20:,}")
        return report

    async def _commit(self) -> float | None:
        """Seconds that an empty transaction takes behind those that wait."""
        began = self._timer()
        error = await outcome(self._db.run(nothing), LONGEST_COMMIT)
        return round(self._timer() - began, 4) if error is None else None


def nothing(_tx: Tx) -> None:
    """A unit of work that finds out whether the writer is alive."""
