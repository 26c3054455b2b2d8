"""/mydata, /leave, the way back, and the day on which a name is deleted: as conversations."""

import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from parcels import caption, table
from PIL import Image
from world import Someone, World, code_of

from bot.words import catalogue
from jobs import forgetting
from rules import keeping
from rules.model import DAY, HOUR, Instant
from sandbox import Phone
from services import pacing, settling
from services.people import CONSENT_VERSION
from storage import Row, Tx
from storage.checks import violations

MINA, USERNAME = "김미나리", "minari_1204"
TECHNICAL = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression", "dpi"}
"""What Pillow tells of a picture that carries no metadata."""


@pytest.fixture
async def owner(world: World) -> Someone:
    return await world.owner()


async def labelled(world: World, owner: Someone, *texts: str) -> Someone:
    """A worker with a name and username of her own, who has labeled some texts and sees another."""
    await owner.send("r.csv", table(*texts, "another"), caption())
    await owner.tap("게시")
    await owner.say("/invite 5 30")
    code = code_of(owner.screen)
    mina = Someone(world, MINA, Phone(world.sandbox, world.sandbox.create_user(MINA, username=USERNAME)))
    await mina.say(f"/start {code}")
    await mina.tap("동의")
    for _ in texts:
        await mina.tap("positive")
    return mina


async def row(world: World, person: int) -> Row:
    found = await world.do(lambda tx: tx.one("people.find", person=person))
    assert found is not None
    return found


async def person_of(world: World, someone: Someone) -> Row:
    found = await world.do(lambda tx: tx.one("people.by_telegram", telegram=someone.telegram_id))
    assert found is not None
    return found


def queue(tx: Tx, now: Instant, person: int, kind: str) -> None:
    blanks = json.dumps({"checks": [], "amount": 20_000_000})
    tx.run("outbox.queue", key=kind, person=person, kind=kind, blanks=blanks, now=now)


async def leave(someone: Someone) -> str:
    await someone.say("/leave")
    return await someone.tap("나가기")


async def next_night(world: World) -> str:
    """A day passes, and the night's job runs; then what waits is sent."""
    world.clock.advance(DAY)
    report = await world.job("forgetting")
    await world.job("outbox")
    return report


async def pay(world: World, code: str) -> None:
    world.clock.advance(73 * HOUR)
    await world.job("settle")
    await world.do(settling.record_payment, world.clock.now(), code, None, "")
    await world.job("outbox")


def kept_of(folder: Path, *words: str) -> list[str]:
    """Which of the words are anywhere in a folder's files, also inside workbooks."""
    found: set[str] = set()
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        contents = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                contents += [archive.read(name) for name in archive.namelist()]
        found |= {word for word in words for content in contents if word.encode() in content}
    return sorted(found)


def mydata(someone: Someone) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(someone.phone.document("tapwork-mydata.json"))
    return document


async def test_mydata_tells_everything_about_oneself(world: World, owner: Someone) -> None:
    mina = await labelled(world, owner, "one", "two")

    await mina.say("/mydata")

    card = next(text for text in mina.texts if "저장된 내 정보" in text)
    assert f"{MINA} (@{USERNAME})" in card
    assert str(mina.telegram_id) in card
    assert "답 2개 · 받을 돈 40원 · 지급 완료 0원" in card
    told = mydata(mina)
    assert (MINA, USERNAME, mina.telegram_id) == tuple(
        told["person"][key] for key in ("name", "username", "telegram_id")
    )
    assert [["positive"], ["positive"]] == [answer["labels"] for answer in told["answers"]]
    assert ["20", "20"] == [entry["amount"] for entry in told["entries"]]
    assert [CONSENT_VERSION] == [consent["version"] for consent in told["consents"]]
    assert ["worker"] == [invite["role"] for invite in told["invites_used"]]
    assert ["held"] == [task["state"] for task in told["open_tasks"]]


