import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from exported import START, filled, reopened

from rules.exports import Chat, Format, Scope, When
from rules.model import DAY, HOUR, MINUTE, BatchId, Instant, PersonId
from rules.refusals import Refusal
from services import export_runs, planning
from storage import Database, Tx

SEOUL = ZoneInfo("Asia/Seoul")
MORNING = Instant(START + 6 * HOUR)
"""After five on the day after the batches were published."""


async def due(db: Database, now: Instant) -> list[int]:
    await db.run(planning.schedule, now, SEOUL, BatchId(0), 50)
    return await db.read(export_runs.due, now, 50)


async def test_a_plan_can_be_changed_by_its_coordinator_and_by_owners_only(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        sora = PersonId(rows.person("소라", is_coordinator=1))
        jun = PersonId(rows.person("준", is_coordinator=1))
        owner = PersonId(rows.person("운영자", is_owner=1))
        mina = PersonId(rows.person("미나", is_worker=1))
        batch = rows.batch(sora)

    async with reopened(tmp_path) as db:
        refused = []
        for person in (jun, mina):
            with pytest.raises(Refusal) as error:
                await db.run(planning.set_when, MORNING, person, batch, When.HOURLY)
            refused.append(error.value.key)
            with pytest.raises(Refusal):
                await db.run(planning.set_target, MORNING, person, batch, "s3://mine")
        usual = await db.read(planning.plan_of, batch)
        await db.run(planning.set_when, MORNING, owner, batch, When.HOURLY)
        await db.run(planning.set_chat, MORNING, sora, batch, Chat.NO)
        plan = await db.read(planning.plan_of, batch)

    assert ["export.not_yours", "refusal.only_coordinator"] == refused
    assert (When.NIGHTLY, Scope.WHOLE, "", Chat.END) == (usual.when, usual.scope, usual.target, usual.chat)
    assert (When.HOURLY, Chat.NO) == (plan.when, plan.chat)


async def test_a_change_of_what_or_where_begins_at_the_start_again(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        sora = PersonId(rows.person("소라", is_coordinator=1))
        batch = rows.batch(sora)
        rows.add("export_plan", batch_id=batch, at="hourly", scope="new", formats="csv", chat="no", last_answer=7,
                 changed_by=sora)  # fmt: skip

    async with reopened(tmp_path) as db:
        await db.run(planning.set_when, MORNING, sora, batch, When.NIGHTLY)
        await db.run(planning.set_scope, MORNING, sora, batch, Scope.NEW)
        places = [(await db.read(planning.plan_of, batch)).after]
        await db.run(planning.set_target, MORNING, sora, batch, "s3://other")
        places.append((await db.read(planning.plan_of, batch)).after)
        await db.run(planning.set_format, MORNING, sora, batch, Format.TOLOKA, is_on=True)
        plan = await db.read(planning.plan_of, batch)

    assert [7, 0] == places
    assert (Format.CSV, Format.TOLOKA) == plan.formats


async def test_a_batch_published_after_five_waits_for_the_next_night(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        sora = rows.person("소라", is_coordinator=1)
        rows.batch(sora, code="A", published_at=MORNING)
        early = rows.batch(sora, code="B")

    async with reopened(tmp_path) as db:
        [first] = await due(db, MORNING)
        begun = await db.run(export_runs.begin, MORNING, first)
        await db.run(planning.schedule, Instant(MORNING + DAY), SEOUL, BatchId(0), 50)
        both = await db.read(export_runs.due, Instant(MORNING + DAY), 50)

    assert begun is not None
    assert (early, "2026-09-22") == (begun.plan.batch, begun.period)
    assert 2 == len(both)


async def test_a_period_is_planned_once_and_a_newer_one_takes_its_place(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라", is_coordinator=1))

    async with reopened(tmp_path) as db:
        [first] = await due(db, MORNING)
        assert [first] == await due(db, Instant(MORNING + MINUTE))
        [second] = await due(db, Instant(MORNING + DAY))
        old = await db.run(export_runs.begin, Instant(MORNING + DAY), first)
        new = await db.run(export_runs.begin, Instant(MORNING + DAY), second)

    assert first != second
    assert None is old
    assert new is not None
    assert (batch, "2026-09-23") == (new.plan.batch, new.period)


async def test_a_run_that_dies_with_its_process_comes_back_and_is_given_up_in_the_end(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        rows.person("운영자", is_owner=1)
        rows.batch(rows.person("소라", is_coordinator=1))

    async with reopened(tmp_path) as db:
        [run] = await due(db, MORNING)
        now, pauses = MORNING, []
        for _ in range(5):
            assert await db.run(export_runs.begin, now, run)
            assert None is await db.run(export_runs.begin, now, run)
            row = await db.read(lambda tx: tx.one("exports.run", run=run))
            assert row is not None
            pauses.append((row["due_at"] - now) // MINUTE)
            now = Instant(row["due_at"])
        given_up = await db.run(export_runs.begin, now, run)
        failure = await db.read(export_runs.failure, run)
        left = await db.read(export_runs.due, Instant(now + DAY), 1)
        mail = await db.read(lambda tx: tx.all("outbox.due", now=now, limit=10))

    assert [1, 5, 25, 125, 125] == pauses
    assert None is given_up
    assert ("export.reason_crashed", True) == (failure.key, failure.is_final)
    assert [] == left
    assert ["export_failed"] * 2 == [each["kind"] for each in mail]


async def test_hours_that_fail_one_after_the_other_are_told_once(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        sora = PersonId(rows.person("소라", is_coordinator=1))
        batch = rows.batch(sora)

    async with reopened(tmp_path) as db:
        await db.run(planning.set_when, Instant(START), sora, batch, When.HOURLY)
        for hour in range(1, 4):
            now = Instant(START + hour * HOUR)
            [run] = await due(db, now)
            for minutes in (0, 1, 6):
                moment = Instant(now + minutes * MINUTE)
                assert await db.run(export_runs.begin, moment, run)
                await db.run(export_runs.fail, moment, run, "export.reason_full", {})
        told = await db.read(lambda tx: tx.all("outbox.due", now=START + DAY, limit=10))
        [run] = await due(db, Instant(START + 4 * HOUR))
        begun = await db.run(export_runs.begin, Instant(START + 4 * HOUR), run)
        assert begun is not None
        began = Instant(START + 4 * HOUR)
        assert await db.run(export_runs.succeed, began, begun, began, 0, has_files=True)
        mail = await db.read(lambda tx: tx.all("outbox.due", now=START + DAY, limit=10))

    assert ["export_failed"] == [each["kind"] for each in told]
    assert ["export_failed", "export_works"] == [each["kind"] for each in mail]


async def test_a_plan_changed_while_a_run_was_written_begins_where_the_change_says(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        sora = PersonId(rows.person("소라", is_coordinator=1))
        batch = rows.batch(sora)
        rows.add("export_plan", batch_id=batch, at="hourly", scope="new", formats="csv", chat="no", changed_by=sora)

    async with reopened(tmp_path) as db:
        [run] = await due(db, MORNING)
        begun = await db.run(export_runs.begin, MORNING, run)
        assert begun is not None
        await db.run(planning.set_target, Instant(MORNING + 1), sora, batch, "s3://other")
        await db.run(export_runs.succeed, Instant(MORNING + 2), begun, MORNING, 9, has_files=True)

        assert 0 == (await db.read(planning.plan_of, batch)).after


async def test_a_plan_that_is_called_off_drops_what_waits(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        sora = PersonId(rows.person("소라", is_coordinator=1))
        batch = rows.batch(sora)

    async with reopened(tmp_path) as db:
        [run] = await due(db, MORNING)
        begun = await db.run(export_runs.begin, MORNING, run)
        assert begun is not None
        await db.run(planning.set_when, MORNING, sora, batch, When.NEVER)

        assert not await db.run(export_runs.succeed, MORNING, begun, MORNING, 9, has_files=True)
        assert [] == await due(db, Instant(MORNING + 2 * DAY))


async def test_closed_batches_are_written_until_nothing_changes_any_more(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        sora = rows.person("소라", is_coordinator=1)
        closed = rows.batch(sora, code="B", state="closed", closed_at=START)
        rows.batch(sora, code="C", state="draft", published_at=None)

    async with reopened(tmp_path) as db:
        [run] = await due(db, MORNING)
        begun = await db.run(export_runs.begin, MORNING, run)
        assert begun is not None
        await db.run(export_runs.succeed, MORNING, begun, MORNING, 9, has_files=True)
        unchanged = await due(db, Instant(MORNING + DAY))
        await db.run(count_late, closed, MORNING + 1)
        changed = await due(db, Instant(MORNING + DAY))

    assert ([], 1) == (unchanged, len(changed))


def count_late(tx: Tx, batch: BatchId, now: int) -> None:
    tx.run("batches.count", batch=batch, shard=0, finished=0, counted=1, late=0, gold=0, spent=0, now=now)


async def test_a_finished_batch_is_announced_once(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        sora = rows.person("소라", is_coordinator=1)
        finished = rows.batch(sora, code="A", completed_at=START)
        running = rows.batch(sora, code="B")

    async with reopened(tmp_path) as db:
        told = [await db.run(planning.announce, Instant(START), batch, 0) for batch in (finished, finished, running)]
        [message] = await db.read(lambda tx: tx.all("outbox.due", now=START, limit=10))

    assert [True, False, False] == told
    assert ("completed", {"batch": finished, "run": 0}) == (message["kind"], json.loads(message["blanks"]))
