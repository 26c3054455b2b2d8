import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import fsspec
import pytest
from exported import FILES, START, TELEGRAM, Filling, filled, objects, table
from world import Someone, World

from rules.model import MINUTE, BatchId
from services.people import CONSENT_VERSION

FORMATS = ("✅ CSV 표", "✅ 엑셀", "Label Studio용", "Toloka용")


def lay(rows: Filling) -> BatchId:
    sora = rows.person("소라", is_coordinator=1)
    rows.person("준", is_coordinator=1)
    rows.person("운영자", is_owner=1)
    worker = rows.person("미나", is_worker=1, consent_version=CONSENT_VERSION)
    batch = rows.batch(sora, code="AAAA", title="영화평")
    for number in range(1, 4):
        task = rows.task(batch, number, content=f"글 {number}", state="done")
        rows.answer(batch, task, worker, 1)
    return batch


class Bureau:
    """A world with a batch, its coordinator, another one, and an owner."""

    def __init__(self, world: World, batch: BatchId, folder: Path) -> None:
        self.world = world
        self.batch = batch
        self.exports = folder / "exports" / "AAAA"
        self.sora, self.jun, self.owner, self.mina = (
            world.somebody(name, user_id=TELEGRAM + each) for each, name in enumerate(["소라", "준", "운영자", "미나"])
        )

    async def card(self, someone: Someone) -> str:
        """The plan's card, as the batch's card leads to it."""
        await someone.say("/batches AAAA")
        return await someone.tap("내보내기")

    async def run(self, minutes: int = 0) -> str:
        self.world.clock.advance(minutes * MINUTE)
        report = await self.world.job("export")
        await self.world.job("outbox")
        return report

    def manifest(self, period: str) -> dict[str, Any]:
        read: dict[str, Any] = json.loads((self.exports / period / "manifest.json").read_text(encoding="utf-8"))
        return read

    @property
    def runs(self) -> list[str]:
        return sorted(path.name for path in self.exports.iterdir() if path.is_dir())

    async def finish(self) -> None:
        """All of the batch's tasks are done."""
        await self.world.do(lambda tx: tx.run("batches.complete", batch=self.batch, now=self.world.clock.now()))

    async def answer(self, number: int) -> None:
        """One more answer to a task, from somebody new."""
        await self.world.do(
            lambda tx: tx.one(
                "answers.give",
                assignment=number,
                revision=7,
                task=number,
                batch=self.batch,
                worker=4,
                labels=2,
                status="counted",
                reason=None,
                gold=0,
                price=1,
                guide=1,
                now=self.world.clock.now(),
                milliseconds=1,
                settles_at=self.world.clock.now(),
                doubt=0,
            )
        )
        await self.world.do(
            lambda tx: tx.run(
                "batches.count", batch=self.batch, shard=0, finished=0, counted=1, late=0, gold=0, spent=0,
                now=self.world.clock.now(),
            )
        )  # fmt: skip


@asynccontextmanager
async def bureau(folder: Path, **environment: str) -> AsyncIterator[Bureau]:
    async with filled(folder) as rows:
        batch = lay(rows)
    async with World.open(folder, environment=environment) as world:
        world.clock.advance(START - world.clock.now())
        yield Bureau(world, batch, folder)


async def test_the_batch_s_button_leads_to_what_is_planned(tmp_path: Path) -> None:
    async with bureau(tmp_path) as desk:
        screen = await desk.card(desk.sora)

        assert "영화평 (AAAA) 자동 내보내기" in screen.replace("<b>", "").replace("</b>", "")
        assert "매일 새벽 5시, 그리고 끝났을 때" in screen
        assert "끝났을 때만 채팅으로 보내요" in screen
        assert ["지금 받기", "🕔 언제", "📄 형식", "📦 범위", "💬 채팅"] == desk.sora.buttons[:5]
        await desk.sora.tap("🕔 언제")
        assert ["✅ 매일 새벽", "매시간", "끝났을 때만", "안 함"] == desk.sora.buttons[:4]


