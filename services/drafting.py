"""A draft: looking at it, changing it, publishing it, throwing it away."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from rules import ledger
from rules.choosing import bits, names
from rules.codes import free_code
from rules.model import AssignmentId, BatchId, Instant, Kind, Micros, PersonId, ProjectId
from rules.pricing import Cost, cost, gold_answers
from rules.refusals import Refusal
from rules.settings import Fault, Overlap, Settings
from storage import Row, Tx
from storage.ledger import post

from .budgeting import left, require_money
from .dealing import Picture, Shown
from .people import Role, expect, require

CODE_LENGTH = 5
CHUNK = 500
READING = 3_000
"""Milliseconds that anybody needs for a task, before reading it."""

PER_LETTER = 40
NO_DEADLINE = Instant(0)
PACE_ANSWERS = 200


@dataclass(frozen=True)
class Preview:
    """Everything that a coordinator should see before publishing; `per_answer` is estimated, in milliseconds."""

    batch: BatchId
    code: str
    title: str
    project: str
    kind: Kind
    choices: tuple[str, ...]
    price: Micros
    overlap: Overlap
    deadline: Instant | None
    review: int
    has_guide: bool
    tasks: int
    golds: int
    gold_answers: int
    duplicates: int
    refused: int
    faults: tuple[Fault, ...]
    cost: Cost
    per_answer: int
    is_measured: bool
    sample: Shown
    left: Micros | None
    """What the coordinator's budget has left; None without a limit."""


def begin_batch(tx: Tx, now: Instant, coordinator: PersonId, settings: Settings) -> BatchId:
    """An empty batch that nobody sees. Choices and price must be known."""
    overlap = settings.overlap
    if settings.choices is None or settings.price is None or settings.kind is None or overlap is None:
        raise LookupError("choices, price, kind or overlap")
    row = tx.one(
        "drafts.begin",
        code=free_code(CODE_LENGTH, lambda code: tx.one("batches.by_code", code=code) is not None),
        project=_project(tx, now, coordinator, settings),
        coordinator=coordinator,
        title=settings.title,
        kind=settings.kind,
        choices=_as_json(settings.choices),
        price=settings.price,
        least=overlap.least,
        most=overlap.most,
        confidence=settings.confidence,
        lease=settings.lease,
        review=settings.review,
        deadline=settings.deadline,
        language=settings.language,
        seed=secrets.token_hex(16),
        guide=int(bool(settings.guide)),
        now=now,
    )
    if row is None:
        raise LookupError(coordinator)
    if settings.guide:
        tx.run("drafts.write_guide", batch=row["id"], content=settings.guide, now=now)
    return BatchId(row["id"])


def _as_json(choices: Sequence[str]) -> str:
    return json.dumps(choices, ensure_ascii=False)


def _project(tx: Tx, now: Instant, coordinator: PersonId, settings: Settings) -> ProjectId:
    """The named project, else the one with the same choices, else a new one."""
    kind, choices = settings.kind, _as_json(settings.choices or ())
    if settings.project:
        row = tx.one("drafts.project_named", coordinator=coordinator, title=settings.project)
    else:
        row = tx.one("drafts.project_alike", coordinator=coordinator, kind=kind, choices=choices)
    title = settings.project or settings.title
    row = row or tx.one("drafts.add_project", coordinator=coordinator, title=title, kind=kind, choices=choices, now=now)
    if row is None:
        raise LookupError(coordinator)
    return ProjectId(row["id"])


def own(tx: Tx, person: PersonId, batch: BatchId) -> Row:
    """The batch's row. Raises Refusal unless the person is its coordinator or an owner."""
    found = require(tx, person, Role.COORDINATOR, Role.OWNER)
    row = tx.one("batches.find", batch=batch)
    if row is None or (row["coordinator_id"] != person and Role.OWNER not in found.roles):
        raise Refusal("batch.not_yours")
    return row


def own_draft(tx: Tx, person: PersonId, batch: BatchId) -> Row:
    """The same, for a batch that is not published yet. Raises Refusal when it is."""
    row = own(tx, person, batch)
    if row["state"] != "draft":
        raise Refusal("posting.discarded_before" if row["state"] == "discarded" else "posting.published_before")
    return row


def find_own(tx: Tx, person: PersonId, code: str) -> BatchId:
    """The batch of a code, in any case. Raises Refusal when the person has none of that code."""
    row = tx.one("batches.by_code", code=code.strip().upper())
    if row is None:
        raise Refusal("batch.no_such_code", code=code.strip()[:20])
    return BatchId(own(tx, person, row["id"])["id"])


