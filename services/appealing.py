"""What a worker says to a rejection, and what follows from it, or from the time that passes."""

import json
from collections import Counter
from dataclasses import dataclass

from rules import review
from rules.choosing import names
from rules.model import Instant, Micros, PersonId
from rules.refusals import Refusal
from storage import Row, Tx

from . import deeds
from .disputing import notify, rejection_row, release, take_back
from .items import Item, answer_row, item_of
from .people import expect
from .rejecting import require_decider
from .reviewing import deciders


@dataclass(frozen=True)
class Rejection:
    """A rejected answer, as its worker and those who decide see it.

    `until` is the end of the time to object, or of the time to decide about that; None when neither runs.
    `lacks_second` when whoever decides would have to be somebody else, and nobody is.
    """

    id: int
    state: str
    item: Item
    expected: tuple[str, ...]
    reason: str
    note: str | None
    amount: Micros
    until: Instant | None
    is_released: bool
    may_deny: bool
    lacks_second: bool = False


def of_worker(tx: Tx, worker: PersonId, rejection: int) -> Rejection:
    """A rejection that a worker was told of. Raises Refusal when it is not theirs."""
    return _view(tx, _own(tx, worker, rejection), may_deny=False)


def for_decision(tx: Tx, person: PersonId, rejection: int) -> Rejection:
    """A rejection about which somebody may decide. Raises Refusal otherwise."""
    row = require_decider(tx, person, rejection)
    may_deny = deeds.may_second(tx, row["reviewer_id"], person)
    return _view(tx, row, may_deny=may_deny, lacks_second=not may_deny and deeds.lacks_second(tx, person))


def _view(tx: Tx, row: Row, *, may_deny: bool, lacks_second: bool = False) -> Rejection:
    answer = answer_row(tx, row["answer_id"])
    item = item_of(tx, answer)
    return Rejection(
        id=row["id"],
        state=row["state"],
        item=item,
        expected=tuple(names(row["expected"], item.choices)),
        reason=row["reason"],
        note=row["note"],
        amount=row["amount"],
        until=_until(row, answer["settles_at"]),
        is_released=row["released_at"] is not None,
        may_deny=may_deny,
        lacks_second=lacks_second,
    )


def _until(row: Row, settles_at: Instant) -> Instant | None:
    match row["state"]:
        case "proposed":
            return settles_at
        case "told":
            return review.appeal_until(row["told_at"])
        case "appealed":
            return review.decide_until(row["appealed_at"])
        case _:
            return None


def arrived(tx: Tx, now: Instant, worker: PersonId, rejection: int) -> Rejection | None:
    """The message about a rejection goes out now, and the time to object begins; None when it is not in force."""
    if not tx.run("rejections.arrived", rejection=rejection, now=now):
        return None
    return of_worker(tx, worker, rejection)


def agree(tx: Tx, now: Instant, worker: PersonId, rejection: int) -> Rejection:
    """The worker agrees; saying it twice is saying it once. Raises Refusal when they can't say anything any more."""
    row = _own(tx, worker, rejection)
    _expect_nothing(tx, worker)
    if row["state"] != "agreed":
        _require_open(row)
        tx.run("rejections.agree", rejection=rejection, now=now)
        release(tx, now, rejection)
    return of_worker(tx, worker, rejection)


def ask_note(tx: Tx, worker: PersonId, rejection: int) -> Rejection:
    """What the worker types next says why they object. Raises Refusal when they can't object any more."""
    _require_open(_own(tx, worker, rejection))
    expect(tx, worker, f"appeal:{rejection}")
    return of_worker(tx, worker, rejection)


def look_again(tx: Tx, worker: PersonId, rejection: int) -> Rejection:
    """The rejection once more; nothing that is typed objects to it."""
    _expect_nothing(tx, worker)
    return of_worker(tx, worker, rejection)


def appeal(tx: Tx, now: Instant, worker: PersonId, rejection: int, note: str | None) -> Rejection:
    """The worker objects, perhaps with a word on why; saying it twice is saying it once.

    Raises Refusal when they agreed before, or their time is over.
    """
    row = _own(tx, worker, rejection)
    _expect_nothing(tx, worker)
    if row["state"] != "appealed":
        _require_open(row)
        said = (note or "").strip()[: review.LONGEST_NOTE] or None
        tx.run("rejections.appeal", rejection=rejection, note=said, now=now)
        asked = dict.fromkeys((row["coordinator_id"], *deciders(tx, row)))
        for person in asked:
            if person != worker:
                notify(tx, now, "appealed", rejection, person, key=f"appealed:{rejection}:{person}")
    return of_worker(tx, worker, rejection)


