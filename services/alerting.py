"""What the owners must hear: whatever keeps the bot from working, or from losing nothing."""

import json

from rules.model import DAY, MINUTE, Instant, Micros, PersonId
from storage import Tx

QUIET_FOR = 10 * MINUTE
"""The same alert is not raised again within this time; while it lasts, each time after twice as long, up to a day."""


def alert(
    tx: Tx, now: Instant, about: str, detail: str = "", amount: Micros | None = None, *, subject: str = ""
) -> bool:
    """Tell every owner; False when they were told the same a short while ago. `about` is a line of the catalogue.

    Alerts of another `subject` are others. Whoever has not got the last one yet gets no second.
    """
    name = f"alert:{about}:{subject}" if subject else f"alert:{about}"
    if not _is_due(tx, now, name):
        return False
    said = json.dumps({"about": about, "detail": detail, "amount": amount})
    for row in tx.all("people.owners"):
        key = f"{name}:{row['id']}:{now}"
        if not _waits(tx, PersonId(row["id"]), f"{name}:{row['id']}:"):
            tx.run("outbox.queue", key=key, person=row["id"], kind="alert", blanks=said, now=now)
    return True


def _is_due(tx: Tx, now: Instant, name: str) -> bool:
    """Whether it is time to say it, or to say it again; that is noted then."""
    began, last = _moment(tx, f"began:{name}"), _moment(tx, name)
    pause = min(max(QUIET_FOR, (last or now) - (began or now)), DAY)
    if last is not None and now - last < pause:
        return False
    if last is None or now - last > 2 * pause:
        tx.run("moments.note", name=f"began:{name}", now=now)
    tx.run("moments.note", name=name, now=now)
    return True


def _moment(tx: Tx, name: str) -> Instant | None:
    row = tx.one("moments.last", name=name)
    return Instant(row["happened_at"]) if row is not None else None


def _waits(tx: Tx, owner: PersonId, beginning: str) -> bool:
    return tx.one("outbox.waits", person=owner, beginning=beginning) is not None
