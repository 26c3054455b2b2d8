"""Closing: what was asked for goes to the bank together: prepared by one person, approved by a second, and sent.

Every step may come twice, or after a crash, and changes nothing the second time.
"""

import json
from collections.abc import Collection, Iterator
from itertools import islice

from rules.codes import free_code
from rules.model import Instant, Micros, PersonId
from rules.payouts import Amounts, Terms, amounts, profile_of
from rules.refusals import Refusal
from storage import Row, Tx

from . import deeds
from .auditing import require_sound
from .payouts import amounts_of, unused_code
from .transfers import MOST_LINES, State, Transfer, find, newest, note, require_closer, transfer, waiting_rows

CODE_LENGTH, CODE_LETTER = 5, "T"
SECONDS = 10
NAMED = 5

LEAST_SHOWN = 8
"""So many letters of a digest have to be the same for it to be the one that was shown."""

TO_BE_SENT = (State.PREPARED, State.APPROVED)


class Changed(Refusal):
    """What a transfer says is not true any more."""


def prepare(
    tx: Tx, now: Instant, person: PersonId, terms: Terms, left_out: Collection[int], seen: int | None = None
) -> Transfer:
    """Take up what is asked and can be paid, but for some, taxed as of today: as much as one transfer holds.

    Raises Refusal when there is nothing, when `seen` is not the newest transfer any more, so that two taps make one,
    and while the books do not add up.
    """
    require_closer(tx, person)
    require_sound(tx)
    if seen is not None and (last := newest(tx)) != seen:
        raise Refusal("closing.made_before", code=find(tx, last).code)
    payable = (row for row in _waiting(tx) if _is_payable(row, now, terms.minimum) and row["id"] not in left_out)
    rows = list(islice(payable, MOST_LINES))
    if not rows:
        raise Refusal("closing.nothing")
    begun = tx.one("transfers.begin", code=_free_code(tx), person=person, now=now)
    if begun is None:
        raise LookupError(person)
    taken = [_take(tx, now, begun["id"], row, terms) for row in rows]
    sums = [sum(part) for part in zip(*((e.gross, e.income_tax, e.local_tax, e.net) for e in taken), strict=True)]
    gross, income, local, net = sums
    values = {"payouts": len(taken), "gross": gross, "income_tax": income, "local_tax": local, "net": net}
    tx.run("transfers.total", transfer=begun["id"], **values)
    transfer = find(tx, begun["id"])
    note(tx, now, person, "transfer_prepared", transfer)
    return transfer


def tell_below(tx: Tx, now: Instant, person: PersonId, least: Micros) -> None:
    """Workers who asked when less was enough hear, once, that their payout goes into no transfer as it is."""
    require_closer(tx, person)
    for row in tx.all("transfers.below", least=least):
        key, blanks = f"payout_below:{row['id']}", json.dumps({"code": row["code"]})
        worker = row["worker_id"]
        tx.run("outbox.queue", key=key, person=worker, kind="payout_below", blanks=blanks, now=now)


def fix(tx: Tx, now: Instant, person: PersonId, transfer_id: int, sha256: str, terms: Terms) -> Transfer:
    """Bind a transfer to its file, for ever. Raises Refusal when it is another file than before, or over."""
    found = transfer(tx, person, transfer_id)
    if found.state is State.CANCELLED:
        raise Refusal("closing.over", code=found.code)
    if tx.run("transfers.fix", transfer=transfer_id, sha256=sha256):
        found = find(tx, transfer_id)
        _tell_seconds(tx, now, found)
    if found.sha256 == sha256:
        return found
    if found.state not in TO_BE_SENT:
        raise Refusal("closing.file_gone", code=found.code)
    _require_unchanged(tx, now, found, terms)
    raise Refusal("closing.file_changed", code=found.code)


def hand_out(tx: Tx, now: Instant, person: PersonId, transfer_id: int, sha256: str, terms: Terms) -> Transfer:
    """Somebody gets the file. Raises Refusal when it is another one than before.

    Before the bank has it also while the books do not add up, or what it says has changed.
    """
    found = fix(tx, now, person, transfer_id, sha256, terms)
    if found.state in TO_BE_SENT:
        require_sound(tx)
        _require_unchanged(tx, now, found, terms)
    deeds.note(tx, now, person, "transfer_file", f"{found.code} {sha256}")
    return found


def approve(tx: Tx, now: Instant, person: PersonId, transfer_id: int, shown: str, terms: Terms) -> Transfer:
    """A second person says that the file with this digest, or beginning of one, may go to the bank.

    Raises Refusal when that is another file, or not theirs to say.
    """
    found = transfer(tx, person, transfer_id)
    if found.state is not State.PREPARED:
        return _unless_over(found)
    deeds.require_second(tx, found.made_by, person)
    require_sound(tx)
    if found.sha256 is None or len(shown) < LEAST_SHOWN or not found.sha256.startswith(shown):
        raise Refusal("closing.not_shown", code=found.code)
    _require_unchanged(tx, now, found, terms)
    tx.run("transfers.approve", transfer=transfer_id, person=person, now=now)
    tx.run("transfers.move", transfer=transfer_id, was="asked", state="approved")
    approved = find(tx, transfer_id)
    note(tx, now, person, "transfer_approved", approved)
    if person != found.made_by:
        _queue(tx, now, found.made_by, "transfer_approved", approved)
    return approved