def _expect_nothing(tx: Tx, worker: PersonId) -> None:
    """What is typed next says nothing about a rejection; another dialogue goes on."""
    row = tx.one("people.find", person=worker)
    if row is not None and (row["expects"] or "").startswith("appeal:"):
        expect(tx, worker, None)


def _own(tx: Tx, worker: PersonId, rejection: int) -> Row:
    row = rejection_row(tx, rejection)
    if row["worker_id"] != worker or row["state"] in ("proposed", "withdrawn"):
        raise Refusal("rejection.not_yours")
    return row


def _require_open(row: Row) -> None:
    if row["state"] != "told":
        raise Refusal("rejection.decided")
    if row["released_at"] is not None:
        raise Refusal("rejection.too_late")


def uphold(tx: Tx, now: Instant, person: PersonId, rejection: int) -> Rejection:
    """The worker is right. Raises Refusal when it is not theirs to decide, or decided."""
    _require_appealed(require_decider(tx, person, rejection))
    take_back(tx, now, rejection, person)
    deeds.note(tx, now, person, "uphold_appeal", str(rejection))
    return _judged(tx, now, person, rejection)


def deny(tx: Tx, now: Instant, person: PersonId, rejection: int) -> Rejection:
    """The rejection stands; its reviewer can't say so alone, and nobody once the time to decide is over.

    Raises Refusal as `uphold` does.
    """
    row = require_decider(tx, person, rejection)
    _require_appealed(row)
    if review.decide_until(row["appealed_at"]) <= now:
        raise Refusal("review.decided_before")
    deeds.require_second(tx, row["reviewer_id"], person)
    tx.run("rejections.decide", rejection=rejection, state="denied", person=person, now=now)
    release(tx, now, rejection)
    deeds.note(tx, now, person, "deny_appeal", str(rejection))
    return _judged(tx, now, person, rejection)


def _require_appealed(row: Row) -> None:
    if row["state"] != "appealed":
        raise Refusal("review.decided_before")


def _judged(tx: Tx, now: Instant, person: PersonId, rejection: int) -> Rejection:
    row = rejection_row(tx, rejection)
    notify(tx, now, "judged", rejection, row["worker_id"], key=f"judged:{rejection}")
    return for_decision(tx, person, rejection)


# What time does ------------------------------------------------------------------------------------------------------


def withdraw_late(tx: Tx, now: Instant, limit: int) -> int:
    """Withdraw proposals that nobody confirmed before their answers were settled; how many.

    Reviewers who still are any are told, once for each batch, unless the worker has taken the answer back.
    """
    rows = tx.all("rejections.lapsed_proposals", now=now, limit=limit)
    for row in rows:
        tx.run("rejections.withdraw", rejection=row["id"], person=None, now=now)
    told = [row for row in rows if row["rights"] and not row["undone"]]
    lapsed = Counter((row["reviewer_id"], row["code"], row["title"]) for row in told)
    for (reviewer, code, title), count in lapsed.items():
        said = json.dumps({"code": code, "title": title, "count": count})
        key = f"lapsed:{code}:{reviewer}:{now}:{rows[0]['id']}"
        tx.run("outbox.queue", key=key, person=reviewer, kind="lapsed", blanks=said, now=now)
    return len(rows)


def uphold_undecided(tx: Tx, now: Instant, limit: int) -> int:
    """Decide for the worker where nobody has decided in time; how many."""
    rows = tx.all("rejections.undecided", before=now - review.DECISION_WINDOW, limit=limit)
    for row in rows:
        take_back(tx, now, row["id"], None)
        deeds.note(tx, now, None, "uphold_appeal", str(row["id"]))
        worker = rejection_row(tx, row["id"])["worker_id"]
        notify(tx, now, "judged", row["id"], worker, key=f"judged:{row['id']}")
    return len(rows)


def release_final(tx: Tx, now: Instant, limit: int) -> int:
    """Give the money back of rejections that nobody can appeal any more; how many."""
    rows = tx.all("rejections.final", before=now - review.APPEAL_WINDOW, limit=limit)
    for row in rows:
        release(tx, now, row["id"])
    return len(rows)
