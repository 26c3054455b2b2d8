from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from exported import FILES, START, TELEGRAM, Filling, filled, table
from world import Someone, World

from bot.exports import deliver, send
from rules.model import HOUR, BatchId, Instant, PersonId
from services import people, taking

NIGHT = 6 * HOUR
"""From the evening on which the virtual clock begins to after five in the morning."""
SENT_WITHOUT_ANSWERS = [name for name in FILES if name != "answers.jsonl"]


def lay(rows: Filling) -> tuple[BatchId, BatchId]:
    """A coordinator with two batches, another with one, an owner, a worker: Telegram ids from TELEGRAM on."""
    sora = rows.person("소라", is_coordinator=1)
    jun = rows.person("준", is_coordinator=1)
    rows.person("운영자", is_owner=1)
    mina = rows.person("미나", is_worker=1, consent_version=people.CONSENT_VERSION)
    first = rows.batch(sora, code="AAAA", title="영화평 <1>")
    second = rows.batch(sora, code="BBBB", title="말투")
    rows.task(rows.batch(jun, code="CCCC", title="사진"), 1)
    task = rows.task(first, 1, state="done")
    rows.answer(first, task, mina, 1)
    rows.task(first, 2)
    rows.task(second, 1)
    return first, second


@asynccontextmanager
async def exporting_world(folder: Path) -> AsyncIterator[tuple[World, BatchId, list[Someone]]]:
    async with filled(folder) as rows:
        first, _ = lay(rows)
    async with World.open(folder) as world:
        world.clock.advance(START - world.clock.now())
        names = ["소라", "준", "운영자", "미나"]
        yield world, first, [world.somebody(name, user_id=TELEGRAM + each) for each, name in enumerate(names)]


async def test_a_coordinator_with_several_batches_chooses_one_and_gets_its_files(tmp_path: Path) -> None:
    async with exporting_world(tmp_path) as (world, _, [sora, *_others]):
        await sora.say("/export")
        buttons = sora.buttons
        await sora.tap("AAAA")

        assert ["말투 · BBBB", "영화평 <1> · AAAA"] == buttons
        assert sorted(FILES) == sorted(sora.phone.documents)
        assert "파일을 만들고 있어요" in (sora.toast or "")
        [summary] = [text for text in sora.texts if "내보냈어요" in text]
        assert "영화평 <1>" in summary
        assert "작업 2개 · 답 1개" in summary
        assert "확정 1 · 애매 0 · 진행 중 1" in summary
        written = table(world.kit.config.exports / "AAAA" / "labels.csv")
        assert ["final", "open"] == [row["status"] for row in written]
        assert sora.phone.document("labels.csv") == (tmp_path / "exports" / "AAAA" / "labels.csv").read_bytes()


async def test_a_coordinator_with_one_batch_gets_its_files_at_once(tmp_path: Path) -> None:
    async with exporting_world(tmp_path) as (_, _, [_, jun, *_others]):
        await jun.say("/export")

        assert SENT_WITHOUT_ANSWERS == jun.phone.documents


async def test_a_code_names_the_batch(tmp_path: Path) -> None:
    async with exporting_world(tmp_path) as (_, _, [sora, *_others]):
        await sora.say("/export bbbb")

        assert SENT_WITHOUT_ANSWERS == sora.phone.documents


async def test_others_are_refused_in_words(tmp_path: Path) -> None:
    async with exporting_world(tmp_path) as (_, _, [sora, jun, owner, mina]):
        assert "다른 담당자의 일감" in await jun.say("/export AAAA")
        assert "담당자만" in await mina.say("/export AAAA")
        assert "담당자만" in await mina.say("/export")
        assert "찾지 못했어요" in await sora.say("/export <b>")
        await owner.say("/export AAAA")

        assert [[], [], []] == [someone.phone.documents for someone in (sora, jun, mina)]
        assert sorted(FILES) == sorted(owner.phone.documents)


