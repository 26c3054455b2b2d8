"""What the owners must hear: whatever keeps the bot from working, or from losing nothing."""

import json

from rules.model import MINUTE, Instant
from storage import Tx

QUIET_FOR = 10 * MINUTE
"""The same alert is not raised again within this time."""


def alert(tx: Tx, now: Instant, about: str, detail: str = "") -> bool:
    """Tell every owner; False when they were told the same a short while ago. `about` is a line of the catalogue."""
    if tx.one("moments.claim", name=f"alert:{about}", now=now, before=now - QUIET_FOR) is None:
        return False
    said = json.dumps({"about": about, "detail": detail})
    for owner in tx.all("people.owners"):
        key = f"alert:{about}:{owner['id']}:{now}"
        tx.run("outbox.queue", key=key, person=owner["id"], kind="alert", blanks=said, now=now)
    return True