async def test_files_can_be_had_at_once_from_the_card(tmp_path: Path) -> None:
    async with bureau(tmp_path) as desk:
        await desk.card(desk.sora)
        await desk.sora.tap("지금 받기")

        assert "labels.csv" in desk.sora.phone.documents


async def test_every_part_of_a_plan_is_a_button(tmp_path: Path) -> None:
    async with bureau(tmp_path) as desk:
        await desk.card(desk.sora)
        for label in ("🕔 언제", "매시간", "📦 범위", "새 답만", "💬 채팅", "매번", "📄 형식", *FORMATS):
            await desk.sora.tap(label)
        ticked = [label for label in desk.sora.buttons if label.startswith("✅")]
        await desk.sora.tap("← 뒤로")

        assert ["✅ JSONL 파일", "✅ Label Studio용", "✅ Toloka용"] == ticked
        told = ("매시간, 그리고", "지난번 뒤의 새 답만", "JSONL 파일, Label Studio용, Toloka용", "매번 채팅으로도")
        assert [line for line in told if line not in desk.sora.screen] == []


async def test_the_last_format_stays(tmp_path: Path) -> None:
    async with bureau(tmp_path) as desk:
        await desk.card(desk.sora)
        for label in ("📄 형식", "✅ CSV 표", "✅ 엑셀", "✅ JSONL 파일"):
            await desk.sora.tap(label)

        assert "하나 이상" in (desk.sora.toast or desk.sora.screen)


async def test_an_hourly_plan_writes_what_is_new_into_a_folder_of_its_own(tmp_path: Path) -> None:
    async with bureau(tmp_path) as desk:
        await desk.card(desk.sora)
        for label in ("🕔 언제", "매시간", "📦 범위", "새 답만"):
            await desk.sora.tap(label)
        first = await desk.run(60)
        idle = await desk.run(60)
        await desk.answer(2)
        second = await desk.run(60)

        assert ["1 batches exported, 0 failed", "0 batches exported, 0 failed", first] == [first, idle, second]
        whole, part = (desk.exports / run for run in desk.runs)
        assert [3, 1] == [len(table(run / "answers.csv")) for run in (whole, part)]
        assert ["t2"] == [row["task"] for row in objects(part / "labels.jsonl")]
        assert 2 == objects(part / "labels.jsonl")[0]["answers"]
        manifests = [desk.manifest(run) for run in desk.runs]
        assert ["new", "new"] == [each["scope"] for each in manifests]
        assert manifests[0]["range"]["upto"] == manifests[1]["range"]["after"]
        assert [(3, 3), (1, 1)] == [(each["tasks"], each["answers"]) for each in manifests]


async def test_a_manifest_lists_every_file_with_its_hash(tmp_path: Path) -> None:
    async with bureau(tmp_path) as desk:
        await desk.run(6 * 60)
        made = desk.manifest("2026-09-22")

        folder = desk.exports / "2026-09-22"
        files = sorted(path for path in folder.iterdir() if path.name != "manifest.json")
        assert [
            {"name": path.name, "bytes": path.stat().st_size, "sha256": sha256(path.read_bytes()).hexdigest()}
            for path in files
        ] == sorted(made["files"], key=lambda file: str(file["name"]))
        assert (1, "AAAA", "2026-09-22", "whole") == (made["schema"], made["batch"], made["period"], made["scope"])
        assert (3, 3, {"final": 3}) == (made["tasks"], made["answers"], made["statuses"])
        assert "123" not in made["range"]["upto"]
        assert None is made["range"]["after"]


async def test_after_days_without_the_bot_one_run_catches_up(tmp_path: Path) -> None:
    async with bureau(tmp_path) as desk:
        await desk.run(6 * 60)
        await desk.run(4 * 24 * 60)

        assert ["2026-09-22", "2026-09-26"] == desk.runs


async def test_a_plan_that_is_never_due_writes_nothing_and_the_end_is_told_without_files(tmp_path: Path) -> None:
    async with bureau(tmp_path) as desk:
        await desk.card(desk.sora)
        await desk.sora.tap("🕔 언제")
        await desk.sora.tap("안 함")
        await desk.run(24 * 60)
        await desk.finish()
        await desk.run()
        await desk.run()

        assert not desk.exports.exists()
        assert 1 == len([text for text in desk.sora.texts if "모두 끝났어요" in text])
        assert [] == desk.sora.phone.documents
        await desk.sora.tap("지금 받기")
        assert "labels.csv" in desk.sora.phone.documents


