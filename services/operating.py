"""What whoever runs the installation may do from the command line, where no Telegram id says who it is."""

from collections.abc import Iterable

from rules.refusals import Refusal
from storage import Tx

from .people import Person, Role, find
from .taking import Listed


def poster(tx: Tx, telegram_id: int | None, owners: Iterable[int]) -> Person:
    """Who a batch is posted for: the named coordinator, else the owner who came first.

    Raises Refusal for somebody who may not post, and while no owner has started the bot.
    """
    if telegram_id is not None:
        named = find(tx, telegram_id)
        if named is None or not named.roles & {Role.COORDINATOR, Role.OWNER}:
            raise Refusal("cli.no_coordinator", id=str(telegram_id))
        return named
    started = [person for person in (find(tx, owner) for owner in owners) if person is not None]
    if not started:
        raise Refusal("cli.no_owner")
    return min(started, key=lambda person: person.id)


def published(tx: Tx, code: str) -> Listed:
    """The batch of a code in any case. Raises Refusal when there is none, and when it is not published."""
    row = tx.one("batches.by_code", code=code.strip().lstrip("#").upper())
    if row is None:
        raise Refusal("cli.no_batch", code=code.strip()[:20])
    batch = tx.one("exports.source", batch=row["id"])
    if batch is None:
        raise LookupError(row["id"])
    if row["state"] not in ("open", "paused", "closed"):
        raise Refusal("export.not_published", code=batch["code"])
    return Listed(row["id"], batch["code"], batch["title"])
