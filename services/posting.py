"""From a file in the chat to a draft: what is known of an upload, what is still asked, and its rows."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from pathlib import PurePath
from unicodedata import normalize

from rules.choosing import bits
from rules.model import MINUTE, BatchId, Instant, Kind, PersonId, PictureId, UploadId
from rules.refusals import Refusal
from rules.rows import Row as PostedRow
from rules.settings import Fault, Overlap, Settings, from_json, merge, to_json
from storage import Tx

from .drafting import begin_batch, discard_batch, settings_of
from .people import Role, expect, require
from .pictures import add_picture

LEFT_ALONE = 2 * MINUTE
MOST_ATTEMPTS = 6
KEPT_FAULTS = 20
LONGEST_TITLE = 60
DEFAULT_OVERLAP = Overlap(3, 3)


@dataclass(frozen=True)
class Found:
    """What a first reading of a file has found."""

    rows: int = 0
    golds: int = 0
    choices: tuple[str, ...] | None = None
    has_several: bool = False
    has_ids: bool = False
    has_pictures: bool = False


@dataclass(frozen=True)
class Upload:
    """A posted file on its way to a draft; `asks` are the settings that are still to be asked for."""

    id: UploadId
    coordinator: PersonId
    name: str
    path: str | None
    file_id: str | None
    settings: Settings
    asks: tuple[str, ...]
    found: Found
    state: str
    batch: BatchId | None
    attempt: int


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


def may_post(tx: Tx, person: PersonId) -> tuple[BatchId, Settings] | None:
    """Whether the person may post, and the batch whose settings their next file takes over.

    Raises Refusal for anybody but coordinators and owners.
    """
    found = require(tx, person, Role.COORDINATOR, Role.OWNER)
    word, _, batch = (found.expects or "").partition(":")
    if word != "posting_clone":
        return None
    return BatchId(int(batch)), settings_of(tx, BatchId(int(batch)))


def receive(
    tx: Tx, now: Instant, person: PersonId, name: str, file_id: str | None, settings: Settings, asks_all: bool
) -> Upload:
    """Remember a file before anything is done with it; the same message a second time is the same upload."""
    require(tx, person, Role.COORDINATOR, Role.OWNER)
    expect(tx, person, None)
    same = tx.one("uploads.same", coordinator=person, file=file_id) if file_id else None
    if same is not None:
        return find(tx, same["id"])
    asks = ["price", "overlap", "guide"] if asks_all else ["price"]
    row = tx.one(
        "uploads.add",
        coordinator=person,
        name=name,
        file=file_id,
        settings=to_json(settings),
        asks=json.dumps(asks),
        now=now,
    )
    if row is None:
        raise LookupError(name)
    return find(tx, row["id"])


def find(tx: Tx, upload: UploadId) -> Upload:
    row = tx.one("uploads.find", upload=upload)
    if row is None:
        raise LookupError(upload)
    found = json.loads(row["found"])
    if found.get("choices"):
        found["choices"] = tuple(found["choices"])
    return Upload(
        id=row["id"],
        coordinator=row["coordinator_id"],
        name=row["file_name"],
        path=row["file_path"],
        file_id=row["telegram_file_id"],
        settings=from_json(row["settings"]),
        asks=tuple(json.loads(row["asks"])),
        found=Found(**found),
        state=row["state"],
        batch=row["batch_id"],
        attempt=row["attempts"],
    )


def keep(tx: Tx, now: Instant, upload: UploadId, path: str, found: Found) -> Upload:
    """The file lies at `path` and has been read once; what is missing is known now."""
    known = find(tx, upload)
    settings, asks = _missing(known, found)
    tx.run(
        "uploads.keep",
        upload=upload,
        path=path,
        found=json.dumps(asdict(found), ensure_ascii=False),
        settings=to_json(settings),
        asks=json.dumps(asks),
        now=now,
    )
    _expect_next(tx, known.coordinator, upload, asks)
    return find(tx, upload)


def _missing(known: Upload, found: Found) -> tuple[Settings, list[str]]:
    """What has to be asked for, in the order of asking. Choices from gold are offered, and taken after a caption."""
    settings = known.settings
    asks_all = "overlap" in known.asks
    if settings.choices is None and found.choices and not asks_all:
        settings = replace(settings, choices=found.choices)
    asks = ["choices"] if settings.choices is None else []
    if settings.kind is None and found.has_several and asks_all:
        asks.append("kind")
    asks += [key for key in known.asks if getattr(settings, key) is None]
    return settings, asks


def _expect_next(tx: Tx, person: PersonId, upload: UploadId, asks: Sequence[str]) -> None:
    expect(tx, person, f"posting_say:{upload}" if asks else None)


def say(tx: Tx, now: Instant, person: PersonId, upload: UploadId, key: str, settings: Settings) -> Upload:
    """Answer what an upload asks for; a setting that is not asked for (any more) changes nothing."""
    known = own(tx, person, upload)
    if known.state != "asking" or not known.asks or known.asks[0] != key:
        return known
    asks = known.asks[1:]
    settings = merge(known.settings, settings)
    tx.run("uploads.say", upload=upload, settings=to_json(settings), asks=json.dumps(asks), now=now)
    _expect_next(tx, person, upload, asks)
    return find(tx, upload)


def own(tx: Tx, person: PersonId, upload: UploadId) -> Upload:
    """The upload. Raises Refusal when it is somebody else's, or was cancelled or refused."""
    require(tx, person, Role.COORDINATOR, Role.OWNER)
    known = find(tx, upload)
    if known.coordinator != person:
        raise Refusal("posting.not_yours")
    if known.state in ("cancelled", "refused"):
        raise Refusal("posting.over")
    return known


def cancel(tx: Tx, now: Instant, person: PersonId) -> int:
    """Leave whatever the person was posting; how many uploads that were."""
    return tx.run("uploads.cancel", coordinator=person, now=now)


def refuse(tx: Tx, now: Instant, upload: Upload) -> None:
    """Nothing can be made of the file; a draft that was begun goes away, unless somebody else is filling it by now."""
    known = find(tx, upload.id)
    if known.attempt != upload.attempt:
        return
    if known.batch is not None:
        discard_batch(tx, now, known.batch)
    tx.run("uploads.end", upload=upload.id, state="refused", now=now)


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
        title=title, kind=Kind.SINGLE, overlap=DEFAULT_OVERLAP, confidence=950_000, lease=10 * MINUTE, language="any"
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


def left_alone(tx: Tx, now: Instant) -> list[UploadId]:
    """Uploads whose reader has died; each is now this caller's to go on with."""
    before = now - LEFT_ALONE
    found = [row["id"] for row in tx.all("uploads.left_alone", before=before, limit=10)]
    return [upload for upload in found if tx.run("uploads.hold", upload=upload, before=before, now=now)]
