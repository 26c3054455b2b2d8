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
from .payouts import amounts_of
from .transfers import MOST_LINES, State, Transfer, find, newest, note, require_closer, transfer, waiting_rows

CODE_LENGTH, CODE_LETTER = 5, "T"
SECONDS = 10


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


def fix(tx: Tx, now: Instant, person: PersonId, transfer_id: int, sha256: str, to_hand_out: bool) -> Transfer:
    """Bind a transfer to its file, for ever. Raises Refusal when it is another file than before, or over.

    Of a transfer that the bank has not got yet no file is handed out while the books do not add up.
    """
    found = transfer(tx, person, transfer_id)
    if found.state is State.CANCELLED:
        raise Refusal("closing.over", code=found.code)
    if tx.run("transfers.fix", transfer=transfer_id, sha256=sha256):
        found = find(tx, transfer_id)
        _tell_seconds(tx, now, found)
    if found.sha256 != sha256:
        raise Refusal("closing.file_changed", code=found.code)
    if to_hand_out:
        if found.state in (State.PREPARED, State.APPROVED):
            require_sound(tx)
        _require_accounts(tx, now, found)
        deeds.note(tx, now, person, "transfer_file", f"{found.code} {sha256}")
    return found


def approve(tx: Tx, now: Instant, person: PersonId, transfer_id: int, terms: Terms) -> Transfer:
    """A second person says that a transfer may go to the bank. Raises Refusal when it may not be theirs to say."""
    found = transfer(tx, person, transfer_id)
    if found.state is not State.PREPARED:
        return _unless_over(found)
    deeds.require_second(tx, found.made_by, person)
    require_sound(tx)
    if found.sha256 is None:
        raise LookupError(transfer_id)
    _require_unchanged(tx, now, found, terms)
    tx.run("transfers.approve", transfer=transfer_id, person=person, now=now)
    tx.run("transfers.move", transfer=transfer_id, was="asked", state="approved")
    approved = find(tx, transfer_id)
    note(tx, now, person, "transfer_approved", approved)
    if person != found.made_by:
        _queue(tx, now, found.made_by, "transfer_approved", approved)
    return approved


def send(tx: Tx, now: Instant, person: PersonId, transfer_id: int) -> Transfer:
    """Somebody has given a transfer to the bank. Raises Refusal unless it is approved."""
    found = transfer(tx, person, transfer_id)
    if found.state is State.PREPARED:
        raise Refusal("closing.not_approved", code=found.code)
    if tx.run("transfers.send", transfer=transfer_id, now=now):
        tx.run("transfers.move", transfer=transfer_id, was="approved", state="sent")
        note(tx, now, person, "transfer_sent", found)
    return _unless_over(find(tx, transfer_id))


def cancel(tx: Tx, now: Instant, person: PersonId, transfer_id: int) -> Transfer:
    """Give up a transfer that the bank has not got; its payouts wait for the next. Raises Refusal once it is sent."""
    found = transfer(tx, person, transfer_id)
    if found.state in (State.SENT, State.CLOSED):
        raise Refusal("closing.sent_already", code=found.code)
    if tx.run("transfers.cancel", transfer=transfer_id, now=now):
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
    return has_place and row["held_until"] <= now and (row["gross"] >= least or row["leaving_at"] is not None)


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


def _require_accounts(tx: Tx, now: Instant, found: Transfer) -> None:
    """Raises Refusal when an account is held of a transfer that may still be given up."""
    if found.state not in (State.PREPARED, State.APPROVED):
        return
    for row in tx.all("transfers.lines", transfer=found.id):
        if (row["sealed"] is None and row["reference"] is None) or row["held_until"] > now:
            raise Refusal("closing.accounts_changed", code=found.code, worker=row["worker_code"])


def _require_unchanged(tx: Tx, now: Instant, found: Transfer, terms: Terms) -> None:
    """Raises Refusal when an account has changed since, or the rates of today are others than those it was made by."""
    _require_accounts(tx, now, found)
    for row in tx.all("transfers.lines", transfer=found.id):
        if amounts(row["gross"], profile_of(row["profile_now"]), now, terms) != amounts_of(row):
            raise Refusal("closing.rates_changed", code=found.code)


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
