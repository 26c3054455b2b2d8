"""Random walks through work, reviews, appeals and time: the books and counters hold, and nobody is paid twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from machine import START, Office, Terms, effort

from rules.model import DAY, HOUR, AnswerId, Instant, Kind, Micros, PersonId
from rules.refusals import Refusal
from rules.settings import Overlap
from services import (
    appealing,
    enrolling,
    expiring,
    offering,
    rejecting,
    settling,
    steering,
    undoing,
    working,
)
from services.dealing import Shown, newest_answer
from services.enrolling import Newcomer
from storage import Tx
from storage.checks import violations

WHOSE = some.integers(0, 3)
WHICH = some.integers(0, 40)
AT_ONCE = 2
REJECTABLE = """
    SELECT id FROM answer
     WHERE status = 'counted' AND undone = 0 AND settlement_id IS NULL AND id NOT IN (SELECT answer_id FROM rejection)
     ORDER BY id DESC
"""


class Walk(RuleBasedStateMachine):
    """Four workers, one batch, its owner and another coordinator."""

    @initialize(
        tasks=some.integers(1, 5),
        golds=some.integers(0, 2),
        overlap=some.sampled_from([Overlap(1, 1), Overlap(1, 3), Overlap(2, 3), Overlap(3, 4)]),
        confidence=some.sampled_from([0, 600_000, 950_000]),
    )
    def open(self, tasks: int, golds: int, overlap: Overlap, confidence: int) -> None:
        self.office, self.now = Office(), START
        self.workers = [self.office.join(self.now) for _ in range(4)]
        self.boss = self.office.boss.id
        self.second = self.office.do(second_coordinator, self.now, self.boss)
        terms = Terms(tasks, golds, Kind.SINGLE, overlap, Micros(400_000), HOUR, confidence, "a")
        self.batch = self.office.post(self.now, "walk", terms)
        self.office.do(steering.rewrite_guide, self.now, self.boss, self.batch, "One rule")

    def teardown(self) -> None:
        if hasattr(self, "office"):
            self._end()
            self.office.close()

    def _end(self) -> None:
        """All windows close; everything that was held is somebody's again, and every check holds."""
        self.do(steering.close, self.boss, self.batch)
        for _ in range(4):
            self.now = Instant(self.now + 8 * DAY)
            self.office.do(all_sent, self.now)
            self.time_decides()
            self.settle()
        for left in self.office.do(steering.unused, self.now):
            self.office.do(steering.release, self.now, left)
        assert [] == self.office.do(violations)
        lines = ("disputed:", "escrow:", "gold:", "reserve:")
        held = {name: sum for name, sum in self.office.accounts().items() if name.startswith(lines) and sum}
        assert {} == held

    def do(self, unit: Callable[..., Any], *values: Any) -> Any:
        """What a unit returns, None for a refusal."""
        try:
            return self.office.do(unit, self.now, *values)
        except Refusal:
            return None

    def worker(self, number: int) -> PersonId:
        return self.workers[number]

    def row(self, sql: str, number: int) -> int | None:
        found = self.office.rows(sql)
        return int(str(found[number % len(found)][0])) if found else None

    @rule(number=WHOSE, choice=some.integers(0, 2), slow=some.sampled_from([False, False, False, True]))
    def answer(self, number: int, choice: int, slow: bool) -> None:
        shown = self.do(offering.begin, self.worker(number), self.batch)
        if not isinstance(shown, Shown):
            return
        if slow:
            self.now = Instant(self.now + 2 * HOUR)
            self.do(expiring.expire, 50)
        self.do(working.answer, self.worker(number), shown.assignment, shown.revision, choice)

    @rule(number=WHOSE)
    def undo(self, number: int) -> None:
        newest = self.office.do(newest_answer, self.worker(number), self.batch)
        self.do(undoing.undo, self.worker(number), self.batch, newest)

    @rule(number=WHICH, expected=some.sampled_from([1, 2, 4]))
    def reject(self, number: int, expected: int) -> None:
        answer = self.row(REJECTABLE if number % 4 else "SELECT id FROM answer ORDER BY id DESC", number)
        self.do(rejecting.reject, self.boss, AnswerId(answer or 0), 0, expected)

    @rule(number=WHICH, on=some.booleans())
    def confirm(self, number: int, on: bool) -> None:
        rejection = self.row("SELECT id FROM rejection WHERE state = 'proposed'", number)
        if rejection is not None:
            self.do(rejecting.confirm if on else rejecting.drop, self.second if on else self.boss, rejection)

    @rule(number=WHICH, on=some.booleans())
    def respond(self, number: int, on: bool) -> None:
        found = self.office.rows("SELECT id, worker_id FROM rejection WHERE state = 'told'")
        if found:
            rejection, worker = found[number % len(found)]
            self.do(appealing.agree, worker, rejection) if on else self.do(appealing.appeal, worker, rejection, None)

    @rule(number=WHICH, on=some.booleans())
    def decide(self, number: int, on: bool) -> None:
        rejection = self.row("SELECT id FROM rejection WHERE state = 'appealed'", number)
        if rejection is not None:
            self.do(appealing.uphold if on else appealing.deny, self.second, rejection)

    @rule(price=some.sampled_from([200_000, 400_000, 700_000]))
    def reprice(self, price: int) -> None:
        self.do(steering.reprice, self.boss, self.batch, Micros(price))

    @rule(hours=some.sampled_from([1, 24, 49, 80, 170]))
    def wait(self, hours: int) -> None:
        self.now = Instant(self.now + hours * HOUR)
        self.do(expiring.expire, 50)

    @rule()
    def settle(self) -> None:
        for worker in self.workers:
            while self.office.do(settling.settle, self.now, worker, AT_ONCE):
                pass

    @rule()
    def time_decides(self) -> None:
        for unit in (appealing.withdraw_late, appealing.uphold_undecided, appealing.release_final):
            while self.office.do(unit, self.now, AT_ONCE) == AT_ONCE:
                pass
        self.office.do(steering.complete_finished, self.now)

    @invariant()
    def the_books_and_the_counters_hold(self) -> None:
        if hasattr(self, "office"):
            assert [] == self.office.do(violations)


def second_coordinator(tx: Tx, now: Instant, boss: PersonId) -> PersonId:
    invite = enrolling.invite_coordinator(tx, now, boss)
    return enrolling.arrive(tx, now, Newcomer(99, "Daon", None, "ko"), invite.code, frozenset(), "invite").id


def all_sent(tx: Tx, now: Instant) -> None:
    for message in tx.all("outbox.due", now=now, limit=1_000):
        tx.run("outbox.mark", message=message["id"], state="sent", due=now, attempted=1)


TestWalk = Walk.TestCase
TestWalk.settings = effort(short=40, long=2_000, steps=40)
