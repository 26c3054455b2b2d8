"""Prices of fractions of a won or a cent, exact from publishing to what comes back."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as some
from machine import START, Office, Terms, effort

from rules import ledger
from rules.ledger import FUNDS
from rules.model import DAY, MINUTE, BatchId, Instant, Kind, Micros, PersonId
from rules.pricing import cost
from rules.refusals import Refusal
from rules.settings import Overlap
from services import budgeting, expiring, offering, settling, steering, undoing, working
from services.dealing import Shown, newest_answer
from storage.checks import violations
from storage.ledger import balance, total

PRICES = some.sampled_from([1, 3_000, 7_777, 333_333, 400_000, 1_000_001]) | some.integers(1, 2_000_000)
"""In micros: 0.000001, $0.003, 0.4 won and whatever else."""

terms = some.builds(
    Terms,
    tasks=some.integers(1, 5),
    golds=some.integers(0, 2),
    kind=some.just(Kind.SINGLE),
    overlap=some.integers(1, 3).map(lambda most: Overlap(1, most)),
    price=PRICES.map(Micros),
    lease=some.just(10 * MINUTE),
    confidence=some.sampled_from([0, 950_000]),
    seed=some.sampled_from("abc"),
)
steps = some.lists(
    some.tuples(
        some.integers(0, 2), some.sampled_from(["answer", "answer", "answer", "late", "undo", "lapse", "settle"])
    ),
    max_size=25,
)


class Life:
    """A batch of a coordinator with a budget, from its publication to its end."""

    def __init__(self, budget: int, terms: Terms) -> None:
        self.office, self.now = Office(), START
        self.boss: PersonId = self.office.boss.id
        self.office.do(budgeting.fund, START, self.boss, self.boss, Micros(budget))
        self.batch: BatchId = self.office.post(START, "tasks", terms)
        self.workers = [self.office.join(START) for _ in range(3)]

    def step(self, number: int, deed: str) -> None:
        worker = self.workers[number]
        acts: dict[str, Callable[[PersonId], None]] = {
            "answer": self.answer, "late": self.late, "undo": self.undo, "lapse": self.lapse, "settle": self.settle,
        }  # fmt: skip
        try:
            acts[deed](worker)
        except Refusal:
            return  # Nothing to undo, or nothing that may be undone any more.

    def card(self, worker: PersonId) -> Shown | None:
        shown = self.office.do(offering.begin, self.now, worker, self.batch)
        return shown if isinstance(shown, Shown) else None

    def answer(self, worker: PersonId) -> None:
        if (card := self.card(worker)) is not None:
            self.office.do(working.answer, self.now, worker, card.assignment, card.revision, worker % 3)

    def late(self, worker: PersonId) -> None:
        """Others take what a worker thinks about for too long."""
        card = self.card(worker)
        self.lapse(worker)
        for other in self.workers:
            if other != worker:
                self.answer(other)
        if card is not None:
            self.office.do(working.answer, self.now, worker, card.assignment, card.revision, 0)

    def undo(self, worker: PersonId) -> None:
        newest = self.office.do(newest_answer, worker, self.batch)
        self.office.do(undoing.undo, self.now, worker, self.batch, newest)

    def lapse(self, _worker: PersonId) -> None:
        self.now = Instant(self.now + 11 * MINUTE)
        self.office.do(expiring.expire, self.now, 100)

    def settle(self, worker: PersonId) -> None:
        self.now = Instant(self.now + 3 * DAY)
        self.office.do(settling.settle, self.now, worker)

    def end(self) -> None:
        self.office.do(steering.close, self.now, self.boss, self.batch)
        self.now = Instant(self.now + 8 * DAY)
        for worker in self.workers:
            self.office.do(settling.settle, self.now, worker)
        for left in self.office.do(steering.unused, self.now):
            self.office.do(steering.release, self.now, left)


@given(terms=terms, steps=steps, spare=some.integers(0, 1_000_000))
@effort(short=60, long=3_000)
def test_every_fraction_is_where_it_belongs(terms: Terms, steps: list[tuple[int, str]], spare: int) -> None:
    needed = cost(terms.tasks, terms.overlap.most, terms.golds, terms.price).reserved
    life = Life(needed + spare, terms)
    office = life.office
    try:
        assert spare == office.do(budgeting.left, life.boss)
        for number, deed in steps:
            life.step(number, deed)
            assert [] == office.do(violations)
        life.end()

        assert [] == office.do(violations)
        rows = office.rows("SELECT worker_id, COUNT(*) FROM answer WHERE undone = 0 AND price > 0 GROUP BY 1")
        given = {row[0]: row[1] for row in rows}
        for worker in life.workers:
            assert int(str(given.get(worker, 0))) * terms.price == office.do(balance, ledger.available(worker))
            assert 0 == office.do(balance, ledger.pending(worker))
        earned = sum(office.do(balance, ledger.available(worker)) for worker in life.workers)
        assert needed + spare - earned == office.do(budgeting.left, life.boss)
        assert -(needed + spare) == office.do(total, FUNDS)
    finally:
        office.close()
