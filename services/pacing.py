"""Chats that Telegram complained about, remembered so that a restart does not annoy it again."""

from dataclasses import dataclass

from rules.model import Instant
from rules.pace import MOST_HALVINGS, RECOVERY, halvings_left
from storage import Tx


@dataclass(frozen=True)
class Slowed:
    """A chat at less than full pace."""

    chat: int
    halvings: int
    limited_at: Instant
    stopped_until: Instant


def complained(tx: Tx, now: Instant, chat: int, until: Instant) -> Slowed:
    """Telegram wants a chat left alone until then; afterwards its pace is halved once more."""
    row = tx.one("pacing.find", chat=chat)
    before = halvings_left(row["halvings"], row["limited_at"], now) if row else 0
    halvings = min(before + 1, MOST_HALVINGS)
    tx.run("pacing.keep", chat=chat, halvings=halvings, now=now, until=until)
    return Slowed(chat, halvings, now, until)


def slowed(tx: Tx, now: Instant) -> list[Slowed]:
    """All chats that are not back to full pace; the others are forgotten."""
    tx.run("pacing.forget", before=now - MOST_HALVINGS * RECOVERY)
    rows = tx.all("pacing.all")
    return [Slowed(row["chat_id"], row["halvings"], row["limited_at"], row["stopped_until"]) for row in rows]
