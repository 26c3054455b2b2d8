"""When a batch's files are written by themselves, which, and where to."""

import json
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from rules.exports import USUAL, Chat, Format, Scope, When, formats_of, ordered, target_of
from rules.model import DAY, BatchId, Instant, PersonId
from rules.periods import Daily, Hourly, Period
from rules.periods import due as periods_due
from rules.refusals import Refusal
from storage import Row, Tx

from .people import Role, expect, require
from .shapes import check
from .taking import permit

NIGHT = Daily(hour=5)
LOOKED_BACK = 2 * DAY
"""No plan has longer pauses between its periods."""

EXPECTING = "export_target"


@dataclass(frozen=True)
class Plan:
    """A batch's plan. An empty `target` is the installation's; `after` is the last answer of its last run."""

    batch: BatchId
    code: str
    title: str
    when: When = When.NIGHTLY
    scope: Scope = Scope.WHOLE
    formats: tuple[Format, ...] = USUAL
    target: str = ""
    chat: Chat = Chat.END
    after: int = 0


@dataclass(frozen=True)
class LastRun:
    """The newest run of a plan; `reason` is JSON that says why it failed."""

    run: int
    period: str
    state: str
    due: Instant
    reason: str | None


@dataclass(frozen=True)
class PlanCard:
    """What a coordinator sees of a plan; an owner may name more places."""

    plan: Plan
    last: LastRun | None
    is_owner: bool


def plan_of(tx: Tx, batch: BatchId) -> Plan:
    """The plan of a batch. Raises LookupError for an unknown one."""
    row = tx.one("exports.plan", batch=batch)
    if row is None:
        raise LookupError(batch)
    if row["at"] is None:
        return Plan(batch, row["code"], row["title"])
    return Plan(
        batch,
        row["code"],
        row["title"],
        When(row["at"]),
        Scope(row["scope"]),
        formats_of(row["formats"]),
        row["target"],
        Chat(row["chat"]),
        row["last_answer"],
    )


def card(tx: Tx, person: PersonId, batch: BatchId) -> PlanCard:
    """The card of a plan. Raises Refusal unless the batch's files are for this person."""
    permit(tx, person, batch)
    is_owner = Role.OWNER in require(tx, person, Role.COORDINATOR, Role.OWNER).roles
    row = tx.one("exports.newest_run", batch=batch)
    return PlanCard(plan_of(tx, batch), _last(row) if row else None, is_owner)


def set_when(tx: Tx, now: Instant, person: PersonId, batch: BatchId, when: When) -> None:
    """Plan from now on; what waits is dropped where nothing is planned any more."""
    _change(tx, now, person, replace(_own(tx, person, batch), when=when))
    if when is When.NEVER:
        tx.run("exports.cancel_runs", batch=batch)


def set_scope(tx: Tx, now: Instant, person: PersonId, batch: BatchId, scope: Scope) -> None:
    """Write everything each time, or what is new; the first run after a change begins at the start."""
    plan = _own(tx, person, batch)
    if plan.scope is not scope:
        _change(tx, now, person, replace(plan, scope=scope, after=0))


def set_format(tx: Tx, now: Instant, person: PersonId, batch: BatchId, each: Format, *, is_on: bool) -> None:
    """Have a format, or not. Raises Refusal for the last one, and for one that can't be written here."""
    plan = _own(tx, person, batch)
    formats = ordered([*plan.formats, each] if is_on else [other for other in plan.formats if other is not each])
    if not formats:
        raise Refusal("export.one_format")
    if is_on:
        check((each,))
    if formats != plan.formats:
        _change(tx, now, person, replace(plan, formats=formats, after=0))


def set_chat(tx: Tx, now: Instant, person: PersonId, batch: BatchId, chat: Chat) -> None:
    _change(tx, now, person, replace(_own(tx, person, batch), chat=chat))


def ask_target(tx: Tx, person: PersonId, batch: BatchId) -> None:
    """The next typed text of this person names the place."""
    _own(tx, person, batch)
    expect(tx, person, f"{EXPECTING}:{batch}")


