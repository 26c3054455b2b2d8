"""What must hold of the books and the work, as searches that find nothing in a sound database."""

from dataclasses import dataclass

from .database import Tx
from .sql import SQLITE, queries

FILE = "checks."


COUNTING = frozenset(
    (
        "rejected_answers_have_their_rejections", "workers_answer_a_task_once", "assignments_have_their_answers",
        "tasks_count_their_answers", "doubts_equal_the_votes", "tasks_stay_within_their_overlap", "slots_add_up",
        "queues_hold_the_open_tasks", "batches_count_their_answers", "batches_count_their_finished_tasks",
    )
)  # fmt: skip
"""The checks whose differences are counts; those of all others are money."""


@dataclass(frozen=True)
class Violation:
    """A check that found something: what breaks it, and by how much (micros or a count)."""

    check: str
    what: str
    difference: int


def checks() -> tuple[str, ...]:
    """The names of all checks, which say what holds."""
    return tuple(name.removeprefix(FILE) for name in queries(SQLITE) if name.startswith(FILE))


def look(tx: Tx, check: str) -> list[Violation]:
    """What one check finds; at most twenty of it."""
    return [Violation(check, row["what"], row["difference"]) for row in tx.all(FILE + check)]


def violations(tx: Tx) -> list[Violation]:
    """What all checks find. In a large database each takes seconds, so that jobs rather `look` one at a time."""
    return [violation for check in checks() for violation in look(tx, check)]
