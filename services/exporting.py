"""Labels and answers as files, written beside the running work."""

import asyncio
import json
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar

from rules.exports import Format, Scope
from rules.model import BatchId
from storage import Database, Row
from storage.documents import Drafts, Record, measured, sweep
from storage.images import PictureStore

from .extracts import (
    Place,
    Stretch,
    answers_after,
    count_answers,
    read_source,
    since,
    task_answers_after,
    tasks_after,
)
from .interchange import dataset_record, opaque, studio_record, toloka_records
from .records import Source, answer_record, judge, label_record
from .shapes import DATASET_FILES, LABEL_FILES, STUDIO_FILE, TOLOKA_FILE, Wanted, makers

P = ParamSpec("P")
T = TypeVar("T")
Progress = Callable[[int, int], Awaitable[None]]

MANIFEST, SCHEMA = "manifest.json", 1
"""The file that lists the others, and the number by which readers know what is in them."""


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
    last_answer: int = 0
    lacks_workbook: bool = False


@dataclass
class Tally:
    """What has been written so far."""

    rows: int = 0
    answers: int = 0
    missing: int = 0
    statuses: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Writing:
    """An export that is being written."""

    db: Database
    source: Source
    wanted: Wanted
    drafts: Drafts
    tally: Tally
    progress: Progress | None

    async def told(self) -> None:
        if self.progress:
            done = self.tally.rows + min(self.tally.statuses.total(), self.source.tasks)
            await self.progress(done, self.source.answers + self.source.tasks)


async def export(
    db: Database,
    batch: BatchId,
    folder: Path,
    wanted: Wanted,
    *,
    progress: Progress | None = None,
) -> Exported:
    """Write answers and labels of a batch into a folder; the same answers give the same bytes.

    The files hold the answers that were there at the start, and the labels that follow from just these; an answer
    that is undone meanwhile may be in one file and not in the other. Files appear under their names only when all
    are whole. `progress` hears how many rows of how many are written. Raises LookupError for an unknown batch, and
    Refusal where a format can't be written here.
    """
    source = await db.read(read_source, batch)
    return await _written(db, source, folder, wanted, progress, lambda writing: writing.drafts.publish())


async def export_folder(
    db: Database, batch: BatchId, folder: Path, wanted: Wanted, *, period: str, after: int | None
) -> Exported:
    """The same as a folder named after a period, with a manifest in it; all of it appears in one step.

    With `after` only answers after that one, and the labels of their tasks.
    """
    source = since(await db.read(read_source, batch), after or 0)
    scope = Scope.WHOLE if after is None else Scope.NEW

    def publish(writing: Writing) -> tuple[Path, ...]:
        files = writing.drafts.finish()
        made = manifest(writing, files, period, scope)
        place = writing.drafts.publish_as(period, {MANIFEST: made})
        return (*(place / path.name for path in files), place / MANIFEST)

    return await _written(db, source, folder, wanted, None, publish)


