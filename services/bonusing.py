"""Bonuses by written rules: what the sentence of a rule says is what is evaluated, and its money is set aside."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rules import ledger
from rules.model import DAY, BatchId, Instant, Micros, PersonId
from rules.refusals import Refusal
from storage import Row, Tx
from storage.ledger import post, total

from .auditing import require_sound
from .budgeting import require_money
from .deeds import note
from .drafting import own
from .people import Role, expect, require
from .promising import Measure

MOST_RULES = 5
"""So many rules may run in a batch at once: more nobody reads."""

LARGEST = 1_000_000


@dataclass(frozen=True)
class Rule:
    """A rule and what it has given so far; `waiting` is how many bonuses are earned and not given yet."""

    id: int
    batch: BatchId
    code: str
    title: str
    measure: Measure
    threshold: int
    amount: Micros
    most: Micros
    state: Literal["draft", "running", "ended"]
    given: Micros
    waiting: int


@dataclass(frozen=True)
class Due:
    """A bonus that somebody has earned: the how-many-eth of theirs, and since when."""

    worker: PersonId
    number: int
    reached_at: Instant


def of_batch(tx: Tx, now: Instant, person: PersonId, batch: BatchId) -> tuple[str, str, tuple[Rule, ...]]:
    """A batch's code, title and published rules; a rule half written is left. Raises Refusal for another's batch."""
    row = own(tx, person, batch)
    if (require(tx, person, Role.COORDINATOR, Role.OWNER).expects or "").startswith("bonus:"):
        expect(tx, person, None)
    rules = tuple(_rule(tx, now, rule, row) for rule in tx.all("bonuses.of_batch", batch=batch))
    return row["code"], row["title"], rules


def find(tx: Tx, now: Instant, person: PersonId, rule: int) -> Rule:
    """A rule of one's own batch. Raises Refusal for any other."""
    require(tx, person, Role.COORDINATOR, Role.OWNER)
    row = tx.one("bonuses.find", rule=rule)
    if row is None:
        raise Refusal("bonus.gone")
    return _rule(tx, now, row, own(tx, person, row["batch_id"]))


def ask(tx: Tx, person: PersonId, batch: BatchId, measure: str, *said: int) -> None:
    """What the person types next is the next number of a rule. Raises Refusal when no rule can be made."""
    row = own(tx, person, batch)
    if row["state"] not in ("open", "paused"):
        raise Refusal("batch.not_running")
    if measure not in set(Measure):
        raise Refusal("start.lost_button")
    if len(tx.all("bonuses.promised", batch=batch)) >= MOST_RULES:
        raise Refusal("bonus.too_many", most=MOST_RULES)
    expect(tx, person, ":".join(["bonus", str(batch), measure, *map(str, said)]))


def draft(
    tx: Tx,
    now: Instant,
    person: PersonId,
    batch: BatchId,
    measure: Measure,
    threshold: int,
    amount: Micros,
    most: Micros,
) -> Rule:
    """Write a rule down, before it is published. Raises Refusal for numbers that make no rule."""
    own(tx, person, batch)
    if not 0 < threshold <= LARGEST:
        raise Refusal("bonus.bad_threshold", most=f"{LARGEST:,}")
    if most < amount:
        raise Refusal("bonus.most_below_amount")
    row = tx.one(
        "bonuses.draft", batch=batch, person=person, measure=measure, threshold=threshold, amount=amount, most=most,
        now=now,
    )  # fmt: skip
    if row is None:
        raise LookupError(batch)
    expect(tx, person, None)
    return find(tx, now, person, row["id"])


def publish(tx: Tx, now: Instant, person: PersonId, rule: int) -> Rule:
    """Set the most that a rule may cost aside and let it run; published twice is published.

    Raises Refusal when the batch does not run, or its coordinator's budget has not got that much.
    """
    found = find(tx, now, person, rule)
    batch = own(tx, person, found.batch)
    if found.state != "draft":
        return found
    if batch["state"] not in ("open", "paused"):
        raise Refusal("batch.not_running")
    if len(tx.all("bonuses.promised", batch=found.batch)) >= MOST_RULES:
        raise Refusal("bonus.too_many", most=MOST_RULES)
    coordinator = PersonId(batch["coordinator_id"])
    require_money(tx, coordinator, found.most)
    tx.run("bonuses.publish", rule=rule)
    origin, pot = ledger.budget(coordinator), ledger.bonus_pot(rule)
    post(tx, ledger.moved(f"bonus_rule:{rule}", origin, pot, found.most), now)
    note(tx, now, person, "bonus_rule", f"{found.code} {rule} {found.most}")
    return find(tx, now, person, rule)


def drop(tx: Tx, now: Instant, person: PersonId, rule: int) -> BatchId:
    """Throw a rule away that was not published; whose batch it was. Raises Refusal for a published one."""
    found = find(tx, now, person, rule)
    if not tx.run("bonuses.drop", rule=rule):
        raise Refusal("bonus.published_before")
    return found.batch


