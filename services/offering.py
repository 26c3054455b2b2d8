"""The batches that a worker may choose from."""

from dataclasses import dataclass
from statistics import median

from rules.model import HOUR, MINUTE, BatchId, Instant, Micros, PersonId
from rules.refusals import Refusal
from storage import Row, Tx

from .dealing import Shown
from .people import Person, Role, person_of, require_worker
from .promising import Promise, promises
from .working import Summary, onward

SAMPLE = 51
HOURLY_SAMPLE = 200
NEW_SESSION_AFTER = 30 * MINUTE


@dataclass(frozen=True)
class Offer:
    """A batch as a worker weighs it; what is not known yet is None."""

    batch: BatchId
    title: str
    price: Micros
    left: int
    milliseconds: float | None
    hourly: float | None
    deadline: Instant | None
    promises: tuple[Promise, ...] = ()


@dataclass(frozen=True)
class Guide:
    """The rules of a batch; no content where its coordinator wrote none."""

    title: str
    content: str | None


def offers(tx: Tx, person: PersonId) -> list[Offer]:
    """The open batches that have something for this worker, oldest first."""
    worker = require_worker(tx, person)
    return [_offer(tx, worker.id, row) for row in _open_for(tx, worker) if has_something(tx, worker.id, row["id"])]


def available(tx: Tx, person: PersonId) -> int:
    """How many batches have something for a person; none for somebody who may not work now."""
    row = tx.one("people.find", person=person)
    worker = person_of(row) if row else None
    if worker is None or Role.WORKER not in worker.roles or worker.is_leaving or not worker.has_consented:
        return 0
    return sum(has_something(tx, worker.id, row["id"]) for row in _open_for(tx, worker))


def begin(tx: Tx, now: Instant, person: PersonId, batch: BatchId) -> Shown | Summary:
    """Start, or go on, working on a batch. Raises Refusal when it is not on offer for this worker."""
    worker = require_worker(tx, person)
    if all(row["id"] != batch for row in _open_for(tx, worker)) and not _holds(tx, worker.id, batch):
        raise Refusal("work.batch_over")
    progress = tx.one("batches.progress", batch=batch, worker=worker.id)
    if progress is not None and now - progress["session_last"] > NEW_SESSION_AFTER:
        tx.run("batches.begin_session", batch=batch, worker=worker.id, now=now)
    return onward(tx, now, worker.id, batch)


def guide_of(tx: Tx, person: PersonId, batch: BatchId) -> Guide:
    """A batch's guide as it stands. Raises Refusal for somebody who has not worked on it."""
    row = tx.one("work.current_guide", batch=batch)
    if row is None or tx.one("batches.progress", batch=batch, worker=person) is None:
        raise Refusal("work.not_yours")
    return Guide(row["title"], row["content"])


def hourly(tx: Tx, batch: BatchId) -> float | None:
    """Micros an hour that the last workers of a batch made, as their median; None before anybody has worked."""
    rates = [
        row["earned"] * HOUR / row["milliseconds"]
        for row in tx.all("work.last_hourly", batch=batch, limit=HOURLY_SAMPLE)
        if row["milliseconds"] > 0
    ]
    return median(rates) if rates else None


def median_milliseconds(tx: Tx, batch: BatchId) -> float | None:
    """How long the last answers of a batch took, as their median."""
    sample = [row["milliseconds"] for row in tx.all("answers.pace", batch=batch, limit=SAMPLE)]
    return median(sample) if sample else None


def _open_for(tx: Tx, worker: Person) -> list[Row]:
    return tx.all("batches.open_for", worker=worker.id, reads=worker.reads, everything=int(worker.sees_everything))


def _offer(tx: Tx, worker: PersonId, row: Row) -> Offer:
    counts = tx.one("batches.counts", batch=row["id"])
    finished = counts["finished"] if counts else 0
    return Offer(
        batch=row["id"],
        title=row["title"],
        price=row["price"],
        left=row["tasks"] - finished,
        milliseconds=median_milliseconds(tx, row["id"]),
        hourly=hourly(tx, row["id"]),
        deadline=row["deadline_at"],
        promises=promises(tx, worker, row["id"]),
    )


def has_something(tx: Tx, worker: PersonId, batch: BatchId) -> bool:
    """Whether a worker holds a task of a batch, or could take one."""
    if _holds(tx, worker, batch):
        return True
    progress = tx.one("batches.progress", batch=batch, worker=worker)
    cursor = progress["cursor"] if progress is not None and not tx.skips_locked else 0
    return tx.one("tasks.peek_slot", batch=batch, worker=worker, cursor=cursor) is not None


def _holds(tx: Tx, worker: PersonId, batch: BatchId) -> bool:
    if tx.one("assignments.held", worker=worker, batch=batch) is not None:
        return True
    return tx.one("slices.next", worker=worker, batch=batch) is not None
