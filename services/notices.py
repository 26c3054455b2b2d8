"""The outbox: what people are still to be told."""

from dataclasses import dataclass
from types import MappingProxyType
from zoneinfo import ZoneInfo

from rules.model import Instant, PersonId
from rules.reminding import Manner, news_allowed
from storage import Tx

from . import preferring

MANNERS = MappingProxyType(
    dict.fromkeys(("bonus", "paid", "payout_asked", "payout_late", "payout_paid"), Manner.IF_WANTED)
    | dict.fromkeys(
        (
            "adjusted", "forgetting", "judged", "lapsed", "payee_released", "payee_taxed", "payout_below",
            "payout_failed", "rejected",
        ),
        Manner.BY_DAY,
    )
    | dict.fromkeys(
        (
            "again", "alert", "appealed", "completed", "contradiction", "digest", "export_failed", "export_works",
            "exported", "flagged", "funded", "handed_over", "payee_changed", "payee_disputed", "payee_saved",
            "proposed", "reminder", "short", "stall", "transfer_approved", "transfer_prepared", "violated", "week",
        ),
        Manner.AT_ONCE,
    )
)  # fmt: skip
"""When each kind of message goes out. At once: what somebody waits for, what may be a thief's doing, what is queued at
its hour anyway, and what tells staff that work has to be done."""


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


def begin(tx: Tx, now: Instant, notice: Notice, usual_zone: ZoneInfo) -> bool:
    """Take a message for sending; False when it waits for a better hour, nobody wants it, or it was taken before."""
    manner = MANNERS[notice.kind]
    choices = preferring.choices_of(tx, PersonId(notice.person), usual_zone)
    then = news_allowed(choices, manner, now)
    if then == now:
        return mark(tx, notice.id, "sending", now, attempted=True)
    mark(tx, notice.id, "sent" if then is None else "queued", then or now)
    return False


def mark(tx: Tx, notice: int, state: str, due: Instant, *, attempted: bool = False) -> bool:
    """Move a message on; False when it is not there to be taken any more."""
    return bool(tx.run("outbox.mark", message=notice, state=state, due=due, attempted=int(attempted)))


def settle_interrupted(tx: Tx) -> int:
    """At start: what was being sent when the process died may have arrived, so it is not sent again."""
    return tx.run("outbox.interrupted")