async def test_nothing_to_export_is_said(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        rows.person("소라", is_coordinator=1)
    async with World.open(tmp_path) as world:
        sora = world.somebody("소라", user_id=TELEGRAM)

        assert "내보낼 일감이 아직 없어요" in await sora.say("/export")


async def test_the_list_goes_on_with_older_batches(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        sora_id = rows.person("소라", is_coordinator=1)
        for number in range(12):
            rows.batch(sora_id, code=f"B{number:02}", title="t")
    async with World.open(tmp_path) as world:
        sora = world.somebody("소라", user_id=TELEGRAM)
        await sora.say("/export")
        newest = sora.buttons
        await sora.tap("이전 일감 더 보기")

        assert [*(f"t · B{number:02}" for number in range(11, 1, -1)), "이전 일감 더 보기"] == newest
        assert ["t · B01", "t · B00"] == sora.buttons
        assert 2 == len(sora.phone.messages)


class Hasty:
    """A clock by which a second and a half passes whenever somebody looks."""

    def __init__(self, start: int) -> None:
        self._now = start

    def now(self) -> Instant:
        self._now += 1_500
        return Instant(self._now)


async def test_a_long_export_shows_how_far_it_is_in_the_message_that_becomes_the_summary(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        sora_id = rows.person("소라", is_coordinator=1)
        batch = rows.batch(sora_id, code="AAAA", title="긴 일감")
        for number in range(1, 2_001):
            rows.task(batch, number)
    async with World.open(tmp_path) as world:
        sora = world.somebody("소라", user_id=TELEGRAM)
        await sora.say("/start")
        kit = replace(world.kit, clock=Hasty(world.clock.now()))
        person = await world.do(people.require, PersonId(sora_id), people.Role.COORDINATOR)
        await deliver(kit, person, batch)

        shown = [str(call.params["text"]) for call in world.sandbox.calls if "긴 일감" in str(call.params.get("text"))]
        assert ["50%", "100%"] == [text.split()[-1] for text in shown[:-1]]
        assert "내보냈어요" in shown[-1]
        assert len([text for text in sora.texts if "긴 일감" in text]) == 1
        assert SENT_WITHOUT_ANSWERS == sora.phone.documents


async def test_a_file_too_large_for_telegram_is_named_with_its_place(tmp_path: Path) -> None:
    async with exporting_world(tmp_path) as (world, first, [sora, *_others]):
        await sora.say("/start")
        listed = await world.do(taking.permit, PersonId(1), first)
        await send(world.kit, sora.telegram_id, world.kit.words("ko"), listed, "export.done", most_bytes=400)

        assert ["labels.csv", "labels.jsonl", "answers.csv", "answers.jsonl"] == sora.phone.documents
        [summary] = [text for text in sora.texts if "내보냈어요" in text]
        assert "labels.xlsx: 1MB라" in summary
        assert "exports/AAAA/labels.xlsx" in summary


async def test_a_finished_batch_reaches_its_coordinator_once(tmp_path: Path) -> None:
    async with filled(tmp_path) as rows:
        batch = rows.batch(rows.person("소라", is_coordinator=1), code="AAAA", title="영화평", completed_at=1)
        rows.task(batch, 1, state="done")
    async with World.open(tmp_path) as world:
        sora = world.somebody("소라", user_id=TELEGRAM)
        await sora.say("/start")
        reports = [await world.job("export"), await world.job("export")]
        await world.job("outbox")
        await world.job("outbox")

        assert ["1 batches exported, 0 failed", "0 batches exported, 0 failed"] == reports
        assert len([text for text in sora.texts if "모두 끝났어요" in text]) == 1
        assert SENT_WITHOUT_ANSWERS == sora.phone.documents


async def test_every_night_running_and_changed_batches_are_written_to_the_data_folder(tmp_path: Path) -> None:
    async with exporting_world(tmp_path) as (world, _, _people):
        before = await world.job("export")
        world.clock.advance(NIGHT)
        reports = [await world.job("export"), await world.job("export")]

        assert "0 batches exported, 0 failed" == before
        assert ["3 batches exported, 0 failed", before] == reports
        assert ["AAAA", "BBBB", "CCCC"] == sorted(path.name for path in (tmp_path / "exports").iterdir())
        assert ["2026-09-22", *sorted(FILES)] == sorted(path.name for path in (tmp_path / "exports" / "BBBB").iterdir())
        night = tmp_path / "exports" / "BBBB" / "2026-09-22"
        assert [*sorted(FILES), "manifest.json"] == sorted(path.name for path in night.iterdir())


async def test_a_batch_that_the_disk_refuses_does_not_stop_the_others(tmp_path: Path) -> None:
    async with exporting_world(tmp_path) as (world, _, _people):
        (tmp_path / "exports").mkdir()
        (tmp_path / "exports" / "AAAA").write_text("a file where the folder should be")

        world.clock.advance(NIGHT)

        assert "2 batches exported, 1 failed" == await world.job("export")
