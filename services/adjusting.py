"""Corrections by hand: an owner gives or takes an amount, says why, and the worker reads the same words."""

import json
from dataclasses import dataclass

from rules import ledger
from rules.amounts import exact, parse_amount
from rules.model import Instant, Micros, PersonId
from rules.refusals import Money, Refusal
from storage import Tx
from storage.ledger import balance, post

from .auditing import require_sound
from .deeds import note
from .people import Role, expect, require

LONGEST_REASON = 300
MINUS = ("-", "−", "–")


@dataclass(frozen=True)
class Proposal:
    """What a correction would do: the available money before it, and by how much it changes."""

    worker: PersonId
    code: str
    name: str
    available: Micros
    amount: Micros
    reason: str


def propose(tx: Tx, owner: PersonId, code: str, amount: Micros, reason: str) -> Proposal:
    """What a correction would do; it waits for the owner to confirm. Raises Refusal where it can't be made."""
    require(tx, owner, Role.OWNER)
    worker = tx.one("people.by_code", code=code.strip().upper())
    if worker is None or not worker["is_worker"]:
        raise Refusal("money.no_such_code", code=code[:20])
    has = balance(tx, ledger.available(worker["id"]))
    if has + amount < 0:
        raise Refusal("adjust.below_zero", available=Money(has), code=worker["code"])
    expect(tx, owner, f"adjust:{worker['id']}:{amount}:{reason}")
    return Proposal(worker["id"], worker["code"], worker["name"], has, amount, reason)


def adjust(tx: Tx, now: Instant, owner: PersonId, worker: PersonId, amount: Micros) -> Proposal:
    """Make the correction that was proposed last, once. Raises Refusal when it is another one, or was made before."""
    found = require(tx, owner, Role.OWNER)
    waiting, _, reason = (found.expects or "").removeprefix("adjust:").partition(f"{worker}:{amount}:")
    if not (found.expects or "").startswith(f"adjust:{worker}:{amount}:") or waiting:
        raise Refusal("adjust.stale")
    row = tx.one("people.find", person=worker)
    if row is None:
        raise LookupError(worker)
    require_sound(tx)
    proposal = propose(tx, owner, row["code"], amount, reason)
    made = tx.one("bonuses.adjust", worker=worker, amount=amount, reason=reason, person=owner, now=now)
    if made is None:
        raise LookupError(worker)
    source = f"adjust:{made['id']}"
    post(tx, ledger.moved(source, ledger.ADJUSTMENTS, ledger.available(worker), amount), now)
    note(tx, now, owner, "adjust", f"{row['code']} {exact(amount)}")
    blanks = json.dumps({"amount": amount, "reason": reason}, ensure_ascii=False)
    tx.run("outbox.queue", key=source, person=worker, kind="adjusted", blanks=blanks, now=now)
    expect(tx, owner, None)
    return proposal


def parse(argument: str) -> tuple[str, Micros, str]:
    """A worker's code, an amount and a reason from `CODE -1200 reason`. Raises Refusal for anything else."""
    parts = argument.split(maxsplit=2)
    if len(parts) != 3:
        raise Refusal("adjust.how")
    if len(parts[2]) > LONGEST_REASON:
        raise Refusal("adjust.long_reason", most=LONGEST_REASON)
    is_negative = parts[1].startswith(MINUS)
    amount = parse_amount(parts[1].lstrip("".join((*MINUS, "+"))))
    return parts[0], Micros(-amount if is_negative else amount), " ".join(parts[2].split())
