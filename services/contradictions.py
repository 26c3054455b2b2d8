"""What a bank says of a payout against what it said before, or of a transfer that was given up.

Nothing moves until a second person has looked. Where the bank may have paid what the books still have, no other payout
of that worker goes into a transfer meanwhile, so that nobody is paid twice.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from rules import ledger
from rules.ledger import Posting
from rules.model import Instant, Micros, PersonId
from rules.payouts import Amounts
from rules.refusals import Refusal
from storage import Row, Tx
from storage.ledger import balance, post

from . import deeds, payouts
from .auditing import require_sound
from .transfers import require_closer

SHOWN = 10

Posted = Callable[[int, PersonId, Micros, Micros, Micros], Posting]
"""What becomes of a payout's net amount, income tax and local tax."""


class Decision(StrEnum):
    """What came of it: the money was taken, or given back; it was moved twice; or the bank's line was wrong."""

    TAKEN = "taken"
    RETURNED = "returned"
    TWICE = "twice"
    WRONG = "wrong"


@dataclass(frozen=True)
class Contradiction:
    """What the bank has said of a payout; `decision` is None while nobody has looked."""

    id: int
    code: str
    transfer: str
    worker_code: str
    worker: str
    is_paid: bool
    was_given_up: bool
    reason: str
    amounts: Amounts
    reporter: str
    reported_by: PersonId
    reported_at: Instant
    decision: Decision | None


def report(tx: Tx, now: Instant, person: PersonId, row: Row, is_paid: bool, reason: str) -> bool:
    """Write down a contradiction, and tell those who may decide; False where that was decided for good.

    `row` is the payout by the code that the bank has named, with the transfer in which it had it.
    """
    if tx.one("contradictions.open_of", code=row["code"]) is not None:
        return True
    if is_paid and tx.one("contradictions.twice_of", code=row["code"]) is not None:
        return False
    made = tx.one(
        "contradictions.raise",
        payout=row["id"],
        transfer=row["transfer_id"],
        worker=row["worker_id"],
        code=row["code"],
        said="paid" if is_paid else "failed",
        reason=reason,
        person=person,
        now=now,
    )
    if made is None:
        raise LookupError(row["code"])
    deeds.note(tx, now, person, "contradiction", json.dumps({"code": row["code"], "paid": is_paid}))
    found = _row(tx, made["id"])
    told = {owner["id"] for owner in tx.all("people.owners")} | {found["made_by"], found["approved_by"] or person}
    blanks = json.dumps({"contradiction": made["id"]})
    for each in sorted(told):
        key = f"contradiction:{made['id']}:{each}"
        tx.run("outbox.queue", key=key, person=each, kind="contradiction", blanks=blanks, now=now)
    return True


def undecided(tx: Tx, person: PersonId) -> tuple[Contradiction, ...]:
    """Those that wait for somebody to look, oldest first. Raises Refusal for others than coordinators and owners."""
    require_closer(tx, person)
    return tuple(_contradiction(_row(tx, row["id"])) for row in tx.all("contradictions.open", limit=SHOWN))


def find(tx: Tx, person: PersonId, contradiction: int) -> Contradiction:
    """Raises Refusal when there is none, and for others than coordinators and owners, like all that follows."""
    require_closer(tx, person)
    return _contradiction(_row(tx, contradiction))


def accept(tx: Tx, now: Instant, person: PersonId, contradiction: int) -> Contradiction:
    """It is as the bank says: money that it has moved is taken, once it is there; money that came back is available.

    Raises Refusal for whoever sent the bank's file, unless alone, and while another transfer has the worker's money.
    """
    row = _to_decide(tx, person, contradiction)
    if row["decision"] is None:
        require_sound(tx)
        decision = _take(tx, now, row) if row["said"] == "paid" else _give_back(tx, now, row)
        _decide(tx, now, person, row, decision)
    return _contradiction(_row(tx, contradiction))


def dismiss(tx: Tx, now: Instant, person: PersonId, contradiction: int) -> Contradiction:
    """It is as it was before: nothing moves, and nothing is held any more. Raises Refusal like `accept`."""
    row = _to_decide(tx, person, contradiction)
    if row["decision"] is None:
        _decide(tx, now, person, row, Decision.WRONG)
    return _contradiction(_row(tx, contradiction))


