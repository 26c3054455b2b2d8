"""What a rejection does to the money, the task and the counters of its answer, and how all of it is taken back."""

import json

from rules import ledger
from rules.inference import wants_more
from rules.model import Instant, Micros, PersonId
from rules.refusals import Refusal
from storage import Row, Tx
from storage.ledger import post

from .counting import count, paid_from
from .dealing import next_place
from .items import answer_row


def rejection_row(tx: Tx, rejection: int) -> Row:
    row = tx.one("rejections.find", rejection=rejection)
    if row is None:
        raise Refusal("rejection.not_yours")
    return row


def notify(tx: Tx, now: Instant, kind: str, rejection: int, person: PersonId, *, key: str) -> None:
    """Queue a message about a rejection, once."""
    blanks = json.dumps({"rejection": rejection})
    tx.run("outbox.queue", key=key, person=person, kind=kind, blanks=blanks, now=now)


def put_in_force(tx: Tx, now: Instant, rejection: int, second: PersonId | None) -> None:
    """A rejection takes effect: its answer has no weight, its money is held, and its worker is told."""
    row = rejection_row(tx, rejection)
    if not tx.run("rejections.reject_answer", rejection=rejection, answer=row["answer_id"], now=now):
        raise Refusal("review.too_late")
    tx.run("rejections.tell", rejection=rejection, second=second, now=now)
    post(tx, ledger.rejected(rejection, row["batch_id"], row["worker_id"], row["amount"]), now)
    _weigh(tx, now, row, answer_row(tx, row["answer_id"]), -1)
    notify(tx, now, "rejected", rejection, row["worker_id"], key=f"rejected:{rejection}")


def take_back(tx: Tx, now: Instant, rejection: int, person: PersonId | None) -> None:
    """A rejection was wrong (None: nobody decided in time): answer and money are as before, and settled at once."""
    row = rejection_row(tx, rejection)
    if not tx.run("rejections.decide", rejection=rejection, state="upheld", person=person, now=now):
        raise Refusal("review.decided_before")
    tx.run("rejections.restore_answer", rejection=rejection, answer=row["answer_id"], status=row["was"], now=now)
    post(tx, ledger.upheld(rejection, row["batch_id"], row["worker_id"], row["amount"]), now)
    # While a rejection is open its task grows by one answer less, so that the slot is still there.
    _weigh(tx, now, row, answer_row(tx, row["answer_id"]), 1)


def _weigh(tx: Tx, now: Instant, row: Row, answer: Row, step: int) -> None:
    """Count an answer out (step -1) or in again; what its task wants goes along, so that nobody is dealt its slot."""
    is_gold = bool(answer["is_gold"])
    tx.run("rejections.want", task=answer["task_id"], step=step)
    if not is_gold:
        tx.run("answers.weigh", task=answer["task_id"])
    count(
        tx,
        now,
        row["worker_id"],
        row["batch_id"],
        counted=0 if is_gold else step,
        gold=step if is_gold else 0,
        spent=step * row["amount"],
    )


def release(tx: Tx, now: Instant, rejection: int) -> None:
    """Nobody can object any more: the money pays for another answer where one is wanted, else it is the budget's."""
    row = rejection_row(tx, rejection)
    answer = answer_row(tx, row["answer_id"])
    is_wanted = _is_paid_again(answer, row["amount"]) and _ask_again(tx, now, row, answer)
    if not tx.run("rejections.release", rejection=rejection, returned=int(is_wanted), now=now):
        raise LookupError(rejection)
    line = paid_from(tx, answer["assignment_id"], answer["revision"])
    target = line if is_wanted else ledger.budget(answer["coordinator_id"])
    held, amount = ledger.disputed(row["batch_id"]), Micros(row["amount"])
    post(tx, ledger.moved(f"rejected:{rejection}", held, target, amount), now)


def _is_paid_again(answer: Row, amount: Micros) -> bool:
    """Whether another answer may come, and costs no more than this one did."""
    return answer["batch_state"] in ("open", "paused") and amount >= answer["reserved_price"]


def _ask_again(tx: Tx, now: Instant, row: Row, answer: Row) -> bool:
    """Offer the slot to somebody else, if the task is not certain without."""
    if answer["is_gold"]:
        return bool(tx.run("rejections.gold_again", batch=row["batch_id"]))
    votes = [vote["labels"] for vote in tx.all("answers.votes", task=answer["task_id"])]
    if answer["wanted"] >= answer["overlap_least"] and not wants_more(votes, answer["confidence"]):
        return False
    place = next_place(tx, row["batch_id"])
    if not tx.run("rejections.want_again", task=answer["task_id"], place=place):
        return False
    if tx.run("tasks.reopen", task=answer["task_id"]):
        count(tx, now, row["worker_id"], row["batch_id"], finished=-1)
        tx.run("batches.incomplete", batch=row["batch_id"])
    return True
