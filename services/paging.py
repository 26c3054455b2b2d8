"""Pages: several tasks on one card, for somebody who answers faster than their chat may be written to."""

from collections.abc import Sequence
from dataclasses import dataclass

from rules.model import AssignmentId, BatchId, Instant, Kind, PersonId
from rules.pace import LARGEST_PAGE
from rules.refusals import Refusal
from storage import Row, Tx

from .dealing import Shown, newest_answer, show, take
from .people import remember_card
from .undoing import undo as undo_answer
from .working import Outcome, Stale, Summary, is_open, onward, own, record

LONGEST_TEXT, LONGEST_CAPTION = 600, 120
ROOM, CAPTION_ROOM = 3300, 600
"""How long one text of a page may be, and all of them together, in Telegram's UTF-16 units."""


@dataclass(frozen=True)
class Item:
    """One task of a page, and its number there."""

    number: int
    shown: Shown


@dataclass(frozen=True)
class Page:
    """The tasks of a page that are open."""

    batch: BatchId
    number: int
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Marked:
    """A tap on an item of a page: what it stored, if anything, and how many are left.

    `then` is what the worker sees next; None while the page stays.
    """

    number: int
    labels: tuple[str, ...]
    is_late: bool
    left: int
    then: Shown | Summary | None


def widen(tx: Tx, now: Instant, worker: PersonId, first: Shown, size: int) -> Page | None:
    """Make a page of a card's task and of those that come after it; None where the card is better left alone."""
    batch = tx.one("work.batch", batch=first.batch)
    held = [row["id"] for row in tx.all("pages.held", worker=worker, batch=first.batch, limit=2 * LARGEST_PAGE)]
    if batch is None or first.kind != Kind.SINGLE or first.assignment not in held or not fits([], first):
        return None
    chosen = [first]
    for shown in (show(tx, assignment) for assignment in held if assignment != first.assignment):
        if len(chosen) < size and fits(chosen, shown):
            chosen.append(shown)
    while len(chosen) < size and (taken := take(tx, now, worker, batch)) is not None:
        shown = show(tx, taken)
        if not fits(chosen, shown):
            break  # It is held, and comes on the next card.
        chosen.append(shown)
    return _bind(tx, now, worker, batch, chosen) if len(chosen) > 1 else None


def fits(chosen: Sequence[Shown], shown: Shown) -> bool:
    """Whether a task goes on a page with others: pictures with pictures, texts with texts, none too long to read."""
    if chosen and (shown.picture is None) != (chosen[0].picture is None):
        return False
    longest, room = (LONGEST_TEXT, ROOM) if shown.picture is None else (LONGEST_CAPTION, CAPTION_ROOM)
    lengths = [_units(each.text or "") for each in (*chosen, shown)]
    return lengths[-1] <= longest and sum(lengths) <= room


def answer(tx: Tx, now: Instant, worker: PersonId, assignment: AssignmentId, revision: int, choice: int) -> Marked:
    """Store the answer to one item of a page, the first that comes. Raises Refusal as for a single card."""
    held = own(tx, worker, assignment)
    items = tx.all("pages.items", worker=worker, batch=held["batch_id"], page=held["page"])
    number = next((number for number, row in enumerate(items, 1) if row["id"] == assignment), 0)
    shown = show(tx, assignment)
    if shown.kind != Kind.SINGLE or not 0 <= choice < len(shown.choices):
        raise Refusal("work.no_such_button")
    labels: tuple[str, ...] = ()
    is_late = False
    if is_open(held, revision):
        labels, is_late = record(tx, now, worker, held, 1 << choice)
    left = sum(row["state"] == "held" and row["id"] != assignment for row in items)
    is_reopened = not labels and held["state"] == "held"
    if not left or is_reopened or held["page"] != current(tx, worker, held["batch_id"]):
        return Marked(number, labels, is_late, 0, onward(tx, now, worker, held["batch_id"]))
    _pace(tx, now, worker, held["batch_id"], held["page"], held["lease"])
    return Marked(number, labels, is_late, left, None)


def current(tx: Tx, worker: PersonId, batch: BatchId) -> int:
    """The number of a worker's newest page in a batch, 0 before the first."""
    row = tx.one("pages.current", worker=worker, batch=batch)
    return row["pages"] if row else 0


def look(tx: Tx, now: Instant, worker: PersonId, batch: BatchId, number: int) -> Page | Stale:
    """A page once more, with what is open of it."""
    if number != current(tx, worker, batch):
        return Stale(onward(tx, now, worker, batch))
    items = tx.all("pages.items", worker=worker, batch=batch, page=number)
    left = tuple(Item(place, show(tx, row["id"])) for place, row in enumerate(items, 1) if row["state"] == "held")
    return Page(batch, number, left) if left else Stale(onward(tx, now, worker, batch))


def undo(tx: Tx, now: Instant, worker: PersonId, batch: BatchId, number: int) -> Outcome:
    """Open the newest answer again, from the worker's newest page; a repeated tap comes from an older one.

    Raises Refusal as the button of a single card does.
    """
    if number != current(tx, worker, batch):
        return Stale(onward(tx, now, worker, batch))
    outcome = undo_answer(tx, now, worker, batch, newest_answer(tx, worker, batch))
    # What was on the page comes again on a new one, whose buttons tell a repeated tap from a new one.
    tx.one("pages.turn", worker=worker, batch=batch)
    return outcome


def seen(tx: Tx, now: Instant, worker: PersonId, page: Page, message_id: int, has_picture: bool) -> None:
    """A page has arrived: its seconds run from now, and it is the worker's one labeling message."""
    remember_card(tx, worker, message_id, has_picture)
    batch = tx.one("work.batch", batch=page.batch)
    if batch is not None:
        _pace(tx, now, worker, page.batch, page.number, batch["lease"])


def _bind(tx: Tx, now: Instant, worker: PersonId, batch: Row, chosen: Sequence[Shown]) -> Page:
    row = tx.one("pages.turn", worker=worker, batch=batch["id"])
    if row is None:
        raise LookupError(batch["id"])
    number: int = row["pages"]
    for shown in chosen:
        tx.run("pages.put", assignment=shown.assignment, page=number, until=now + batch["lease"])
    ordered = sorted(chosen, key=lambda shown: shown.assignment)
    return Page(batch["id"], number, tuple(Item(place, shown) for place, shown in enumerate(ordered, 1)))


def _pace(tx: Tx, now: Instant, worker: PersonId, batch: BatchId, page: int, lease: int) -> None:
    tx.run("pages.pace", worker=worker, batch=batch, page=page, now=now, until=now + lease)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
