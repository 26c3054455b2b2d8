"""Double entry: every event is one posting whose entries sum to zero."""

from dataclasses import dataclass

from .model import AssignmentId, BatchId, Micros, PersonId


class Unbalanced(Exception):
    """A posting that does not sum to zero: a bug, never an expected event."""


@dataclass(frozen=True)
class Posting:
    """One event. `source` is its name for ever: the same source is posted once."""

    source: str
    entries: tuple[tuple[str, Micros], ...]

    def __post_init__(self) -> None:
        if sum(amount for _, amount in self.entries) != 0:
            raise Unbalanced(self.source)


def budget(coordinator: PersonId) -> str:
    return f"budget:{coordinator}"


def escrow(batch: BatchId) -> str:
    """What the wanted answers of a batch cost."""
    return f"escrow:{batch}"


def gold_line(batch: BatchId) -> str:
    return f"gold:{batch}"


def reserve(batch: BatchId) -> str:
    """What answers beyond the overlap are paid from, when they come after their lease."""
    return f"reserve:{batch}"


def pending(worker: PersonId) -> str:
    return f"pending:{worker}"


def available(worker: PersonId) -> str:
    return f"available:{worker}"


def paid(worker: PersonId) -> str:
    return f"paid:{worker}"


def is_running(account: str) -> bool:
    """Whether a running balance is kept for the account: the workers' ones, which are read all the time."""
    return account.startswith(("pending:", "available:", "paid:"))


def moved(source: str, origin: str, target: str, amount: Micros) -> Posting:
    """A posting of one amount from one account to another."""
    return Posting(source, ((origin, Micros(-amount)), (target, amount)))


def published(batch: BatchId, coordinator: PersonId, answers: Micros, gold: Micros, late: Micros) -> Posting:
    """The whole cost of a batch leaves its coordinator's budget when it is published."""
    lines = ((escrow(batch), answers), (gold_line(batch), gold), (reserve(batch), late))
    total = Micros(-(answers + gold + late))
    return Posting(f"publish:{batch}", ((budget(coordinator), total), *(line for line in lines if line[1])))


def earned(assignment: AssignmentId, revision: int, origin: str, worker: PersonId, price: Micros) -> Posting:
    """An answer was given."""
    return moved(f"answer:{assignment}:{revision}", origin, pending(worker), price)


def undone(assignment: AssignmentId, revision: int, origin: str, worker: PersonId, price: Micros) -> Posting:
    """The same answer was taken back."""
    return moved(f"undo:{assignment}:{revision}", pending(worker), origin, price)
