"""What a batch costs."""

from dataclasses import dataclass

from .currency import smallest
from .model import HOUR, Micros

GOLD_SHARE = 10
"""One gold answer is planned for so many wanted ones."""

LATE_SHARE = 33
"""One extra answer is kept in reserve for so many wanted ones, for those that come after their lease."""


@dataclass(frozen=True)
class Cost:
    """What publishing reserves, line by line."""

    answers: Micros
    gold: Micros
    late: Micros

    @property
    def shown(self) -> Micros:
        """What a coordinator pays when every answer comes in time."""
        return Micros(self.answers + self.gold)

    @property
    def reserved(self) -> Micros:
        """All of it."""
        return Micros(self.answers + self.gold + self.late)


def gold_answers(tasks: int, overlap: int, golds: int) -> int:
    """How many gold answers a batch pays for at most."""
    return max(golds, -(-tasks * overlap // GOLD_SHARE)) if golds else 0


def cost(tasks: int, overlap: int, golds: int, price: Micros) -> Cost:
    """The cost of a batch at its maximum overlap."""
    wanted = tasks * overlap
    return Cost(
        answers=Micros(wanted * price),
        gold=Micros(gold_answers(tasks, overlap, golds) * price),
        late=Micros(-(-wanted // LATE_SHARE) * price),
    )


@dataclass(frozen=True)
class Underpaid:
    """What an hour of answers brings, what it should, and the price at which it would."""

    hourly: Micros
    wage: Micros
    enough: Micros


def underpaid(price: Micros, per_answer: int, wage: Micros | None, currency: str) -> Underpaid | None:
    """Whether a price means less than a wage at so many milliseconds for an answer; None where it does not.

    The price that would reach it is one that people name: of two figures, and in whole coins from ten of them on.
    """
    hourly = Micros(price * HOUR // max(per_answer, 1))
    if wage is None or hourly >= wage:
        return None
    least = -(-wage * per_answer // HOUR)
    unit = min(smallest(currency), 10 ** max(len(str(least)) - 2, 0))
    return Underpaid(hourly, wage, Micros(-(-least // unit) * unit))
