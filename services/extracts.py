"""What an export reads, in stretches that no tap has to wait for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rules.model import BatchId, Kind
from storage import Row, Tx

from .records import Source

ANSWERS_AT_ONCE = 2_000
TASKS_AT_ONCE = 500


def read_source(tx: Tx, batch: BatchId) -> Source:
    """The batch as it is now. Raises LookupError for an unknown one."""
    row = tx.one("exports.source", batch=batch)
    if row is None:
        raise LookupError(batch)
    return Source(
        batch=batch,
        code=row["code"],
        title=row["title"],
        kind=Kind(row["kind"]),
        choices=tuple(json.loads(row["choices"])),
        seed=row["seed"].encode(),
        grows=row["overlap_most"] > row["overlap_least"],
        confidence=row["confidence"],
        tasks=row["tasks"],
        answers=row["answers"],
        last_answer=row["last_answer"],
        has_pictures=bool(row["has_pictures"]),
    )


def since(source: Source, answer: int) -> Source:
    """The same batch, of which only what came after an answer is wanted."""
    return replace(source, since=answer)


def answers_after(tx: Tx, source: Source, after: int) -> list[Row]:
    """The next stretch of answers, by id."""
    upto = source.last_answer
    return tx.all("exports.answers", batch=source.batch, after=after, upto=upto, limit=ANSWERS_AT_ONCE)


def count_answers(tx: Tx, source: Source) -> int:
    """How many answers that carry a label are wanted."""
    row = tx.one("exports.count", batch=source.batch, since=source.since, last=source.last_answer)
    return int(row["answers"]) if row else 0


@dataclass(frozen=True)
class Stretch:
    """Tasks in a row, and what was answered to them."""

    tasks: Sequence[Row]
    votes: Sequence[Row]
    golds: Sequence[Row]


def tasks_after(tx: Tx, source: Source, after: int, *, with_content: bool = False) -> Stretch:
    """The next stretch of tasks, by number, with their answers of the same moment."""
    batch, last = source.batch, source.last_answer
    query = "exports.items" if with_content else "exports.tasks"
    tasks = tx.all(query, batch=batch, after=after, since=source.since, last=last, limit=TASKS_AT_ONCE)
    upto = tasks[-1]["number"] if tasks else after
    votes = tx.all("exports.votes", batch=batch, after=after, upto=upto)
    golds = tx.all("exports.gold_answers", batch=batch, after=after, upto=upto, last=last)
    return Stretch(tasks, votes, golds)


@dataclass(frozen=True)
class Place:
    """Where the reading of answers task by task has come to: a task's number, and the last answer that was read."""

    number: int
    answer: int


def task_answers_after(tx: Tx, source: Source, place: Place, upto: int) -> list[Row]:
    """The next stretch of answers, task by task, up to a task's number."""
    return tx.all(
        "exports.task_answers",
        batch=source.batch,
        number=place.number,
        after=place.answer,
        upto=upto,
        since=source.since,
        last=source.last_answer,
        limit=ANSWERS_AT_ONCE,
    )
