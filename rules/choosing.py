"""Choices as bits: an answer is a set of choices, kept as one integer."""

from collections.abc import Sequence


def bits(labels: Sequence[str], choices: Sequence[str]) -> int:
    """The set of these labels among the choices. Raises ValueError when one is no choice."""
    return sum(1 << choices.index(label) for label in dict.fromkeys(labels))


def names(labels: int, choices: Sequence[str]) -> list[str]:
    """The choices of a set, in the batch's order."""
    return [choice for index, choice in enumerate(choices) if labels >> index & 1]
