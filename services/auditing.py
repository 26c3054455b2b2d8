"""What the last look at the books found, and what follows from it."""

import json
from collections.abc import Sequence

from rules.model import DAY, Instant
from rules.refusals import Refusal
from storage import Tx
from storage.checks import Violation


def remember(tx: Tx, now: Instant, found: Sequence[Violation]) -> None:
    """Keep what a look at the books found. While there is something, payments stop; the owners are told once a day."""
    tx.run("earnings.forget_violations")
    for violation in found:
        tx.run("earnings.remember_violation", name=violation.check, what=violation.what, now=now)
    names = sorted({violation.check for violation in found})
    for owner in tx.all("people.owners") if names else ():
        key = f"violated:{owner['id']}:{now // DAY}:{','.join(names)}"
        blanks = json.dumps({"checks": names})
        tx.run("outbox.queue", key=key, person=owner["id"], kind="violated", blanks=blanks, now=now)


def require_sound(tx: Tx) -> None:
    """Raises Refusal while the books did not add up at the last look."""
    names = dict.fromkeys(row["name"] for row in tx.all("earnings.violated"))
    if names:
        raise Refusal("money.stopped", checks=", ".join(names))
