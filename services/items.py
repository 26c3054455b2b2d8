"""An answered task as it is put before those who judge the answer, and before its worker."""

import json
from dataclasses import dataclass

from rules.choosing import bits, names
from rules.codes import pseudonym
from rules.inference import verdict
from rules.model import AnswerId, BatchId, Kind
from rules.refusals import Refusal
from storage import Row, Tx

from .dealing import Picture


@dataclass(frozen=True)
class Item:
    """A task, an answer to it, and what the others said, the most frequent first; its worker has no name."""

    answer: AnswerId
    batch: BatchId
    code: str
    title: str
    reference: str
    text: str | None
    picture: Picture | None
    kind: Kind
    choices: tuple[str, ...]
    worker: str
    labels: tuple[str, ...]
    gold: tuple[str, ...]
    others: tuple[tuple[tuple[str, ...], int], ...]

    @property
    def leading(self) -> tuple[str, ...]:
        """What the answer should have been, as far as gold or the others tell; empty where they don't."""
        if self.gold:
            return self.gold
        found = verdict([bits(labels, self.choices) for labels, votes in self.others for _ in range(votes)])
        return tuple(names(found.labels or 0, self.choices))


def answer_row(tx: Tx, answer: AnswerId) -> Row:
    """Everything about an answer. Raises Refusal where there is none."""
    row = tx.one("reviews.answer", answer=answer)
    if row is None or row["labels"] is None:
        raise Refusal("review.not_rejectable")
    return row


def item_of(tx: Tx, row: Row) -> Item:
    """The item of an answer's row."""
    choices = tuple(json.loads(row["choices"]))
    others = tx.all("reviews.others", task=row["task_id"], answer=row["id"])
    return Item(
        answer=row["id"],
        batch=row["batch_id"],
        code=row["code"],
        title=row["title"],
        reference=row["reference"],
        text=row["content"],
        picture=Picture(row["picture_id"], row["sha256"]) if row["picture_id"] else None,
        kind=Kind(row["kind"]),
        choices=choices,
        worker=pseudonym(row["seed"].encode(), row["batch_id"], row["worker_id"]),
        labels=tuple(names(row["labels"], choices)),
        gold=tuple(names(row["gold"] or 0, choices)),
        others=tuple((tuple(names(each["labels"], choices)), each["votes"]) for each in others),
    )