def manifest(writing: Writing, files: Sequence[Path], period: str, scope: Scope) -> str:
    """What a run wrote, as JSON: the range of answers goes from one run's `upto` to the next one's `upto`."""
    source, tally = writing.source, writing.tally
    told = {
        "schema": SCHEMA,
        "batch": source.code,
        "title": source.title,
        "period": period,
        "scope": scope,
        "tasks": tally.statuses.total(),
        "answers": tally.answers,
        "statuses": dict(sorted(tally.statuses.items())),
        "missing_pictures": tally.missing,
        "left_out": sorted(set(makers(source, writing.wanted)) - {path.name for path in files}),
        "range": {
            "after": opaque(source, source.since) if source.since else None,
            "upto": opaque(source, source.last_answer) if source.last_answer else None,
        },
        "files": [measured(path) for path in files],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


async def _written(
    db: Database,
    source: Source,
    folder: Path,
    wanted: Wanted,
    progress: Progress | None,
    publish: Callable[[Writing], tuple[Path, ...]],
) -> Exported:
    names = makers(source, wanted)
    await _aside(sweep, folder)
    writing = Writing(db, source, wanted, await _aside(Drafts, folder, names), Tally(), progress)
    try:
        await _write_answers(writing)
        await _write_labels(writing)
        files = await _aside(publish, writing)
    finally:
        await _aside(writing.drafts.discard)
    tally = writing.tally
    return Exported(
        source.batch,
        source.code,
        source.title,
        files,
        tally.statuses.total(),
        tally.answers,
        dict(tally.statuses),
        source.last_answer,
        LABEL_FILES[Format.XLSX] in set(names) - {path.name for path in files},
    )


async def _write_answers(writing: Writing) -> None:
    if not writing.wanted.answer_files:
        writing.tally.answers = await writing.db.read(count_answers, writing.source)
        return
    after = writing.source.since
    while rows := await writing.db.read(answers_after, writing.source, after):
        writing.tally.answers += await _aside(_add_answers, writing, rows)
        writing.tally.rows += len(rows)
        after = rows[-1]["id"]
        await writing.told()


async def _write_labels(writing: Writing) -> None:
    after = 0
    while (stretch := await _next_tasks(writing, after)).tasks:
        records = await _aside(_add_labels, writing, stretch)
        if writing.wanted.has_answers_by_task:
            await _write_by_task(writing, stretch, after, records)
        after = stretch.tasks[-1]["number"]
        await writing.told()


async def _next_tasks(writing: Writing, after: int) -> Stretch:
    return await writing.db.read(tasks_after, writing.source, after, with_content=writing.wanted.needs_content)


def _add_answers(writing: Writing, rows: Sequence[Row]) -> int:
    """Write some answers; how many of them carry a label."""
    source, wanted = writing.source, writing.wanted
    writing.drafts.write(wanted.answer_files, [answer_record(source, wanted.timezone, row) for row in rows])
    return sum(row["labels"] is not None for row in rows)


def _add_labels(writing: Writing, stretch: Stretch) -> list[Record]:
    """Write the labels of some tasks."""
    source, wanted = writing.source, writing.wanted
    votes: dict[int, list[Row]] = defaultdict(list)
    for vote in stretch.votes:
        votes[vote["task_id"]].append(vote)
    golds = {row["task_id"]: row["answers"] for row in stretch.golds}
    records = [
        label_record(source, task, votes.get(task["id"], ()), golds.get(task["id"], 0)) for task in stretch.tasks
    ]
    writing.drafts.write(wanted.label_files, records)
    if wanted.has_dataset:
        for task, record in zip(stretch.tasks, records, strict=True):
            _add_item(writing, task, record, votes.get(task["id"], ()))
    writing.tally.statuses.update(str(record["status"]) for record in records)
    return records


def _add_item(writing: Writing, task: Row, label: Record, votes: Sequence[Row]) -> None:
    """Write one task with what workers saw; one whose picture is lost is only counted."""
    source, sha256, folder = writing.source, task["sha256"], writing.wanted.pictures
    picture = None if sha256 is None or folder is None else PictureStore(folder).path(sha256)
    if sha256 is not None and (picture is None or not picture.exists()):
        writing.tally.missing += 1
        return
    record = dataset_record(source, task, label, judge(source, task, votes), picture)
    writing.drafts.write(DATASET_FILES, [record])


async def _write_by_task(writing: Writing, stretch: Stretch, after: int, labels: Sequence[Record]) -> None:
    """Write what has all answers of a task together: never more of them in memory than a stretch and one task's."""
    waiting = deque(zip(stretch.tasks, labels, strict=True))
    answers: dict[int, list[Row]] = defaultdict(list)
    place, upto = Place(after + 1, 0), stretch.tasks[-1]["number"]
    while rows := await writing.db.read(task_answers_after, writing.source, place, upto):
        for row in rows:
            answers[row["number"]].append(row)
        place = Place(rows[-1]["number"], rows[-1]["id"])
        await _aside(_add_whole_tasks, writing, waiting, answers, place.number)
    await _aside(_add_whole_tasks, writing, waiting, answers, upto + 1)


def _add_whole_tasks(
    writing: Writing, waiting: deque[tuple[Row, Record]], answers: dict[int, list[Row]], before: int
) -> None:
    """Write the tasks below a number, all of whose answers have been read."""
    source, timezone = writing.source, writing.wanted.timezone
    while waiting and waiting[0][0]["number"] < before:
        task, label = waiting.popleft()
        given = answers.pop(task["number"], [])
        if Format.LABELSTUDIO in writing.wanted.formats:
            writing.drafts.write((STUDIO_FILE,), [studio_record(source, timezone, task, label, given)])
        if Format.TOLOKA in writing.wanted.formats:
            writing.drafts.write((TOLOKA_FILE,), toloka_records(source, timezone, task, given))


async def _aside(step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a step that works on files beside the event loop; a cancelled caller waits until it has let go of them."""
    task = asyncio.ensure_future(asyncio.to_thread(step, *args, **kwargs))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
