"""The papers on which the plain telling is kept: tasks, batches, cards, what was given, purses."""

from __future__ import annotations

from dataclasses import dataclass

from rules.model import AssignmentId, BatchId, Instant, PersonId


@dataclass
class Task:
    """`free` slots nobody has; `counted` answers are those of the overlap."""

    is_gold: bool
    wanted: int
    free: int
    state: str = "open"
    counted: int = 0
    reports: int = 0


@dataclass
class Batch:
    id: BatchId
    is_multiple: bool
    price: int
    least: int
    most: int
    confidence: int
    lease: int
    golds_left: int
    tasks: dict[str, Task]
    reserved: int
    state: str = "open"
    closed_at: Instant | None = None
    completed_at: Instant | None = None
    is_released: bool = False


@dataclass
class Card:
    """A worker's one assignment of a task."""

    id: AssignmentId
    worker: PersonId
    batch: Batch
    text: str
    price: int
    leased_at: Instant
    lease_until: Instant
    state: str = "held"
    revision: int = 1
    draft: int = 0

    @property
    def task(self) -> Task:
        return self.batch.tasks[self.text]


@dataclass
class Given:
    """Something that a worker said about a task: an answer, or that there is none."""

    id: int
    card: Card
    revision: int
    labels: int | None
    status: str
    price: int
    at: Instant
    session: int
    line: str = ""
    is_undone: bool = False
    is_settled: bool = False

    @property
    def fate(self) -> tuple[bool, bool]:
        return self.is_undone, self.is_settled


@dataclass
class Session:
    number: int
    last: Instant


@dataclass
class Purse:
    pending: int = 0
    available: int = 0
    paid: int = 0
