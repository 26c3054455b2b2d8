"""Somebody who walks through the office: takes each step in the services and in the plain telling, and compares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant
from machine import START, Office, Terms
from papers import Batch, Card
from plain import Plain

from rules.model import DAY, MINUTE, Instant, Kind, Micros, PersonId
from rules.refusals import Refusal
from rules.settings import Overlap
from services.dealing import Shown
from services.working import Ended, Recorded, Stale, Summary, Toggled
from storage import Tx
from storage.checks import violations

P = ParamSpec("P")
Screen = Shown | Summary
Button = tuple[PersonId, Card, int]


prices = some.sampled_from([400_000, 20_000_000, 30_000_000, 50_000_000])


@some.composite
def terms(draw: some.DrawFn) -> Terms:
    least = draw(some.integers(1, 3))
    return Terms(
        tasks=draw(some.sampled_from([1, 2, 3, 6])),
        golds=draw(some.integers(0, 2)),
        kind=draw(some.sampled_from([Kind.SINGLE, Kind.MULTIPLE])),
        overlap=Overlap(least, draw(some.integers(least, 4))),
        price=Micros(draw(prices)),
        lease=draw(some.sampled_from([10 * MINUTE, 2 * DAY])),
        confidence=draw(some.sampled_from([0, 600_000, 950_000])),
        seed=draw(some.sampled_from("abcdefgh")),
    )


def agree(told: object, found: object) -> None:
    """Stop the walk where the services and the plain telling part."""
    if told != found:
        raise AssertionError(f"told:  {told}\nfound: {found}")


CHECK_EVERY = 10
TASKS = "SELECT content, state, open_slots, wanted, counted, reports FROM task ORDER BY id"
CARDS = """
    SELECT assignment.id, worker_id, content, assignment.state, revision, draft, price, lease_until
      FROM assignment JOIN task ON task.id = task_id ORDER BY assignment.id
"""
GIVEN = """
    SELECT id, assignment_id, revision, labels, status, price, answered_at, undone, settlement_id IS NOT NULL
      FROM answer ORDER BY id
