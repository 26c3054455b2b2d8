"""Looking through answers before they are settled, the most doubtful first."""

from dataclasses import dataclass

from rules import review
from rules.model import AnswerId, BatchId, Instant, Micros, PersonId
from rules.refusals import Refusal
from storage import Row, Tx

from . import deeds, drafting
from .items import Item, answer_row, item_of
from .people import Person, Role, require

BATCHES, WAITING, REVIEWERS = 10, 100, 10
FIRST = 1 << 20
"""More doubt than any answer is in: where a walk begins."""


@dataclass(frozen=True)
class Reviewable:
    """A batch with answers in review; others, or gold, speak against the doubtful ones."""

    batch: BatchId
    code: str
    title: str
    answers: int
    doubtful: int


@dataclass(frozen=True)
class Waiting:
    """A rejection that waits for this person's decision: a proposed one, or one that its worker has appealed."""

    rejection: int
    is_appeal: bool
    code: str
    title: str
    reference: str


@dataclass(frozen=True)
class Reviewer:
    """How often somebody has rejected, and how often the worker was right to object."""

    name: str
    rejections: int
    appeals: int
    upheld: int


@dataclass(frozen=True)
class Overview:
    """What a coordinator finds under /review."""

    batches: tuple[Reviewable, ...]
    waiting: tuple[Waiting, ...]
    reviewers: tuple[Reviewer, ...]


@dataclass(frozen=True)
class Examined:
    """One answer as a reviewer sees it. `doubt` above 0 speaks against it.

    `takes_two` says that its rejection would only be proposed.
    """

    item: Item
    price: Micros
    milliseconds: int
    settles_at: Instant
    doubt: int
    takes_two: bool


@dataclass(frozen=True)
class Rule:
    """A line of the guide by which an answer may be rejected; its number is its place in the answer's guide."""

    number: int
    text: str


def overview(tx: Tx, now: Instant, person: PersonId) -> Overview:
    """The batches worth a look, what waits for a decision, and how reviewers fare: to an owner all of them."""
    found = require(tx, person, Role.COORDINATOR, Role.OWNER)
    everything = int(Role.OWNER in found.roles)
    rows = tx.all("reviews.batches", person=person, everything=everything, now=now, limit=BATCHES)
    batches = tuple(_reviewable(tx, now, person, row) for row in rows)
    reviewers = tx.all("reviews.reviewers", person=person, everything=everything, limit=REVIEWERS)
    return Overview(
        tuple(batch for batch in batches if batch.answers),
        tuple(
            Waiting(row["id"], row["state"] == "appealed", row["code"], row["title"], row["reference"])
            for row in tx.all("reviews.waiting", limit=WAITING)
            if may_decide(tx, found, row)
        ),
        tuple(
            Reviewer(row["name"] or row["code"], row["rejections"], row["appeals"], row["upheld"]) for row in reviewers
        ),
    )


def _reviewable(tx: Tx, now: Instant, person: PersonId, row: Row) -> Reviewable:
    counted = tx.one("reviews.count", batch=row["id"], person=person, now=now)
    answers, doubtful = (counted["answers"], counted["doubtful"]) if counted else (0, 0)
    return Reviewable(row["id"], row["code"], row["title"], answers, doubtful)


def deciders(tx: Tx, rejection: Row) -> list[PersonId]:
    """Who looks at a rejection a second time: the owners and the batch's coordinator, else the other coordinators.

    Never its reviewer, nor its worker.
    """
    others = [
        row for row in tx.all("reviews.deciders") if row["id"] not in (rejection["reviewer_id"], rejection["worker_id"])
    ]
    near = [row["id"] for row in others if row["is_owner"] or row["id"] == rejection["coordinator_id"]]
    return near or [row["id"] for row in others]


