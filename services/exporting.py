"""Labels and answers as files, written beside the running work."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from rules.model import BatchId, Instant, Kind, PersonId
from rules.refusals import Refusal
from storage import Database, Row, Tx
from storage.documents import CsvDocument, Drafts, JsonLines, sweep
from storage.workbooks import MOST_ROWS, Workbook

from .people import Role, require
from .records import Source, answer_record, label_record

P = ParamSpec("P")
T = TypeVar("T")
Progress = Callable[[int, int], Awaitable[None]]

ANSWER_COLUMNS = ("task", "worker", "label", "answered_at", "seconds", "is_gold", "status", "guide_version")
LABEL_COLUMNS = ("task", "label", "confidence", "answers", "status", "probabilities", "meta")
ANSWER_FILES = ("answers.csv", "answers.jsonl")
LABEL_FILES = ("labels.csv", "labels.jsonl", "labels.xlsx")
ANSWERS_AT_ONCE = 2_000
TASKS_AT_ONCE = 500
LISTED = 10


@dataclass(frozen=True)
class Exported:
    """What an export wrote: `answers` carry a label, `statuses` count the tasks of each status.

    `files` lacks labels.xlsx where a sheet could not hold all tasks.
    """

    batch: BatchId
    code: str
    title: str
    files: tuple[Path, ...]
    tasks: int
    answers: int
    statuses: Mapping[str, int]

    @property
    def has_workbook(self) -> bool:
        return any(path.suffix == ".xlsx" for path in self.files)


@dataclass(frozen=True)
class Listed:
    """A batch to choose."""

    batch: BatchId
    code: str
    title: str


@dataclass(frozen=True)
class Listing:
    """Batches to choose from, newest first; `older` is where the next page begins, 0 when there is none."""

    batches: tuple[Listed, ...]
    older: int


async def export(
    db: Database,
    batch: BatchId,
    folder: Path,
    *,
    timezone: ZoneInfo,
    progress: Progress | None = None,
    most_rows: int = MOST_ROWS,
) -> Exported:
    """Write answers and labels of a batch into a folder; the same answers give the same bytes.

    The files hold the answers that were there at the start, and the labels that follow from just these; an answer
    that is undone meanwhile may be in one file and not in the other. Files appear under their names only when all
    are whole. `progress` hears how many rows of how many are written. Raises LookupError for an unknown batch.
    """
    source = await db.read(read_source, batch)
    await _aside(sweep, folder)
    drafts = Drafts(folder, _makers(source, most_rows))
    try:
        answers = await _write_answers(db, source, drafts, timezone, progress)
        statuses = await _write_labels(db, source, drafts, progress)
        files = await _aside(drafts.publish)
    finally:
        await _aside(drafts.discard)
    return Exported(batch, source.code, source.title, files, statuses.total(), answers, dict(statuses))


def read_source(tx: Tx, batch: BatchId) -> Source:
    """The batch as it is now. Raises LookupError for an unknown one."""
    row = _find(tx, "exports.source", batch)
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
    )


def answers_after(tx: Tx, source: Source, after: int) -> list[Row]:
    """The next stretch of answers, by id."""
    return tx.all("exports.answers", batch=source.batch, after=after, upto=source.last_answer, limit=ANSWERS_AT_ONCE)


@dataclass(frozen=True)
class Stretch:
    """Tasks in a row, and what was answered to them."""

    tasks: Sequence[Row]
    votes: Sequence[Row]
    golds: Sequence[Row]


def tasks_after(tx: Tx, source: Source, after: int) -> Stretch:
    """The next stretch of tasks, by number, with their answers of the same moment."""
    batch = source.batch
    tasks = tx.all("exports.tasks", batch=batch, after=after, limit=TASKS_AT_ONCE)
    upto = tasks[-1]["number"] if tasks else after
    votes = tx.all("exports.votes", batch=batch, after=after, upto=upto)
    golds = tx.all("exports.gold_answers", batch=batch, after=after, upto=upto, last=source.last_answer)
    return Stretch(tasks, votes, golds)


def choices(tx: Tx, person: PersonId, before: int) -> Listing:
    """The published batches whose files a person may have: a coordinator's own, all for an owner.

    Raises Refusal for anybody else.
    """
    roles = require(tx, person, Role.COORDINATOR, Role.OWNER).roles
    everything = int(Role.OWNER in roles)
    rows = tx.all("exports.choices", person=person, everything=everything, before=before, limit=LISTED + 1)
    batches = tuple(Listed(row["id"], row["code"], row["title"]) for row in rows[:LISTED])
    return Listing(batches, batches[-1].batch if len(rows) > LISTED else 0)


def permit(tx: Tx, person: PersonId, batch: BatchId) -> Listed:
    """The batch, when the person may have its files: its coordinator or an owner. Raises Refusal otherwise."""
    roles = require(tx, person, Role.COORDINATOR, Role.OWNER).roles
    row = _find(tx, "exports.batch", batch)
    if Role.OWNER not in roles and row["coordinator_id"] != person:
        raise Refusal("export.not_yours", code=row["code"])
    if row["state"] not in ("open", "paused", "closed"):
        raise Refusal("export.not_published", code=row["code"])
    return Listed(batch, row["code"], row["title"])


def permit_code(tx: Tx, person: PersonId, code: str) -> Listed:
    """The batch of a code, when the person may have its files. Raises Refusal otherwise."""
    require(tx, person, Role.COORDINATOR, Role.OWNER)
    row = tx.one("batches.by_code", code=code.strip().lstrip("#").upper())
    if row is None:
        raise Refusal("export.no_batch", code=code)
    return permit(tx, person, row["id"])


def due(tx: Tx, after: BatchId, limit: int) -> list[tuple[BatchId, str]]:
    """Numbers and codes of batches that run, or have changed since their files were written."""
    return [(row["id"], row["code"]) for row in tx.all("exports.due", after=after, limit=limit)]


def completed(tx: Tx, after: BatchId, limit: int) -> list[tuple[BatchId, str]]:
    """Numbers and codes of finished batches whose coordinators have not been told."""
    return [(row["id"], row["code"]) for row in tx.all("exports.completed", after=after, limit=limit)]


def keep(tx: Tx, since: Instant, batch: BatchId) -> None:
    """Remember that a batch's files hold everything up to an instant."""
    tx.run("exports.kept", batch=batch, since=since)


