"""From a file in the chat to a draft: what is known of an upload, what is still asked, and its rows."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace

from rules.model import DAY, MINUTE, BatchId, Instant, PersonId, UploadId
from rules.refusals import Refusal
from rules.settings import Settings, from_json, merge, to_json
from storage import Tx

from .drafting import discard_batch, settings_of
from .people import Person, Role, expect, person_of, require

LEFT_ALONE = 2 * MINUTE
MOST_ATTEMPTS = 6
FORGOTTEN = 7 * DAY
OVER = ("cancelled", "refused")


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


def may_post(tx: Tx, person: PersonId) -> Settings | None:
    """Whether the person may post, and the settings that their next file takes over from another batch.

    Raises Refusal for anybody but coordinators and owners.
    """
    found = require(tx, person, Role.COORDINATOR, Role.OWNER)
    word, _, batch = (found.expects or "").partition(":")
    if word != "posting_clone":
        return None
    return settings_of(tx, BatchId(int(batch)))


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
    """The file lies at `path` and has been read once; what is missing is known now.

    Raises Refusal when the upload was cancelled meanwhile.
    """
    known = find(tx, upload)
    settings, asks = _missing(known, found)
    kept = tx.run(
        "uploads.keep",
        upload=upload,
        path=path,
        found=json.dumps(asdict(found), ensure_ascii=False),
        settings=to_json(settings),
        asks=json.dumps(asks),
        state=_state(asks),
        now=now,
    )
    if kept:
        _expect_next(tx, known.coordinator, upload, asks)
    elif known.state in OVER:
        raise Refusal("posting.over")
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


def _state(asks: Sequence[str]) -> str:
    """An upload with nothing left to ask is to be read, by whoever comes first after a crash."""
    return "asking" if asks else "reading"


def _expect_next(tx: Tx, person: PersonId, upload: UploadId, asks: Sequence[str]) -> None:
    expect(tx, person, f"posting_say:{upload}" if asks else None)


def say(tx: Tx, now: Instant, person: PersonId, upload: UploadId, key: str, settings: Settings) -> Upload:
    """Answer what an upload asks for; a setting that is not asked for (any more) changes nothing."""
    known = own(tx, person, upload)
    if known.state != "asking" or not known.asks or known.asks[0] != key:
        return known
    asks = known.asks[1:]
    settings = merge(known.settings, settings)
    said, left = to_json(settings), json.dumps(asks)
    tx.run("uploads.say", upload=upload, settings=said, asks=left, state=_state(asks), now=now)
    _expect_next(tx, person, upload, asks)
    return find(tx, upload)


def own(tx: Tx, person: PersonId, upload: UploadId) -> Upload:
    """The upload. Raises Refusal when it is somebody else's, or was cancelled or refused."""
    require(tx, person, Role.COORDINATOR, Role.OWNER)
    known = find(tx, upload)
    if known.coordinator != person:
        raise Refusal("posting.not_yours")
    if known.state in OVER:
        raise Refusal("posting.over")
    return known


def drop(tx: Tx, now: Instant, person: PersonId, upload: UploadId) -> None:
    """Leave one upload; one that has become a draft stays. Raises Refusal when it is somebody else's."""
    own(tx, person, upload)
    expect(tx, person, None)
    tx.run("uploads.end", upload=upload, state="cancelled", now=now)


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


def with_owner(tx: Tx, upload: UploadId) -> tuple[Upload, Person]:
    known = find(tx, upload)
    row = tx.one("people.find", person=known.coordinator)
    if row is None:
        raise LookupError(known.coordinator)
    return known, person_of(row)


def left_alone(tx: Tx, now: Instant, held: Collection[UploadId] = ()) -> list[UploadId]:
    """Uploads whose reader has died; each is now this caller's to go on with. Those `held` are in good hands."""
    before = now - LEFT_ALONE
    found = [row["id"] for row in tx.all("uploads.left_alone", before=before, limit=10 + len(held))]
    found = [upload for upload in found if upload not in held]
    return [upload for upload in found if tx.run("uploads.hold", upload=upload, before=before, now=now)]


def forget(tx: Tx, now: Instant) -> int:
    """Leave the uploads whose questions were not answered for a week."""
    return tx.run("uploads.forget", now=now, before=now - FORGOTTEN)


def to_tidy(tx: Tx, before: Instant) -> list[UploadId]:
    """Uploads whose files nobody needs any more."""
    return [row["id"] for row in tx.all("uploads.to_tidy", before=before, limit=100)]


def over(tx: Tx, uploads: Collection[UploadId], before: Instant) -> set[UploadId]:
    """Those of some uploads whose files nobody has needed since `before`, whether they were ever read or not."""
    return {each for each in uploads if tx.one("uploads.over", upload=each, before=before) is not None}


def unknown(tx: Tx, uploads: Collection[UploadId]) -> set[UploadId]:
    """Those that no upload belongs to, as after a restore."""
    return {each for each in uploads if tx.one("uploads.find", upload=each) is None}


def tidied(tx: Tx, upload: UploadId) -> None:
    tx.run("uploads.tidied", upload=upload)