async def test_a_plan_without_the_chat_tells_the_end_and_leaves_the_files_in_their_place(tmp_path: Path) -> None:
    async with bureau(tmp_path) as desk:
        await desk.card(desk.sora)
        for label in ("🕔 언제", "끝났을 때만", "💬 채팅", "안 보냄"):
            await desk.sora.tap(label)
        await desk.run(24 * 60)
        before = desk.exports.exists()
        await desk.finish()
        await desk.run()

        assert not before
        assert 1 == len([text for text in desk.sora.texts if "모두 끝났어요" in text])
        assert [] == desk.sora.phone.documents
        assert ["2026-09-22T23-end"] == desk.runs


async def test_the_end_is_told_also_where_the_last_files_can_not_be_put(tmp_path: Path) -> None:
    (tmp_path / "place").write_text("a file where the folder should be")
    async with bureau(tmp_path, TAPWORK_EXPORT_TARGET=(tmp_path / "place").as_uri()) as desk:
        await desk.sora.say("/start")
        await desk.finish()
        for minutes in (0, 1, 5):
            await desk.run(minutes)
        await desk.run()

        assert 1 == len([text for text in desk.sora.texts if "세 번 실패" in text])
        assert 1 == len([text for text in desk.sora.texts if "모두 끝났어요" in text])


async def test_a_planned_run_comes_into_the_chat_when_the_plan_says_so(tmp_path: Path) -> None:
    async with bureau(tmp_path) as desk:
        await desk.card(desk.sora)
        await desk.sora.tap("💬 채팅")
        await desk.sora.tap("매번")
        await desk.run(6 * 60)

        assert FILES == desk.sora.phone.documents
        assert len([text for text in desk.sora.texts if "정기 내보내기예요" in text]) == 1
        assert [] == desk.owner.phone.documents


async def test_a_target_gets_the_files_of_each_run(tmp_path: Path) -> None:
    async with bureau(tmp_path, TAPWORK_EXPORT_TARGET="memory://labels") as desk:
        await desk.run(6 * 60)

    store = fsspec.filesystem("memory")
    names = [path.rpartition("/")[2] for path in store.find("/labels/AAAA/2026-09-22")]
    assert sorted(names) == sorted([*FILES, "manifest.json"])
    assert (desk.exports / "2026-09-22" / "labels.csv").read_bytes() == store.cat_file(
        "/labels/AAAA/2026-09-22/labels.csv"
    )


async def test_an_owner_types_a_folder_and_a_coordinator_may_not(tmp_path: Path) -> None:
    place = (tmp_path / "elsewhere").as_uri()
    async with bureau(tmp_path) as desk:
        await desk.card(desk.sora)
        await desk.sora.tap("📁 둘 곳")
        refused = await desk.sora.say(place)
        with_password = await desk.sora.say("sftp://sora:secret@host/x")
        accepted = await desk.sora.say("sftp://sora@host/x")
        await desk.owner.say("/start")
        await desk.owner.say("/export")
        await desk.world.do(lambda tx: tx.run("people.expect", person=3, expects=f"export_target:{desk.batch}"))
        await desk.owner.say(place)
        await desk.run(6 * 60)

        assert "운영자만" in refused
        assert "비밀번호" in with_password
        assert "sftp://***@host/x" in accepted
        assert "labels.csv" in {path.name for path in (tmp_path / "elsewhere/AAAA/2026-09-22").iterdir()}