def announce(tx: Tx, now: Instant, batch: BatchId) -> bool:
    """Queue the message that a batch is finished to its coordinator, once; whether that was now."""
    row = tx.one("exports.deliver", batch=batch, now=now)
    if row is None:
        return False
    blanks = json.dumps({"batch": batch})
    key = f"completed:{batch}:{now}"
    tx.run("outbox.queue", key=key, person=row["coordinator_id"], kind="completed", blanks=blanks, now=now)
    return True


def _find(tx: Tx, query: str, batch: BatchId) -> Row:
    row = tx.one(query, batch=batch)
    if row is None:
        raise LookupError(batch)
    return row


def _makers(source: Source, most_rows: int) -> dict[str, Callable[[Path], CsvDocument | JsonLines | Workbook]]:
    return {
        "answers.csv": partial(CsvDocument, columns=ANSWER_COLUMNS),
        "answers.jsonl": JsonLines,
        "labels.csv": partial(CsvDocument, columns=LABEL_COLUMNS),
        "labels.jsonl": JsonLines,
        "labels.xlsx": partial(Workbook, columns=LABEL_COLUMNS, title="labels", most=most_rows),
    }


async def _write_answers(
    db: Database, source: Source, drafts: Drafts, timezone: ZoneInfo, progress: Progress | None
) -> int:
    labelled = written = after = 0
    while rows := await db.read(answers_after, source, after):
        labelled += await _aside(_add_answers, source, drafts, timezone, rows)
        after, written = rows[-1]["id"], written + len(rows)
        if progress:
            await progress(written, source.answers + source.tasks)
    return labelled


async def _write_labels(db: Database, source: Source, drafts: Drafts, progress: Progress | None) -> Counter[str]:
    statuses: Counter[str] = Counter()
    after = 0
    while (stretch := await db.read(tasks_after, source, after)).tasks:
        statuses += await _aside(_add_labels, source, drafts, stretch)
        after = stretch.tasks[-1]["number"]
        if progress:
            await progress(source.answers + min(statuses.total(), source.tasks), source.answers + source.tasks)
    return statuses


def _add_answers(source: Source, drafts: Drafts, timezone: ZoneInfo, rows: Sequence[Row]) -> int:
    """Write some answers; how many of them carry a label."""
    drafts.write(ANSWER_FILES, [answer_record(source, timezone, row) for row in rows])
    return sum(row["labels"] is not None for row in rows)


def _add_labels(source: Source, drafts: Drafts, stretch: Stretch) -> Counter[str]:
    """Write the labels of some tasks; how many have which status."""
    votes: dict[int, list[Row]] = defaultdict(list)
    for vote in stretch.votes:
        votes[vote["task_id"]].append(vote)
    golds = {row["task_id"]: row["answers"] for row in stretch.golds}
    records = [
        label_record(source, task, votes.get(task["id"], ()), golds.get(task["id"], 0)) for task in stretch.tasks
    ]
    drafts.write(LABEL_FILES, records)
    return Counter(str(record["status"]) for record in records)


async def _aside(step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a step that works on files beside the event loop; a cancelled caller waits until it has let go of them."""
    task = asyncio.ensure_future(asyncio.to_thread(step, *args, **kwargs))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
