"""From answers to a label. Everything is a function over the answers of one task."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

MILLION = 1_000_000


@dataclass(frozen=True)
class Verdict:
    """The label inferred for a task. Labels are sets of choices, one bit each; shares are millionths."""

    labels: int | None
    confidence: int
    probabilities: tuple[tuple[int, int], ...]
    is_tied: bool


def verdict(votes: Sequence[int]) -> Verdict:
    """The majority, with its share of the answers as confidence.

    A tie has no label; the alternatives stay in the probabilities, most frequent first, then by choice.
    """
    if not votes:
        return Verdict(None, 0, (), is_tied=False)
    ranked = sorted(Counter(votes).items(), key=lambda item: (-item[1], item[0]))
    shares = tuple((labels, count * MILLION // len(votes)) for labels, count in ranked)
    tied = len(ranked) > 1 and ranked[0][1] == ranked[1][1]
    return Verdict(None if tied else ranked[0][0], shares[0][1], shares, tied)


def wants_more(votes: Sequence[int], confidence: int) -> bool:
    """Whether a task with these answers needs another one to reach a confidence (millionths)."""
    found = verdict(votes)
    return found.is_tied or found.confidence < confidence
