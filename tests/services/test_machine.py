"""Random walks through the services, each step held against a plain telling of what they promise."""

from __future__ import annotations

from hypothesis import strategies as some
from hypothesis.stateful import initialize, precondition, rule
from machine import Terms, effort
from papers import Batch, Purse, Task
from walker import Button, Screen, Walker, prices, terms

from rules.model import DAY, HOUR, MINUTE, SECOND, Instant, Kind, Micros, PersonId
from rules.pricing import gold_answers
from services import budgeting, expiring, offering, settling, steering, undoing, working
from services.working import Ended, Reason
from storage.ledger import total

WORKERS = 5
BATCHES = 3
CHECK_EVERY = 10
PLENTY = Micros(10**12)
whose = some.integers(0, WORKERS - 1)
which = some.integers(0, BATCHES - 1)
choices = some.integers(0, 2)
sets = some.integers(1, 7)
pauses = some.sampled_from([5 * SECOND, 2 * MINUTE, 11 * MINUTE, HOUR, 20 * HOUR, DAY, DAY + HOUR, 3 * DAY])


class Walk(Walker):
    """What workers, their coordinator and the clock do to an office, in any order."""

    # People and batches ------------------------------------------------------------------------------------------

    @initialize(first=terms(), people=some.integers(2, 4))
    def open(self, first: Terms, people: int) -> None:
        for _ in range(people):
            self.join()
        self.post(first)

    @precondition(lambda self: len(self.workers) < WORKERS)
    @rule()
    def join(self) -> None:
        worker = self.office.join(self.plain.now)
        self.workers.append(worker)
        self.plain.purses[worker] = Purse()

    @precondition(lambda self: len(self.batches) < BATCHES or all(each.state == "closed" for each in self.batches))
    @rule(terms=terms())
    def post(self, terms: Terms) -> None:
        name = f"batch {len(self.batches) + 1}"
        batch = self.office.post(self.plain.now, name, terms)
        least, most = terms.overlap.least, terms.overlap.most
        tasks = {f"{name} {number}": Task(False, least, least) for number in range(1, terms.tasks + 1)}
        tasks |= {f"{name} gold {number}": Task(True, 0, 0) for number in range(1, terms.golds + 1)}
        golds = gold_answers(terms.tasks, most, terms.golds)
        is_multiple = terms.kind is Kind.MULTIPLE
        plain = Batch(
            batch, is_multiple, terms.price, least, most, terms.confidence, terms.lease, golds, tasks, terms.price
        )
        self.batches.append(plain)
        self.plain.batches[batch] = plain
        self.fund(plain)

    def fund(self, batch: Batch) -> None:
        """What a batch was given is read off the books; that it is enough is held against every step after."""
        for line in (f"escrow:{batch.id}", f"gold:{batch.id}", f"reserve:{batch.id}"):
            self.plain.lines[line] = self.office.do(total, line)

    # Workers -----------------------------------------------------------------------------------------------------

    @rule(number=whose, batch=which)
    def begin(self, number: int, batch: int) -> None:
        worker, chosen = self.worker(number), self.batch(batch)
        expected = self.plain.begin(worker, chosen)
        outcome = self.do(offering.begin, worker, chosen.id)
        if isinstance(outcome, str):
            assert expected == outcome
        else:
            assert "begun" == expected
            self.follow(worker, chosen, outcome)

    @rule(batch=which)
    def everybody_begins(self, batch: int) -> None:
        for number in range(len(self.workers)):
            self.begin(number, batch)

    @rule(labels=some.lists(sets, min_size=1, max_size=WORKERS))
    def everybody_answers(self, labels: list[int]) -> None:
        for number in range(len(self.workers)):
            self.answer(number, labels[number % len(labels)], 1)

    @rule(number=whose, batch=which)
    def two_complain(self, number: int, batch: int) -> None:
        self.begin(number + 2, batch)
        for each in (number, number + 1):
            self.begin(each, batch)
            self.leave(each, 0, is_reported=True)

    @rule(number=whose, batch=which, labels=sets, others=sets, keep=some.booleans())
    def argue_over_a_reported_task(self, number: int, batch: int, labels: int, others: int, keep: bool) -> None:
        """Who held it answers it all the same, and so does one who takes the report back."""
        self.two_complain(number, batch)
        self.answer(number + 2, labels, 1)
        self.undo(number + 1, 1)
        self.answer(number + 1, others, 1)
        self.judge(keep)

    @rule(number=whose, batch=which, keep=some.booleans())
    def lose_heart_over_a_judged_task(self, number: int, batch: int, keep: bool) -> None:
        self.two_complain(number, batch)
        self.judge(keep)
        self.leave(number + 2, 0, is_reported=False)

    @rule(number=whose, labels=sets, copies=some.sampled_from([1, 1, 1, 2, 3]))
    def answer(self, number: int, labels: int, copies: int) -> None:
        """A worker's open card is answered, maybe tapped twice; who has none looks for one first."""
        self.find_work(number)
        button = self.button(number, 0)
        for _ in range(copies):
            self.answer_card(button, labels)

    def find_work(self, number: int) -> None:
        worker, button = self.worker(number), self.button(number, 0)
        if button is None or self.plain.tap(*button) != "open":
            offers = (batch for batch in self.batches if batch.state == "open")
            free = (b for b in offers if any(self.plain.is_free_for(worker, b, text) for text in b.tasks))
            if (batch := next(free, None)) is not None:
                self.begin(number, self.batches.index(batch))

    @rule(number=whose, back=some.integers(1, 6), labels=sets)
    def answer_an_old_card(self, number: int, back: int, labels: int) -> None:
        self.answer_card(self.button(number, back), labels)

    @rule(number=whose, batch=which, labels=sets, tasks=some.integers(1, 6))
    def work_on(self, number: int, batch: int, labels: int, tasks: int) -> None:
        self.begin(number, batch)
        for _ in range(tasks):
            self.answer(number, labels, 1)
            self.wait(5 * SECOND, is_swept=False)

    def answer_card(self, button: Button | None, labels: int) -> None:
        if button is None:
            return
        worker, card, revision = button
        if card.batch.is_multiple:
            for choice in range(3 if self.plain.tap(*button) == "open" else 0):
                self.toggle_card(button, choice, bool(labels >> choice & 1))
            expected = self.plain.answer(worker, card, revision, card.draft)
            outcome = self.do(working.submit, worker, card.id, revision)
        else:
            expected = self.plain.answer(worker, card, revision, 1 << labels % 3)
            outcome = self.do(working.answer, worker, card.id, revision, labels % 3)
        self.ended(expected, outcome, worker, card.batch)

    @rule(number=whose, back=some.integers(0, 2), choice=choices, is_on=some.booleans())
    def toggle(self, number: int, back: int, choice: int, is_on: bool) -> None:
        if (button := self.button(number, back)) is not None:
            self.toggle_card(button, choice, is_on)

    def toggle_card(self, button: Button, choice: int, is_on: bool) -> None:
        worker, card, revision = button
        expected = "work.no_such_button"
        if card.batch.is_multiple:
            expected = self.plain.toggle(worker, card, revision, choice, is_on)
        outcome = self.do(working.toggle, worker, card.id, revision, choice, is_on)
        self.ended(expected, outcome, worker, card.batch)

    @rule(number=whose, other=whose)
    def tap_a_strangers_card(self, number: int, other: int) -> None:
        worker, button = self.worker(number), self.button(other, 0)
        if button is not None and button[0] != worker:
            for unit in (working.submit, working.skip):
                assert "work.not_yours" == self.do(unit, worker, button[1].id, button[2])
            assert "work.not_yours" == self.do(working.answer, worker, button[1].id, button[2], 0)

    @rule(number=whose, back=some.sampled_from([0, 0, 0, 1, 2]), is_reported=some.booleans())
    def leave(self, number: int, back: int, is_reported: bool) -> None:
        self.find_work(number)
        button = self.button(number, back)
        if button is None:
            return
        worker, card, revision = button
        expected = self.plain.leave(worker, card, revision, "reported" if is_reported else "skipped")
        if is_reported:
            outcome = self.do(working.report, worker, card.id, revision, Reason.OTHER)
        else:
            outcome = self.do(working.skip, worker, card.id, revision)
        self.ended(expected, outcome, worker, card.batch)

    @rule(number=whose, copies=some.sampled_from([1, 1, 2]))
    def undo(self, number: int, copies: int) -> None:
        """The undo button of the newest screen, maybe tapped twice."""
        screen = self.screen.get(self.worker(number))
        if screen is not None and (screen.last_answer or copies > 1):
            for _ in range(copies):
                self.undo_on(self.worker(number), screen)

    @rule(number=whose, depth=some.integers(2, 6))
    def undo_one_after_the_other(self, number: int, depth: int) -> None:
        for _ in range(depth):
            self.undo(number, 1)

    def undo_on(self, worker: PersonId, screen: Screen) -> None:
        batch = self.plain.batches[screen.batch]
        expected = self.plain.undo(worker, batch, screen.last_answer)
        self.ended(expected, self.do(undoing.undo, worker, batch.id, screen.last_answer), worker, batch)

    @rule(number=whose, batch=which)
    def stop(self, number: int, batch: int) -> None:
        worker, chosen = self.worker(number), self.batch(batch)
        summary = self.do(working.stop, worker, chosen.id)
        assert Ended.STOPPED == summary.ended
        self.see(worker, summary)
        self.plain.stop(worker, chosen)

    # The clock ---------------------------------------------------------------------------------------------------

    @rule(time=pauses, is_swept=some.booleans())
    def wait(self, time: int, is_swept: bool) -> None:
        self.plain.now = Instant(self.plain.now + time)
        if is_swept:
            assert self.plain.expire() == self.do(expiring.expire, 1_000)

    @rule(number=whose, batch=which)
    def lapse(self, number: int, batch: int) -> None:
        """Leases end, and somebody takes what others had."""
        self.wait(11 * MINUTE, is_swept=True)
        self.begin(number, batch)

    @rule(number=whose, labels=sets, is_regretted=some.booleans())
    def overtake(self, number: int, labels: int, is_regretted: bool) -> None:
        """Others answer what a worker thinks about for too long."""
        self.find_work(number)
        slow = self.button(number, 0)
        if slow is not None:
            self.wait(11 * MINUTE, is_swept=True)
            for other in range(number + 1, number + len(self.workers)):
                self.work_on(other, self.batches.index(slow[1].batch), labels, 2)
            self.answer_card(slow, labels)
            if is_regretted:
                self.undo(number, 1)

    @rule(number=whose, labels=sets, price=prices, is_gold=some.booleans())
    def reconsider(self, number: int, labels: int, price: int, is_gold: bool) -> None:
        """What was answered before its price changed is opened again, and goes to somebody else."""
        self.answer(number, labels, 1)
        if is_gold:
            self.bring_gold_near()
            self.answer(number, labels, 1)
            self.answer(number, labels, 1)
        screen = self.screen.get(self.worker(number))
        if screen is not None:
            batch = self.batches.index(self.plain.batches[screen.batch])
            self.reprice(batch, price)
            self.undo(number, 1)
            self.lapse(number + 1, batch)

    @rule(number=whose, labels=sets, time=pauses)
    def outlive(self, number: int, labels: int, time: int) -> None:
        """A batch is closed under somebody's hands, and answered later."""
        self.find_work(number)
        button = self.button(number, 0)
        if button is not None:
            self.close(self.batches.index(button[1].batch), is_sure=True)
            self.wait(time, is_swept=False)
            self.answer_card(button, labels)

    @rule()
    def bring_gold_near(self) -> None:
        """However far gold is from the last one, it may be dealt now."""
        self.office.connection.execute("UPDATE progress SET gold_gap = 0")

    @rule()
    def payday(self) -> None:
        self.wait(3 * DAY, is_swept=False)
        for number in range(len(self.workers)):
            self.settle(number, 400)
            self.pay(number, None)

    @rule()
    def night(self) -> None:
        self.plain.night()
        self.do(steering.close_due)
        self.do(steering.complete_finished)
        for left in self.do(steering.unused):
            self.do(steering.release, left)

    @rule(number=whose, limit=some.sampled_from([1, 2, 400]))
    def settle(self, number: int, limit: int) -> None:
        worker = self.worker(number)
        assert self.plain.settle(worker, limit) == self.do(settling.settle, worker, limit)

    # The coordinator ---------------------------------------------------------------------------------------------

    @rule(batch=which, is_on=some.booleans())
    def pause(self, batch: int, is_on: bool) -> None:
        chosen = self.batch(batch)
        outcome = self.do(lambda tx, now: steering.pause(tx, self.office.boss.id, chosen.id, is_on=is_on))
        assert ("batch.not_running" if chosen.state == "closed" else None) == outcome
        if chosen.state != "closed":
            chosen.state = "paused" if is_on else "open"

    @rule(batch=which, price=prices)
    def reprice(self, batch: int, price: int) -> None:
        chosen = self.batch(batch)
        outcome = self.do(steering.reprice, self.office.boss.id, chosen.id, Micros(price))
        assert ("batch.not_running" if chosen.state == "closed" else None) == outcome
        if chosen.state != "closed":
            chosen.price, chosen.reserved = price, max(price, chosen.reserved)
            self.fund(chosen)

    @rule(is_on=some.booleans())
    def limit(self, is_on: bool) -> None:
        """The coordinator is given a budget for the next thousand batches, or may spend without one again."""
        boss = self.office.boss.id
        if is_on:
            assert self.do(budgeting.fund, boss, boss, PLENTY)
            left = self.office.do(budgeting.left, boss)
            assert left is not None and left >= PLENTY
        else:
            self.do(budgeting.set_limit, boss, boss, is_on=False)
        if is_on and not self.plain.is_limited:
            for batch in self.batches:
                if not batch.is_released:
                    self.plain.cover(batch)
        self.plain.is_limited = is_on

    @rule(keep=some.booleans())
    def judge(self, keep: bool) -> None:
        """The first reported task is kept or taken out; its judgement is final."""
        states = {batch.id: {task.state for task in batch.tasks.values()} for batch in self.batches}
        chosen = next((batch for batch in self.batches if "flagged" in states[batch.id]), self.batches[0])
        flagged = self.office.do(steering.next_flagged, self.office.boss.id, chosen.id)
        waiting = [text for text, task in chosen.tasks.items() if task.state == "flagged"]
        assert len(waiting) == (flagged.left if flagged else 0)
        if flagged is None or flagged.text is None:
            return
        assert self.do(steering.judge, self.office.boss.id, chosen.id, flagged.task, keep=keep)
        assert not self.do(steering.judge, self.office.boss.id, chosen.id, flagged.task, keep=keep)
        self.plain.judge(chosen, flagged.text, keep)

    @rule(batch=which, is_sure=some.sampled_from([False, False, False, True]))
    def close(self, batch: int, is_sure: bool) -> None:
        chosen = self.batch(batch)
        if not is_sure:
            return
        self.plain.close(chosen)
        self.do(steering.close, self.office.boss.id, chosen.id)

    @rule(number=whose, share=some.sampled_from([None, 1, 2]))
    def pay(self, number: int, share: int | None) -> None:
        """Pay all, half, or one won more than there is."""
        worker = self.worker(number)
        won, has = 1_000_000, self.plain.purses[worker].available
        amount = {None: has // won * won, 1: has // 2 // won * won, 2: has // won * won + won}[share]
        asked = None if share is None else Micros(amount)
        outcome = self.do(settling.record_payment, self.office.code(worker), asked, "")
        if share is None and amount == 0:
            assert "money.nothing_to_pay" == outcome
        elif amount == 0:
            assert "money.not_positive" == outcome
        elif share == 2:
            assert "money.more_than_available" == outcome
        else:
            assert (amount, has - amount) == (outcome.amount, outcome.left)
            self.plain.pay(worker, amount)


class WalkWithin(Walk):
    """The same within a budget from the beginning, so that it is within one most of the time."""

    @initialize()
    def give(self) -> None:
        self.limit(is_on=True)


TestMachine = Walk.TestCase
TestMachine.settings = effort(short=40, long=2_000, steps=40)

TestWithinBudget = WalkWithin.TestCase
TestWithinBudget.settings = effort(short=40, long=2_000, steps=40)