async def test_a_missing_driver_is_tried_again_and_told_in_words_after_the_third_time(tmp_path: Path) -> None:
    async with bureau(tmp_path, TAPWORK_EXPORT_TARGET="dropbox://secret-token@box/labels") as desk:
        for each in (desk.sora, desk.owner):
            await each.say("/start")
        first = await desk.run(6 * 60)
        too_early = await desk.run()
        second = await desk.run(1)
        untold = [text for text in desk.sora.texts if "실패" in text]
        third = await desk.run(5)
        told = [[text for text in each.texts if "실패" in text] for each in (desk.sora, desk.owner)]

        failed = "0 batches exported, 1 failed"
        assert [failed, "0 batches exported, 0 failed", failed, failed] == [first, too_early, second, third]
        assert [] == untold
        assert [1, 1] == [len(each) for each in told]
        assert "dropbox:// 에 쓰는 데 필요한 패키지" in told[0][0]
        assert not any("secret-token" in text for text in [*desk.sora.texts, *desk.owner.texts])
        assert "2026-09-22" in desk.runs


async def test_after_a_failure_was_told_success_is_told_too_and_by_hand_it_comes_at_once(tmp_path: Path) -> None:
    (tmp_path / "place").write_text("a file where the folder should be")
    async with bureau(tmp_path, TAPWORK_EXPORT_TARGET=(tmp_path / "place").as_uri()) as desk:
        for each in (desk.sora, desk.owner):
            await each.say("/start")
        for minutes in (6 * 60, 1, 5):
            await desk.run(minutes)
        await desk.sora.tap("다시 하기")
        still = await desk.run(1)
        (tmp_path / "place").unlink()
        await desk.sora.tap("다시 하기")
        now = await desk.run()
        await desk.sora.tap("다시 하기")

        assert ["0 batches exported, 1 failed", "1 batches exported, 0 failed"] == [still, now]
        assert 2 == len([text for text in desk.sora.texts if "실패했어요" in text])
        for each in (desk.sora, desk.owner):
            assert 1 == len([text for text in each.texts if "다시 잘 돼요" in text])
        assert "그 뒤에 잘 내보냈어요." == desk.sora.toast
        assert (tmp_path / "place/AAAA/2026-09-22/manifest.json").exists()


async def test_a_run_that_keeps_failing_is_given_up_and_told_once(tmp_path: Path) -> None:
    (tmp_path / "place").write_text("a file where the folder should be")
    async with bureau(tmp_path, TAPWORK_EXPORT_TARGET=(tmp_path / "place").as_uri()) as desk:
        await desk.sora.say("/start")
        reports = [await desk.run(minutes) for minutes in (6 * 60, 1, 5, 25, 125, 125)]
        card = await desk.card(desk.sora)
        next_night = await desk.run(24 * 60)

        assert ["0 batches exported, 1 failed"] * 5 + ["0 batches exported, 0 failed"] == reports
        assert "2026-09-22: 실패했어요" in card
        assert "0 batches exported, 1 failed" == next_night
        assert 1 == len([text for text in desk.sora.texts if "세 번 실패" in text])


async def test_formats_can_be_named_with_the_command(tmp_path: Path) -> None:
    async with bureau(tmp_path) as desk:
        await desk.sora.say("/export AAAA toloka, hf")

        assert ["texts.zip", "toloka.tsv"] == desk.sora.phone.documents
        with ZipFile(desk.exports / "texts.zip") as found:
            assert ["train/data.jsonl"] == found.namelist()
        assert "“coco” 형식은 없어요" in await desk.sora.say("/export AAAA coco")


async def test_parquet_is_refused_in_words_where_it_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.shapes.find_spec", lambda name: None)
    async with bureau(tmp_path) as desk:
        said = await desk.sora.say("/export AAAA parquet")
        await desk.card(desk.sora)
        await desk.sora.tap("📄 형식")
        await desk.sora.tap("Parquet 파일")

        assert "tapwork[parquet]" in said
        assert "Parquet 파일" in desk.sora.buttons


async def test_old_runs_are_taken_away_and_the_newest_files_keep_their_place(tmp_path: Path) -> None:
    async with bureau(tmp_path) as desk:
        await desk.run(6 * 60)
        for _ in range(4):
            await desk.run(24 * 60)

        assert ["2026-09-24", "2026-09-25", "2026-09-26"] == desk.runs
        assert (desk.exports / "2026-09-26" / "labels.csv").read_bytes() == (desk.exports / "labels.csv").read_bytes()