async def test_mydata_tells_nothing_about_others_or_about_gold(world: World, owner: Someone) -> None:
    gold = [(f"gold text {number}", "positive") for number in range(5)]
    mina = await labelled(world, owner, "one")
    texts = [f"text {number}" for number in range(15)]
    await owner.send("g.csv", table(*texts, gold=gold), caption(title="With known ones", overlap=2))
    await owner.tap("게시")
    [jun] = await world.workers(owner, "박준호")
    await mina.say("/work")
    await mina.tap("With known ones")
    await jun.say("/work")
    for someone in (mina, jun):
        while "positive" in someone.buttons:
            await someone.tap("positive")

    await mina.say("/mydata")

    document = mina.phone.document("tapwork-mydata.json").decode()
    given = await world.do(lambda tx: tx.all("exports.answers", batch=2, after=0, upto=10**9, limit=100))
    person = (await person_of(world, mina))["id"]
    mine = [each["is_gold"] for each in given if each["worker_id"] == person]
    assert {0, 1} == set(mine)
    assert 1 + len(mine) == len(mydata(mina)["answers"])
    for foreign in ("gold", "박준호", str(jun.telegram_id), str(owner.telegram_id), "운영자"):
        assert foreign not in document, foreign
    assert [] == list((world.kit.config.data_dir / "personal").iterdir())


async def test_mydata_tells_what_was_sent_and_received(world: World, owner: Someone) -> None:
    mina = await labelled(world, owner, "one")
    person = (await person_of(world, mina))["id"]
    await world.do(queue, world.clock.now(), person, "paid")
    await world.job("outbox")
    await world.do(pacing.complained, world.clock.now(), mina.telegram_id, world.clock.now())
    await mina.say("사과 세 개")

    await mina.say("/mydata")

    told = mydata(mina)
    assert [("paid", "sent")] == [(each["kind"], each["state"]) for each in told["messages"]]
    updates = [each["update"] for each in told["received"]]
    assert ["사과 세 개", "/mydata"] == [each["message"]["text"] for each in updates if "message" in each][-2:]
    assert {mina.telegram_id} == {
        part["from"]["id"] for each in updates for part in each.values() if part != each["update_id"]
    }
    tapped = [each["callback_query"]["message"] for each in updates if "callback_query" in each]
    assert [{"message_id"}] * 2 == [set(message) for message in tapped]
    assert {"done", "new"} == {each["state"] for each in told["received"]}
    assert 1 == len(told["pace"])


