"""Filling a draft with the rows of a file, chunk by chunk."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import PurePath
from unicodedata import normalize

from rules.choosing import bits
from rules.model import HOUR, MINUTE, BatchId, Instant, Kind, PictureId, UploadId
from rules.refusals import Refusal
from rules.rows import Row as PostedRow
from rules.settings import Fault, Overlap, Settings, merge
from storage import Tx

from .drafting import begin_batch, discard_batch
from .pictures import add_picture
from .posting import Upload, find

KEPT_FAULTS = 20
LONGEST_TITLE = 60
DEFAULT_OVERLAP = Overlap(3, 3)
REVIEW = 72 * HOUR


@dataclass(frozen=True)
class StoredPicture:
    """A prepared picture that lies in its place already."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True)
class NewTask:
    """A checked row, and its picture when it has one."""

    row: PostedRow
    picture: StoredPicture | None


@dataclass(frozen=True)
class Taken:
    """What became of a chunk of rows."""

    tasks: int
    golds: int
    faults: tuple[Fault, ...]


def begin(tx: Tx, now: Instant, upload: UploadId) -> Upload:
    """Start filling a new draft from the beginning of the file; a half-filled older one goes away.

    Raises Refusal when the upload was cancelled meanwhile.
    """
    known = find(tx, upload)
    if known.batch is not None:
        discard_batch(tx, now, known.batch)
    settings = _completed(known)
    batch = begin_batch(tx, now, known.coordinator, settings)
    if tx.one("uploads.claim", upload=upload, batch=batch, now=now) is None:
        raise Refusal("posting.over")
    return replace(find(tx, upload), settings=settings)


def _completed(known: Upload) -> Settings:
    """The settings with their defaults."""
    title = " ".join(PurePath(normalize("NFC", known.name)).stem.split()) or known.name
    if len(title) > LONGEST_TITLE:
        title = title[: LONGEST_TITLE - 1] + "…"
    defaults = Settings(
        title=title,
        kind=Kind.SINGLE,
        overlap=DEFAULT_OVERLAP,
        confidence=950_000,
        lease=10 * MINUTE,
        review=REVIEW,
        language="any",
    )
    return merge(defaults, known.settings)


def add_rows(tx: Tx, now: Instant, upload: Upload, rows: Sequence[NewTask]) -> Taken:
    """Put a chunk of checked rows into the draft. Raises Refusal when the upload has ended or is read anew."""
    if upload.batch is None or not tx.run("uploads.touch", upload=upload.id, attempt=upload.attempt, now=now):
        raise Refusal("posting.over")
    row = tx.one("batches.find", batch=upload.batch)
    if row is None:
        raise LookupError(upload.batch)
    writer = _Writer(tx, now, upload.batch, upload.settings, upload.found.has_ids, row["tail"])
    for task in rows:
        writer.write(task)
    tx.run(
        "drafts.grow",
        batch=upload.batch,
        tasks=writer.tasks,
        golds=writer.golds,
        duplicates=writer.duplicates,
        tail=writer.number,
    )
    return Taken(writer.tasks, writer.golds, tuple(writer.faults))


class _Writer:
    """Writes tasks one after the other, numbering them on."""

    def __init__(self, tx: Tx, now: Instant, batch: BatchId, settings: Settings, has_ids: bool, number: int) -> None:
        self._tx = tx
        self._now = now
        self._batch = batch
        self._choices = settings.choices or ()
        self._slots = (settings.overlap or DEFAULT_OVERLAP).least
        self._has_ids = has_ids
        self.number = number
        self.tasks = self.golds = self.duplicates = 0
        self.faults: list[Fault] = []

    def write(self, task: NewTask) -> None:
        row = task.row
        reference = row.id or (f"#{self.number + 1}" if self._has_ids else str(self.number + 1))
        if reference.startswith("#") and self._tx.one("drafts.taken", batch=self._batch, reference=reference):
            self.faults.append(Fault("posting.id_taken", {"id": reference}, row.line, row.entry))
            return
        sha256 = task.picture.sha256 if task.picture else ""
        mark = fingerprint(row.text, sha256)
        if self._tx.one("tasks.same", batch=self._batch, fingerprint=mark):
            self.duplicates += 1
        self.number += 1
        self._count(row)
        self._tx.run(
            "tasks.add",
            batch=self._batch,
            number=self.number,
            reference=reference,
            content=row.text,
            picture=self._picture(task.picture),
            gold=bits(row.gold, self._choices) if row.gold else None,
            explanation=row.explanation,
            meta=json.dumps(dict(row.meta), ensure_ascii=False),
            fingerprint=mark,
            place=None if row.gold else self.number,
            slots=0 if row.gold else self._slots,
        )

    def _count(self, row: PostedRow) -> None:
        if row.gold:
            self.golds += 1
        else:
            self.tasks += 1

    def _picture(self, picture: StoredPicture | None) -> PictureId | None:
        if picture is None:
            return None
        return add_picture(self._tx, self._now, picture.sha256, picture.width, picture.height)


def fingerprint(text: str | None, sha256: str) -> str:
    """The same for tasks that a worker could not tell apart: same picture, same words but for case and spacing."""
    words = " ".join(normalize("NFKC", text or "").casefold().split())
    return blake2b(f"{sha256}\0{words}".encode(), digest_size=16).hexdigest()


def finish(tx: Tx, now: Instant, upload: Upload, refused: int, faults: Sequence[Fault]) -> BatchId:
    """All rows are in: the batch is a draft. Raises Refusal when no row was good, or all of them are gold."""
    if upload.batch is None or not tx.run("uploads.touch", upload=upload.id, attempt=upload.attempt, now=now):
        raise Refusal("posting.over")
    row = tx.one("batches.find", batch=upload.batch)
    if row is None or row["tasks"] == 0:
        raise Refusal("posting.only_gold" if row is not None and row["golds"] else "posting.no_good_rows")
    kept = json.dumps([_fault_json(fault) for fault in faults[:KEPT_FAULTS]], ensure_ascii=False)
    tx.run("drafts.ready", batch=upload.batch, refused=refused, faults=kept)
    tx.run("uploads.end", upload=upload.id, state="drafted", now=now)
    return upload.batch


def _fault_json(fault: Fault) -> Mapping[str, object]:
    return {"key": fault.key, "blanks": dict(fault.blanks), "line": fault.line, "entry": fault.entry}
