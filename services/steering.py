"""What a coordinator does with a running batch: pause it, change its price or deadline, close it, judge its reports."""

from dataclasses import dataclass

from rules import ledger
from rules.ledger import Posting
from rules.model import DAY, BatchId, Instant, Micros, PersonId, TaskId
from rules.pricing import LATE_SHARE
from rules.refusals import Refusal
from rules.settings import Settings
from storage import Row, Tx
from storage.ledger import post, total

from . import drafting
from .batches import unanswered
from .budgeting import has_limit, require_money
from .counting import count
from .covering import lacking
from .dealing import UNDO_WINDOW, Picture, next_place
from .drafting import own
from .people import expect
from .working import conclude

COMPLETE_FOR = DAY
"""A batch whose tasks are all finished closes itself after so long; until then its workers can still undo."""


@dataclass(frozen=True)
class Flagged:
    """A task that workers reported; its text and picture are what they saw."""

    batch: BatchId
    task: TaskId
    reference: str
    text: str | None
    picture: Picture | None
    left: int
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Unused:
    """What is left of a closed batch's reservation."""

    batch: BatchId
    coordinator: PersonId
    lines: tuple[tuple[str, Micros], ...]


def pause(tx: Tx, person: PersonId, batch: BatchId, *, is_on: bool) -> None:
    """Stop dealing tasks, or go on; saying the same twice changes nothing. Raises Refusal when the batch is closed."""
    _own_running(tx, person, batch)
    origin, target = ("open", "paused") if is_on else ("paused", "open")
    tx.run("batches.move", batch=batch, origin=origin, target=target)


def _own_running(tx: Tx, person: PersonId, batch: BatchId) -> Row:
    row = own(tx, person, batch)
    if row["state"] not in ("open", "paused"):
        raise Refusal("batch.not_running")
    return row


def change(tx: Tx, now: Instant, person: PersonId, batch: BatchId, said: Settings) -> bool:
    """Change a draft in everything, a running batch in its price, deadline and guide; whether it is a draft.

    NO_DEADLINE takes the deadline away. Raises Refusal for anything else of a running batch, and for a closed one.
    """
    if own(tx, person, batch)["state"] == "draft":
        drafting.change(tx, now, person, batch, said)
        return True
    _own_running(tx, person, batch)
    if said.price is not None:
        reprice(tx, now, person, batch, said.price)
    elif said.deadline is not None:
        defer(tx, person, batch, said.deadline or None)
    elif said.guide:
        rewrite_guide(tx, now, person, batch, said.guide)
    else:
        raise Refusal("posting.published_before")
    return False


def ask(tx: Tx, person: PersonId, batch: BatchId, key: str) -> bool:
    """What the person types next is this setting of the batch; whether it is a draft."""
    state = own(tx, person, batch)["state"]
    if state != "draft":
        _own_running(tx, person, batch)
    expect(tx, person, f"posting_change:{batch}:{key}")
    return bool(state == "draft")


def reprice(tx: Tx, now: Instant, person: PersonId, batch: BatchId, price: Micros) -> None:
    """Another price for tasks shown from now on; what is on workers' screens keeps the price it was shown with.

    A higher price reserves the difference for every answer that may still come. A lower one leaves the reservation
    as it is, since answers at the old price may come for another day; what is not used comes back after closing.
    Raises Refusal when the coordinator's budget is too small.
    """
    row = _own_running(tx, person, batch)
    expect(tx, person, None)
    reserved: int = row["reserved_price"]
    if price > reserved:
        posting = raised(tx, now, row, price)
        require_money(tx, row["coordinator_id"], taken(posting))
        post(tx, posting, now)
    tx.run("batches.reprice", batch=batch, price=price, reserved=max(price, reserved))


def taken(posting: Posting) -> Micros:
    """What a posting takes out of the budget."""
    return Micros(-posting.entries[0][1])


