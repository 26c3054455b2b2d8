import asyncio
import json
import tracemalloc
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from exported import FILES, START, filled, objects, reopened, table
from openpyxl import load_workbook

from rules.codes import pseudonym
from rules.exports import Format
from rules.model import BatchId, PersonId
from rules.refusals import Refusal
from services.exporting import export, export_folder
from services.shapes import Wanted
from services.taking import choices, permit, permit_code
from storage import Tx

SEOUL = ZoneInfo("Asia/Seoul")
AWKWARD = '쉼표, "따옴표"\n줄바꿈 👩‍👩‍👧 \u202eעברית\u202c'


def digests(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


async def test_every_answer_is_a_row_with_its_status_and_an_undone_one_is_none(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        workers = [rows.person(f"w{number}") for number in range(6)]
        batch = rows.batch(rows.person("소라"))
        task = rows.task(batch, 1, reference="리뷰 1")
        given = [(1, "counted"), (2, "late"), (2, "excluded"), (None, "skipped"), (None, "reported")]
        for worker, (labels, status) in zip(workers, given, strict=False):
            rows.answer(batch, task, worker, labels, status=status)
        rows.answer(batch, task, workers[5], 1, undone=1)

    async with reopened(tmp_path) as db:
        exported = await export(db, batch, tmp_path / "out", Wanted(SEOUL))

    found = table(tmp_path / "out" / "answers.csv")
    names = ["긍정", "부정", "부정", "", ""]
    assert [(name, status) for name, (_, status) in zip(names, given, strict=True)] == [
        (row["label"], row["status"]) for row in found
    ]
    assert [pseudonym(b"a seed", batch, worker) for worker in workers[:5]] == [row["worker"] for row in found]
    assert {"리뷰 1"} == {row["task"] for row in found}
    assert 3 == exported.answers


async def test_an_answer_tells_when_in_the_installation_s_time_and_how_long(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라"))
        task = rows.task(batch, 1, gold=1)
        rows.answer(batch, task, rows.person("미나"), 2, is_gold=1, milliseconds=4_260, guide_version=3)

    async with reopened(tmp_path) as db:
        await export(db, batch, tmp_path / "out", Wanted(SEOUL))

    [row] = table(tmp_path / "out" / "answers.csv")
    assert ["task", "worker", "label", "answered_at", "seconds", "is_gold", "status", "guide_version"] == list(row)
    assert "2026-09-21T23:13:20.123+09:00" == row["answered_at"]
    assert START == datetime.fromisoformat(row["answered_at"]).timestamp() * 1_000
    assert ("4.3", "true", "3") == (row["seconds"], row["is_gold"], row["guide_version"])
    [answer] = objects(tmp_path / "out" / "answers.jsonl")
    assert {**row, "seconds": 4.3, "is_gold": True, "guide_version": 3} == answer


async def test_every_task_is_a_row_with_its_status(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        workers = [rows.person(f"w{number}") for number in range(3)]
        batch = rows.batch(rows.person("소라"))
        votes = {
            ("final", "done"): [1, 2, 1],
            ("tied", "done"): [1, 2],
            ("weightless", "done"): [],
            ("open", "open"): [2],
            ("untouched", "open"): [],
            ("reported", "flagged"): [1],
            ("dropped", "dropped"): [],
        }
        for number, ((reference, state), labels) in enumerate(votes.items(), 1):
            task = rows.task(batch, number, reference=reference, state=state)
            for worker, label in zip(workers, labels, strict=False):
                rows.answer(batch, task, worker, label)

    async with reopened(tmp_path) as db:
        exported = await export(db, batch, tmp_path / "out", Wanted(SEOUL))

    found = table(tmp_path / "out" / "labels.csv")
    assert ["task", "label", "confidence", "answers", "status", "probabilities", "meta"] == list(found[0])
    assert [
        ("final", "긍정", "0.666666", "3", "final", '{"긍정": 0.666666, "부정": 0.333333}'),
        ("tied", "", "0.5", "2", "ambiguous", '{"긍정": 0.5, "부정": 0.5}'),
        ("weightless", "", "", "0", "ambiguous", "{}"),
        ("open", "부정", "1.0", "1", "open", '{"부정": 1.0}'),
        ("untouched", "", "", "0", "open", "{}"),
        ("reported", "긍정", "1.0", "1", "flagged", '{"긍정": 1.0}'),
        ("dropped", "", "", "0", "flagged", "{}"),
    ] == [
        (row["task"], row["label"], row["confidence"], row["answers"], row["status"], row["probabilities"])
        for row in found
    ]
    assert {"final": 1, "ambiguous": 2, "open": 2, "flagged": 2} == exported.statuses
    assert 7 == exported.tasks


async def test_growing_overlap_that_ends_below_the_confidence_is_ambiguous(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        workers = [rows.person(f"w{number}") for number in range(5)]
        batch = rows.batch(rows.person("소라"), overlap_least=2, overlap_most=5, confidence=700_000)
        for number, labels in enumerate([[1, 1, 1, 2], [1, 1, 1, 2, 2]], 1):
            task = rows.task(batch, number, state="done")
            for worker, label in zip(workers, labels, strict=False):
                rows.answer(batch, task, worker, label)

    async with reopened(tmp_path) as db:
        await export(db, batch, tmp_path / "out", Wanted(SEOUL))

    found = table(tmp_path / "out" / "labels.csv")
    assert [("긍정", "0.75", "final"), ("긍정", "0.6", "ambiguous")] == [
        (row["label"], row["confidence"], row["status"]) for row in found
    ]


async def test_only_counted_answers_have_weight(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라"))
        task = rows.task(batch, 1, state="done")
        rows.answer(batch, task, rows.person("a"), 1)
        rows.answer(batch, task, rows.person("b"), 2, status="excluded")
        rows.answer(batch, task, rows.person("c"), 2, status="late")
        rows.answer(batch, task, rows.person("d"), 2, undone=1)

    async with reopened(tmp_path) as db:
        await export(db, batch, tmp_path / "out", Wanted(SEOUL))

    [row] = table(tmp_path / "out" / "labels.csv")
    assert ("긍정", "1.0", "1", "final") == (row["label"], row["confidence"], row["answers"], row["status"])


async def test_gold_has_its_known_label_whatever_was_answered(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라"))
        known = rows.task(batch, 1, gold=1)
        rows.task(batch, 2, gold=2, state="flagged")
        for name in ("a", "b"):
            rows.answer(batch, known, rows.person(name), 2, is_gold=1)

    async with reopened(tmp_path) as db:
        await export(db, batch, tmp_path / "out", Wanted(SEOUL))

    found = objects(tmp_path / "out" / "labels.jsonl")
    assert [("긍정", 1.0, 2, "gold", {"긍정": 1.0}), ("부정", 1.0, 0, "flagged", {"부정": 1.0})] == [
        (row["label"], row["confidence"], row["answers"], row["status"], row["probabilities"]) for row in found
    ]


async def test_several_labels_are_joined_in_tables_and_listed_in_json(tmp_path: Path) -> None:
    names = ["음식", "친절, 빠름", "=값"]
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라"), kind="multiple", choices=json.dumps(names))
        task = rows.task(batch, 1, state="done")
        rows.answer(batch, task, rows.person("a"), 0b011)
        rows.answer(batch, task, rows.person("b"), 0b011)
        rows.answer(batch, task, rows.person("c"), 0b100)

    async with reopened(tmp_path) as db:
        await export(db, batch, tmp_path / "out", Wanted(SEOUL))

    out = tmp_path / "out"
    assert ["음식|친절, 빠름", "음식|친절, 빠름", "'=값"] == [row["label"] for row in table(out / "answers.csv")]
    assert [names[:2], names[:2], names[2:]] == [row["label"] for row in objects(out / "answers.jsonl")]
    [label] = objects(out / "labels.jsonl")
    assert names[:2] == label["label"]
    assert {"음식|친절, 빠름": 0.666666, "=값": 0.333333} == label["probabilities"]


async def test_references_and_further_columns_come_back_as_they_were_posted(tmp_path: Path) -> None:
    meta = {"출처": AWKWARD, "식": "=1+1"}
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라"), choices=json.dumps([AWKWARD, "-1"]))
        task = rows.task(batch, 1, reference=AWKWARD, meta=json.dumps(meta), state="done")
        rows.task(batch, 2, reference="=HYPERLINK(1)", gold=2)
        rows.answer(batch, task, rows.person("a"), 1)

    async with reopened(tmp_path) as db:
        await export(db, batch, tmp_path / "out", Wanted(SEOUL))

    labels, lines = table(tmp_path / "out" / "labels.csv"), objects(tmp_path / "out" / "labels.jsonl")
    assert [(AWKWARD, AWKWARD), ("'=HYPERLINK(1)", "-1")] == [(row["task"], row["label"]) for row in labels]
    assert [(AWKWARD, AWKWARD), ("=HYPERLINK(1)", "-1")] == [(row["task"], row["label"]) for row in lines]
    assert [meta, {}] == [json.loads(row["meta"]) for row in labels]
    assert [meta, {}] == [row["meta"] for row in lines]
    assert [AWKWARD] == [row["task"] for row in table(tmp_path / "out" / "answers.csv")]


async def test_the_workbook_has_the_rows_of_labels_csv(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라"))
        task = rows.task(batch, 1, reference="=1", state="done", meta='{"가": "나"}')
        rows.task(batch, 2, reference="-1")
        rows.answer(batch, task, rows.person("a"), 1)

    async with reopened(tmp_path) as db:
        await export(db, batch, tmp_path / "out", Wanted(SEOUL))

    book = load_workbook(tmp_path / "out" / "labels.xlsx")
    [header, *found] = [list(row) for row in book["labels"].iter_rows(values_only=True)]
    book.close()
    labels = table(tmp_path / "out" / "labels.csv")
    assert list(labels[0]) == header
    assert [
        ["'=1", "긍정", 1, 1, "final", '{"긍정": 1.0}', '{"가": "나"}'],
        ["-1", None, None, 0, "open", "{}", "{}"],
    ] == found
    assert [["'=1", "긍정", "1.0", "1"], ["-1", "", "", "0"]] == [list(row.values())[:4] for row in labels]


async def test_more_tasks_than_a_sheet_holds_leave_the_workbook_out(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라"))
        rows.task(batch, 1)
        rows.task(batch, 2)

    async with reopened(tmp_path) as db:
        whole = await export(db, batch, tmp_path / "out", Wanted(SEOUL, most_rows=2))
        cut = await export(db, batch, tmp_path / "out", Wanted(SEOUL, most_rows=1))

    assert (False, True) == (whole.lacks_workbook, cut.lacks_workbook)
    without = [name for name in FILES if name != "labels.xlsx"]
    assert sorted(without) == sorted(digests(tmp_path / "out"))
    assert without == [path.name for path in cut.files]


async def test_a_batch_without_answers_has_its_headers_and_tasks(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라"))
        rows.task(batch, 1)

    async with reopened(tmp_path) as db:
        exported = await export(db, batch, tmp_path / "out", Wanted(SEOUL))

    header = "task,worker,label,answered_at,seconds,is_gold,status,guide_version\r\n"
    assert header == (tmp_path / "out" / "answers.csv").read_bytes().decode()
    assert b"" == (tmp_path / "out" / "answers.jsonl").read_bytes()
    assert (1, 0) == (exported.tasks, exported.answers)
    assert FILES == [path.name for path in exported.files]


async def test_exporting_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라"))
        worker = rows.person("a")
        for number in range(1, 30):
            rows.answer(batch, rows.task(batch, number), worker, number % 2 + 1)

    async with reopened(tmp_path) as db:
        await export(db, batch, tmp_path / "out", Wanted(SEOUL))
        first = digests(tmp_path / "out")
        await export(db, batch, tmp_path / "out", Wanted(SEOUL))

    assert sorted(FILES) == sorted(first)
    assert first == digests(tmp_path / "out")


def give(tx: Tx, task: int, batch: BatchId, worker: PersonId) -> None:
    lease = tx.one("assignments.lease", task=task, batch=batch, worker=worker, price=1, now=START, until=START)
    assert lease is not None
    tx.one(
        "answers.give",
        assignment=lease["id"],
        revision=1,
        task=task,
        batch=batch,
        worker=worker,
        labels=2,
        status="counted",
        reason=None,
        gold=0,
        price=1,
        guide=1,
        now=START,
        milliseconds=1,
        settles_at=START,
        doubt=0,
    )
    tx.run("tasks.finish", task=task)


async def test_answers_that_come_while_it_runs_are_in_none_of_the_files(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라"))
        late = PersonId(rows.person("b"))
        task = rows.task(batch, 1)
        rows.answer(batch, task, rows.person("a"), 1)

    async with reopened(tmp_path) as db:
        heard: list[tuple[int, int]] = []

        async def meanwhile(done: int, total: int) -> None:
            if not heard:
                await db.run(give, task, batch, late)
            heard.append((done, total))

        await export(db, batch, tmp_path / "out", Wanted(SEOUL), progress=meanwhile)
        [during] = table(tmp_path / "out" / "labels.csv")
        answers = table(tmp_path / "out" / "answers.csv")
        await export(db, batch, tmp_path / "out", Wanted(SEOUL))

    assert [(1, 2), (2, 2)] == heard
    assert ["긍정"] == [row["label"] for row in answers]
    assert ("긍정", "1", "open") == (during["label"], during["answers"], during["status"])
    [after] = table(tmp_path / "out" / "labels.csv")
    assert ("", "2", "ambiguous") == (after["label"], after["answers"], after["status"])


@pytest.mark.parametrize("pages", [1, 2])
async def test_an_interrupted_export_leaves_the_older_files(tmp_path: Path, pages: int) -> None:
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라"))
        rows.answer(batch, rows.task(batch, 1), rows.person("a"), 1)

    async with reopened(tmp_path) as db:
        await export(db, batch, tmp_path / "out", Wanted(SEOUL))
        older = digests(tmp_path / "out")
        reached = asyncio.Event()
        heard = []

        async def halt(done: int, total: int) -> None:
            heard.append(done)
            if len(heard) == pages:
                reached.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(export(db, batch, tmp_path / "out", Wanted(SEOUL), progress=halt))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    assert older == digests(tmp_path / "out")


async def test_many_answers_need_no_more_memory_than_one_page_of_them(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라"))
        workers = [rows.person(f"w{number}") for number in range(5)]
        for number in range(1, 5_001):
            task = rows.task(batch, number, state="done")
            for worker in workers:
                rows.answer(batch, task, worker, 1)

    async with reopened(tmp_path) as db:
        tracemalloc.start()
        try:
            exported = await export(db, batch, tmp_path / "out", Wanted(SEOUL))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert (5_000, 25_000) == (exported.tasks, exported.answers)
    assert peak < 6_000_000
    with (tmp_path / "out" / "answers.jsonl").open("rb") as file:
        assert sum(1 for _ in file) == 25_000


async def test_every_format_needs_no_more_memory_for_many_answers_and_gives_the_same_bytes(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라"))
        workers = [rows.person(f"w{number}") for number in range(3)]
        for number in range(1, 1_201):
            task = rows.task(batch, number, state="done", content=f"글 {number}")
            for worker in workers:
                rows.answer(batch, task, worker, 1)

    async with reopened(tmp_path) as db:
        wanted = Wanted(SEOUL, tmp_path / "pictures", tuple(Format))
        await export(db, batch, tmp_path / "out", wanted)
        first = digests(tmp_path / "out")
        tracemalloc.start()
        try:
            exported = await export(db, batch, tmp_path / "out", wanted)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert (1_200, 3_600) == (exported.tasks, exported.answers)
    assert peak < 20_000_000
    assert first == digests(tmp_path / "out")
    assert 11 == len(first)


async def test_a_picture_that_is_lost_is_counted_and_costs_nothing_else(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라"))
        picture = rows.add("picture", sha256="0" * 64, width=1, height=1)
        rows.task(batch, 1, reference="lost", picture_id=picture)
        rows.task(batch, 2, reference="text", content="글")

    async with reopened(tmp_path) as db:
        wanted = Wanted(SEOUL, tmp_path / "pictures", (Format.HUGGINGFACE,))
        exported = await export_folder(db, batch, tmp_path / "out", wanted, period="p", after=None)

    made = json.loads((tmp_path / "out" / "p" / "manifest.json").read_text(encoding="utf-8"))
    assert ["texts.zip", "manifest.json"] == [path.name for path in exported.files]
    assert (1, ["imagefolder.zip"]) == (made["missing_pictures"], made["left_out"])


async def test_a_folder_that_is_written_again_is_replaced_and_an_interrupted_one_is_never_seen(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라"))
        rows.task(batch, 1)

    async with reopened(tmp_path) as db:
        for formats in ((Format.CSV,), (Format.JSONL,)):
            await export_folder(db, batch, tmp_path / "out", Wanted(SEOUL, None, formats), period="p", after=None)
        writing = asyncio.create_task(export_folder(db, batch, tmp_path / "out", Wanted(SEOUL), period="q", after=None))
        await asyncio.sleep(0)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing

    assert ["p"] == [path.name for path in (tmp_path / "out").iterdir()]
    assert ["answers.jsonl", "labels.jsonl", "manifest.json"] == sorted(
        path.name for path in (tmp_path / "out" / "p").iterdir()
    )


async def test_a_task_with_more_answers_than_are_read_at_once_is_one_task(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라"))
        tasks = [rows.task(batch, number, content="글", gold=1) for number in (1, 2, 3)]
        for number in range(2_500):
            rows.answer(batch, tasks[1], rows.person(f"w{number}"), 1, is_gold=1)

    async with reopened(tmp_path) as db:
        wanted = Wanted(SEOUL, None, (Format.LABELSTUDIO, Format.TOLOKA))
        await export(db, batch, tmp_path / "out", wanted)

    found = json.loads((tmp_path / "out" / "labelstudio.json").read_text(encoding="utf-8"))
    assert [0, 2_500, 0] == [len(task["annotations"]) for task in found]
    assert 2_501 == (tmp_path / "out" / "toloka.tsv").read_bytes().count(b"\n")


def refused(error: pytest.ExceptionInfo[Refusal]) -> str:
    return error.value.key


async def test_coordinators_choose_among_their_own_batches_and_owners_among_all(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        sora = PersonId(rows.person("소라", is_coordinator=1))
        owner = PersonId(rows.person("운영자", is_owner=1))
        mina = PersonId(rows.person("미나", is_worker=1))
        own = [rows.batch(sora, code=f"S{number}") for number in range(12)]
        rows.batch(sora, code="DRAFT", state="draft", published_at=None)
        others = rows.batch(owner, code="OTHER")

    async with reopened(tmp_path) as db:
        first = await db.read(choices, sora, 0)
        older = await db.read(choices, sora, first.older)
        everything = await db.read(choices, owner, 0)
        with pytest.raises(Refusal) as error:
            await db.read(choices, mina, 0)

    assert own[:1:-1] == [batch.batch for batch in first.batches]
    assert (own[1::-1], 0) == ([batch.batch for batch in older.batches], older.older)
    assert others == everything.batches[0].batch
    assert "refusal.only_coordinator" == refused(error)


async def test_a_batch_is_given_to_its_coordinator_and_to_owners_only(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        sora = PersonId(rows.person("소라", is_coordinator=1))
        jun = PersonId(rows.person("준", is_coordinator=1))
        owner = PersonId(rows.person("운영자", is_owner=1))
        mina = PersonId(rows.person("미나", is_worker=1))
        batch = rows.batch(sora, code="K7F2")
        rows.batch(sora, code="DRAFT", state="draft", published_at=None)

    async with reopened(tmp_path) as db:
        assert batch == (await db.read(permit, sora, batch)).batch
        assert batch == (await db.read(permit, owner, batch)).batch
        assert batch == (await db.read(permit_code, sora, " #k7f2 ")).batch
        reasons = []
        for person, code in [(jun, "K7F2"), (mina, "K7F2"), (sora, "DRAFT"), (sora, "NONE")]:
            with pytest.raises(Refusal) as error:
                await db.read(permit_code, person, code)
            reasons.append(refused(error))

    assert ["export.not_yours", "refusal.only_coordinator", "export.not_published", "export.no_batch"] == reasons


async def test_an_unknown_batch_is_a_lookup_error(tmp_path: Path) -> None:
    async with filled(tmp_path):
        pass

    async with reopened(tmp_path) as db:
        with pytest.raises(LookupError):
            await export(db, BatchId(7), tmp_path / "out", Wanted(SEOUL))

    assert not (tmp_path / "out").exists()
