"""What the last look at the books found, and what follows from it."""

import json
from collections import Counter
from collections.abc import Sequence

from rules.model import DAY, Instant
from rules.refusals import Refusal
from storage import Tx
from storage.checks import COUNTING, Violation

ROWS_TOLD = 10


def remember(tx: Tx, now: Instant, found: Sequence[Violation]) -> None:
    """Keep what a look at the books found. While there is something, payments stop; the owners are told once a day."""
    tx.run("earnings.forget_violations")
    for violation in found:
        tx.run("earnings.remember_violation", name=violation.check, what=violation.what, now=now)
    names = sorted({violation.check for violation in found})
    rows = [(each.check, each.what, each.difference, each.check not in COUNTING) for each in _spread(found)]
    blanks = json.dumps({"checks": names, "rows": rows, "more": len(found) - len(rows)})
    for owner in tx.all("people.owners") if names else ():
        key = f"violated:{owner['id']}:{now // DAY}:{','.join(names)}"
        tx.run("outbox.queue", key=key, person=owner["id"], kind="violated", blanks=blanks, now=now)


def _spread(found: Sequence[Violation]) -> list[Violation]:
    """The first rows, those of each check before the second ones of any."""
    places: Counter[str] = Counter()
    ranked: list[tuple[int, Violation]] = []
    for violation in found:
        places[violation.check] += 1
        ranked.append((places[violation.check], violation))
    return [violation for _, violation in sorted(ranked, key=lambda each: each[0])][:ROWS_TOLD]


def require_sound(tx: Tx) -> None:
    """Raises Refusal while the books did not add up at the last look."""
    names = dict.fromkeys(row["name"] for row in tx.all("earnings.violated"))
    if names:
        raise Refusal("money.stopped", checks=", ".join(names))