def require_none(tx: Tx, worker: PersonId) -> None:
    """Raises Refusal while a bank may have paid a worker what the books still have."""
    row = tx.one("contradictions.holding", worker=worker)
    if row is not None:
        raise Refusal("closing.held_back", payout=_row(tx, row["id"])["code"])


def _to_decide(tx: Tx, person: PersonId, contradiction: int) -> Row:
    require_closer(tx, person)
    row = _row(tx, contradiction)
    deeds.require_second(tx, row["reported_by"], person)
    return row


def _decide(tx: Tx, now: Instant, person: PersonId, row: Row, decision: Decision) -> None:
    tx.run("contradictions.decide", contradiction=row["id"], decision=decision, person=person, now=now)
    detail = {"code": row["code"], "paid": row["said"] == "paid", "decision": decision}
    deeds.note(tx, now, person, "contradiction_decided", json.dumps(detail))


def _give_back(tx: Tx, now: Instant, row: Row) -> Decision:
    """The money has come back: it is available, and nothing is withheld of it."""
    if not tx.run("contradictions.bounce", payout=row["payout_id"], reason=row["reason"], now=now):
        return Decision.WRONG
    _settle(tx, now, row, ledger.bounced, "payout_failed")
    return Decision.RETURNED


def _take(tx: Tx, now: Instant, row: Row) -> Decision:
    """The money has left: it is taken from what is available and from what is asked for, as far as it is all there."""
    underway = tx.one("contradictions.underway", worker=row["worker_id"])
    if underway is not None and underway["transfer_code"] is not None:
        refusal = "closing.wait_for_bank" if underway["state"] == "sent" else "closing.give_up_first"
        raise Refusal(refusal, code=underway["transfer_code"])
    there = balance(tx, ledger.available(row["worker_id"])) + (underway["gross"] if underway else 0)
    if row["state"] == "paid" or there < row["gross"]:
        return Decision.TWICE
    if underway is not None:
        payouts.take_back(tx, now, row["worker_id"])
    _pay(tx, now, row)
    _settle(tx, now, row, ledger.taken, "payout_late")
    return Decision.TAKEN


def _pay(tx: Tx, now: Instant, row: Row) -> None:
    """The payout is paid by the code that the bank has named; where that is a former one, the other one is now that."""
    former, payout = tx.one("contradictions.former", code=row["code"]), row["payout_id"]
    if former is not None:
        tx.run("contradictions.retire", payout=payout)
        tx.run("contradictions.forget_former", code=row["code"])
        tx.run("contradictions.recode", payout=payout, code=row["code"])
        tx.run(
            "contradictions.pay_former",
            payout=payout,
            transfer=former["transfer_id"],
            income_tax=former["income_tax"],
            local_tax=former["local_tax"],
            net=former["net"],
            profile=former["tax_profile"],
            now=now,
        )
    tx.run("contradictions.pay", payout=payout, now=now)


def _settle(tx: Tx, now: Instant, row: Row, posting: Posted, kind: str) -> None:
    """Post a payout as it is now, and tell its worker."""
    payout, worker = tx.one("payouts.by_id", payout=row["payout_id"]), PersonId(row["worker_id"])
    if payout is None:
        raise LookupError(row["payout_id"])
    taxed = payouts.amounts_of(payout)
    post(tx, posting(row["id"], worker, taxed.net, taxed.income_tax, taxed.local_tax), now)
    key, blanks = f"{kind}:{row['payout_id']}:{row['id']}", json.dumps({"code": payout["code"]})
    tx.run("outbox.queue", key=key, person=worker, kind=kind, blanks=blanks, now=now)


def _row(tx: Tx, contradiction: int) -> Row:
    row = tx.one("contradictions.find", contradiction=contradiction)
    if row is None:
        raise Refusal("closing.unknown_contradiction")
    return row


def _contradiction(row: Row) -> Contradiction:
    return Contradiction(
        id=row["id"],
        code=row["code"],
        transfer=row["transfer_code"],
        worker_code=row["worker_code"],
        worker=row["worker_name"],
        is_paid=row["said"] == "paid",
        was_given_up=row["transfer_state"] == "cancelled",
        reason=row["reason"] or "",
        amounts=payouts.amounts_of(row),
        reporter=row["reporter"],
        reported_by=row["reported_by"],
        reported_at=row["reported_at"],
        decision=Decision(row["decision"]) if row["decision"] else None,
    )