"""
BATCHES = "SELECT id, state, price, gold_left, closed_at, completed_at, released_at IS NOT NULL FROM batch ORDER BY id"


class Walker(RuleBasedStateMachine):
    """An office, its plain telling, and the screens that its workers have seen."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.plain = Plain(START)
        self.workers: list[PersonId] = []
        self.batches: list[Batch] = []
        self.shown: dict[PersonId, list[Shown]] = {}
        self.screen: dict[PersonId, Screen] = {}
        self.steps = 0

    def teardown(self) -> None:
        try:
            agree([], self.office.do(violations))
        finally:
            self.office.close()

    # Hands -------------------------------------------------------------------------------------------------------

    def do(self, unit: Callable[Concatenate[Tx, Instant, P], Any], *args: P.args, **kwargs: P.kwargs) -> Any:
        """What a unit of work at this moment returns, or the key of its refusal."""
        try:
            return self.office.do(unit, self.plain.now, *args, **kwargs)
        except Refusal as refusal:
            return refusal.key

    def ended(self, expected: str, outcome: Any, worker: PersonId, batch: Batch) -> None:
        """Hold an outcome against how the plain telling ends, and look at the screen that follows."""
        match outcome:
            case str():
                said = outcome
            case Recorded():
                said = "late" if outcome.is_late else outcome.did
            case Stale():
                said = "stale"
            case Toggled():
                said = "toggled"
        agree(expected, said)
        if not isinstance(outcome, str) and said not in ("undone", "toggled"):
            self.follow(worker, batch, outcome.then)
        elif not isinstance(outcome, str):
            self.see(worker, outcome.then)

    def follow(self, worker: PersonId, batch: Batch, then: Screen) -> None:
        """A worker sees what they hold, else is dealt a task that is free for them, else hears why there is none."""
        held = self.plain.held(worker, batch.id)
        if held and batch.state != "closed":
            self.plain.renew(held[0])
            assert isinstance(then, Shown)
            agree(held[0].id, then.assignment)
        elif batch.state == "open":
            self.plain.start(worker, batch)
            self.deal(worker, batch, then)
        else:
            assert isinstance(then, Summary)
            agree(batch.state, then.ended)
        self.see(worker, then)

    def deal(self, worker: PersonId, batch: Batch, then: Screen) -> None:
        free = {text for text in batch.tasks if self.plain.is_free_for(worker, batch, text)}
        if isinstance(then, Shown):
            assert then.text is not None
            assert then.text in free
            self.plain.take(worker, batch, then.text, then.assignment)
        else:
            agree(Ended.EMPTY, then.ended)
            agree(set(), {text for text in free if not batch.tasks[text].is_gold})

    def see(self, worker: PersonId, then: Screen) -> None:
        """A screen tells the truth about its task and its session."""
        agree(self.plain.newest(worker, then.batch), then.last_answer)
        answers, earned = self.plain.session(worker, then.batch)
        self.screen[worker] = then
        if isinstance(then, Summary):
            agree((answers, earned), (then.answers, then.earned))
            return
        card = self.plain.cards[then.assignment]
        agree((answers, earned), (then.session_answers, then.session_earned))
        agree((card.worker, card.batch.id, card.text), (worker, then.batch, then.text))
        agree((card.revision, card.price, card.draft), (then.revision, then.price, then.draft))
        self.shown.setdefault(worker, []).append(then)

    def worker(self, number: int) -> PersonId:
        return self.workers[number % len(self.workers)]

    def batch(self, number: int) -> Batch:
        return self.batches[number % len(self.batches)]

    def button(self, number: int, back: int) -> Button | None:
        """A worker's card as it was shown `back` screens ago."""
        worker = self.worker(number)
        seen = self.shown.get(worker, [])
        if not seen:
            return None
        shown = seen[-1 - back % len(seen)]
        return worker, self.plain.cards[shown.assignment], shown.revision

    # What holds after every step ---------------------------------------------------------------------------------

    @invariant()
    def the_tables_say_the_same(self) -> None:
        self.steps += 1
        agree(
            [
                (text, task.state, task.free, task.wanted, task.counted, task.reports)
                for batch in self.batches
                for text, task in batch.tasks.items()
            ],
            self.office.rows(TASKS),
        )
        agree(
            [
                (card.id, card.worker, card.text, card.state, card.revision, card.draft, card.price, card.lease_until)
                for card in self.plain.cards.values()
            ],
            self.office.rows(CARDS),
        )
        agree(
            [
                (each.id, each.card.id, each.revision, each.labels, each.status, each.price, each.at, *each.fate)
                for each in self.plain.given
            ],
            self.office.rows(GIVEN),
        )
        agree(
            [
                (each.id, each.state, each.price, each.golds_left, each.closed_at, each.completed_at, each.is_released)
                for each in self.batches
            ],
            self.office.rows(BATCHES),
        )
        if self.steps % CHECK_EVERY == 0:
            agree([], self.office.do(violations))

    @invariant()
    def the_money_is_where_it_belongs(self) -> None:
        accounts = self.office.accounts()
        agree(0, sum(accounts.values()))
        for worker, purse in self.plain.purses.items():
            has = tuple(accounts.get(f"{account}:{worker}", 0) for account in ("pending", "available", "paid"))
            agree((purse.pending, purse.available, purse.paid), has)
        for line, amount in self.plain.lines.items():
            agree((line, amount), (line, accounts.get(line, 0)))

    @invariant()
    def every_answer_that_may_come_has_its_money(self) -> None:
        for batch in self.batches:
            if batch.state != "closed":
                assert self.plain.lines[f"escrow:{batch.id}"] >= self.plain.owed(batch)
                assert self.plain.lines[f"gold:{batch.id}"] >= self.plain.owed_for_gold(batch)
            if self.plain.is_limited and not batch.is_released:
                waiting = self.plain.waiting_late(batch)
                assert self.plain.lines[f"reserve:{batch.id}"] >= waiting * batch.reserved
