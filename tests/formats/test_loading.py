"""Every export, loaded by the library that it is for, holds what was asked and answered: nothing is lost on the way."""

import asyncio
import io
import json
import os
import subprocess
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from exported import START, Filling, filled, reopened
from PIL import Image

from rules.codes import pseudonym
from rules.exports import Format
from rules.model import BatchId
from services.exporting import export
from services.shapes import Wanted
from storage.images import PictureStore, prepare

SEOUL = ZoneInfo("Asia/Seoul")
EVERYTHING = tuple(Format)
TEXTS = [
    "배송이 빨라요",
    '쉼표, "따옴표", 줄\n바꿈, 탭\t끝',
    '=HYPERLINK("x")',
    "👩‍👩‍👧 emoji 🇰🇷",
    "\u202eעברית\u202c مرحبا",
    "@SUM(1) 'x' \\n \\ ;|",
]
CHOICES = ["긍정", '=부정, "말"', "애매 🤔\u200f"]
VOTES: list[list[int | None]] = [[0, 0, 1], [1, 1, 1], [2, 2, 0], [0, None], [1], []]
"""What each worker chose of each text, None where they passed."""

SETS = [[0b011, 0b011, 0b100], [0b101]]
NAMES = ["사진/고양이 (1).JPG", "강아지 🐕=1.png", "../../결과?*|#%.jpg"]


def jpeg(color: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (640, 480), color).save(file, "JPEG")
    return file.getvalue()


def lay_texts(rows: Filling) -> BatchId:
    batch = rows.batch(rows.person("소라"), code="TEXTS", choices=json.dumps(CHOICES))
    workers = [rows.person(f"w{number}") for number in range(3)]
    for number, (text, votes) in enumerate(zip(TEXTS, VOTES, strict=True), 1):
        meta = json.dumps({"출처": text, f"열{number}": "="}, ensure_ascii=False)
        task = rows.task(batch, number, reference=f"{text} {number}", content=text, meta=meta, state="done")
        for worker, vote in zip(workers, votes, strict=False):
            status = "skipped" if vote is None else "counted"
            rows.answer(batch, task, worker, None if vote is None else 1 << vote, status=status)
    gold = rows.task(batch, 7, reference="gold", content="금", gold=2)
    rows.answer(batch, gold, workers[0], 2, is_gold=1)
    return batch


def lay_sets(rows: Filling) -> BatchId:
    batch = rows.batch(rows.person("준"), code="SETS", kind="multiple", choices=json.dumps(CHOICES), seed="other")
    workers = [rows.person(f"m{number}") for number in range(3)]
    for number, votes in enumerate(SETS, 1):
        task = rows.task(batch, number, content=TEXTS[number], state="done")
        for worker, vote in zip(workers, votes, strict=False):
            rows.answer(batch, task, worker, vote)
    return batch


def lay_pictures(rows: Filling, store: PictureStore) -> BatchId:
    batch = rows.batch(rows.person("유나"), code="PICS", choices=json.dumps(CHOICES))
    worker = rows.person("p")
    for number, (name, color) in enumerate(zip(NAMES, ("red", "green", "blue"), strict=True), 1):
        prepared = prepare(jpeg(color))
        store.put(prepared)
        picture = rows.add("picture", sha256=prepared.sha256, width=prepared.width, height=prepared.height)
        text = TEXTS[number] if number < 3 else None
        task = rows.task(batch, number, reference=name, content=text, picture_id=picture, state="done")
        rows.answer(batch, task, worker, 1 << number - 1)
    return batch


