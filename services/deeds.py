"""What people did about money and rights, written down for ever; and whether one person may do what takes two."""

from rules.model import Instant, PersonId
from rules.refusals import Refusal
from storage import Tx

from .people import Role, require

ALONE = "alone"
NOBODY = 0


def note(tx: Tx, now: Instant, person: PersonId | None, action: str, detail: str) -> None:
    """Write down that somebody (None: the bot itself, by a rule) did something."""
    tx.one("deeds.note", person=person, action=action, detail=detail, now=now)


def alone_since(tx: Tx) -> Instant | None:
    """When the owner last said so; None while there is somebody else."""
    row = tx.one("deeds.last", action=ALONE, limit=1)
    return Instant(row["done_at"]) if row is not None and is_alone(tx) else None


def is_alone(tx: Tx) -> bool:
    """Whether one person may do what takes two: an owner has said so, and nobody has come since who could look."""
    return _was_said(tx) and not _has_others(tx)


def lacks_second(tx: Tx, person: PersonId) -> bool:
    """Whether an owner has not said that there is nobody else, though there is nobody."""
    return not _was_said(tx) and not _has_others(tx) and tx.one("deeds.owner", person=person) is not None


def set_alone(tx: Tx, now: Instant, person: PersonId, is_on: bool) -> None:
    """An owner says that there is nobody else, or that there is; noted.

    Raises Refusal for anybody else, and where there is somebody else.
    """
    require(tx, person, Role.OWNER)
    if is_on and _has_others(tx):
        raise Refusal("refusal.not_alone")
    if _was_said(tx) == is_on:
        return
    tx.run("people.set", name=ALONE, value="yes" if is_on else "no", now=now, person=person)
    note(tx, now, person, ALONE, "on" if is_on else "off")


def write_off_alone(tx: Tx, now: Instant, person: PersonId) -> None:
    """Where somebody else is there, what an owner said of being alone is over for good; noted.

    To be called whenever somebody has got a right to look, or is about to lose it; `person` is who it is.
    """
    if _was_said(tx) and _has_others(tx):
        tx.run("people.set", name=ALONE, value="no", now=now, person=person)
        note(tx, now, None, ALONE, "off")


def may_second(tx: Tx, first: PersonId, second: PersonId) -> bool:
    """Whether somebody who may look at all may be the second to do so: another person than the first, or alone."""
    return first != second or is_alone(tx)


def require_second(tx: Tx, first: PersonId, second: PersonId) -> None:
    """The second of two who look: a coordinator or an owner, and another person than the first unless one is alone.

    Raises Refusal otherwise.
    """
    require(tx, second, Role.COORDINATOR, Role.OWNER)
    if not may_second(tx, first, second):
        raise Refusal("refusal.no_second_person" if lacks_second(tx, second) else "refusal.second_person")


def _was_said(tx: Tx) -> bool:
    row = tx.one("people.setting", name=ALONE)
    return row is not None and row["value"] == "yes"


def _has_others(tx: Tx) -> bool:
    return len(tx.all("deeds.seconds", person=NOBODY, limit=2)) > 1
