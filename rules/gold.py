"""When a gold task is slipped in, when there is too little gold, and what makes more of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from .model import BatchId, PersonId, TaskId
from .pricing import GOLD_SHARE

FIRST = (2, 6)
LATER = (5, 13)
FEWEST, MOST = 5, 30
"""How many finished tasks become gold at once."""

MUCH_LEFT = 30
ENOUGH_TO_TELL = 20
"""So many answers tell who works on a batch."""


def gap(seed: bytes, batch: BatchId, worker: PersonId, dealt: int) -> int:
    """How many ordinary tasks come before a worker's next gold task.

    Unpredictable without the seed, and the same whenever it is asked again.
    """
    least, most = LATER if dealt else FIRST
    digest = hashlib.blake2b(f"{batch}:{worker}:{dealt}".encode(), key=seed[:64], digest_size=8).digest()
    return least + int.from_bytes(digest, "big") % (most - least + 1)


@dataclass(frozen=True)
class Agreed:
    """A finished task on which all `votes` answers agree; `unseen` of those who need gold have not seen it."""

    task: TaskId
    labels: int
    votes: int
    unseen: int


def wanted(answers: int, workers: int) -> int:
    """How many gold tasks measure so many workers once in a while until so many answers have come."""
    return min(max(-(-answers // (GOLD_SHARE * max(workers, 1))), FEWEST), MOST)


def chosen(agreed: Sequence[Agreed], most: int) -> list[Agreed]:
    """Agreed tasks that make the best gold: each label in turn, what most have not seen and most agree on first."""
    alike: dict[int, list[Agreed]] = {}
    for each in sorted(agreed, key=lambda one: (-one.unseen, -one.votes, one.task)):
        if each.unseen:
            alike.setdefault(each.labels, []).append(each)
    rounds = zip_longest(*(alike[labels] for labels in sorted(alike)))
    return [each for row in rounds for each in row if each is not None][:most]


def is_unmeasured(recent: Sequence[tuple[int, bool]], wanted_answers: int, counted: int) -> bool:
    """Whether gold has run out before its time: much is left, and most answers come from whom it can't measure.

    `recent` is for each worker how many of the last answers are theirs, and whether there is gold for them.
    """
    left, answers = wanted_answers - counted, sum(given for given, _ in recent)
    without = sum(given for given, has_gold in recent if not has_gold)
    return left >= MUCH_LEFT and left * 4 >= wanted_answers and answers >= ENOUGH_TO_TELL and without * 2 > answers
