"""Rejecting an answer by a rule of its guide, alone or, where much is rejected, together with somebody else."""

import json
from dataclasses import dataclass

from rules.model import AnswerId, BatchId, Instant, Kind, PersonId
from rules.refusals import Refusal
from storage import Row, Tx

from . import deeds
from .disputing import notify, put_in_force, rejection_row
from .items import answer_row
from .people import Role, require
from .reviewing import deciders, may_decide, require_reviewable, rules_of, takes_two


@dataclass(frozen=True)
class Outcome:
    """A rejection was made; `is_proposed` when somebody else has to look first.

    `lacks_second` when nobody else is there, and whoever made it may say so.
    """

    rejection: int
    batch: BatchId
    is_proposed: bool
    lacks_second: bool = False


def reject(tx: Tx, now: Instant, person: PersonId, answer: AnswerId, rule: int, expected: int) -> Outcome:
    """Reject an answer by a rule of the guide, saying which labels were expected (as bits).

    Where too much of a batch is rejected it is only proposed. Raises Refusal when the answer can't be rejected (any
    more), the rule is not one that its worker could know, or the expected labels are none, or the same.
    """
    row = require_reviewable(tx, now, person, answer)
    reason = next((each.text for each in rules_of(tx, row) if each.number == rule), None)
    if reason is None:
        raise Refusal("review.no_such_rule")
    _require_expected(row, expected)
    made = tx.one(
        "rejections.add",
        answer=answer,
        batch=row["batch_id"],
        worker=row["worker_id"],
        reviewer=person,
        reason=reason,
        version=row["guide_version"],
        expected=expected,
        was=row["status"],
        amount=row["price"],
        now=now,
    )
    if made is None:
        raise LookupError(answer)
    is_proposed = takes_two(tx, row["batch_id"])
    if is_proposed:
        _ask_for_second(tx, now, made["id"])
    else:
        put_in_force(tx, now, made["id"], None)
    deeds.note(tx, now, person, "propose" if is_proposed else "reject", str(made["id"]))
    return Outcome(made["id"], row["batch_id"], is_proposed, is_proposed and deeds.lacks_second(tx, person))


def _require_expected(row: Row, expected: int) -> None:
    choices = len(json.loads(row["choices"]))
    is_single = expected & (expected - 1) == 0
    if not 0 < expected < 1 << choices or (row["kind"] == Kind.SINGLE and not is_single):
        raise Refusal("review.no_such_label")
    if expected == row["labels"]:
        raise Refusal("review.same_label")


def _ask_for_second(tx: Tx, now: Instant, rejection: int) -> None:
    for person in deciders(tx, rejection_row(tx, rejection)):
        notify(tx, now, "proposed", rejection, person, key=f"proposed:{rejection}:{person}")


def confirm(tx: Tx, now: Instant, person: PersonId, rejection: int) -> None:
    """A second person agrees with a proposed rejection, so that it is in force.

    Raises Refusal when it is not theirs to decide, decided, or the answer is settled by now.
    """
    row = require_proposed(tx, person, rejection)
    deeds.require_second(tx, row["reviewer_id"], person)
    answer = answer_row(tx, row["answer_id"])
    if answer["settles_at"] <= now or answer["forgotten_at"] is not None:
        raise Refusal("review.too_late")
    put_in_force(tx, now, rejection, person)
    deeds.note(tx, now, person, "confirm_rejection", str(rejection))


def drop(tx: Tx, now: Instant, person: PersonId, rejection: int) -> None:
    """Somebody takes a proposed rejection back; it never had an effect. Raises Refusal as `confirm` does."""
    require_proposed(tx, person, rejection)
    tx.run("rejections.withdraw", rejection=rejection, person=person, now=now)
    deeds.note(tx, now, person, "drop_rejection", str(rejection))


def require_proposed(tx: Tx, person: PersonId, rejection: int) -> Row:
    row = require_decider(tx, person, rejection)
    if row["state"] != "proposed":
        raise Refusal("review.decided_before")
    return row


def require_decider(tx: Tx, person: PersonId, rejection: int) -> Row:
    """A rejection about which this person may decide. Raises Refusal otherwise."""
    found = require(tx, person, Role.COORDINATOR, Role.OWNER)
    row = rejection_row(tx, rejection)
    if not may_decide(tx, found, row):
        raise Refusal("batch.not_yours")
    return row