def set_target(tx: Tx, now: Instant, person: PersonId, batch: BatchId, said: str) -> None:
    """Put the files elsewhere, too; an empty place is the installation's. Raises Refusal as `target_of` does."""
    plan = _own(tx, person, batch)
    is_owner = Role.OWNER in require(tx, person, Role.COORDINATOR, Role.OWNER).roles
    target = target_of(said, is_owner=is_owner) if said else ""
    if target != plan.target:
        _change(tx, now, person, replace(plan, target=target, after=0))
    expect(tx, person, None)


# Periods --------------------------------------------------------------------------------------------------------------


def schedule(tx: Tx, now: Instant, timezone: ZoneInfo, after: BatchId, limit: int) -> BatchId | None:
    """Plan the newest period of some batches, however many were missed. The last of them; None at the end."""
    rows = tx.all("exports.scheduled", after=after, limit=limit)
    for row in rows:
        period = _newest(row, now, timezone)
        if period is not None:
            _plan_run(tx, now, row["id"], period.name, is_last=False)
    return BatchId(rows[-1]["id"]) if rows else None


def finish_batches(tx: Tx, now: Instant, timezone: ZoneInfo, after: BatchId, limit: int) -> BatchId | None:
    """Plan the last run of some finished batches, and tell their coordinators when it is over or there is none."""
    rows = tx.all("exports.completed", after=after, limit=limit)
    for row in rows:
        run = None if row["at"] == When.NEVER else _last_run(tx, now, timezone, row)
        if run is None or run["state"] != "due" or run["told"] != "no":
            announce(tx, now, row["id"], run["id"] if run and run["state"] == "written" else 0)
    return BatchId(rows[-1]["id"]) if rows else None


def announce(tx: Tx, now: Instant, batch: BatchId, run: int) -> bool:
    """Queue the message that a batch is finished to its coordinator, once; whether that was now.

    `run` is the one whose files go with it, 0 when there are none.
    """
    row = tx.one("exports.deliver", batch=batch, now=now)
    if row is None:
        return False
    blanks = json.dumps({"batch": batch, "run": run})
    key = f"completed:{batch}:{now}"
    tx.run("outbox.queue", key=key, person=row["coordinator_id"], kind="completed", blanks=blanks, now=now)
    return True


def _newest(row: Row, now: Instant, timezone: ZoneInfo) -> Period | None:
    """The period that is due now, the ones before it forgotten; an hour without answers is no reason to write."""
    if row["at"] == When.HOURLY and not row["is_changed"]:
        return None
    calendar = Hourly() if row["at"] == When.HOURLY else NIGHT
    begun = max(row["published_at"] or 0, row["changed_at"], now - LOOKED_BACK)
    periods = periods_due(calendar, Instant(begun), now, timezone)
    return periods[-1] if periods else None


def _last_run(tx: Tx, now: Instant, timezone: ZoneInfo, row: Row) -> Row | None:
    period = f"{periods_due(Hourly(), Instant(row['completed_at'] - DAY), row['completed_at'], timezone)[-1].name}-end"
    _plan_run(tx, now, row["id"], period, is_last=True)
    return tx.one("exports.period", batch=row["id"], period=period)


def _plan_run(tx: Tx, now: Instant, batch: BatchId, period: str, *, is_last: bool) -> None:
    made = tx.one("exports.plan_run", batch=batch, period=period, last=int(is_last), now=now)
    if made is not None:
        tx.run("exports.supersede", batch=batch, run=made["id"], last=int(is_last))


def _own(tx: Tx, person: PersonId, batch: BatchId) -> Plan:
    permit(tx, person, batch)
    return plan_of(tx, batch)


def _change(tx: Tx, now: Instant, person: PersonId, plan: Plan) -> None:
    tx.run(
        "exports.keep_plan",
        batch=plan.batch,
        at=plan.when,
        scope=plan.scope,
        formats=",".join(plan.formats),
        target=plan.target,
        chat=plan.chat,
        last=plan.after,
        person=person,
        now=now,
    )


def _last(row: Row) -> LastRun:
    return LastRun(row["id"], row["period"], row["state"], Instant(row["due_at"]), row["reason"])
