"""Whose batches somebody may take home."""

from dataclasses import dataclass

from rules.model import BatchId, PersonId
from rules.refusals import Refusal
from storage import Tx

from .people import Role, require

LISTED = 10


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
    row = tx.one("exports.batch", batch=batch)
    if row is None:
        raise LookupError(batch)
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
