"""Batches with answers in them, laid straight into a database file, and what their exported files say."""

import csv
import json
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from rules.model import BatchId
from storage import Database, open_database

START = 1_790_000_000_123
TELEGRAM = 5_000_000
FILES = ["labels.csv", "labels.jsonl", "labels.xlsx", "answers.csv", "answers.jsonl"]


class Filling:
    """Writes rows; columns that a test does not care about get the emptiest value that they take."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._empty = {
            table: {row[1]: "" if row[2] == "TEXT" else 0 for row in columns if row[3] and not row[5]}
            for table in ("person", "project", "batch", "task", "assignment", "answer", "picture", "export_plan")
            if (columns := connection.execute(f"PRAGMA table_info({table})").fetchall())
        }

    def add(self, table: str, **values: str | int | None) -> int:
        row = self._empty[table] | values
        names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
        cursor = self._connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", row)  # noqa: S608
        return cursor.lastrowid or 0

    def person(self, name: str, **values: str | int) -> int:
        count = self._connection.execute("SELECT COUNT(*) FROM person").fetchone()[0]
        row: dict[str, str | int] = {"language": "ko", "telegram_id": TELEGRAM + count, "reachable": 1, **values}
        return self.add("person", code=f"P{count}", name=name, **row)

    def batch(self, coordinator: int, code: str = "K7F2", **values: str | int | None) -> BatchId:
        project = self.add("project", coordinator_id=coordinator, kind="single", choices="[]")
        row: dict[str, str | int | None] = {
            "state": "open",
            "kind": "single",
            "choices": json.dumps(["긍정", "부정"]),
            "title": "영화평",
            "price": 20_000_000,
            "overlap_least": 3,
            "overlap_most": 3,
            "confidence": 950_000,
            "lease": 600_000,
            "language": "any",
            "seed": "a seed",
            "guide_version": 1,
            "published_at": START,
            **values,
        }
        return BatchId(self.add("batch", code=code, project_id=project, coordinator_id=coordinator, **row))

    def task(self, batch: BatchId, number: int, **values: str | int | None) -> int:
        row: dict[str, str | int | None] = {"reference": f"t{number}", "state": "open", "meta": "{}", **values}
        return self.add("task", batch_id=batch, number=number, **row)

    def answer(self, batch: BatchId, task: int, worker: int, labels: int | None, **values: str | int) -> int:
        key = {"task_id": task, "batch_id": batch, "worker_id": worker}
        assignment = self.add("assignment", state="answered", price=1, **key)
        row: dict[str, str | int] = {
            "status": "counted",
            "guide_version": 1,
            "answered_at": START,
            "milliseconds": 4_240,
            **values,
        }
        return self.add("answer", assignment_id=assignment, labels=labels, **key, **row)


@asynccontextmanager
async def filled(folder: Path) -> AsyncIterator[Filling]:
    """A fresh database file to lay rows into; `reopened` opens it afterwards."""
    await (await open_database(url(folder))).close()
    with closing(sqlite3.connect(folder / "tapwork.db")) as connection, connection:
        yield Filling(connection)


@asynccontextmanager
async def reopened(folder: Path) -> AsyncIterator[Database]:
    db = await open_database(url(folder))
    try:
        yield db
    finally:
        await db.close()


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'tapwork.db'}"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def objects(path: Path) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
