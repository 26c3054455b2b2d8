"""More gold for a batch that has too little: finished tasks on which all agree, for those who have not seen them.

A copy of the task becomes gold, so that what was answered, counted, paid and exported stays as it is.
"""

from dataclasses import dataclass
from itertools import groupby

from rules import gold, ledger
from rules.gold import Agreed
from rules.model import BatchId, Instant, Micros, PersonId, TaskId
from rules.pricing import GOLD_SHARE
from rules.refusals import Refusal
from storage import Row, Tx
from storage.ledger import post

from .budgeting import has_for
from .dealing import next_place
from .drafting import own

RECENT = 50
LOOKED_THROUGH = 300
AGREEING = 2
COPIED = "+"
"""What a gold copy is called after the task."""


@dataclass(frozen=True)
class Shortage:
    """Who gives answers that no gold measures (`share` of the last ones, in percent), and what would help.

    `tasks` can be made gold. `answers` have to be set aside for beside what the batch has, at `cost`.
    """

    workers: int
    share: int
    tasks: tuple[Agreed, ...]
    answers: int
    cost: Micros

    @property
    def can_be_mended(self) -> bool:
        return bool(self.tasks or self.answers)


def shortage(tx: Tx, batch: BatchId) -> Shortage | None:
    """What a running batch lacks of gold; None while it has enough, and for one that was posted without."""
    row, counts = tx.one("batches.find", batch=batch), tx.one("batches.counts", batch=batch)
    if row is None or counts is None or not row["golds"]:
        return None
    recent = {each["worker_id"]: each["answers"] for each in tx.all("golds.recent", batch=batch, limit=RECENT)}
    unseen = {worker: tx.one("tasks.next_gold", batch=batch, worker=worker) for worker in recent}
    without = {worker for worker, task in unseen.items() if not _is_for(row, task)}
    wanted = row["tasks"] * row["overlap_least"]
    given = [(answers, worker not in without) for worker, answers in recent.items()]
    if not gold.is_unmeasured(given, wanted, counts["counted"]):
        return None
    rest = wanted - counts["counted"]
    has_seen_all = {worker for worker in without if unseen[worker] is None}
    tasks = gold.chosen(_agreed(tx, batch, has_seen_all), gold.wanted(rest, len(recent))) if has_seen_all else []
    helped = bool(tasks) or len(has_seen_all) < len(without)
    # What the batch can pay for anyway is enough as long as everybody can be measured with it.
    more = -(-rest // GOLD_SHARE) - row["gold_left"] if helped and row["gold_left"] < len(without) else 0
    answers = max(more, 0)
    share = 100 * sum(recent[worker] for worker in without) // sum(recent.values())
    return Shortage(len(without), share, tuple(tasks), answers, Micros(answers * row["reserved_price"]))


def _is_for(batch: Row, task: Row | None) -> bool:
    """Whether the next gold task of a worker could be dealt to them; a lapsed one has its price set aside."""
    return task is not None and (batch["gold_left"] > 0 or task["lapsed"] is not None)


def _agreed(tx: Tx, batch: BatchId, workers: set[PersonId]) -> list[Agreed]:
    """Finished tasks on which all who answered agree."""
    rows = tx.all("golds.finished", batch=batch, limit=LOOKED_THROUGH)
    found: list[Agreed] = []
    for task, group in groupby(rows, key=lambda row: TaskId(row["id"])):
        given = list(group)
        labels = [row["labels"] for row in given if row["labels"] is not None]
        is_sound = len(set(labels)) == 1 and all(row["rejection_id"] is None for row in given)
        if is_sound and len(labels) >= AGREEING and not any(row["status"] == "reported" for row in given):
            seen = {row["worker_id"] for row in given}
            found.append(Agreed(task, labels[0], len(labels), len(workers - seen)))
    return found


def gild(tx: Tx, now: Instant, person: PersonId, batch: BatchId, answers: int) -> int | None:
    """Give a batch the gold that it lacks, with money for no more than so many answers; how many tasks became gold.

    None when the coordinator's budget is too small, which the owners hear. Raises Refusal for somebody else's batch,
    for one that does not run, and when there is nothing to mend (any more).
    """
    row = own(tx, person, batch)
    if row["state"] not in ("open", "paused"):
        raise Refusal("batch.not_running")
    found = shortage(tx, batch)
    if found is None or not found.can_be_mended:
        raise Refusal("stall.gold_mended")
    paid, coordinator = min(found.answers, answers), PersonId(row["coordinator_id"])
    cost = Micros(paid * row["reserved_price"])
    if not has_for(tx, now, row, cost):
        return None
    for each in found.tasks:
        _copy(tx, batch, each)
    tx.run("golds.add", batch=batch, golds=len(found.tasks), answers=paid)
    if cost:
        _set_aside(tx, now, batch, coordinator, cost)
    tx.run("moments.note", name=_name(batch), now=now)
    tx.run("stalls.end", batch=batch, but="", now=now)
    return len(found.tasks)


def gilded_at(tx: Tx, batch: BatchId) -> Instant:
    """When a batch was last given more gold, 0 for never."""
    row = tx.one("moments.last", name=_name(batch))
    return Instant(row["happened_at"] if row else 0)


def _copy(tx: Tx, batch: BatchId, agreed: Agreed) -> None:
    row = tx.one("golds.reference", task=agreed.task)
    if row is None:
        raise LookupError(agreed.task)
    reference = row["reference"] + COPIED
    while tx.one("drafts.taken", batch=batch, reference=reference) is not None:
        reference += COPIED
    number = next_place(tx, batch)
    tx.run("golds.copy", task=agreed.task, number=number, reference=reference, gold=agreed.labels)


def _set_aside(tx: Tx, now: Instant, batch: BatchId, coordinator: PersonId, cost: Micros) -> None:
    line = ledger.gold_line(batch)
    topped = tx.one("golds.topped", account=line)
    number = topped["times"] + 1 if topped else 1
    post(tx, ledger.moved(f"gold:{batch}:{number}", ledger.budget(coordinator), line, cost), now)


def _name(batch: BatchId) -> str:
    return f"gold:{batch}"