def next_running(tx: Tx, after: int) -> int | None:
    """The next running rule, by number."""
    row = tx.one("bonuses.running", after=after)
    return int(row["id"]) if row else None


def due(tx: Tx, now: Instant, rule: int) -> tuple[Due, ...]:
    """The bonuses of a rule that are earned and not given, in the order in which they were earned. A long read."""
    row = tx.one("bonuses.find", rule=rule)
    if row is None or row["state"] != "running":
        return ()
    found = [Due(worker, number, _reached(tx, now, row, worker, number)) for worker, number in _earned(tx, now, row)]
    room = (row["most"] - row["given"]) // row["amount"]
    return tuple(sorted(found, key=lambda each: (each.reached_at, each.worker, each.number))[:room])


def give(tx: Tx, now: Instant, rule: int, worker: PersonId, numbers: Iterable[int]) -> int:
    """Give a worker bonuses, and tell them of all in one message; how many were not given before, and are earned now.

    None beyond what the rule may cost. Raises Refusal while the books do not add up.
    """
    require_sound(tx)
    given = [made for number in numbers if (made := _give(tx, now, rule, worker, number)) is not None]
    if given:
        row = _find(tx, rule)
        told = {"title": row["title"], "measure": row["measure"], "threshold": row["threshold"]}
        blanks = json.dumps(told | {"amount": row["amount"], "count": len(given)}, ensure_ascii=False)
        tx.run("outbox.queue", key=f"bonus:{given[0]}", person=worker, kind="bonus", blanks=blanks, now=now)
    return len(given)


def _give(tx: Tx, now: Instant, rule: int, worker: PersonId, number: int) -> int | None:
    row = _find(tx, rule)
    if row["state"] != "running" or row["given"] + row["amount"] > row["most"]:
        return None
    counted = tx.one("bonuses.count_of", batch=row["batch_id"], worker=worker, measure=row["measure"], now=now)
    if counted is None or number > _entitled(row, counted["answers"]):
        return None
    made = tx.one("bonuses.give", rule=rule, worker=worker, number=number, amount=row["amount"], now=now)
    if made is None:
        return None
    pot, target = ledger.bonus_pot(rule), ledger.available(worker)
    post(tx, ledger.moved(f"bonus:{made['id']}", pot, target, row["amount"]), now)
    return int(made["id"])


def _find(tx: Tx, rule: int) -> Row:
    row = tx.one("bonuses.find", rule=rule)
    if row is None:
        raise LookupError(rule)
    return row


def finish(tx: Tx, now: Instant, rule: int) -> bool:
    """End a rule whose batch is over and reviewed, and whose bonuses are given: the rest goes back. Whether it did."""
    row = tx.one("bonuses.find", rule=rule)
    if row is None or tx.one("bonuses.is_over", batch=row["batch_id"], day=DAY, now=now) is None or due(tx, now, rule):
        return False
    if not tx.run("bonuses.finish", rule=rule, now=now):
        return False
    pot = ledger.bonus_pot(rule)
    rest = total(tx, pot)
    if rest:
        post(tx, ledger.moved(f"bonus_end:{rule}", pot, ledger.budget(row["coordinator_id"]), rest), now)
    return True


def _rule(tx: Tx, now: Instant, row: Row, batch: Row) -> Rule:
    return Rule(
        id=row["id"],
        batch=row["batch_id"],
        code=batch["code"],
        title=batch["title"],
        measure=Measure(row["measure"]),
        threshold=row["threshold"],
        amount=row["amount"],
        most=row["most"],
        state=row["state"],
        given=row["given"],
        waiting=len(_earned(tx, now, row)) if row["state"] != "ended" else 0,
    )


def _earned(tx: Tx, now: Instant, row: Row) -> list[tuple[PersonId, int]]:
    """Whose bonuses, and the how-many-eth of theirs, are earned and not given."""
    given = {(each["worker_id"], each["number"]) for each in tx.all("bonuses.given", rule=row["id"])}
    counts = tx.all(
        "bonuses.counts", batch=row["batch_id"], measure=row["measure"], threshold=row["threshold"], now=now
    )  # fmt: skip
    return [
        (each["worker_id"], number)
        for each in counts
        for number in range(1, _entitled(row, each["answers"]) + 1)
        if (each["worker_id"], number) not in given
    ]


def _entitled(row: Row, answers: int) -> int:
    """How many bonuses so many answers bring."""
    reached: int = answers // row["threshold"]
    return reached if row["measure"] == Measure.EACH else min(reached, 1)


def _reached(tx: Tx, now: Instant, row: Row, worker: PersonId, number: int) -> Instant:
    """When a worker gave the answer with which a bonus was earned."""
    reached = tx.one(
        "bonuses.reached", batch=row["batch_id"], worker=worker, measure=row["measure"],
        before=number * row["threshold"] - 1, now=now,
    )  # fmt: skip
    if reached is None:
        raise LookupError(worker)
    return Instant(reached["answered_at"])
