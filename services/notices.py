"""The outbox: what people are still to be told."""

from dataclasses import dataclass

from rules.model import Instant
from storage import Tx


@dataclass(frozen=True)
class Notice:
    """One message to be sent; `blanks` is JSON, `timezone` as of a person."""

    id: int
    kind: str
    blanks: str
    attempts: int
    person: int
    telegram_id: int
    language: str
    timezone: str


def due(tx: Tx, now: Instant, limit: int) -> list[Notice]:
    """What is due, oldest first. A message that was being sent when the process died is not among them."""
    return [
        Notice(
            row["id"],
            row["kind"],
            row["blanks"],
            row["attempts"],
            row["person_id"],
            row["telegram_id"],
            row["language"],
            row["timezone"],
        )
        for row in tx.all("outbox.due", now=now, limit=limit)
    ]


def mark(tx: Tx, notice: int, state: str, due: Instant, *, attempted: bool = False) -> bool:
    """Move a message on; False when it is not there to be taken any more."""
    return bool(tx.run("outbox.mark", message=notice, state=state, due=due, attempted=int(attempted)))


def settle_interrupted(tx: Tx) -> int:
    """At start: what was being sent when the process died may have arrived, so it is not sent again."""
    return tx.run("outbox.interrupted")
