"""What stands in the books, in one short word: equal before and after when nothing that counts was changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from .books import NAME

COUNTED = (
    "SELECT id, telegram_id, is_worker, is_coordinator, is_owner, leaving_at, consent_version FROM person ORDER BY id",
    "SELECT * FROM project ORDER BY id",
    "SELECT * FROM member ORDER BY project_id, person_id",
    "SELECT * FROM invite ORDER BY id",
    "SELECT * FROM setting ORDER BY name",
    "SELECT id, state, settings, batch_id FROM upload ORDER BY id",
    "SELECT id, state, title, choices, price, overlap_least, overlap_most, lease, deadline_at FROM batch ORDER BY id",
    "SELECT batch_id, version, content FROM guide ORDER BY batch_id, version",
    "SELECT id, state, gold, open_slots, counted, wanted, reports FROM task ORDER BY id",
    "SELECT id, task_id, worker_id, state, revision, draft FROM assignment ORDER BY id",
    "SELECT * FROM answer ORDER BY id",
    "SELECT * FROM entry ORDER BY source, account",
    "SELECT * FROM payment ORDER BY id",
)


def digest(folder: Path) -> str:
    """Of everything that people own, owe, may do, or have answered."""
    told = sha256()
    with closing(sqlite3.connect(f"{(folder / NAME).as_uri()}?mode=ro", uri=True)) as connection:
        for search in COUNTED:
            for row in connection.execute(search):
                told.update(repr(row).encode())
    return told.hexdigest()