def may_decide(tx: Tx, person: Person, rejection: Row) -> bool:
    """Whether somebody is asked about a rejection: whoever looks a second time, and the batch's own people."""
    if person.id == rejection["worker_id"]:
        return False
    is_own = Role.OWNER in person.roles or person.id == rejection["coordinator_id"]
    return is_own or person.id in deciders(tx, rejection)


def following(
    tx: Tx, now: Instant, person: PersonId, batch: BatchId, doubt: int = FIRST, after: AnswerId | None = None
) -> Examined | None:
    """The next answer to look at, after one that was in so much doubt; None when all have been seen.

    Raises Refusal when the batch is somebody else's.
    """
    drafting.own(tx, person, batch)
    row = tx.one("reviews.following", batch=batch, person=person, now=now, doubt=doubt, after=after or 0)
    return _examined(tx, answer_row(tx, row["id"]), row["doubt"]) if row else None


def examined(tx: Tx, now: Instant, person: PersonId, answer: AnswerId, doubt: int) -> Examined:
    """One answer that can still be rejected. Raises Refusal otherwise."""
    return _examined(tx, require_reviewable(tx, now, person, answer), doubt)


def rules_for(
    tx: Tx, now: Instant, person: PersonId, answer: AnswerId, doubt: int
) -> tuple[Examined, tuple[Rule, ...]]:
    """An answer, and the rules by which it may be rejected. Raises Refusal when there is none."""
    row = require_reviewable(tx, now, person, answer)
    return _examined(tx, row, doubt), rules_of(tx, row)


def rules_of(tx: Tx, row: Row) -> tuple[Rule, ...]:
    """The rules that stood in the guide when the answer was given, and still do.

    Raises Refusal where there is no guide, or none of its rules is as old as the answer.
    """
    if not row["current_version"]:
        raise Refusal("review.no_guide")
    current = _lines(tx, row["batch_id"], row["current_version"])
    then = _lines(tx, row["batch_id"], row["guide_version"])
    rules = tuple(Rule(number, line) for number, line in enumerate(then) if line in current)
    if not rules:
        raise Refusal("review.guide_is_newer")
    return rules


def _lines(tx: Tx, batch: BatchId, version: int) -> tuple[str, ...]:
    row = tx.one("work.guide", batch=batch, version=version)
    return review.lines_of(row["content"]) if row else ()


def require_reviewable(tx: Tx, now: Instant, person: PersonId, answer: AnswerId) -> Row:
    """An answer that this person may reject now. Raises Refusal when they may not, or it is too late."""
    require(tx, person, Role.COORDINATOR, Role.OWNER)
    row = answer_row(tx, answer)
    drafting.own(tx, person, row["batch_id"])
    if row["worker_id"] == person:
        raise Refusal("review.own_answer")
    if tx.one("rejections.any_of", answer=answer) is not None:
        raise Refusal("review.decided_before")
    if row["undone"] or row["settlement_id"] is not None or row["settles_at"] <= now:
        raise Refusal("review.too_late")
    if row["status"] != "counted" or row["task_state"] == "dropped" or row["price"] <= 0:
        raise Refusal("review.not_rejectable")
    if row["forgotten_at"] is not None:
        raise Refusal("review.worker_gone")
    return row


def _examined(tx: Tx, row: Row, doubt: int) -> Examined:
    needs_second = takes_two(tx, row["batch_id"])
    return Examined(item_of(tx, row), row["price"], row["milliseconds"], row["settles_at"], doubt, needs_second)


def takes_two(tx: Tx, batch: BatchId) -> bool:
    """Whether one more rejection in a batch is only proposed until somebody else confirms it."""
    if deeds.is_alone(tx):
        return False
    counts, found = tx.one("batches.counts", batch=batch), tx.one("rejections.in_force", batch=batch)
    if counts is None or found is None:
        raise LookupError(batch)
    rejected: int = found["rejected"]
    return review.takes_two(counts["counted"] + counts["late"] + counts["gold"] + rejected, rejected)
