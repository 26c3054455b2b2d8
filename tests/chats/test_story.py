"""The whole road in one story, over real HTTP: invite, post, label all at once, get the labels, see the money."""

import csv
import io
import zipfile
from collections import Counter
from pathlib import Path
from random import Random

from PIL import Image
from world import Someone, World

from rules.model import MINUTE
from storage.checks import violations

DATA = Path(__file__).parents[1] / "data"
SEED = 20261122
WORKERS = 12
PRICE = 20
PICTURES = 8


def reviews() -> tuple[bytes, list[str]]:
    """The Korean reviews as Excel writes them in Korea, ten of them gold; the ids of the others."""
    with (DATA / "ko_reviews.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    words = {"positive": "긍정", "negative": "부정"}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "text", "gold", "출처"])
    for number, row in enumerate(rows):
        writer.writerow([row["id"], row["text"], words[row["label"]] if number < 10 else "", "영화"])
    return out.getvalue().encode("cp949"), [row["id"] for row in rows[10:]]


def pictures(count: int) -> bytes:
    """A ZIP of pictures with Korean names, as a Korean Windows would pack them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(count):
            picture = io.BytesIO()
            Image.new("RGB", (64, 48), (number * 9, 90, 200 - number * 7)).save(picture, "PNG")
            archive.writestr(f"사진/고양이 {number}.png", picture.getvalue())
    return out.getvalue()


async def label_all(
    world: World, crowd: list[Someone], title: str, random: Random, *, rounds: int | None = None
) -> None:
    """Everybody taps the card on their screen, all before the bot hears of any; until nobody has one."""
    for someone in crowd:
        await open_work(someone, title)
    played = 0
    while rounds is None or played < rounds:
        played += 1
        at_work = [someone for someone in crowd if has_card(someone)]
        if not at_work:
            return
        for someone in at_work:
            someone.phone.tap(random.choice(someone.phone.buttons[0]))
        world.clock.advance(random.randrange(1_000, 4_000))
        await world.settle()


def has_card(someone: Someone) -> bool:
    return any("건너뛰기" in row for row in someone.phone.buttons)


async def open_work(someone: Someone, title: str) -> None:
    await someone.say("/work")
    if not has_card(someone) and any(title in button for button in someone.buttons):
        await someone.tap(title)


def rows_of(someone: Someone, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(someone.phone.document(name).decode())))


async def test_the_whole_road(tmp_path: Path) -> None:
    print("seed", SEED)
    random = Random(SEED)
    async with World.over_http(tmp_path) as world:
        sora = await world.coordinator(await world.owner())
        crowd = await world.workers(sora, *(f"작업자{number}" for number in range(WORKERS)))
        answers = await the_reviews(world, sora, crowd, random)
        await paid_exactly(world, crowd, answers)
        assert await world.do(violations) == []
        answers += await the_pictures(world, sora, crowd, random)
        await paid_exactly(world, crowd, answers)
        assert await world.do(violations) == []


async def the_reviews(world: World, sora: Someone, crowd: list[Someone], random: Random) -> list[dict[str, str]]:
    """A table in Korean; three workers fall asleep over a task and answer it an hour too late."""
    texts, ids = reviews()
    caption = f"/newbatch\ntitle: 영화 리뷰\nchoices: 긍정, 부정\nprice: {PRICE}\noverlap: 3"
    await sora.send("리뷰.csv", texts, caption)
    await sora.tap("게시")
    await label_all(world, crowd, "영화 리뷰", random, rounds=20)
    sleepers, awake = crowd[:3], crowd[3:]
    world.clock.advance(11 * MINUTE)
    assert await world.job("expire") == f"{WORKERS} leases ended"
    await label_all(world, awake, "영화 리뷰", random)
    await label_all(world, awake, "영화 리뷰", random)
    world.clock.advance(60 * MINUTE)
    for someone in sleepers:
        await someone.tap("긍정")
    told_late = sum(str(someone.toast).startswith("시간이 지났지만") for someone in sleepers)
    await label_all(world, crowd, "영화 리뷰", random)
    for job in ("batches", "export", "outbox"):
        await world.job(job)

    answers, labels = rows_of(sora, "answers.csv"), rows_of(sora, "labels.csv")
    counted = Counter(row["task"] for row in answers if row["status"] == "counted" and row["task"] in set(ids))
    assert counted == dict.fromkeys(ids, 3)
    assert sum(row["status"] == "late" for row in answers) == told_late > 0
    assert len({(row["task"], row["worker"]) for row in answers}) == len(answers)
    assert {row["task"] for row in labels if row["status"] in ("final", "ambiguous")} == set(ids)
    assert {row["status"] for row in labels if row["task"] not in set(ids)} == {"gold"}
    return answers


async def the_pictures(world: World, sora: Someone, crowd: list[Someone], random: Random) -> list[dict[str, str]]:
    """Pictures with Korean names, each uploaded to Telegram once however many people see it."""
    await sora.send("사진.zip", pictures(PICTURES), f"title: 고양이\nchoices: 예, 아니요\nprice: {PRICE}\noverlap: 3")
    await sora.tap("게시")
    await label_all(world, crowd, "고양이", random)
    await sora.say("/export")
    await sora.tap("고양이")

    answers = rows_of(sora, "answers.csv")
    assert Counter(row["task"] for row in answers) == {str(number): 3 for number in range(1, PICTURES + 1)}
    assert "고양이 0.png" in rows_of(sora, "labels.csv")[0]["meta"]
    assert uploaded_pictures(world) == PICTURES
    return answers


def uploaded_pictures(world: World) -> int:
    """How many calls carried a picture's bytes."""
    showing = [call for call in world.sandbox.calls if call.method in ("sendPhoto", "editMessageMedia")]
    return sum(" bytes>" in str(call.params) for call in showing)


async def paid_exactly(world: World, crowd: list[Someone], answers: list[dict[str, str]]) -> None:
    """Everybody's balance is the price of what their phone was told is saved, and the exports hold just that many."""
    receipts = {someone: saved(world, someone) for someone in crowd}
    for someone, count in receipts.items():
        await someone.say("/balance")
        assert f"검수 대기 {count * PRICE:,}원" in someone.screen
    assert sum(receipts.values()) == len(answers)


def saved(world: World, someone: Someone) -> int:
    """How many answers the person was told are saved."""
    toasts = [str(each["text"]) for each in world.sandbox.answers(someone.telegram_id)]
    return sum(toast.startswith(("저장했어요", "시간이 지났지만 저장")) for toast in toasts)
