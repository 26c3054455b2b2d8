"""The ids of a posting, remembered outside of memory."""

import sqlite3


class SeenIds:
    """Where each id was first used; SQLite moves what exceeds its cache to a private temporary file."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, place) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def first_place(self, row_id: str, place: int | str) -> int | str | None:
        """None when the id is new; it then stands for this place."""
        added = self._database.execute("INSERT INTO seen VALUES (?, ?) ON CONFLICT DO NOTHING", (row_id, place))
        if added.rowcount:
            return None
        found: tuple[int | str] = self._database.execute("SELECT place FROM seen WHERE id = ?", (row_id,)).fetchone()
        return found[0]

    def close(self) -> None:
        self._database.close()
