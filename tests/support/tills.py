"""People with money to be paid, in an office without a chat."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from desk import Desk

from rules import ledger
from rules.currency import smallest
from rules.model import HOUR, Instant, Micros, PersonId
from rules.paydays import read_paydays
from rules.payees import Account
from rules.payouts import Terms
from rules.taxes import Profile, rates
from services import closing, enrolling, payouts, settling, transfers
from services.enrolling import Newcomer
from services.payouts import Payout
from services.people import CONSENT_VERSION
from services.transfers import Transfer
from storage import Tx
from storage.ledger import post

SEOUL = ZoneInfo("Asia/Seoul")
WON = 1_000_000
DIGEST = "0" * 64


def terms(days: str = "request", rounding: int = 1, minimum: int = 5_000, taxes: str | None = None) -> Terms:
    """Korea's, cut below one won."""
    cut = rates("KRW", rounding, taxes)
    return Terms(Micros(minimum * WON), smallest("KRW"), cut, read_paydays(days), SEOUL)


TERMS = terms()


def give_account(tx: Tx, person: PersonId, sealed: str = "sealed", profile: Profile = Profile.RESIDENT) -> None:
    """As if the form had been filled in long ago."""
    values = {"digits": "1234", "reference": None, "profile": profile, "held": 0, "now": 1}
    tx.run("payees.save", person=person, sealed=sealed, **values)


def written(number: str = "1101234567891", holder: str = "미나", bank: str = "090") -> str:
    return Account(bank, number, holder).written()


async def earner(desk: Desk, won: float, name: str = "Mina", *, has_account: bool = True) -> PersonId:
    """A worker with so much available."""
    worker = await desk.worker(name)
    await earn(desk, worker, won)
    if has_account:
        await desk.do(give_account, worker)
    return worker


async def earn(desk: Desk, worker: PersonId, won: float) -> None:
    """Earn so much more, and let the review pass."""
    batch = await desk.batch(("one",), price=Micros(round(won * WON)))
    await desk.tap(worker, await desk.begin(worker, batch))
    desk.wait(73 * HOUR)
    while await desk.do(settling.settle, desk.now, worker):
        pass


def multitude(tx: Tx, now: Instant, owner: PersonId, count: int, sealed: Sequence[str]) -> list[Payout]:
    """So many workers who have been given 10,000 won by hand, and ask for it; their accounts in turn."""
    made = []
    for number in range(count):
        newcomer = Newcomer(9_000_000 + number, f"worker {number}", None, "ko")
        worker = enrolling.arrive(tx, now, newcomer, "", frozenset(), "open").id
        enrolling.consent(tx, now, worker, CONSENT_VERSION)
        amount = Micros(10_000 * WON)
        row = tx.one("bonuses.adjust", worker=worker, amount=amount, reason="a start", person=owner, now=now)
        assert row is not None
        post(tx, ledger.moved(f"adjust:{row['id']}", ledger.ADJUSTMENTS, ledger.available(worker), amount), now)
        give_account(tx, worker, sealed[number % len(sealed)])
        wanted = payouts.standing(tx, now, worker, TERMS).wanted
        payout = payouts.ask(tx, now, worker, wanted.gross, wanted.net, TERMS)
        assert payout is not None
        made.append(payout)
    return made


async def second(desk: Desk, name: str = "Sora") -> PersonId:
    """Another owner, who may approve."""
    desk._ids += 1
    newcomer = Newcomer(desk._ids, name, None, "ko")
    person = await desk.do(enrolling.arrive, desk.now, newcomer, "", frozenset({desk._ids}), "open")
    return person.id


async def asked(desk: Desk, worker: PersonId) -> Payout:
    """What a worker has asked for, all of it."""
    wanted = (await desk.do(payouts.standing, desk.now, worker, TERMS)).wanted
    payout = await desk.do(payouts.ask, desk.now, worker, wanted.gross, wanted.net, TERMS)
    assert payout is not None
    return payout


async def prepared(desk: Desk, left_out: Sequence[int] = ()) -> Transfer:
    """A transfer of all that is asked, bound to a file."""
    made = await desk.do(closing.prepare, desk.now, desk.coordinator, TERMS, left_out)
    return await desk.do(closing.fix, desk.now, desk.coordinator, made.id, DIGEST, TERMS)


async def sent(desk: Desk, approver: PersonId) -> Transfer:
    """A transfer of all that is asked, approved, and with the bank."""
    made = await prepared(desk)
    await desk.do(closing.approve, desk.now, approver, made.id, DIGEST, TERMS)
    await desk.do(closing.send, desk.now, desk.coordinator, made.id, TERMS, False)
    return await desk.do(transfers.transfer, desk.coordinator, made.id)


def told(tx: Tx, now: Instant) -> list[tuple[str, int]]:
    """What is queued for whom."""
    return [(row["kind"], row["person_id"]) for row in tx.all("outbox.due", now=now, limit=1_000)]