async def test_all_updates_are_told_however_many_others_came_between(
    world: World, owner: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.disclosing.AT_ONCE", 2)
    [mina, jun] = await world.workers(owner, "미나", "준호")
    for number in range(5):
        await mina.say(f"말 {number}")
        await jun.say("다른 말")

    await mina.say("/mydata")

    said = [each["update"].get("message", {}).get("text") for each in mydata(mina)["received"]]
    assert [f"말 {number}" for number in range(5)] == [text for text in said if text and "말" in text]


@pytest.mark.parametrize(("language", "name"), [("ko", "사용자 이름"), ("en", "username")])
def test_who_agrees_is_told_of_all_that_is_stored_and_for_how_long(language: str, name: str) -> None:
    said = catalogue(language)["start.consent"]

    assert (True, True) == (name in said, str(keeping.LONGEST // DAY) in said)


async def test_whoever_leaves_hears_of_the_backups(world: World, owner: Someone) -> None:
    mina = await labelled(world, owner, "one")

    asked, begun = await mina.say("/leave"), await mina.tap("나가기")

    assert [True, True] == [f"백업에는 길게는 {keeping.LONGEST // DAY}일" in text for text in (asked, begun)]


async def test_a_coordinators_data_are_their_batches_and_files(world: World, owner: Someone) -> None:
    sora = await world.coordinator(owner)
    await sora.send("reviews.csv", table("one"), caption(title="Soras"))

    await sora.say("/mydata")

    told = mydata(sora)
    assert ["Soras"] == [batch["title"] for batch in told["batches_posted"]]
    assert ["reviews.csv"] == [file["file_name"] for file in told["files_sent"]]
    assert ["coordinator"] == [invite["role"] for invite in told["invites_used"]]


async def test_a_stranger_has_no_data_and_nothing_to_leave(world: World, owner: Someone) -> None:
    eve = world.somebody("이브")

    assert "/start" in await eve.say("/mydata")
    assert "/start" in await eve.say("/leave")


async def test_leave_says_what_happens_before_it_happens(world: World, owner: Someone) -> None:
    mina = await labelled(world, owner, "one")

    screen = await mina.say("/leave")

    code = (await person_of(world, mina))["code"]
    assert "받을 돈 20원은 금액이 적어도 모두 드려요" in screen
    assert code in screen
    # The world begins on 21 September 2026; ninety days later the name goes in any case.
    assert "늦어도 2026년 12월 20일에는" in screen
    await mina.tap("계속 함께하기")
    await mina.say("/work")
    assert "another" in mina.screen


async def test_who_leaves_gets_no_work_but_sees_their_money(world: World, owner: Someone) -> None:
    mina = await labelled(world, owner, "one")
    card = mina.phone.messages[-1]["message_id"]
    button = next(
        button["callback_data"]
        for row in mina.phone.messages[-1]["reply_markup"]["inline_keyboard"]
        for button in row
        if button["text"] == "positive"
    )

    assert "나가는 중이에요" in await leave(mina)

    assert "새 작업은 드리지 않아요" in await mina.say("/work")
    world.sandbox.tap(mina.telegram_id, card, button, forge=True)
    await world.settle()
    assert "새 작업은 드리지 않아요" in str(mina.toast)
    assert "20원" in await mina.say("/balance")
    assert "나가는 중이에요" in await mina.say("/leave")
    assert [] == await world.do(violations)


async def test_a_mind_can_be_changed_until_the_end(world: World, owner: Someone) -> None:
    mina = await labelled(world, owner, "one")
    before = await person_of(world, mina)
    await leave(mina)
    world.clock.advance(DAY)

    assert "돌아올 수 있어요" in await mina.say("/start")
    assert "저장하는 것" in await mina.tap("다시 함께하기")
    await mina.tap("동의")

    assert "another" in mina.screen
    after = await person_of(world, mina)
    assert (before["id"], before["code"], None) == (after["id"], after["code"], after["leaving_at"])
    assert "0 told, 0 forgotten" in await next_night(world)
    await mina.say("/mydata")
    assert [True, False] == [each["withdrawn_at"] is not None for each in mydata(mina)["consents"]]


async def test_a_name_goes_after_the_last_transfer_with_a_goodbye(world: World, owner: Someone) -> None:
    mina = await labelled(world, owner, "one")
    before = await person_of(world, mina)
    await leave(mina)
    assert "0 told, 0 forgotten" in await next_night(world)
    await pay(world, before["code"])
    assert "보내 드렸어요" in mina.screen

    await next_night(world)

    assert "지금 지워요" in mina.screen
    after = await row(world, before["id"])
    assert (-before["id"], "", None) == (after["telegram_id"], after["name"], after["username"])
    assert before["code"] == after["code"]
    assert [] == world.sandbox.commands(mina.telegram_id)
    assert "초대받은 분만" in await mina.say("/start")
    assert [] == await world.do(violations)


async def test_nothing_in_the_data_folder_knows_who_has_been_forgotten(tmp_path: Path) -> None:
    async with World.open(tmp_path / "data") as world:
        owner = await world.owner()
        mina = await labelled(world, owner, "one")
        person = await person_of(world, mina)
        await mina.say("/mydata")
        await leave(mina)
        await pay(world, person["code"])
        await owner.say("/export")
        secrets = (MINA, USERNAME, str(mina.telegram_id))
        assert sorted(secrets) == kept_of(tmp_path / "data", *secrets)

        await next_night(world)
        assert "지금 지워요" in mina.screen

    assert [] == kept_of(tmp_path / "data", *secrets)


async def test_on_the_last_day_money_that_was_never_asked_for_stays_on_the_code(world: World, owner: Someone) -> None:
    mina = await labelled(world, owner, "one")
    code = (await person_of(world, mina))["code"]
    await leave(mina)
    world.clock.advance(90 * DAY)

    await next_night(world)

    assert "받을 돈 20원은 그대로 있어요" in mina.screen
    assert code in mina.screen
    world.clock.advance(DAY)
    await world.job("settle")
    [payable] = await world.do(settling.payable)
    assert (code, "", 20_000_000) == (payable.code, payable.name, payable.amount)


async def test_who_has_blocked_the_bot_is_forgotten_without_a_word(world: World, owner: Someone) -> None:
    [jun] = await world.workers(owner, "준")
    person = await person_of(world, jun)
    await leave(jun)
    world.sandbox.block(jun.telegram_id)
    await world.settle()

    await next_night(world)
    assert "0 told, 1 forgotten" in await next_night(world)

    assert "" == (await row(world, person["id"]))["name"]


async def test_who_can_not_be_reached_at_the_last_moment_is_forgotten_the_next_night(
    world: World, owner: Someone
) -> None:
    [jun] = await world.workers(owner, "준")
    person = await person_of(world, jun)
    await leave(jun)
    await next_night(world)
    world.sandbox.block(jun.telegram_id)

    assert "1 told, 0 forgotten" in await next_night(world)
    assert "준" == (await row(world, person["id"]))["name"]
    assert "0 told, 1 forgotten" in await next_night(world)
    assert "" == (await row(world, person["id"]))["name"]


async def test_the_nights_job_may_run_again_before_the_goodbye_is_sent(world: World, owner: Someone) -> None:
    [jun] = await world.workers(owner, "준")
    await leave(jun)
    world.clock.advance(2 * DAY)

    reports = [await forgetting.run(world.kit, world.clock.now()) for _ in range(2)]
    await world.job("outbox")
    await world.job("outbox")

    assert ["1 told, 0 forgotten, 0 unlinked", "0 told, 0 forgotten, 0 unlinked"] == reports
    assert 1 == sum("지금 지워요" in text for text in jun.texts)


async def test_who_leaves_hears_of_nothing_but_money(world: World, owner: Someone) -> None:
    mina = await labelled(world, owner, "one")
    person = await person_of(world, mina)
    await leave(mina)
    heard = len(mina.texts)
    for kind in ("violated", "paid"):
        await world.do(queue, world.clock.now(), person["id"], kind)
    await world.job("outbox")

    assert ["20원을 보내 드렸어요. 늘 고마워요."] == mina.texts[heard:]


async def test_a_card_with_an_old_date_is_asked_again(world: World, owner: Someone) -> None:
    [jun] = await world.workers(owner, "준")
    first = await jun.say("/leave")
    world.clock.advance(3 * DAY)

    second = await jun.tap("나가기")

    assert ("9월 23일" in first, "9월 26일" in second) == (True, True)
    assert "정말 나갈까요" in second
    assert "나가는 중이에요" in await jun.tap("나가기")


async def test_a_coordinators_batches_go_to_the_owner_who_hears_of_it(world: World, owner: Someone) -> None:
    sora = await world.coordinator(owner)
    await sora.send("r.csv", table("one"), caption(title="Soras"))
    await sora.tap("게시")

    assert "일감 1개와 프로젝트는 운영자에게 넘어가요" in await sora.say("/leave")
    assert "초대 링크로 돌아올 수 있어요" in await sora.tap("나가기")
    await world.job("outbox")

    assert "소라님이 나가서 일감 1개" in owner.screen
    assert "담당자만" in await sora.say("/batches")
    assert "newbatch" not in {each["command"] for each in world.sandbox.commands(sora.telegram_id)}
    await owner.say("/batches")
    assert any("Soras" in button for button in owner.buttons)


async def test_a_forgotten_coordinators_files_are_gone(world: World, owner: Someone) -> None:
    sora = await world.coordinator(owner)
    await sora.send("soras secret.csv", table("one", ""), caption(title="Soras"))
    person = await person_of(world, sora)
    uploads = world.kit.config.uploads
    assert [] != list(uploads.iterdir())
    await leave(sora)

    await next_night(world)
    await next_night(world)

    assert [] == list(uploads.iterdir())
    files = await world.do(lambda tx: tx.all("personal.files", person=person["id"]))
    assert [("", "drafted")] == [(each["file_name"], each["state"]) for each in files]


async def test_the_only_owner_is_told_why_not(owner: Someone) -> None:
    assert "운영자가 한 분뿐" in await owner.say("/leave")


async def test_leaving_speaks_english_too(world: World, owner: Someone) -> None:
    [emma] = await world.workers(owner, "Emma", language="en")

    assert "deleted on 23 Sep 2026" in await emma.say("/leave")
    assert "You are leaving" in await emma.tap("Leave")
    assert "no new tasks" in await emma.say("/work")
    assert "leave and be forgotten" in {each["description"] for each in world.sandbox.commands(emma.telegram_id)}


async def test_a_document_that_a_stopped_bot_has_left_is_swept_away(world: World, owner: Someone) -> None:
    folder = world.kit.config.data_dir / "personal"
    folder.mkdir()
    old, new = folder / "OLD.json", folder / "NEW.json"
    for path, age in ((old, 3 * DAY), (new, 0)):
        path.write_text("{}", encoding="utf-8")
        at = (world.clock.now() - age) / 1000
        os.utime(path, (at, at))

    await world.job("forgetting")

    assert [new] == list(folder.iterdir())


def photograph(artist: str) -> bytes:
    """A picture whose metadata tell who took it and where."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = artist
    exif[0x9C9D] = artist.encode("utf-16-le")
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (60, 40), (40, 120, 200)).save(out, "JPEG", exif=exif, comment=artist.encode())
    return out.getvalue()


async def test_no_export_and_no_picture_says_who_a_worker_is(world: World, owner: Someone) -> None:
    artist = "Hong Gildong"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("1.jpg", photograph(artist))
    assert artist.encode() in photograph(artist)
    mina = await labelled(world, owner, "one", "two", "three")
    await owner.send("p.zip", out.getvalue(), caption(title="Photographs"))
    await owner.tap("게시")
    await mina.say("/work")
    await mina.tap("Photographs")
    await mina.tap("negative")
    person = await person_of(world, mina)
    codes = [each["code"] for each in await world.do(lambda tx: tx.all("personal.batches", person=1))]
    for code in codes:
        await owner.say(f"/export {code}")
    await mina.say("/earnings")

    assert 2 == len(codes)
    written = [path for path in world.kit.config.exports.rglob("*") if path.is_file()]
    assert {".csv", ".jsonl", ".xlsx"} == {path.suffix for path in written}
    answers = b"".join(path.read_bytes() for path in written if path.name == "answers.csv")
    assert 4 == answers.count(b",counted,")
    known = (MINA, USERNAME, str(mina.telegram_id), person["code"])
    assert [] == kept_of(world.kit.config.exports, *known)
    assert [] == kept_of(world.kit.config.pictures, *known, artist, "Exif")
    shown = [message["photo"][-1]["file_id"] for message in mina.phone.messages if "photo" in message]
    assert 2 == len(shown)
    for file_id in shown:
        with Image.open(io.BytesIO(world.sandbox.file(file_id)[1])) as picture:
            assert {} == dict(picture.getexif())
            assert not set(picture.info) - TECHNICAL
