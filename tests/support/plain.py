"""What the services promise, told plainly: who holds what, what is answered, whose money it is. No SQL, no services."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from papers import Batch, Card, Given, Purse, Session, Task

from rules.model import DAY, HOUR, MINUTE, AssignmentId, BatchId, Instant, PersonId

OPEN_AGAIN = 5
REVIEW = 72 * HOUR
NEW_SESSION = 30 * MINUTE


@dataclass
class Plain:
    """The whole office. Every method does what the service of its name promises, and says how that ends."""

    now: Instant
    batches: dict[BatchId, Batch] = field(default_factory=dict)
    cards: dict[AssignmentId, Card] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    purses: dict[PersonId, Purse] = field(default_factory=dict)
    sessions: dict[tuple[PersonId, BatchId], Session] = field(default_factory=dict)
    lines: Counter[str] = field(default_factory=Counter)
    is_limited: bool = False

    # What is so --------------------------------------------------------------------------------------------------

    def held(self, worker: PersonId, batch: BatchId) -> list[Card]:
        """The cards in a worker's hands, the one to show first."""
        own = [card for card in self._cards_of(worker, batch) if card.state == "held"]
        return sorted(own, key=lambda card: (-card.leased_at, card.id))

    def _cards_of(self, worker: PersonId, batch: BatchId) -> list[Card]:
        return [card for card in self.cards.values() if card.worker == worker and card.batch.id == batch]

    def card_of(self, worker: PersonId, batch: Batch, text: str) -> Card | None:
        return next((card for card in self._cards_of(worker, batch.id) if card.text == text), None)

    def is_free_for(self, worker: PersonId, batch: Batch, text: str) -> bool:
        """Whether a worker may be dealt a task: nobody sees one again that they have answered or left."""
        card, task = self.card_of(worker, batch, text), batch.tasks[text]
        has_room = (task.is_gold and (batch.golds_left > 0 or card is not None)) or task.free > 0
        is_new = card is None or card.state == "expired"
        return task.state == "open" and has_room and is_new and self.may_hand_out(worker, batch, text)

    def _lapsed(self, task: Task) -> list[Card]:
        """The cards of a task to which a late answer may still come."""
        lapsed = (card for card in self.cards.values() if card.task is task and card.state == "expired")
        return [card for card in lapsed if card.lease_until + DAY >= self.now]

    def waiting_late(self, batch: Batch) -> int:
        """How many late answers may come that find no slot any more."""
        return sum(max(len(self._lapsed(task)) - task.free, 0) for task in batch.tasks.values() if not task.is_gold)

    def may_hand_out(self, worker: PersonId, batch: Batch, text: str) -> bool:
        """Whoever has a limit promises no slot twice that could not be paid twice."""
        task = batch.tasks[text]
        lapsed = self._lapsed(task)
        is_promised = len(lapsed) >= task.free and all(card.worker != worker for card in lapsed)
        if task.is_gold or not self.is_limited or not is_promised:
            return True
        return (self.waiting_late(batch) + 1) * batch.reserved <= self.lines[f"reserve:{batch.id}"]

    def cover(self, batch: Batch) -> None:
        """A limit fills reserves up, once and for all."""
        line = f"reserve:{batch.id}"
        self.lines[line] = max(self.lines[line], self.waiting_late(batch) * batch.reserved)

    def recent(self, worker: PersonId, batch: BatchId) -> list[Given]:
        return [each for each in self.given if (each.card.worker, each.card.batch.id) == (worker, batch)][-OPEN_AGAIN:]

    def newest(self, worker: PersonId, batch: BatchId) -> int:
        """What an undo button opens again, 0 for none."""
        return next((each.id for each in reversed(self.recent(worker, batch)) if not each.is_undone), 0)

    def session(self, worker: PersonId, batch: BatchId) -> tuple[int, int]:
        """How many answers stand that were given in the running session, and what they earned."""
        session = self.sessions.get((worker, batch))
        own = [
            each.price
            for each in self.given
            if (each.card.worker, each.card.batch.id) == (worker, batch)
            and session is not None
            and (each.session, each.is_undone) == (session.number, False)
            and each.labels is not None
        ]
        return len(own), sum(own)

    def votes(self, card: Card) -> list[int]:
        return [
            each.labels
            for each in self.given
            if each.card.task is card.task and each.status == "counted" and not each.is_undone
            if each.labels is not None
        ]

    def owed(self, batch: Batch) -> int:
        """What the wanted answers may still cost: what is in hands at its price, the rest at today's."""
        cards = (card for card in self.cards.values() if card.batch is batch and card.state == "held")
        held = sum(card.price for card in cards if not card.task.is_gold)
        wanted = (task for task in batch.tasks.values() if not task.is_gold and task.state != "dropped")
        return held + batch.price * sum(task.free + batch.most - task.wanted for task in wanted)

    def owed_for_gold(self, batch: Batch) -> int:
        golds = [card for card in self.cards.values() if card.batch is batch and card.task.is_gold]
        lapsed = sum(max(card.price, batch.price) for card in golds if card.state == "expired")
        held = sum(card.price for card in golds if card.state == "held")
        return held + lapsed + batch.price * batch.golds_left

    # Dealing -----------------------------------------------------------------------------------------------------

    def begin(self, worker: PersonId, batch: Batch) -> str:
        if batch.state != "open" and not self.held(worker, batch.id):
            return "work.batch_over"
        session = self.sessions.get((worker, batch.id))
        if session is not None and self.now - session.last > NEW_SESSION:
            self._new_session(worker, batch.id)
        return "begun"

    def _new_session(self, worker: PersonId, batch: BatchId) -> None:
        before = self.sessions.get((worker, batch))
        if before is not None:
            self.sessions[worker, batch] = Session(before.number + 1, self.now)

    def start(self, worker: PersonId, batch: Batch) -> None:
        """The first time that a worker is dealt from a batch, their session begins."""
        self.sessions.setdefault((worker, batch.id), Session(1, self.now))

    def renew(self, card: Card) -> None:
        """Being shown what one holds starts its lease anew."""
        card.lease_until = Instant(self.now + card.batch.lease)

    def take(self, worker: PersonId, batch: Batch, text: str, assignment: AssignmentId) -> Card:
        """Hand out a slot; what lapsed from the same hands is taken up under a new revision and today's price."""
        task, before = batch.tasks[text], self.card_of(worker, batch, text)
        if not task.is_gold:
            task.free -= 1
        elif before is None:
            batch.golds_left -= 1
        if before is None:
            before = Card(assignment, worker, batch, text, batch.price, self.now, self.now)
            self.cards[assignment] = before
        else:
            before.state, before.revision, before.draft = "held", before.revision + 1, 0
            before.price, before.leased_at = batch.price, self.now
        self.renew(before)
        return before

    # Taps --------------------------------------------------------------------------------------------------------

    def tap(self, worker: PersonId, card: Card, revision: int) -> str:
        """Whether a button is one that still does something."""
        if card.worker != worker:
            return "work.not_yours"
        return "open" if card.revision == revision and card.state in ("held", "expired") else "stale"

    def answer(self, worker: PersonId, card: Card, revision: int, labels: int) -> str:
        """Store an answer to an open card: in time, or late for a day when its slot is gone."""
        if (found := self.tap(worker, card, revision)) != "open":
            return found
        if labels == 0:
            return "work.choose_first"
        closed_at = card.batch.closed_at
        if self.now > (card.lease_until if closed_at is None else min(card.lease_until, closed_at)) + DAY:
            return "work.too_late"
        task = card.task
        has_slot = task.is_gold or card.state == "held" or self._take_slot(task)
        status = "late" if not has_slot else "excluded" if task.state == "dropped" else "counted"
        card.state = "answered"
        self._give(card, labels, status, card.price)
        self.given[-1].line = self._line(card, status)
        self._pay(card, self.given[-1].line, card.price)
        if status == "counted":
            task.counted += 1
            self.grow(card)
        return "late" if status == "late" else "answered"

    def _take_slot(self, task: Task) -> bool:
        if task.free == 0:
            return False
        task.free -= 1
        return True

    def _give(self, card: Card, labels: int | None, status: str, price: int) -> None:
        session = self.sessions[card.worker, card.batch.id]
        given = Given(len(self.given) + 1, card, card.revision, labels, status, price, self.now, session.number)
        self.given.append(given)
        if labels is not None:
            session.last = self.now

    def _line(self, card: Card, status: str) -> str:
        """Who pays; nobody's line where it is the budget, since a reserve never goes below nothing."""
        if status != "late" or card.task.is_gold:
            return f"{'gold' if card.task.is_gold else 'escrow'}:{card.batch.id}"
        line = f"reserve:{card.batch.id}"
        return line if self.lines[line] >= card.price else ""

    def _pay(self, card: Card, line: str, amount: int) -> None:
        if line:
            self.lines[line] -= amount
        self.purses[card.worker].pending += amount

    def grow(self, card: Card) -> None:
        """A task with all its answers is done, or wants one more where people disagree."""
        task, batch = card.task, card.batch
        if task.is_gold or task.state != "open" or task.counted < task.wanted:
            return
        counts = Counter(self.votes(card)).most_common(2)
        is_tied = len(counts) > 1 and counts[0][1] == counts[1][1]
        is_sure = not is_tied and counts[0][1] * 1_000_000 // task.counted >= batch.confidence
        if task.wanted < batch.most and not is_sure:
            task.wanted += 1
            task.free += 1
        else:
            task.state = "done"

    def toggle(self, worker: PersonId, card: Card, revision: int, choice: int, is_on: bool) -> str:
        if (found := self.tap(worker, card, revision)) != "open":
            return found
        card.draft = card.draft | 1 << choice if is_on else card.draft & ~(1 << choice)
        return "toggled"

    def leave(self, worker: PersonId, card: Card, revision: int, state: str) -> str:
        """Skip or report: the slot goes to others; two reports take the task out until its coordinator has looked."""
        if (found := self.tap(worker, card, revision)) != "open":
            return found
        if card.state == "held":
            self._give_back(card)
        card.state = state
        self._give(card, None, state, 0)
        if state == "reported":
            card.task.reports += 1
            if card.task.reports >= 2 and card.task.state == "open":
                card.task.state = "flagged"
        return state

    def _give_back(self, card: Card) -> None:
        if not card.task.is_gold:
            card.task.free += 1

    def stop(self, worker: PersonId, batch: Batch) -> None:
        for card in self.held(worker, batch.id):
            self._lapse(card, self.now)
        self._new_session(worker, batch.id)

    def _lapse(self, card: Card, until: Instant) -> None:
        card.state, card.lease_until = "expired", until
        self._give_back(card)

    def undo(self, worker: PersonId, batch: Batch, answer: int) -> str:
        """Open the newest answer again: its money goes back, its slot stays with the worker."""
        if batch.state == "closed":
            return "work.undo_closed"
        newest = self.newest(worker, batch.id)
        if newest == 0:
            return "work.nothing_to_undo"
        if newest != answer:
            return "stale"
        given = self.given[newest - 1]
        if given.is_settled:
            return "work.undo_settled"
        has_slot = self._take_back(given)
        if has_slot is None:
            return "work.undo_taken"
        given.is_undone = True
        card = given.card
        card.state = "held" if has_slot else "expired"
        card.revision += 1
        card.draft = given.labels or 0 if batch.is_multiple else 0
        card.leased_at = self.now
        card.lease_until = Instant(self.now + (batch.lease if has_slot else 0))
        if self.is_limited and given.status == "late":
            self.cover(batch)
        return "undone"

    def _take_back(self, given: Given) -> bool | None:
        """Whether the card has a slot again; None when a slot is needed and there is none."""
        card, task = given.card, given.card.task
        if given.labels is None:
            may = self.may_hand_out(card.worker, card.batch, card.text)
            if not task.is_gold and not (may and self._take_slot(task)):
                return None
            task.reports = max(task.reports - (given.status == "reported"), 0)
            return True
        self._pay(card, given.line, -given.price)
        self.sessions[card.worker, card.batch.id].last = self.now
        if given.status == "counted":
            task.counted -= 1
            if task.state == "done":
                task.state = "open"
                card.batch.completed_at = None
        return given.status != "late" or self._take_slot(task)

    # Time and the coordinator ------------------------------------------------------------------------------------

    def expire(self) -> int:
        lapsed = [card for card in self.cards.values() if card.state == "held" and card.lease_until <= self.now]
        for card in lapsed:
            self._lapse(card, card.lease_until)
        return len(lapsed)

    def judge(self, batch: Batch, text: str, keep: bool) -> None:
        task = batch.tasks[text]
        task.state, task.reports = "open" if keep else "dropped", 0
        card = next(card for card in self.cards.values() if card.task is task)
        self.grow(card)
        if task.state == "open" and not task.is_gold:
            batch.completed_at = None

    def close(self, batch: Batch) -> None:
        if batch.state != "closed":
            batch.state, batch.closed_at = "closed", self.now

    def night(self) -> None:
        """What nobody taps for: old complete batches close, finished ones are complete, unused money goes back."""
        for batch in self.batches.values():
            if batch.completed_at is not None and batch.completed_at + DAY <= self.now:
                self.close(batch)
            if batch.state != "closed" and batch.completed_at is None:
                is_finished = all(task.is_gold or task.state != "open" for task in batch.tasks.values())
                batch.completed_at = self.now if is_finished else None
            if batch.closed_at is not None and batch.closed_at + batch.lease + DAY <= self.now:
                batch.is_released = True
                for line in ("escrow", "gold", "reserve"):
                    self.lines[f"{line}:{batch.id}"] = 0

    # Money -------------------------------------------------------------------------------------------------------

    def settle(self, worker: PersonId, limit: int) -> int:
        """The oldest answers that have been in review for 72 hours become available."""
        due = [
            each
            for each in self.given
            if each.card.worker == worker and each.price and not each.is_undone and not each.is_settled
            if each.at + REVIEW <= self.now
        ][:limit]
        for each in due:
            each.is_settled = True
            self.purses[worker].pending -= each.price
            self.purses[worker].available += each.price
        return len(due)

    def pay(self, worker: PersonId, amount: int) -> None:
        self.purses[worker].available -= amount
        self.purses[worker].paid += amount
