"""What a reviewer may do to an answer, and how long its worker may object."""

from .model import DAY, HOUR, Instant

APPEAL_WINDOW = 7 * DAY
"""So long a worker may object to a rejection, and so long its money is held."""

DECISION_WINDOW = 48 * HOUR
"""An objection that nobody has decided on by then is decided for the worker."""

SECOND_LOOK_SHARE = 10
"""More than one rejection in so many answers takes two who look."""

AGAINST_GOLD = 1000
"""More doubt than the answers of others ever cast."""

LONGEST_RULE = 500
LONGEST_NOTE = 500


def takes_two(answers: int, rejected: int) -> bool:
    """Whether one more rejection, beside those in force, is too much for one reviewer: of less than ten answers any."""
    return (rejected + 1) * SECOND_LOOK_SHARE > answers


def doubt_by_gold(gold: int | None, labels: int | None) -> int:
    """How doubtful an answer is when it is given: what others say comes later, and nothing to gold."""
    return 0 if gold is None or labels is None or gold == labels else AGAINST_GOLD


def lines_of(guide: str) -> tuple[str, ...]:
    """The rules of a guide: its lines that say something, each once."""
    lines = (line.strip().lstrip("-•*·").strip() for line in guide.splitlines())
    return tuple(dict.fromkeys(line[:LONGEST_RULE] for line in lines if line))


def appeal_until(told: Instant) -> Instant:
    return Instant(told + APPEAL_WINDOW)


def decide_until(appealed: Instant) -> Instant:
    return Instant(appealed + DECISION_WINDOW)
