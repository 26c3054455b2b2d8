"""What other tools want of a task: Hugging Face's `datasets`, Label Studio, Toloka and CrowdKit."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from html import escape
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from rules.choosing import names
from rules.codes import pseudonym
from rules.inference import MILLION, Verdict
from rules.model import Kind
from storage import Row
from storage.documents import Record, Value

from .records import Source, instant_of, named

LONGEST_NAME = 60
CHOSEN, SHOWN_TEXT, SHOWN_PICTURE = "label", "text", "image"
STANDING = {
    "counted": "APPROVED",
    "late": "SUBMITTED",
    "excluded": "REJECTED",
    "skipped": "SKIPPED",
    "reported": "SKIPPED",
}
"""What Toloka calls the status of an answer."""


def file_name(task: Row) -> str:
    """A task's picture by number and reference: one of its kind, and safe in every zip, file system and URL."""
    stem = PurePosixPath(unicodedata.normalize("NFC", task["reference"]).replace("\\", "/")).name
    stem = re.sub(r"(?i)\.(jpe?g|png|webp|gif|bmp|tiff?|hei[cf])$", "", stem)
    readable = re.sub(r"[^\w-]+", "_", stem[:LONGEST_NAME]).strip("_")
    return f"{task['number']:06d}_{readable}.jpg" if readable else f"{task['number']:06d}.jpg"


def dataset_record(source: Source, task: Row, label: Record, found: Verdict, picture: Path | None) -> Record:
    """A line of a data set."""
    return {
        "file_name": file_name(task),
        "picture": None if picture is None else str(picture),
        "task": task["reference"],
        "text": task["content"],
        "label": label["label"],
        "label_probs": marginal(source, found),
        "n_answers": label["answers"],
        "confidence": label["confidence"],
        "status": label["status"],
        "meta": task["meta"],
    }


def marginal(source: Source, found: Verdict) -> dict[str, Value]:
    """How likely each choice belongs to the label. All choices are there, so that every line has the same columns."""
    return {
        choice: sum(share for labels, share in found.probabilities if labels >> index & 1) / MILLION
        for index, choice in enumerate(source.choices)
    }


# Label Studio ---------------------------------------------------------------------------------------------------------


def studio_record(source: Source, timezone: ZoneInfo, task: Row, label: Record, answers: Sequence[Row]) -> Record:
    """A task with an annotation of each worker, and the verdict as a prediction."""
    data: dict[str, Value] = {"task": task["reference"], SHOWN_TEXT: task["content"] or ""}
    if source.has_pictures:
        path = f"/data/local-files/?d={source.code}/train/{file_name(task)}"
        data[SHOWN_PICTURE] = "" if task["sha256"] is None else path
    told = {name: label[name] for name in ("status", "confidence", "answers")}
    chosen = label["label"]
    predictions: tuple[Value, ...] = ()
    if chosen is not None:
        score = label["confidence"]
        verdict = result(source, f"verdict-{task['number']}", as_choices(chosen))
        predictions = ({"model_version": "tapwork", "score": score, "result": verdict},)
    return {
        "id": task["number"],
        "data": data,
        "meta": {**told, "columns": json.loads(task["meta"])},
        "annotations": tuple(_annotation(source, timezone, answer) for answer in answers),
        "predictions": predictions,
    }


def _annotation(source: Source, timezone: ZoneInfo, answer: Row) -> Record:
    labels = answer["labels"]
    chosen = () if labels is None else tuple(names(labels, source.choices))
    return {
        "completed_by": number_of(pseudonym(source.seed, source.batch, answer["worker_id"])),
        "result": result(source, opaque(source, answer["id"]), chosen) if chosen else (),
        "was_cancelled": labels is None,
        "ground_truth": False,
        "lead_time": round(answer["milliseconds"] / 1_000, 1),
        "created_at": instant_of(answer["answered_at"], timezone),
    }


def result(source: Source, name: str, choices: tuple[Value, ...]) -> tuple[Value, ...]:
    """Choices as Label Studio keeps them."""
    shown = SHOWN_PICTURE if source.has_pictures else SHOWN_TEXT
    value: Value = {"choices": choices}
    return ({"id": name, "from_name": CHOSEN, "to_name": shown, "type": "choices", "value": value},)


def as_choices(label: Value) -> tuple[Value, ...]:
    return label if isinstance(label, tuple) else (label,)


def number_of(worker: str) -> int:
    """A worker's pseudonym as a number that every JSON reader keeps exact."""
    return int.from_bytes(hashlib.sha256(worker.encode()).digest()[:6], "big")


def studio_settings(source: Source) -> str:
    """The labeling interface that belongs to the tasks, as Label Studio's settings take it."""
    shown = [(SHOWN_PICTURE, "Image")] if source.has_pictures else []
    lines = [f'  <{tag} name="{name}" value="${name}"/>' for name, tag in [*shown, (SHOWN_TEXT, "Text")]]
    kind = "multiple" if source.kind is Kind.MULTIPLE else "single"
    named_choices = [f'    <Choice value="{escape(choice)}"/>' for choice in source.choices]
    over = SHOWN_PICTURE if source.has_pictures else SHOWN_TEXT
    opening = f'  <Choices name="{CHOSEN}" toName="{over}" choice="{kind}">'
    return "\n".join(["<View>", *lines, opening, *named_choices, "  </Choices>", "</View>", ""])


# Toloka ---------------------------------------------------------------------------------------------------------------


def toloka_columns(source: Source) -> tuple[str, ...]:
    shown = ("INPUT:image", "INPUT:text") if source.has_pictures else ("INPUT:text",)
    return (
        *("INPUT:task", *shown, "OUTPUT:label", "GOLDEN:label", "ASSIGNMENT:assignment_id", "ASSIGNMENT:worker_id"),
        *("ASSIGNMENT:status", "ASSIGNMENT:started", "ASSIGNMENT:submitted"),
    )


def toloka_records(source: Source, timezone: ZoneInfo, task: Row, answers: Sequence[Row]) -> list[Record]:
    """A row for each answer of a task; its assignment is told by no number that counts other people's work."""
    shown = {
        "INPUT:task": task["reference"],
        "INPUT:image": None if task["sha256"] is None else f"train/{file_name(task)}",
        "INPUT:text": task["content"],
        "GOLDEN:label": named(source, task["gold"]),
    }
    return [{**shown, **_assignment(source, timezone, answer)} for answer in answers]


def _assignment(source: Source, timezone: ZoneInfo, answer: Row) -> Record:
    answered = answer["answered_at"]
    return {
        "OUTPUT:label": named(source, answer["labels"]),
        "ASSIGNMENT:assignment_id": opaque(source, answer["id"]),
        "ASSIGNMENT:worker_id": pseudonym(source.seed, source.batch, answer["worker_id"]),
        "ASSIGNMENT:status": STANDING[answer["status"]],
        "ASSIGNMENT:started": instant_of(answered - answer["milliseconds"], timezone),
        "ASSIGNMENT:submitted": instant_of(answered, timezone),
    }


def opaque(source: Source, answer: int) -> str:
    """An answer's name outside: the same each time, and telling nothing of how many there are."""
    told = hashlib.blake2b(f"{source.batch}:answer:{answer}".encode(), key=source.seed[:64], digest_size=8)
    return told.hexdigest()
