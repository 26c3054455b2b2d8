"""What an export says of one answer, and of one task."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rules.choosing import names
from rules.codes import pseudonym
from rules.inference import MILLION, Verdict, verdict
from rules.model import BatchId, Kind
from storage import Row
from storage.documents import Record, Value


@dataclass(frozen=True)
class Source:
    """A batch to export, and where its answers begin and end."""

    batch: BatchId
    code: str
    title: str
    kind: Kind
    choices: tuple[str, ...]
    seed: bytes
    grows: bool
    confidence: int
    tasks: int
    answers: int
    last_answer: int
    has_pictures: bool = False
    since: int = 0
    """Answers up to this one are left out, and the tasks that have got none since; 0 leaves out nothing."""


def instant_of(milliseconds: int, timezone: ZoneInfo) -> str:
    """An instant in ISO 8601, to the millisecond."""
    instant = datetime.fromtimestamp(milliseconds // 1_000, timezone).replace(microsecond=milliseconds % 1_000 * 1_000)
    return instant.isoformat(timespec="milliseconds")


def answer_record(source: Source, timezone: ZoneInfo, row: Row) -> Record:
    """Times to the millisecond; seconds to the tenth, since the way to Telegram and back is no more exact."""
    return {
        "task": row["reference"],
        "worker": pseudonym(source.seed, source.batch, row["worker_id"]),
        "label": named(source, row["labels"]),
        "answered_at": instant_of(row["answered_at"], timezone),
        "seconds": round(row["milliseconds"] / 1_000, 1),
        "is_gold": bool(row["is_gold"]),
        "status": row["status"],
        "guide_version": row["guide_version"],
    }


def label_record(source: Source, task: Row, votes: Sequence[Row], gold_answers: int) -> Record:
    """The label of a task as of the export's start: `label` is the leading one, also while the task is open."""
    seen = weighed(source, votes)
    gold = task["gold"]
    found = judge(source, task, votes)
    return {
        "task": task["reference"],
        "label": named(source, found.labels),
        "confidence": found.confidence / MILLION if found.probabilities else None,
        "answers": gold_answers if gold is not None else len(seen),
        "status": standing(source, task, found, is_older=len(seen) < len(votes)),
        "probabilities": {
            "|".join(names(labels, source.choices)): share / MILLION for labels, share in found.probabilities
        },
        "meta": json.loads(task["meta"]),
    }


def weighed(source: Source, votes: Sequence[Row]) -> list[int]:
    """The answers of a task that were there at the export's start."""
    return [vote["labels"] for vote in votes if vote["id"] <= source.last_answer]


def judge(source: Source, task: Row, votes: Sequence[Row]) -> Verdict:
    """What the answers of a task say; of gold, what is known."""
    gold = task["gold"]
    if gold is not None:
        return Verdict(gold, MILLION, ((gold, MILLION),), is_tied=False)
    return verdict(weighed(source, votes))


def standing(source: Source, task: Row, found: Verdict, *, is_older: bool) -> str:
    """The status of a task; `is_older` when it has got more answers since, so that it was still open.

    Ambiguous is a finished task without a label of its own: a tie, or an overlap that grew to its maximum without
    reaching the batch's confidence.
    """
    if task["state"] in ("flagged", "dropped"):
        return "flagged"
    if task["gold"] is not None:
        return "gold"
    if task["state"] == "open" or is_older:
        return "open"
    is_weak = source.grows and found.confidence < source.confidence
    return "ambiguous" if found.labels is None or is_weak else "final"


def named(source: Source, labels: int | None) -> Value:
    """A set of choices as a cell: one label, or a tuple of them where an answer may carry several."""
    if labels is None:
        return None
    chosen = tuple(names(labels, source.choices))
    return chosen if source.kind is Kind.MULTIPLE else chosen[0]