def settings_of(tx: Tx, batch: BatchId) -> Settings:
    """What a batch was posted with, for another file; its title and deadline were its own."""
    row = tx.one("batches.find", batch=batch)
    if row is None:
        raise Refusal("batch.not_yours")
    guide = tx.one("work.guide", batch=batch, version=row["guide_version"])
    return Settings(
        project=row["project_title"],
        choices=tuple(json.loads(row["choices"])),
        kind=Kind(row["kind"]),
        price=row["price"],
        overlap=Overlap(row["overlap_least"], row["overlap_most"]),
        confidence=row["confidence"],
        guide=guide["content"] if guide else None,
        lease=row["lease"],
        review=row["review"],
        language=row["language"],
    )


def clone(tx: Tx, person: PersonId, batch: BatchId) -> str:
    """The person's next file takes over this batch's settings; its title."""
    title: str = own(tx, person, batch)["title"]
    expect(tx, person, f"posting_clone:{batch}")
    return title


def preview(tx: Tx, person: PersonId, batch: BatchId) -> Preview:
    """What a draft would cost and look like. Raises Refusal when it is no draft (any more)."""
    row = own_draft(tx, person, batch)
    tasks, golds, most = row["tasks"], row["golds"], row["overlap_most"]
    per_answer, is_measured = pace(tx, row)
    return Preview(
        batch=batch,
        code=row["code"],
        title=row["title"],
        project=row["project_title"],
        kind=Kind(row["kind"]),
        choices=tuple(json.loads(row["choices"])),
        price=row["price"],
        overlap=Overlap(row["overlap_least"], most),
        deadline=row["deadline_at"],
        review=row["review"],
        has_guide=row["guide_version"] > 0,
        tasks=tasks,
        golds=golds,
        gold_answers=gold_answers(tasks, most, golds),
        duplicates=row["duplicates"],
        refused=row["refused"],
        faults=tuple(Fault(**fault) for fault in json.loads(row["faults"])),
        cost=cost(tasks, most, golds, row["price"]),
        per_answer=per_answer,
        is_measured=is_measured,
        sample=_sample(tx, row),
        left=left(tx, row["coordinator_id"]),
    )


def pace(tx: Tx, batch: Row) -> tuple[int, bool]:
    """Milliseconds an answer takes: measured in the last batch that was worked on (True), else guessed from length."""
    worked = tx.one("drafts.worked", project=batch["project_id"])
    if worked is not None:
        given = tx.all("answers.pace", batch=worked["id"], limit=PACE_ANSWERS)
        return round(median(row["milliseconds"] for row in given)), True
    row = tx.one("drafts.typical_length", batch=batch["id"])
    return READING + PER_LETTER * (row["letters"] if row else 0), False


def _sample(tx: Tx, batch: Row) -> Shown:
    """The first task as its first worker will see it."""
    task = tx.one("tasks.first", batch=batch["id"])
    if task is None:
        raise LookupError(batch["id"])
    return Shown(
        assignment=AssignmentId(0),
        revision=1,
        batch=batch["id"],
        title=batch["title"],
        kind=Kind(batch["kind"]),
        choices=tuple(json.loads(batch["choices"])),
        price=batch["price"],
        text=task["content"],
        picture=Picture(task["picture_id"], task["sha256"]) if task["picture_id"] else None,
        has_guide=batch["guide_version"] > 0,
        draft=0,
        session_answers=0,
        session_earned=Micros(0),
        last_answer=0,
    )


def change(tx: Tx, now: Instant, person: PersonId, batch: BatchId, said: Settings) -> None:
    """Change a draft; NO_DEADLINE takes the deadline away, and an empty guide the guide.

    Raises Refusal when the gold labels would not fit the choices any more.
    """
    row = own_draft(tx, person, batch)
    expect(tx, person, None)
    if said.title is not None:
        tx.run("drafts.retitle", batch=batch, title=said.title)
    if said.price is not None:
        tx.run("drafts.reprice", batch=batch, price=said.price)
    if said.overlap is not None:
        tx.run("drafts.overlap", batch=batch, least=said.overlap.least, most=said.overlap.most)
    if said.guide is not None:
        tx.run("drafts.write_guide", batch=batch, content=said.guide, now=now)
        tx.run("drafts.guided", batch=batch, version=int(bool(said.guide)))
    if said.review is not None:
        tx.run("drafts.review", batch=batch, review=said.review)
    if said.deadline is not None:
        tx.run("drafts.defer", batch=batch, deadline=said.deadline or None)
    if said.choices is not None or said.kind is not None:
        _choose(tx, now, row, said)