def raised(tx: Tx, now: Instant, batch: Row, price: Micros) -> Posting:
    """What a higher price sets aside. Reserved prices only ever rise, so that the new one names the posting."""
    step = price - batch["reserved_price"]
    counts, found = tx.one("batches.counts", batch=batch["id"]), tx.one("batches.count_workers", batch=batch["id"])
    payable = tx.one("golds.payable", batch=batch["id"])
    if counts is None or found is None or payable is None:
        raise LookupError(batch["id"])
    wanted, gold = unanswered(batch, counts)
    gold = max(gold, payable["answers"])
    # An answer that is undone may be given anew, by somebody else and at the new price.
    undoable = found["workers"] * UNDO_WINDOW
    wanted, gold = wanted + min(counts["counted"], undoable), gold + min(counts["gold"], undoable)
    late = Micros(max(-(-batch["tasks"] * batch["overlap_most"] // LATE_SHARE) - counts["late"], 0) * step)
    if has_limit(tx, batch["coordinator_id"]):
        late = max(late, lacking(tx, now, batch["id"], price))
    lines = (
        (ledger.escrow(batch["id"]), Micros(wanted * step)),
        (ledger.gold_line(batch["id"]), Micros(gold * step)),
        (ledger.reserve(batch["id"]), late),
    )
    whole = Micros(-sum(amount for _, amount in lines))
    source = f"price:{batch['id']}:{price}"
    return Posting(source, ((ledger.budget(batch["coordinator_id"]), whole), *(line for line in lines if line[1])))


def defer(tx: Tx, person: PersonId, batch: BatchId, deadline: Instant | None) -> None:
    """Close the batch at another time, or (None) only by hand."""
    _own_running(tx, person, batch)
    expect(tx, person, None)
    tx.run("batches.defer", batch=batch, deadline=deadline)


def rewrite_guide(tx: Tx, now: Instant, person: PersonId, batch: BatchId, content: str) -> None:
    """A new version of the guide, for answers from now on; those that were given keep the one that they followed."""
    version = _own_running(tx, person, batch)["guide_version"] + 1
    expect(tx, person, None)
    tx.run("batches.write_guide", batch=batch, version=version, content=content, now=now)
    tx.run("batches.guided", batch=batch, version=version)


def close(tx: Tx, now: Instant, person: PersonId, batch: BatchId) -> None:
    """Deal no more tasks, for good; what workers hold stays answerable for a day. Closed twice is closed."""
    own(tx, person, batch)
    tx.run("batches.close", batch=batch, now=now)


def next_flagged(tx: Tx, person: PersonId, batch: BatchId) -> Flagged | None:
    """The reported task that waits longest for its coordinator's judgement."""
    own(tx, person, batch)
    row, flagged = tx.one("tasks.flagged", batch=batch), tx.one("tasks.count_flagged", batch=batch)
    if row is None or flagged is None:
        return None
    picture = Picture(row["picture_id"], row["sha256"]) if row["picture_id"] else None
    said = tx.all("batches.reasons", task=row["id"])
    reasons = tuple((reason["reason"], reason["reports"]) for reason in said)
    return Flagged(batch, row["id"], row["reference"], row["content"], picture, flagged["flagged"], reasons)


def judge(tx: Tx, now: Instant, person: PersonId, batch: BatchId, task: TaskId, *, keep: bool) -> bool:
    """Keep a reported task, at the tail of the queue, or take it out; False when it was judged before."""
    found = own(tx, person, batch)
    state = "open" if keep else "dropped"
    row = tx.one("tasks.judge_flagged", state=state, place=next_place(tx, batch), task=task, batch=batch)
    if row is None:
        return False
    if keep and row["gold"] is None:
        # It counted as finished while nobody could work on it.
        most, confidence = found["overlap_most"], found["confidence"]
        has_answers = row["counted"] >= row["wanted"]
        if not (has_answers and conclude(tx, task, batch, row["wanted"], most, confidence)):
            count(tx, now, person, batch, finished=-1)
            tx.run("batches.incomplete", batch=batch)
    return True


def close_due(tx: Tx, now: Instant) -> int:
    """Close the batches whose deadline has come, and those that have been complete for a day."""
    overdue = tx.all("batches.overdue", now=now)
    complete = tx.all("batches.long_complete", before=now - COMPLETE_FOR)
    return sum(tx.run("batches.close", batch=row["id"], now=now) for row in (*overdue, *complete))


def complete_finished(tx: Tx, now: Instant) -> list[BatchId]:
    """Mark the batches whose tasks are all finished."""
    done: list[BatchId] = []
    for row in tx.all("batches.unfinished"):
        counts = tx.one("batches.counts", batch=row["id"])
        if counts is not None and counts["finished"] >= row["tasks"]:
            tx.run("batches.complete", batch=row["id"], now=now)
            done.append(row["id"])
    return done


def unused(tx: Tx, now: Instant) -> list[Unused]:
    """What closed batches have left once no answer can come any more; nothing changes these accounts from then on."""
    return [
        Unused(row["id"], row["coordinator_id"], _lines(tx, row["id"]))
        for row in tx.all("batches.unreleased", before=now - DAY)
    ]


def _lines(tx: Tx, batch: BatchId) -> tuple[tuple[str, Micros], ...]:
    accounts = (ledger.escrow(batch), ledger.gold_line(batch), ledger.reserve(batch))
    return tuple((account, amount) for account in accounts if (amount := total(tx, account)))


def release(tx: Tx, now: Instant, left: Unused) -> bool:
    """Give back to the budget what a batch did not use; False when that was done before."""
    if not tx.run("batches.release", batch=left.batch, now=now):
        return False
    if left.lines:
        back = Micros(sum(amount for _, amount in left.lines))
        entries = tuple((account, Micros(-amount)) for account, amount in left.lines)
        post(tx, Posting(f"release:{left.batch}", ((ledger.budget(left.coordinator), back), *entries)), now)
    return True
