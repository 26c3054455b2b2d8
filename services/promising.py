"""The bonuses that a batch promises, as its workers are told of them."""

from dataclasses import dataclass
from enum import StrEnum

from rules.model import BatchId, Instant, Micros, PersonId
from storage import Tx

ALL_REVIEWED = Instant(1 << 62)


class Measure(StrEnum):
    """What a rule counts: so many answers once, every so many answers, so many correct gold answers once."""

    ANSWERS = "answers"
    EACH = "each"
    CORRECT = "correct"


@dataclass(frozen=True)
class Promise:
    """A running rule: `left` is what it may still give to everybody together.

    `done` is how many of the worker's answers would count if all in review held; None for correct gold answers, since
    that would tell which tasks are gold.
    """

    measure: Measure
    threshold: int
    amount: Micros
    left: Micros
    done: int | None


def promises(tx: Tx, worker: PersonId, batch: BatchId) -> tuple[Promise, ...]:
    """The rules of a batch that still have something to give, and how far a worker is."""
    found = []
    for row in tx.all("bonuses.promised", batch=batch):
        left, measure = Micros(row["most"] - row["given"]), Measure(row["measure"])
        if left >= row["amount"]:
            done = None if measure is Measure.CORRECT else _done(tx, worker, batch, measure)
            found.append(Promise(measure, row["threshold"], row["amount"], left, done))
    return tuple(found)


def _done(tx: Tx, worker: PersonId, batch: BatchId, measure: Measure) -> int:
    row = tx.one("bonuses.count_of", batch=batch, worker=worker, measure=measure, now=ALL_REVIEWED)
    return int(row["answers"]) if row else 0
