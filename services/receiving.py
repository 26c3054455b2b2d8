"""The inbox: every update is stored before Telegram is told that it arrived, and done once."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from rules.model import DAY, Instant
from rules.payees import HIDDEN, without_numbers
from storage import Row, Tx
from storage.database import Value
from storage.sql import is_writing

from .alerting import alert
from .people import Person, find
from .preferring import heard_from

T = TypeVar("T")

ATTEMPTS = 3
KEPT, KEPT_ASIDE = 2 * DAY, 30 * DAY
ABOUT_ACCOUNTS = "/payee"


@dataclass(frozen=True)
class Received:
    """A stored update, in our own order."""

    seq: int
    update_id: int
    raw: str
    attempts: int = 0


@dataclass(frozen=True)
class Begun:
    """An update that may be handled now, and who it is from, if they are known."""

    attempt: int
    person: Person | None


def take_in(tx: Tx, now: Instant, updates: list[tuple[int, str]]) -> list[Received]:
    """Store updates; those that are new, in their order."""
    fresh = []
    for update_id, raw in updates:
        row = tx.one("inbox.add", update=update_id, raw=raw, now=now)
        if row is not None:
            fresh.append(Received(row["seq"], update_id, raw))
    return fresh


def unfinished(tx: Tx) -> list[Received]:
    """What was stored and never finished, in our order."""
    rows = tx.all("inbox.unfinished")
    return [Received(row["seq"], row["update_id"], row["raw"], row["attempts"]) for row in rows]


def begin(tx: Tx, now: Instant, seq: int, telegram_id: int) -> Begun | None:
    """Count an attempt before it is made; None when there is nothing to do.

    So an update that kills the process, or is never handled to the end, is set aside, and the owners hear of it.
    """
    row = tx.one("inbox.attempt", seq=seq)
    if row is None:
        return None
    if row["attempts"] > ATTEMPTS:
        _hide(tx, seq, tx.one("inbox.fail", seq=seq))
        alert(tx, now, "alert.set_aside", str(seq))
        return None
    heard_from(tx, telegram_id)
    return Begun(row["attempts"], find(tx, telegram_id))


def finishing(tx: Tx, seq: int, unit: Callable[[Tx], T]) -> tuple[T, bool]:
    """Run a unit of work; if it changes anything, its update is done in the same transaction. Whether it is."""
    watched = Watched(tx)
    outcome = unit(watched)
    if watched.has_written:
        finish(tx, seq)
    return outcome, watched.has_written


def finish(tx: Tx, seq: int) -> None:
    """An update is done; of what was typed, nothing is kept from now on that may be the number of an account."""
    _hide(tx, seq, tx.one("inbox.finish", seq=seq))


def _hide(tx: Tx, seq: int, row: Row | None) -> None:
    update = json.loads(row["raw"]) if row is not None else {}
    if row is None or "message" not in update:
        return
    hidden = json.loads(row["raw"], object_hook=_hidden)
    if hidden != update:
        tx.run("inbox.hide", seq=seq, raw=json.dumps(hidden, separators=(",", ":")))


def _hidden(part: dict[str, object]) -> dict[str, object]:
    """A part of what somebody sent, without numbers in its texts, and without what follows /payee."""
    return {name: _hidden_text(value) if isinstance(value, str) else value for name, value in part.items()}


def _hidden_text(text: str) -> str:
    if text.startswith(ABOUT_ACCOUNTS) and len(text.split()) > 1:
        return f"{ABOUT_ACCOUNTS} {HIDDEN}"
    return without_numbers(text)


def prune(tx: Tx, now: Instant, limit: int) -> int:
    """Forget handled updates after two days, and those that were set aside after thirty."""
    return tx.run("inbox.prune", before=now - KEPT, failed_before=now - KEPT_ASIDE, limit=limit)


class Watched:
    """A transaction that notices when something is changed in it."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.has_written = False

    @property
    def skips_locked(self) -> bool:
        return self._tx.skips_locked

    def one(self, query: str, /, **values: Value) -> Row | None:
        row = self._tx.one(query, **values)
        self.has_written |= row is not None and is_writing(query)
        return row

    def all(self, query: str, /, **values: Value) -> list[Row]:
        rows = self._tx.all(query, **values)
        self.has_written |= bool(rows) and is_writing(query)
        return rows

    def run(self, query: str, /, **values: Value) -> int:
        touched = self._tx.run(query, **values)
        self.has_written |= touched > 0 and is_writing(query)
        return touched