def _choose(tx: Tx, now: Instant, batch: Row, said: Settings) -> None:
    """Gold labels move to the new choices; the project goes along while it has no other batch."""
    before = tuple(json.loads(batch["choices"]))
    choices, kind = said.choices or before, said.kind or Kind(batch["kind"])
    for gold in tx.all("tasks.golds", batch=batch["id"]):
        labels = names(gold["gold"], before)
        missing = next((label for label in labels if label not in choices), None)
        if missing is not None:
            raise Refusal("posting.gold_needs_choice", choice=missing)
        if kind is Kind.SINGLE and len(labels) > 1:
            raise Refusal("posting.gold_has_several", labels=", ".join(labels))
        if choices != before:
            tx.run("tasks.relabel", task=gold["id"], gold=bits(labels, choices))
    project = _moved_project(tx, now, batch, kind, choices)
    tx.run("drafts.choose", batch=batch["id"], kind=kind, choices=_as_json(choices), project=project)


def _moved_project(tx: Tx, now: Instant, batch: Row, kind: Kind, choices: tuple[str, ...]) -> ProjectId:
    others = tx.one("drafts.project_batches", project=batch["project_id"])
    if others is not None and others["batches"] <= 1:
        tx.run("drafts.redefine_project", project=batch["project_id"], kind=kind, choices=_as_json(choices))
        return ProjectId(batch["project_id"])
    settings = Settings(title=batch["title"], choices=choices, kind=kind)
    return _project(tx, now, batch["coordinator_id"], settings)


def leave_change(tx: Tx, person: PersonId) -> None:
    """The person went back from a question about a setting, so what they type next does not answer it."""
    found = require(tx, person, Role.COORDINATOR, Role.OWNER)
    if (found.expects or "").startswith("posting_change:"):
        expect(tx, person, None)


def level(tx: Tx, person: PersonId, batch: BatchId) -> bool:
    """Give the next stretch of tasks the slots that the overlap asks for; True when all have them."""
    row = own(tx, person, batch)
    if row["state"] != "draft" or row["levelled_to"] >= row["tail"]:
        return True
    after, upto = row["levelled_to"], min(row["levelled_to"] + CHUNK, row["tail"])
    tx.run("tasks.level", batch=batch, slots=row["overlap_least"], after=after, upto=upto)
    tx.run("drafts.levelled", batch=batch, upto=upto)
    return bool(upto >= row["tail"])


def publish(tx: Tx, now: Instant, person: PersonId, batch: BatchId) -> bool:
    """Offer a draft to workers, its whole cost set aside; False when it was offered before.

    Raises Refusal when its deadline has passed, its tasks are not level yet, or its coordinator's budget is too small.
    """
    row = own(tx, person, batch)
    if row["state"] in ("open", "paused", "closed"):
        return False
    own_draft(tx, person, batch)
    if row["deadline_at"] is not None and row["deadline_at"] <= now:
        raise Refusal("posting.deadline_passed")
    tasks, golds, most = row["tasks"], row["golds"], row["overlap_most"]
    if not tx.run("drafts.publish", batch=batch, gold=gold_answers(tasks, most, golds), now=now):
        raise Refusal("posting.not_level")
    lines = cost(tasks, most, golds, row["price"])
    require_money(tx, row["coordinator_id"], lines.reserved)
    post(tx, ledger.published(batch, row["coordinator_id"], lines.answers, lines.gold, lines.late), now)
    return True


def discard(tx: Tx, now: Instant, person: PersonId, batch: BatchId) -> None:
    """Throw a draft away; once thrown away it stays so. Raises Refusal when it is published."""
    if own(tx, person, batch)["state"] != "discarded":
        own_draft(tx, person, batch)
        discard_batch(tx, now, batch)


def discard_batch(tx: Tx, now: Instant, batch: BatchId) -> None:
    tx.run("drafts.discard", batch=batch, now=now)


def purge(tx: Tx, now: Instant) -> bool:
    """Delete a stretch of a discarded batch's tasks; whether there was anything to do."""
    row = tx.one("drafts.discarded")
    if row is None:
        return False
    if not tx.run("drafts.purge", batch=row["id"], limit=CHUNK):
        tx.run("drafts.purged", batch=row["id"], now=now)
    return True