async def write(folder: Path) -> None:
    store = PictureStore(folder / "pictures")
    async with filled(folder) as rows:
        batches = [lay_texts(rows), lay_sets(rows), lay_pictures(rows, store)]
    async with reopened(folder) as db:
        wanted = Wanted(SEOUL, folder / "pictures", EVERYTHING)
        for name, batch in zip(("texts", "sets", "pictures"), batches, strict=True):
            await export(db, batch, folder / "out" / name, wanted)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the libraries read, by export and file."""
    folder = tmp_path_factory.mktemp("formats")
    asyncio.run(write(folder))
    reader = Path(__file__).with_name("reader.py")
    command = [os.environ["TAPWORK_FORMATS"], str(reader), str(folder / "out")]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == found.returncode, found.stderr[-4_000:]
    read: dict[str, Any] = json.loads(found.stdout)
    return read


def given() -> list[tuple[str, str, str | None]]:
    """Task, worker and label of every answer to the texts, as they were laid."""
    rows = [
        (f"{text} {number}", f"w{worker}", None if vote is None else CHOICES[vote])
        for number, (text, votes) in enumerate(zip(TEXTS, VOTES, strict=True), 1)
        for worker, vote in enumerate(votes)
    ]
    return [*rows, ("gold", "w0", CHOICES[1])]


def harmless(text: str) -> str:
    """A text as a cell that no spreadsheet runs."""
    return f"'{text}" if text[0] in "=@" else text


def workers(answers: list[dict[str, Any]], column: str = "worker") -> list[str]:
    """Pseudonyms as the names of those behind them, by the order in which they first answered."""
    order = list(dict.fromkeys(row[column] for row in answers))
    return [f"w{order.index(row[column])}" for row in answers]


@pytest.mark.parametrize("file", ["answers.jsonl", "answers.parquet", "pandas"])
def test_datasets_and_pandas_load_every_answer_as_it_was_given(loaded: dict[str, Any], file: str) -> None:
    found = loaded["texts"][file]

    assert given() == [(row["task"], worker, row["label"]) for row, worker in zip(found, workers(found), strict=True)]
    assert {4.2} == {row["seconds"] for row in found}
    assert [False] * 12 + [True] == [row["is_gold"] for row in found]


def test_csv_loads_with_an_apostrophe_before_what_a_spreadsheet_would_run(loaded: dict[str, Any]) -> None:
    found = loaded["texts"]["answers.csv"]

    assert [(harmless(task), None if label is None else harmless(label)) for task, _, label in given()] == [
        (row["task"], row["label"]) for row in found
    ]


def test_parquet_keeps_types(loaded: dict[str, Any]) -> None:
    answers, labels = loaded["texts"]["answers.parquet"], loaded["texts"]["labels.parquet"]
    answered = datetime.fromisoformat(answers[0]["answered_at"])

    assert START == round(answered.timestamp() * 1_000)
    assert timedelta(hours=9) == answered.utcoffset()
    assert [{"label": CHOICES[0], "share": 0.666666}, {"label": CHOICES[1], "share": 0.333333}] == labels[0][
        "probabilities"
    ]
    assert [{"출처": text, f"열{number}": "="} for number, text in enumerate(TEXTS, 1)] == [
        json.loads(row["meta"]) for row in labels[:6]
    ]
    assert [CHOICES[0], CHOICES[1], CHOICES[2], CHOICES[0], CHOICES[1], None, CHOICES[1]] == [
        row["label"] for row in labels
    ]


def test_several_labels_load_as_lists(loaded: dict[str, Any]) -> None:
    several = [CHOICES[:2], CHOICES[:2], CHOICES[2:], [CHOICES[0], CHOICES[2]]]

    assert several == [row["label"] for row in loaded["sets"]["answers.parquet"]]
    assert several == [row["label"] for row in loaded["sets"]["answers.jsonl"]]
    first = loaded["sets"]["texts.zip"][0]
    assert CHOICES[:2] == first["label"]
    assert {CHOICES[0]: 0.666666, CHOICES[1]: 0.666666, CHOICES[2]: 0.333333} == first["label_probs"]


def test_texts_load_as_a_data_set(loaded: dict[str, Any]) -> None:
    found = loaded["texts"]["texts.zip"]

    assert [*TEXTS, "금"] == [row["text"] for row in found]
    assert [CHOICES[0], CHOICES[1], CHOICES[2], CHOICES[0], CHOICES[1], None, CHOICES[1]] == [
        row["label"] for row in found
    ]
    assert [3, 3, 3, 1, 1, 0, 1] == [row["n_answers"] for row in found]
    assert ["final", "final", "final", "final", "final", "ambiguous", "gold"] == [row["status"] for row in found]
    assert {CHOICES[0]: 0.666666, CHOICES[1]: 0.333333, CHOICES[2]: 0.0} == found[0]["label_probs"]
    assert [] == loaded["texts"]["imagefolder.zip"]


def test_pictures_load_with_their_metadata(loaded: dict[str, Any]) -> None:
    found = loaded["pictures"]["imagefolder.zip"]

    assert NAMES == [row["task"] for row in found]
    assert CHOICES == [row["label"] for row in found]
    assert [TEXTS[1], TEXTS[2], None] == [row["text"] for row in found]
    assert [sha256(prepare(jpeg(color)).jpeg).hexdigest() for color in ("red", "green", "blue")] == [
        row["sha256"] for row in found
    ]
    assert [[640, 480]] * 3 == [row["size"] for row in found]
    assert [1.0] * 3 == [row["confidence"] for row in found]


@pytest.mark.parametrize("votes", ["votes", "toloka votes"])
def test_crowdkit_votes_as_we_do(loaded: dict[str, Any], votes: str) -> None:
    found = loaded["texts"][votes]
    spelled = harmless if votes == "votes" else str
    expected = {
        spelled(f"{text} {number}"): spelled(CHOICES[first])
        for number, (text, votes_of_one) in enumerate(zip(TEXTS, VOTES, strict=True), 1)
        for first in votes_of_one[:1]
        if first is not None
    }

    assert expected == {task: label for task, label in found["majority"].items() if task != "gold"}
    assert set(expected) | {"gold"} == set(found["dawid_skene"])


def test_toloka_s_table_has_inputs_outputs_and_gold(loaded: dict[str, Any]) -> None:
    found = loaded["texts"]["toloka.tsv"]

    assert [(task, label or "") for task, _, label in given()] == [
        (row["INPUT:task"], row["OUTPUT:label"]) for row in found
    ]
    contents = {f"{text} {number}": text for number, text in enumerate(TEXTS, 1)} | {"gold": "금"}
    assert [contents[task] for task, _, _ in given()] == [row["INPUT:text"] for row in found]
    assert [""] * 12 + [CHOICES[1]] == [row["GOLDEN:label"] for row in found]
    assert {"APPROVED", "SKIPPED"} == {row["ASSIGNMENT:status"] for row in found}
    assert [worker for _, worker, _ in given()] == workers(found, "ASSIGNMENT:worker_id")
    assert len(found) == len({row["ASSIGNMENT:assignment_id"] for row in found})


def test_label_studio_takes_every_task_and_annotation(loaded: dict[str, Any]) -> None:
    for batch in ("texts", "sets", "pictures"):
        found = loaded[batch]["labelstudio.json"]
        assert ([], []) == (found["wrong"], found["unreadable"])


def test_label_studio_s_converter_gives_the_answers_back(loaded: dict[str, Any]) -> None:
    found = loaded["texts"]["labelstudio.json"]
    labelled = [(task, label) for task, _, label in given() if label is not None]

    assert labelled == [(row["task"], row["label"]) for row in found["json_min"] if "label" in row]
    assert {4.2} == {row["lead_time"] for row in found["json_min"] if "label" in row}
    assert labelled == [(row["task"], row["label"]) for row in found["csv"] if row["label"]]
    assert {text: text for text in TEXTS} == {
        task["data"]["text"]: task["meta"]["columns"]["출처"] for task in found["tasks"][:6]
    }


def test_label_studio_knows_each_worker_by_one_number_and_nothing_else(loaded: dict[str, Any]) -> None:
    tasks = loaded["texts"]["labelstudio.json"]["tasks"]
    numbers = [annotation["completed_by"] for task in tasks for annotation in task["annotations"]]

    assert 3 == len(set(numbers))
    assert {int} == {type(number) for number in numbers}
    assert max(numbers) < 2**53
    assert pseudonym(b"a seed", 1, 2) not in json.dumps(tasks)
    assert [3, 3, 3, 2, 1, 0, 1] == [len(task["annotations"]) for task in tasks]


def test_label_studio_sees_the_verdict_as_a_prediction(loaded: dict[str, Any]) -> None:
    tasks = loaded["texts"]["labelstudio.json"]["tasks"]
    predicted = [[each["result"][0]["value"]["choices"] for each in task["predictions"]] for task in tasks]

    assert [[CHOICES[0]], [CHOICES[1]], [CHOICES[2]], [CHOICES[0]], [CHOICES[1]], None, [CHOICES[1]]] == [
        each[0] if each else None for each in predicted
    ]
    assert 0.666666 == tasks[0]["predictions"][0]["score"]
