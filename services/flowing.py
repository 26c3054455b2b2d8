"""Money between its accounts: what came in, what left, and what each departure was made of.

Money leaves `available` in payouts and in payments by hand. Each of them took what had come in since the one before,
and what that one had left; so does the money that is available now.
"""

from dataclasses import dataclass
from typing import Literal

from rules import ledger
from rules.model import Instant, Micros, PersonId
from rules.refusals import Refusal
from storage import Row, Tx
from storage.ledger import balance

from .people import Role, require

BEGINNING, END = Instant(-1), Instant(1 << 62)

ALL, PENDING, NOW = "", "p", "o"
"""What may be traced besides what has left: everything ever earned, what is in review, what is available now."""


@dataclass(frozen=True)
class Part:
    """An amount, and how many answers, bonuses or corrections it comes from."""

    amount: Micros
    count: int


@dataclass(frozen=True)
class Whole:
    """All of a worker's money, once by where it is and once by what it comes from."""

    pending: Micros
    available: Micros
    in_payout: Micros
    paid: Micros
    income_tax: Micros
    local_tax: Micros
    answers: Part
    bonuses: Part
    adjustments: Part

    @property
    def earned(self) -> Micros:
        return Micros(self.answers.amount + self.bonuses.amount + self.adjustments.amount)

    @property
    def taxes(self) -> Micros:
        return Micros(self.income_tax + self.local_tax)


@dataclass(frozen=True)
class Out:
    """Money that left: a payout, or a payment by hand. `last_digits` only where the account is still the same."""

    ref: str
    left_at: Instant
    code: str
    state: Literal["asked", "approved", "sent", "paid"]
    gross: Micros
    income_tax: Micros
    local_tax: Micros
    net: Micros
    transfer: str | None
    moved_at: Instant | None
    last_digits: str | None
    note: str

    @property
    def is_by_hand(self) -> bool:
        return self.ref.startswith("z")

    @property
    def is_paid(self) -> bool:
        return self.state == "paid"


@dataclass(frozen=True)
class Flow:
    """What came in between two departures. `out` is None for what is available now.

    `carried` is what the departure `before` had left; `stays` is what this one leaves.
    """

    ref: str
    out: Out | None
    before: Out | None
    carried: Micros
    answers: Part
    bonuses: Part
    adjustments: Part
    stays: Micros

    @property
    def amount(self) -> Micros:
        came = self.answers.amount + self.bonuses.amount + self.adjustments.amount
        return Micros(self.carried + came - self.stays)


@dataclass(frozen=True)
class Bonus:
    """A bonus as it was earned, with the rule that promised it."""

    title: str
    measure: str
    threshold: int
    amount: Micros
    earned_at: Instant


@dataclass(frozen=True)
class Adjustment:
    """A correction by hand, and why."""

    amount: Micros
    reason: str
    made_at: Instant


def whole(tx: Tx, worker: PersonId) -> Whole:
    """All of the worker's money."""
    require(tx, worker, Role.WORKER)
    return Whole(
        pending=balance(tx, ledger.pending(worker)),
        available=balance(tx, ledger.available(worker)),
        in_payout=balance(tx, ledger.in_payout(worker)),
        paid=balance(tx, ledger.paid(worker)),
        income_tax=balance(tx, ledger.income_tax(worker)),
        local_tax=balance(tx, ledger.local_tax(worker)),
        answers=_part(tx, "traces.paid_between", worker, BEGINNING, END),
        bonuses=_part(tx, "traces.bonuses_between", worker, BEGINNING, END),
        adjustments=_part(tx, "traces.adjustments_between", worker, BEGINNING, END),
    )


def outgoing(tx: Tx, worker: PersonId) -> tuple[Out, ...]:
    """Everything that left or is leaving, oldest first."""
    require(tx, worker, Role.WORKER)
    account = tx.one("traces.account_of", worker=worker)
    return tuple(_out(row, account) for row in tx.all("traces.outgoing", worker=worker))


def flow(tx: Tx, worker: PersonId, ref: str) -> Flow:
    """What a payout or payment was made of, or (NOW) what is available. Raises Refusal for one that is not there."""
    outs = outgoing(tx, worker)
    place = _place(outs, ref)
    out = outs[place] if place < len(outs) else None
    before = outs[place - 1] if place else None
    after, upto = before.left_at if before else BEGINNING, out.left_at if out else END
    left = sum(each.gross for each in outs[: place + 1])
    return Flow(
        ref=ref,
        out=out,
        before=before,
        carried=Micros(_came(tx, worker, after) - sum(each.gross for each in outs[:place])),
        answers=_part(tx, "traces.settled_between", worker, after, upto),
        bonuses=_part(tx, "traces.bonuses_between", worker, after, upto),
        adjustments=_part(tx, "traces.adjustments_between", worker, after, upto),
        stays=Micros(_came(tx, worker, upto) - left) if out else Micros(0),
    )


def bonuses(tx: Tx, worker: PersonId, ref: str) -> tuple[Bonus, ...]:
    """The bonuses of what is traced, newest first."""
    after, upto = window(tx, worker, ref)
    rows = tx.all("traces.bonuses", worker=worker, after=after, upto=upto)
    return tuple(Bonus(row["title"], row["measure"], row["threshold"], row["amount"], row["earned_at"]) for row in rows)


def adjustments(tx: Tx, worker: PersonId, ref: str) -> tuple[Adjustment, ...]:
    """The corrections of what is traced, newest first."""
    after, upto = window(tx, worker, ref)
    rows = tx.all("traces.adjustments", worker=worker, after=after, upto=upto)
    return tuple(Adjustment(row["amount"], row["reason"], row["made_at"]) for row in rows)


def _place(outs: tuple[Out, ...], ref: str) -> int:
    """Where a departure stands among all; behind the last for what is available now."""
    if ref == NOW:
        return len(outs)
    for place, out in enumerate(outs):
        if out.ref == ref:
            return place
    raise Refusal("why.gone")


def window(tx: Tx, worker: PersonId, ref: str) -> tuple[Instant, Instant]:
    """When what is traced became available: after one moment, up to another. Raises Refusal for an unknown `ref`."""
    if ref == ALL:
        return BEGINNING, END
    outs = outgoing(tx, worker)
    place = _place(outs, ref)
    return outs[place - 1].left_at if place else BEGINNING, outs[place].left_at if place < len(outs) else END


def _came(tx: Tx, worker: PersonId, upto: Instant) -> int:
    """All that had become available up to a moment."""
    queries = ("traces.settled_between", "traces.bonuses_between", "traces.adjustments_between")
    return sum(_part(tx, query, worker, BEGINNING, upto).amount for query in queries)


def _part(tx: Tx, query: str, worker: PersonId, after: Instant, upto: Instant) -> Part:
    row = tx.one(query, worker=worker, after=after, upto=upto)
    return Part(row["amount"], row["count"]) if row else Part(Micros(0), 0)


def _out(row: Row, account: Row | None) -> Out:
    is_same = account is not None and row["kind"] == "y" and account["changed_at"] <= row["left_at"]
    return Out(
        ref=f"{row['kind']}{row['id']}",
        left_at=row["left_at"],
        code=row["code"],
        state=row["state"],
        gross=row["gross"],
        income_tax=row["income_tax"],
        local_tax=row["local_tax"],
        net=row["net"],
        transfer=row["transfer_code"],
        moved_at=row["moved_at"],
        last_digits=account["last_digits"] if is_same and account is not None else None,
        note=row["note"],
    )
