"""Posting in the chat: from a dropped file to a published batch."""

import csv
import io
import zipfile
from pathlib import Path

from PIL import Image
from world import OWNER, SandboxRequest, Someone, World

from bot.clock import Clock
from bot.importing import Imported, Importer, post_file
from bot.posting import Reporter
from jobs import uploads
from rules.model import DAY, MINUTE, SECOND, Micros
from rules.settings import Fault, Settings
from services import drafting, people, posting
from services.people import Person

REVIEWS = "text,gold\n좋아요 정말,긍정\n별로예요,부정\n색이 예뻐요,\n배송이 느려요,\n".encode()
CAPTION = "/newbatch\ntitle: 긍정인가요?\nchoices: 긍정, 부정\nprice: 20"


async def sora_of(world: World, language: str = "ko") -> Someone:
    return await world.coordinator(await world.owner(), "소라", language)


def table(rows: int, broken: int = 0) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["text", "gold"])
    writer.writerows([f"문장 {number}", ""] for number in range(rows))
    writer.writerows([f"=깨진 {number}", "중립"] for number in range(broken))
    return out.getvalue().encode()


def zipped(pictures: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in pictures.items():
            archive.writestr(name, data)
    return out.getvalue()


def picture(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "PNG")
    return out.getvalue()


async def test_a_file_without_a_caption_is_asked_about_step_by_step(world: World) -> None:
    sora = await sora_of(world)

    assert "긍정 / 부정" in await sora.send("리뷰.csv", REVIEWS)
    assert "답 하나에 얼마" in await sora.tap("이대로 쓰기")
    assert "답을 몇 개" in await sora.say("20원")
    assert "가이드" in await sora.tap("답 3개씩")
    card = await sora.tap("가이드 없이")

    assert "리뷰\n초안" in card
    assert "작업 2건\n골드 2건" in card
    assert "비용 2 × 3 × 20원 + 골드 2 × 20원 = 160원" in card
    assert ["게시", "단가", "답 수", "작업 화면 보기", "더보기"] == sora.buttons


async def test_a_caption_says_it_all_at_once_and_the_preview_shows_a_task_as_workers_see_it(world: World) -> None:
    sora = await sora_of(world)
    card = await sora.send("리뷰.csv", REVIEWS, CAPTION)
    sample = sora.phone.messages[-2]
    [mina] = await world.workers(sora, "미나")
    await sora.tap("게시")
    await mina.say("/work")

    assert "긍정인가요?\n초안" in card
    assert "색이 예뻐요" in str(sample["text"])
    assert mina.phone.messages[-1]["text"] == sample["text"]
    shown = [[button["text"] for button in row] for row in sample["reply_markup"]["inline_keyboard"]]
    assert mina.phone.buttons == shown


async def test_buttons_of_the_preview_do_nothing_but_say_what_they_are(world: World) -> None:
    sora = await sora_of(world)
    await sora.send("리뷰.csv", REVIEWS, CAPTION)

    await sora.tap("건너뛰기")

    assert "미리보기예요. 작업자에게는 이렇게 보여요." == sora.toast


async def test_nothing_is_offered_before_publish_and_publish_twice_is_once(world: World) -> None:
    sora = await sora_of(world)
    [mina] = await world.workers(sora, "미나")
    await sora.send("리뷰.csv", REVIEWS, CAPTION)
    assert "남은 작업이 없어요" in await mina.say("/work")
    message_id = int(sora.phone.messages[-1]["message_id"])

    data = sora.phone.messages[-1]["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    for _ in range(2):
        world.sandbox.tap(sora.telegram_id, message_id, data)
    await world.settle()

    assert "진행 중이에요" in sora.screen
    assert "색이 예뻐요" in await mina.say("/work")


async def test_english_coordinators_read_english(world: World) -> None:
    sora = await sora_of(world, "en")
    card = await sora.send("reviews.csv", b"text\ngood\nbad\n", "choices: yes, no\nprice: 20\noverlap: 2-5")

    assert "Cost 2 × up to 5 × ₩20 = ₩200" in card
    assert ["Publish", "Price", "Answers", "See a task", "More"] == sora.buttons
    assert "🟢 Open" in await sora.tap("Publish")


async def test_wrong_settings_are_named_all_at_once_and_nothing_changes(world: World) -> None:
    sora = await sora_of(world)

    answer = await sora.send("리뷰.csv", REVIEWS, "prise: 20\noverlap: 99\nkind: some")

    assert "3군데" in answer
    assert all(key in answer for key in ("price", "overlap", "kind"))
    assert "아직 일감이 없어요" in await sora.say("/batches")


async def test_refused_rows_are_named_with_their_lines_and_reasons(world: World) -> None:
    sora = await sora_of(world)

    card = await sora.send("리뷰.csv", table(3, broken=2), CAPTION)

    assert "작업 3건" in card
    assert "거절 2줄" in card
    assert "5행: gold “중립”" in card
    assert "6행: gold “중립”" in card
    assert [] == sora.phone.documents


async def test_more_refused_rows_than_a_card_holds_come_as_a_document_too(world: World) -> None:
    sora = await sora_of(world)

    card = await sora.send("리뷰.csv", table(3, broken=25), CAPTION)

    listed = list(csv.reader(io.StringIO(sora.phone.document("refused.csv").decode("utf-8-sig"))))
    assert [str(line) for line in range(5, 30)] == [row[0] for row in listed]
    assert all("중립" in row[1] for row in listed)
    assert "거절 25줄" in card
    assert "24행" in card
    assert "25행" not in card


async def test_a_file_that_can_not_be_read_says_why_and_leaves_nothing(world: World) -> None:
    sora = await sora_of(world)

    assert "이 형식은 받을 수 없어요" in await sora.send("글.pdf", b"%PDF", CAPTION)
    assert "모든 줄에 gold가 있어요" in await sora.send("금.csv", b"text,gold\na,x\nb,y\n", "price: 20")
    refused = await sora.send("나쁨.csv", table(0, broken=2), CAPTION)
    assert "올리지 않았어요" in refused
    assert "2행: gold “중립”" in refused
    assert "아직 일감이 없어요" in await sora.say("/batches")


async def test_pictures_come_in_a_zip_and_the_same_one_twice_is_counted(world: World) -> None:
    sora = await sora_of(world)
    red, blue = picture("red"), picture("blue")
    packed = zipped({"a/1.png": red, "b/2.png": red, "b/3.png": blue, "b/4.png": b"broken", "b/글.docx": b"x"})

    card = await sora.send("사진.zip", packed, "choices: 예, 아니요\nprice: 20")

    assert "작업 3건" in card
    assert "같은 내용 1건" in card
    assert "거절 2줄" in card
    assert "b/4.png: 사진 파일이 아니에요" in card
    assert "photo" in sora.phone.messages[-2]


async def test_a_draft_changes_by_buttons_and_by_typing(world: World) -> None:
    sora = await sora_of(world)
    await sora.send("리뷰.csv", REVIEWS, CAPTION)

    await sora.tap("단가")
    assert "단가 50원" in await sora.tap("50원")
    await sora.tap("답 수")
    assert "답 2~4개씩" in await sora.say("2-4")
    await sora.tap("더보기")
    await sora.tap("제목")
    assert "좋은 말일까요?\n초안" in await sora.say("좋은 말일까요?")
    await sora.tap("더보기")
    await sora.tap("가이드")
    assert "가이드 있음" in await sora.say("애매하면 부정이에요.")
    await sora.tap("더보기")
    await sora.tap("선택지")
    assert "긍정 / 중립 / 부정 (하나만)" in await sora.say("긍정, 중립, 부정")
    await sora.tap("더보기")
    await sora.tap("선택지")
    assert "(여러 개)" in await sora.tap("여러 개")
    await sora.tap("더보기")
    await sora.tap("마감 시각")
    assert "마감" in await sora.tap("3일 뒤 18:00")
    await sora.tap("게시")

    assert "단가 50원 · 답 2~4개씩" in sora.screen


async def test_what_is_changed_seldom_waits_behind_one_button_of_the_same_card(world: World) -> None:
    sora = await sora_of(world)
    card = await sora.send("리뷰.csv", REVIEWS, CAPTION)

    assert card == await sora.tap("더보기")
    assert ["제목", "선택지", "가이드", "검수 기간", "마감 시각", "버리기", "← 뒤로"] == sora.buttons
    assert card == await sora.tap("← 뒤로")
    assert "게시" == sora.buttons[0]


async def test_a_wrong_value_is_refused_and_can_be_typed_again(world: World) -> None:
    sora = await sora_of(world)
    await sora.send("리뷰.csv", REVIEWS, CAPTION)
    await sora.tap("단가")

    assert "금액이 아니에요" in await sora.say("많이")
    assert "단가 0.4원" in await sora.say("0.4")


async def test_choices_must_fit_the_gold_labels(world: World) -> None:
    sora = await sora_of(world)
    await sora.send("리뷰.csv", REVIEWS, CAPTION)
    await sora.tap("더보기")
    await sora.tap("선택지")

    assert "새 선택지에 없어요" in await sora.say("좋음, 나쁨")


async def test_going_back_from_a_question_ends_it(world: World) -> None:
    sora = await sora_of(world)
    await sora.send("리뷰.csv", REVIEWS, CAPTION)
    await sora.tap("더보기")
    await sora.tap("제목")
    await sora.tap("← 뒤로")

    await sora.say("이건 제목이 아니에요")

    assert "긍정인가요?\n초안" in await sora.tap("작업 화면 보기")


async def test_a_draft_can_be_thrown_away_and_is_then_gone(world: World) -> None:
    sora = await sora_of(world)
    await sora.send("리뷰.csv", REVIEWS, CAPTION)

    await sora.tap("더보기")
    assert "초안을 버렸어요" in await sora.tap("버리기")
    assert "아직 일감이 없어요" in await sora.say("/batches")


async def test_cancel_leaves_the_questions(world: World) -> None:
    sora = await sora_of(world)
    await sora.send("리뷰.csv", REVIEWS)
    await sora.say("/cancel")

    await sora.tap("이대로 쓰기")

    assert "이 파일은 이미 끝났어요" in str(sora.toast)


async def test_the_sample_file_can_be_sent_back_as_it_is(world: World) -> None:
    sora = await sora_of(world)
    await sora.say("/newbatch")
    await sora.tap("예시 파일 받기")
    sample = sora.phone.document("example.csv")

    card = await sora.send("example.csv", sample, "price: 20")

    assert "작업 2건\n골드 2건" in card
    assert "긍정 / 부정" in card


async def test_a_new_batch_with_the_same_settings_asks_for_a_file_only(world: World) -> None:
    sora = await sora_of(world)
    await sora.send("리뷰.csv", REVIEWS, f"{CAPTION}\noverlap: 5\nguide: 규칙")
    await sora.tap("게시")
    await sora.tap("더보기")
    assert "긍정인가요?" in await sora.tap("같은 설정으로")

    card = await sora.send("둘째.csv", REVIEWS)

    assert "둘째\n초안" in card
    assert "단가 20원 · 답 5개씩 · 가이드 있음" in card


async def test_a_worker_who_sends_a_file_is_told_that_coordinators_post(world: World) -> None:
    sora = await sora_of(world)
    [mina] = await world.workers(sora, "미나")

    assert "담당자만" in await mina.send("리뷰.csv", REVIEWS)
    assert "담당자만" in await mina.say("/newbatch")


async def test_the_questions_go_on_after_a_restart(tmp_path: Path) -> None:
    async with World.open(tmp_path) as world:
        sora = await sora_of(world)
        await sora.send("리뷰.csv", REVIEWS)
        await sora.tap("이대로 쓰기")
    requests = (SandboxRequest(world.sandbox), SandboxRequest(world.sandbox))
    async with World.joined(tmp_path, world.sandbox, world.clock, {}, requests) as again:
        sora = Someone(again, sora.name, sora.phone)
        await sora.say("30")
        await sora.tap("답 1개씩")

        assert "단가 30원 · 답 1개씩" in await sora.tap("가이드 없이")


async def test_an_import_that_a_stop_cut_off_is_done_anew(world: World) -> None:
    sora = await sora_of(world)
    sent = sora.phone.send("리뷰.csv", REVIEWS, CAPTION)
    person = await person_of(world, sora)
    settings = Settings(choices=("긍정", "부정"), price=Micros(20_000_000))
    file_id = str(sent["document"]["file_id"])
    unit = posting.receive
    await world.do(unit, world.clock.now(), person.id, "리뷰.csv", file_id, settings, asks_all=False)

    await uploads.run(world.kit, world.clock.now())
    assert "초안" not in sora.screen
    world.clock.advance(3 * MINUTE)
    await uploads.run(world.kit, world.clock.now())

    assert "리뷰\n초안" in sora.screen
    assert "작업 2건" in sora.screen


async def test_an_upload_whose_file_is_gone_is_given_up_and_said(world: World) -> None:
    sora = await sora_of(world)
    person = await person_of(world, sora)
    unit = posting.receive
    await world.do(unit, world.clock.now(), person.id, "x.csv", "no such file", Settings(), asks_all=False)
    world.clock.advance(3 * MINUTE)
    await uploads.run(world.kit, world.clock.now())
    told = sora.screen
    world.clock.advance(3 * MINUTE)

    assert "파일을 받지 못했어요. 다시 보내 주세요" in told
    assert "0 resumed" in await uploads.run(world.kit, world.clock.now())


async def test_files_are_deleted_a_day_after_they_were_needed(world: World) -> None:
    sora = await sora_of(world)
    await sora.send("리뷰.csv", REVIEWS, CAPTION)
    await sora.send("둘째.csv", REVIEWS)
    folder = world.kit.config.uploads
    before = sorted(path.name for path in folder.iterdir())
    world.clock.advance(DAY)
    await uploads.run(world.kit, world.clock.now())
    waiting = sorted(path.name for path in folder.iterdir())
    for _ in range(2):
        world.clock.advance(8 * DAY)
        await uploads.run(world.kit, world.clock.now())

    assert (["1", "2"], ["2"], []) == (before, waiting, list(folder.iterdir()))


async def test_a_long_import_tells_how_far_it_is_in_one_message(world: World) -> None:
    sora = await sora_of(world)
    reporter = Reporter(world.kit, await person_of(world, sora))
    count = len(sora.texts)

    await reporter.report(100, 1000)
    quiet = len(sora.texts)
    world.clock.advance(2 * SECOND)
    await reporter.report(200, 1000)
    first = sora.screen
    world.clock.advance(SECOND)
    await reporter.report(300, 1000)
    same = sora.screen
    world.clock.advance(3 * SECOND)
    await reporter.report(400, 1000)

    assert (count, count + 1) == (quiet, len(sora.texts))
    assert ("200 / 1,000 (20%)" in first, first == same, "400 / 1,000 (40%)" in sora.screen) == (True, True, True)
    await reporter.close()
    assert count == len(sora.texts)


async def test_the_command_line_posts_through_the_same_door(world: World, tmp_path: Path) -> None:
    await world.owner()
    owner = await world.do(people.find, OWNER)
    assert owner is not None
    folder = tmp_path / "posted"
    folder.mkdir()
    (folder / "cat.png").write_bytes(picture("red"))
    (folder / "rows.csv").write_text("image,gold\ncat.png,\nmissing.png,\n", encoding="utf-8")
    settings = Settings(choices=("yes", "no"), price=Micros(20_000_000))
    clock: Clock = world.clock
    importer = Importer(world.kit.config, world.kit.db, clock)

    outcome = await post_file(importer, owner.id, folder / "rows.csv", settings, unworded, nothing)

    assert isinstance(outcome, Imported)
    found = await world.do(drafting.preview, owner.id, outcome.batch)
    assert (1, 1, "rows") == (found.tasks, found.refused, found.title)
    assert ["upload.picture_missing"] == [fault.key for fault in found.faults]


def unworded(fault: Fault) -> tuple[str, str]:
    return str(fault.line), fault.key


async def nothing(_done: int, _total: int) -> None: ...


async def person_of(world: World, someone: Someone) -> Person:
    person = await world.do(people.find, someone.telegram_id)
    assert person is not None
    return person
