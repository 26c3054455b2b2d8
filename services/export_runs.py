"""One run of a plan: begun, written or failed, tried again, and told."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from rules.exports import RETRY_MINUTES, TOLD_AFTER, Chat, Scope
from rules.model import MINUTE, BatchId, Instant, PersonId
from rules.refusals import Refusal, Value
from storage import Row, Tx

from .planning import Plan, plan_of
from .taking import permit

CRASHED = json.dumps({"key": "export.reason_crashed", "blanks": {}})


@dataclass(frozen=True)
class Begun:
    """A run that was begun: what to write, and under which name."""

    run: int
    plan: Plan
    period: str
    is_last: bool

    @property
    def after(self) -> int | None:
        """Which answers are left out; None for none."""
        return self.plan.after if self.plan.scope is Scope.NEW else None


@dataclass(frozen=True)
class Failure:
    """A run that went wrong, as people are told; `is_final` when it is not tried again by itself."""

    run: int
    batch: BatchId
    code: str
    title: str
    period: str
    key: str
    blanks: dict[str, Value]
    is_final: bool


def due(tx: Tx, now: Instant, limit: int) -> list[int]:
    """Runs to be written now, the one that waits longest first."""
    return [row["id"] for row in tx.all("exports.due", now=now, limit=limit)]


def begin(tx: Tx, now: Instant, run: int) -> Begun | None:
    """Take a run; None when it is not due any more. One that dies on the way comes back as after a failure."""
    row = _find(tx, run)
    if row["state"] != "due" or row["due_at"] > now:
        return None
    if row["attempts"] > len(RETRY_MINUTES):
        _give_up(tx, now, row, CRASHED)
        return None
    pause = RETRY_MINUTES[min(row["attempts"], len(RETRY_MINUTES) - 1)] * MINUTE
    if not tx.run("exports.begin", run=run, now=now, until=now + pause):
        return None
    return Begun(run, plan_of(tx, row["batch_id"]), row["period"], bool(row["is_last"]))


def succeed(tx: Tx, now: Instant, begun: Begun, began: Instant, upto: int, *, has_files: bool) -> bool:
    """Note that a run is written, tell who heard of its failure, and send its files where the plan says so.

    False when it was called off meanwhile.
    """
    row, batch = _find(tx, begun.run), begun.plan.batch
    if not tx.run("exports.written", run=begun.run, upto=upto):
        return False
    tx.run("exports.kept", batch=batch, since=began)
    tx.run("exports.reached", batch=batch, upto=upto, began=began)
    if row["told"] != "no" or tx.one("exports.is_failure_known", batch=batch, run=begun.run):
        _tell(tx, now, batch, begun.run, "export_works")
    if has_files and not begun.is_last and begun.plan.chat is Chat.EACH:
        coordinator = tx.one("exports.coordinator", batch=batch)
        if coordinator is not None:
            _queue(tx, now, coordinator["coordinator_id"], "exported", {"batch": batch, "run": begun.run}, begun.run)
    return True


def fail(tx: Tx, now: Instant, run: int, key: str, blanks: Mapping[str, Value]) -> None:
    """Note why a run failed. From the third time on it is known to people, unless they know of the one before."""
    row = _find(tx, run)
    reason = json.dumps({"key": key, "blanks": dict(blanks)}, ensure_ascii=False)
    if row["attempts"] > len(RETRY_MINUTES):
        _give_up(tx, now, row, reason)
    else:
        _note(tx, now, row, "due", reason, is_worth_telling=row["attempts"] >= TOLD_AFTER)


def again(tx: Tx, now: Instant, person: PersonId, run: int) -> bool:
    """Try the newest run of a run's batch once more, at once. False when that has been written.

    Raises Refusal unless the batch's files are for this person.
    """
    row = tx.one("exports.run", run=run)
    if row is None:
        raise Refusal("start.lost_button")
    permit(tx, person, row["batch_id"])
    newest = tx.one("exports.newest_run", batch=row["batch_id"])
    return newest is not None and bool(tx.run("exports.again", run=newest["id"], now=now, attempts=TOLD_AFTER - 1))


def failure(tx: Tx, run: int) -> Failure:
    """What is told of a failed run."""
    row = _find(tx, run)
    plan = plan_of(tx, row["batch_id"])
    reason = json.loads(row["reason"] or CRASHED)
    is_final = row["state"] == "failed"
    return Failure(run, plan.batch, plan.code, plan.title, row["period"], reason["key"], reason["blanks"], is_final)


def period_of(tx: Tx, run: int) -> str | None:
    """The name of a run's folder; None for a run that is not written."""
    row = tx.one("exports.run", run=run)
    return str(row["period"]) if row is not None and row["state"] == "written" else None


def _give_up(tx: Tx, now: Instant, row: Row, reason: str) -> None:
    _note(tx, now, row, "failed", row["reason"] or reason, is_worth_telling=True)


def _note(tx: Tx, now: Instant, row: Row, state: str, reason: str, *, is_worth_telling: bool) -> None:
    known = row["told"] == "failed" or tx.one("exports.is_failure_known", batch=row["batch_id"], run=row["id"])
    tells = is_worth_telling and (row["told"] == "asked" or not known)
    told = "failed" if is_worth_telling else row["told"]
    if tx.run("exports.failing", run=row["id"], state=state, reason=reason, told=told) and tells:
        _tell(tx, now, row["batch_id"], row["id"], "export_failed")


def _tell(tx: Tx, now: Instant, batch: BatchId, run: int, kind: str) -> None:
    for person in tx.all("exports.hearers", batch=batch):
        _queue(tx, now, person["id"], kind, {"batch": batch, "run": run}, run)


def _queue(tx: Tx, now: Instant, person: int, kind: str, blanks: dict[str, int], run: int) -> None:
    key = f"{kind}:{run}:{person}:{now}"
    tx.run("outbox.queue", key=key, person=person, kind=kind, blanks=json.dumps(blanks), now=now)


def _find(tx: Tx, run: int) -> Row:
    row = tx.one("exports.run", run=run)
    if row is None:
        raise LookupError(run)
    return row
