"""How batches are doing: the list, and the card of each."""

import json
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from rules.model import HOUR, MINUTE, BatchId, Instant, Kind, Micros, PersonId
from rules.pricing import gold_answers
from rules.refusals import Refusal
from rules.settings import Overlap
from rules.stalls import Cause
from storage import Row, Tx

from .budgeting import left
from .drafting import PACE_ANSWERS, own
from .inviting import Effect, effect
from .people import Role, require
from .stalls import current

PAGE = 8
NEWEST = 2**53
EVERY = MINUTE
QUIET = 30 * MINUTE
SPEED_ANSWERS = 500
SHORTEST_STRETCH = 5 * MINUTE


class State(StrEnum):
    """What a batch is doing, as its coordinator sees it."""

    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    COMPLETE = "complete"
    CLOSED = "closed"


@dataclass(frozen=True)
class Line:
    """One batch of the list."""

    batch: BatchId
    code: str
    title: str
    state: State
    tasks: int
    finished: int


@dataclass(frozen=True)
class Page:
    """A stretch of the list; `before` is where the next one begins, 0 at the end."""

    lines: tuple[Line, ...]
    before: int


@dataclass(frozen=True)
class Card:
    """The numbers of a batch. `most` is the price of every answer that may still be given and of those given.

    `per_answer` in milliseconds, `per_hour` in answers, `rest` in milliseconds; None where there is too little to tell.
    """

    batch: BatchId
    code: str
    title: str
    state: State
    kind: Kind
    choices: tuple[str, ...]
    overlap: Overlap
    price: Micros
    tasks: int
    finished: int
    answers: int
    late: int
    gold: int
    spent: Micros
    most: Micros
    per_answer: int | None
    per_hour: int | None
    rest: int | None
    deadline: Instant | None
    flagged: int
    left: Micros | None
    """What its coordinator's budget has left; None without a limit."""
    stall: Cause | None = None
    effect: Effect | None = None
    """Whether telling workers of the batch has brought work; None while nobody was told."""


@dataclass(frozen=True)
class LiveCard:
    """A card on somebody's phone that may be behind its batch."""

    batch: BatchId
    message_id: int
    shown: str
    person: PersonId
    telegram_id: int
    language: str
    timezone: str


def pages(tx: Tx, person: PersonId, before: int = 0) -> Page:
    """The person's batches, newest first; everybody's for an owner."""
    found = require(tx, person, Role.COORDINATOR, Role.OWNER)
    rows = tx.all(
        "batches.of_coordinator",
        coordinator=person,
        everything=int(Role.OWNER in found.roles),
        before=before or NEWEST,
        limit=PAGE + 1,
    )
    lines = tuple(_line(tx, row) for row in rows[:PAGE])
    return Page(lines, lines[-1].batch if len(rows) > PAGE else 0)


def _line(tx: Tx, row: Row) -> Line:
    counts = tx.one("batches.counts", batch=row["id"])
    finished = counts["finished"] if counts else 0
    return Line(row["id"], row["code"], row["title"], _state(row, finished), row["tasks"], finished)


def _state(row: Row, finished: int) -> State:
    state = State(row["state"])
    return State.COMPLETE if state in (State.OPEN, State.PAUSED) and finished >= row["tasks"] else state


def card(tx: Tx, now: Instant, person: PersonId, batch: BatchId) -> Card:
    """How a published batch is doing. Raises Refusal when it is somebody else's, or not published."""
    row = own(tx, person, batch)
    if row["published_at"] is None:
        raise Refusal("batch.not_running")
    counts, flagged = tx.one("batches.counts", batch=batch), tx.one("tasks.count_flagged", batch=batch)
    if counts is None or flagged is None:
        raise LookupError(batch)
    per_hour = _per_hour(tx, now, batch)
    wanted, gold = unanswered(row, counts)
    return Card(
        batch=batch,
        code=row["code"],
        title=row["title"],
        state=_state(row, counts["finished"]),
        kind=Kind(row["kind"]),
        choices=tuple(json.loads(row["choices"])),
        overlap=Overlap(row["overlap_least"], row["overlap_most"]),
        price=row["price"],
        tasks=row["tasks"],
        finished=counts["finished"],
        answers=counts["counted"],
        late=counts["late"],
        gold=counts["gold"],
        spent=counts["spent"],
        most=Micros(counts["spent"] + (wanted + gold) * row["price"]),
        per_answer=_per_answer(tx, batch),
        per_hour=per_hour,
        rest=_rest(row, counts, per_hour),
        deadline=row["deadline_at"],
        flagged=flagged["flagged"],
        left=left(tx, row["coordinator_id"]),
        stall=current(tx, row, counts["last_at"]),
        effect=effect(tx, batch),
    )


def unanswered(batch: Row, counts: Row) -> tuple[int, int]:
    """How many wanted answers, and how many gold ones, a published batch may still have to pay at most."""
    planned = batch["tasks"] * batch["overlap_most"]
    golds = gold_answers(batch["tasks"], batch["overlap_most"], batch["golds"])
    return max(planned - counts["counted"], 0), max(golds - counts["gold"], batch["gold_left"])


def _per_answer(tx: Tx, batch: BatchId) -> int | None:
    given = [row["milliseconds"] for row in tx.all("answers.pace", batch=batch, limit=PACE_ANSWERS)]
    return round(median(given)) if given else None


def _per_hour(tx: Tx, now: Instant, batch: BatchId) -> int | None:
    """Answers an hour over the last hour, or over the time since the first answer where that is shorter."""
    row = tx.one("batches.answers_since", batch=batch, since=now - HOUR, limit=SPEED_ANSWERS)
    if row is None or not row["answers"]:
        return None
    answers, first = int(row["answers"]), int(row["first"])
    return round(answers * HOUR / max(now - first, SHORTEST_STRETCH))


def _rest(batch: Row, counts: Row, per_hour: int | None) -> int | None:
    wanted = int(batch["tasks"] * batch["overlap_least"] - counts["counted"])
    if not per_hour or batch["state"] != "open" or wanted <= 0 or counts["finished"] >= batch["tasks"]:
        return None
    return round(wanted * HOUR / per_hour)


def keep_card(tx: Tx, now: Instant, person: PersonId, batch: BatchId, message_id: int, shown: str) -> None:
    """Remember the newest message that shows a batch's card, and what it says."""
    tx.run("batches.keep_card", batch=batch, person=person, message=message_id, shown=shown, now=now)


def followed(tx: Tx, now: Instant, batch: BatchId, message_id: int, shown: str) -> None:
    """A message says this now, if it still is the one that shows the batch's card."""
    tx.run("batches.follow_card", batch=batch, message=message_id, shown=shown, now=now)


def let_go(tx: Tx, person: PersonId, message_id: int) -> None:
    """A person's message shows no batch's card any more."""
    tx.run("batches.let_go", person=person, message=message_id)


def drop_card(tx: Tx, batch: BatchId, message_id: int) -> None:
    tx.run("batches.drop_card", batch=batch, message=message_id)


def live_cards(tx: Tx, now: Instant) -> list[LiveCard]:
    """The cards that may change: not written within the last minute, of batches that somebody works on."""
    live: list[LiveCard] = []
    for row in tx.all("batches.live_cards", before=now - EVERY):
        counts = tx.one("batches.counts", batch=row["id"])
        if counts is not None and counts["last_at"] > now - QUIET:
            live.append(
                LiveCard(
                    row["id"],
                    row["card_message_id"],
                    row["card_shown"],
                    row["card_person_id"],
                    row["telegram_id"],
                    row["language"],
                    row["timezone"],
                )
            )
    return live