def send(tx: Tx, now: Instant, person: PersonId, transfer_id: int, terms: Terms, is_sure: bool) -> Transfer:
    """Somebody has given a transfer to the bank.

    Raises Refusal unless it is approved; and when what it says has changed since, unless they are sure that the bank
    has it: what it has got must never be closed again.
    """
    found = transfer(tx, person, transfer_id)
    if found.state is State.PREPARED:
        raise Refusal("closing.not_approved", code=found.code)
    if found.state is State.APPROVED and not is_sure:
        _require_unchanged(tx, now, found, terms)
    if tx.run("transfers.send", transfer=transfer_id, now=now):
        tx.run("transfers.move", transfer=transfer_id, was="approved", state="sent")
        note(tx, now, person, "transfer_sent", found)
    return _unless_over(find(tx, transfer_id))


def cancel(tx: Tx, now: Instant, person: PersonId, transfer_id: int) -> Transfer:
    """Give up a transfer that the bank has not got; its payouts wait for the next, with other codes.

    What a bank says of the former ones shows that it has got the file after all. Raises Refusal once it is sent.
    """
    found = transfer(tx, person, transfer_id)
    if found.state in (State.SENT, State.CLOSED):
        raise Refusal("closing.sent_already", code=found.code)
    if tx.run("transfers.cancel", transfer=transfer_id, now=now):
        for row in tx.all("transfers.lines", transfer=transfer_id):
            tx.run("contradictions.retire", payout=row["id"])
            tx.run("contradictions.recode", payout=row["id"], code=unused_code(tx))
        tx.run("transfers.free", transfer=transfer_id)
        note(tx, now, person, "transfer_cancelled", found)
    return find(tx, transfer_id)


def _waiting(tx: Tx) -> Iterator[Row]:
    """All that is asked and in no transfer, the oldest first."""
    after = 0
    while rows := waiting_rows(tx, after):
        yield from rows
        after = rows[-1]["id"]


def _free_code(tx: Tx) -> str:
    return CODE_LETTER + free_code(
        CODE_LENGTH, lambda code: tx.one("transfers.by_code", code=CODE_LETTER + code) is not None
    )


def _is_payable(row: Row, now: Instant, least: Micros) -> bool:
    has_place = row["sealed"] is not None or row["reference"] is not None
    is_enough = row["gross"] >= least or row["leaving_at"] is not None
    return has_place and row["held_until"] <= now and is_enough and not row["contradicted"]


def _take(tx: Tx, now: Instant, transfer_id: int, row: Row, terms: Terms) -> Amounts:
    profile = profile_of(row["profile_now"])
    taxed = amounts(row["gross"], profile, now, terms)
    tx.run(
        "transfers.take",
        transfer=transfer_id,
        payout=row["id"],
        income_tax=taxed.income_tax,
        local_tax=taxed.local_tax,
        net=taxed.net,
        profile=profile,
    )
    return taxed


def _require_unchanged(tx: Tx, now: Instant, found: Transfer, terms: Terms) -> None:
    """Raises Changed, which names the workers, when what would be paid is not what was closed.

    An account has changed since, or the rates of today are others, or the bank may have paid somebody before.
    """
    rows = tx.all("transfers.lines", transfer=found.id)
    contradicted = [row for row in rows if row["contradicted"]]
    changed = [row for row in rows if _is_elsewhere(row, found.made_at, now)]
    taxed = [
        row for row in rows if amounts(row["gross"], profile_of(row["profile_now"]), now, terms) != amounts_of(row)
    ]
    reasons = {
        "closing.contradicted": contradicted,
        "closing.accounts_changed": changed,
        "closing.rates_changed": taxed,
    }
    for reason, those in reasons.items():
        if those:
            named = ", ".join(row["worker_code"] for row in those[:NAMED])
            raise Changed(reason, code=found.code, worker=named, count=len(those))


def _is_elsewhere(row: Row, closed_at: Instant, now: Instant) -> bool:
    """Whether an account is gone, held, or has changed since."""
    if row["sealed"] is None and row["reference"] is None:
        return True
    return bool(row["held_until"] > now or row["changed_at"] > closed_at)


def _unless_over(found: Transfer) -> Transfer:
    if found.state is State.CANCELLED:
        raise Refusal("closing.over", code=found.code)
    return found


def _tell_seconds(tx: Tx, now: Instant, found: Transfer) -> None:
    """Those who may approve hear that there is something to approve."""
    for row in tx.all("deeds.seconds", person=found.made_by, limit=SECONDS):
        _queue(tx, now, row["id"], "transfer_prepared", found)


def _queue(tx: Tx, now: Instant, person: PersonId, kind: str, found: Transfer) -> None:
    key, blanks = f"{kind}:{found.id}:{person}", json.dumps({"transfer": found.id})
    tx.run("outbox.queue", key=key, person=person, kind=kind, blanks=blanks, now=now)
