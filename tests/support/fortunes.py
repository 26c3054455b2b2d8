"""A worker to whom everything happens that can happen to money, in an order that a seed decides."""

from random import Random

from desk import Desk

from rules import ledger
from rules.codes import new_code
from rules.model import HOUR, MINUTE, AnswerId, BatchId, Instant, Micros, PersonId
from services import adjusting, bonusing, settling, steering, undoing
from services.disputing import put_in_force, take_back
from services.promising import Measure
from storage import Row, Tx
from storage.ledger import balance, post

PRICES = (Micros(20_000_000), Micros(400_000), Micros(33_333_333), Micros(1_000_000))


class Fortune:
    """The worker, and what happens next."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.random = Random(seed)
        self.worker = PersonId(0)
        self.batches: list[BatchId] = []

    async def begin(self) -> None:
        """Three batches, one of which promises a bonus for every five answers."""
        desk = self.desk
        self.worker = await desk.worker()
        for price in PRICES[:3]:
            self.batches.append(await desk.batch([f"{price}-{number}" for number in range(80)], price=price))
        rule = await desk.do(
            bonusing.draft, desk.now, desk.coordinator, self.batches[0], Measure.EACH, 5,
            Micros(500_000), Micros(3_000_000),
        )  # fmt: skip
        await desk.do(bonusing.publish, desk.now, desk.coordinator, rule.id)

    async def live(self, events: int) -> None:
        acts = (self.label, self.label, self.undo, self.settle, self.bonus, self.adjust, self.pay, self.pay_out,
                self.end_payout, self.reject, self.reprice)  # fmt: skip
        for _ in range(events):
            self.desk.wait(self.random.randrange(1, 30 * HOUR))
            await self.random.choice(acts)()

    async def label(self) -> None:
        batch = self.random.choice(self.batches)
        for _ in range(self.random.randrange(1, 7)):
            self.desk.wait(self.random.randrange(1, 40 * MINUTE))
            await self.desk.tap(self.worker, await self.desk.begin(self.worker, batch))

    async def undo(self) -> None:
        row = await self.desk.do(newest, self.worker)
        if row is not None and row["rejection_id"] is None and row["settlement_id"] is None:
            await self.desk.do(undoing.undo, self.desk.now, self.worker, row["batch_id"], row["id"])

    async def settle(self) -> None:
        while await self.desk.do(settling.settle, self.desk.now, self.worker):
            pass

    async def bonus(self) -> None:
        for due in await self.desk.do(bonusing.due, self.desk.now, 1):
            await self.desk.do(bonusing.give, self.desk.now, 1, due.worker, [due.number])

    async def adjust(self) -> None:
        has = await self.desk.do(balance, ledger.available(self.worker))
        amount = Micros(self.random.choice((-min(has, 70_000), 1_230_000)))
        if amount:
            code = await self.desk.do(code_of, self.worker)
            await self.desk.do(adjusting.propose, self.desk.coordinator, code, amount, "why not")
            await self.desk.do(adjusting.adjust, self.desk.now, self.desk.coordinator, self.worker, amount)

    async def pay(self) -> None:
        has = await self.desk.do(balance, ledger.available(self.worker))
        if has >= 2_000_000:
            code = await self.desk.do(code_of, self.worker)
            await self.desk.do(settling.record_payment, self.desk.now, code, Micros(2_000_000), "cash")

    async def pay_out(self) -> None:
        await self.desk.do(ask, self.desk.now, self.worker, self.random.randrange(3))

    async def end_payout(self) -> None:
        await self.desk.do(end, self.desk.now, self.worker, self.random.choice(("paid", "paid", "failed")))

    async def reject(self) -> None:
        row = await self.desk.do(newest, self.worker)
        if row is None or row["status"] != "counted" or row["rejection_id"] or row["settles_at"] <= self.desk.now:
            return
        rejection = await self.desk.do(propose, self.desk.now, row, self.desk.coordinator)
        await self.desk.do(put_in_force, self.desk.now, rejection, None)
        if self.random.random() < 0.5:
            self.desk.wait(HOUR)
            await self.desk.do(take_back, self.desk.now, rejection, None)

    async def reprice(self) -> None:
        batch, price = self.random.choice(self.batches), self.random.choice(PRICES)
        await self.desk.do(steering.reprice, self.desk.now, self.desk.coordinator, batch, price)


def code_of(tx: Tx, person: PersonId) -> str:
    row = tx.one("people.find", person=person)
    assert row is not None
    return str(row["code"])


def newest(tx: Tx, worker: PersonId) -> Row | None:
    rows = tx.all("earnings.history", worker=worker, at=1 << 62, answer=0, limit=1)
    return tx.one("reviews.answer", answer=rows[0]["id"]) if rows else None


def propose(tx: Tx, now: Instant, row: Row, reviewer: PersonId) -> int:
    made = tx.one(
        "rejections.add", answer=AnswerId(row["id"]), batch=row["batch_id"], worker=row["worker_id"],
        reviewer=reviewer, reason="rule", version=0, expected=2, was=row["status"], amount=row["price"], now=now,
    )  # fmt: skip
    assert made is not None
    return int(made["id"])


def ask(tx: Tx, now: Instant, worker: PersonId, leave: int) -> bool:
    """Ask for all whole won but a few, with taxes of 3 % and 0.3 %."""
    won = balance(tx, ledger.available(worker)) // 1_000_000 - leave
    if won <= 0 or tx.one("payouts.open", worker=worker) is not None:
        return False
    income, local = won * 3 // 100, won * 3 // 1000
    net = Micros((won - income - local) * 1_000_000)
    row = tx.one(
        "payouts.ask", code=new_code(8), worker=worker, gross=won * 1_000_000, income_tax=income * 1_000_000,
        local_tax=local * 1_000_000, net=net, profile="freelance", now=now,
    )  # fmt: skip
    assert row is not None
    post(tx, ledger.asked(row["id"], worker, row["gross"]), now)
    return True


def end(tx: Tx, now: Instant, worker: PersonId, state: str) -> None:
    """The bank says what became of the open payout."""
    row = tx.one("payouts.open", worker=worker)
    if row is None:
        return
    begun = tx.one("transfers.begin", code=new_code(8), person=worker, now=now)
    assert begun is not None
    tx.run(
        "transfers.take", transfer=begun["id"], payout=row["id"], income_tax=row["income_tax"],
        local_tax=row["local_tax"], net=row["net"], profile=row["tax_profile"],
    )  # fmt: skip
    totals = {name: row[name] for name in ("gross", "income_tax", "local_tax", "net")}
    tx.run("transfers.total", transfer=begun["id"], payouts=1, **totals)
    tx.run("transfers.approve", transfer=begun["id"], person=tx.all("people.owners")[0]["id"], now=now)
    tx.run("transfers.send", transfer=begun["id"], now=now)
    tx.run("transfers.move", transfer=begun["id"], state="sent", was="asked")
    tx.run("transfers.end", payout=row["id"], state=state, reason=None, now=now)
    tx.run("transfers.close", transfer=begun["id"], now=now)
    if state == "paid":
        post(tx, ledger.transferred(row["id"], worker, row["net"], row["income_tax"], row["local_tax"]), now)
    else:
        post(tx, ledger.returned(row["id"], worker, row["gross"]), now)
