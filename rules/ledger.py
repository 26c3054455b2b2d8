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


FUNDS = "funds"
"""Where money comes from: what owners put into budgets, as a negative amount."""

ADJUSTMENTS = "adjustments"
"""The other side of corrections by hand."""


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


def disputed(batch: BatchId) -> str:
    """What rejected answers would have earned, until nobody can appeal any more."""
    return f"disputed:{batch}"


def bonus_pot(rule: int) -> str:
    """What is set aside for a bonus rule."""
    return f"bonus:{rule}"


def pending(worker: PersonId) -> str:
    return f"pending:{worker}"


def available(worker: PersonId) -> str:
    return f"available:{worker}"


def in_payout(worker: PersonId) -> str:
    """What a worker has asked for, before taxes, until the bank has moved it or sent it back."""
    return f"payout:{worker}"


def paid(worker: PersonId) -> str:
    """What has arrived at a worker, after taxes."""
    return f"paid:{worker}"


def income_tax(worker: PersonId) -> str:
    return f"income_tax:{worker}"


def local_tax(worker: PersonId) -> str:
    return f"local_tax:{worker}"


RUNNING = ("pending:", "available:", "payout:", "paid:", "income_tax:", "local_tax:")


def is_running(account: str) -> bool:
    """Whether a running balance is kept for the account: the workers' ones, which are read all the time."""
    return account.startswith(RUNNING)


def moved(source: str, origin: str, target: str, amount: Micros) -> Posting:
    """A posting of one amount from one account to another."""
    return Posting(source, ((origin, Micros(-amount)), (target, amount)))


def published(batch: BatchId, coordinator: PersonId, answers: Micros, gold: Micros, late: Micros) -> Posting:
    """The whole cost of a batch leaves its coordinator's budget when it is published."""
    lines = ((escrow(batch), answers), (gold_line(batch), gold), (reserve(batch), late))
    total = Micros(-(answers + gold + late))
    return Posting(f"publish:{batch}", ((budget(coordinator), total), *(line for line in lines if line[1])))


def answer_source(assignment: AssignmentId, revision: int) -> str:
    """The source of the posting that paid for an answer."""
    return f"answer:{assignment}:{revision}"


def earned(assignment: AssignmentId, revision: int, origin: str, worker: PersonId, price: Micros) -> Posting:
    """An answer was given."""
    return moved(answer_source(assignment, revision), origin, pending(worker), price)


def undone(assignment: AssignmentId, revision: int, origin: str, worker: PersonId, price: Micros) -> Posting:
    """The same answer was taken back."""
    return moved(f"undo:{assignment}:{revision}", pending(worker), origin, price)


def rejected(rejection: int, batch: BatchId, worker: PersonId, amount: Micros) -> Posting:
    """What an answer earned is held until its worker agrees, or can't appeal any more."""
    return moved(f"reject:{rejection}", pending(worker), disputed(batch), amount)


def upheld(rejection: int, batch: BatchId, worker: PersonId, amount: Micros) -> Posting:
    """A rejection is taken back: the money is the worker's again."""
    return moved(f"uphold:{rejection}", disputed(batch), pending(worker), amount)


def asked(payout: int, worker: PersonId, gross: Micros) -> Posting:
    """A worker wants their money."""
    return moved(f"payout:{payout}", available(worker), in_payout(worker), gross)


def transferred(payout: int, worker: PersonId, net: Micros, income: Micros, local: Micros) -> Posting:
    """The bank has moved the net amount; the taxes are withheld."""
    parts = ((paid(worker), net), (income_tax(worker), income), (local_tax(worker), local))
    gross = Micros(net + income + local)
    return Posting(f"paid:{payout}", ((in_payout(worker), Micros(-gross)), *(part for part in parts if part[1])))


def returned(payout: int, worker: PersonId, gross: Micros) -> Posting:
    """A payout has failed, or was withdrawn: its money is available again."""
    return moved(f"unpaid:{payout}", in_payout(worker), available(worker), gross)


def taken(contradiction: int, worker: PersonId, net: Micros, income: Micros, local: Micros) -> Posting:
    """The bank has moved a payout after all whose money was available again."""
    parts = ((paid(worker), net), (income_tax(worker), income), (local_tax(worker), local))
    gross = Micros(net + income + local)
    return Posting(f"late:{contradiction}", ((available(worker), Micros(-gross)), *(part for part in parts if part[1])))


def bounced(contradiction: int, worker: PersonId, net: Micros, income: Micros, local: Micros) -> Posting:
    """A payout that had arrived has come back: all of it is available again, and nothing is withheld."""
    entries = taken(contradiction, worker, net, income, local).entries
    return Posting(f"bounced:{contradiction}", tuple((account, Micros(-amount)) for account, amount in entries))
