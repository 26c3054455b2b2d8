"""A worker looks at their money, gets it settled and paid; the owner hears when the books are wrong."""

import io
import zipfile

from PIL import Image
from world import Someone, World

from rules.model import HOUR, MINUTE, Instant
from services.people import find
from services.settling import record_payment
from storage import Tx

REVIEWS = "text\n" + "\n".join(f"{number}번째 영화는 볼만했다" for number in range(1, 31))


async def hired(world: World, data: bytes, name: str, settings: str) -> Someone:
    """A worker with a published batch before them."""
    owner = await world.owner()
    sora = await world.coordinator(owner)
    await sora.send(name, data, f"/newbatch\n{settings}")
    await sora.tap("게시")
    [mina] = await world.workers(owner, "미나")
    return mina


async def reviewer(world: World, price: str = "20") -> Someone:
    settings = f"title: 영화 리뷰\nchoices: 긍정, 부정\nprice: {price}\noverlap: 1"
    return await hired(world, REVIEWS.encode(), "리뷰.csv", settings)


async def tap_through(world: World, someone: Someone, count: int) -> None:
    await someone.say("/work")
    for _ in range(count):
        world.clock.advance(4_000)
        await someone.tap("긍정")


async def test_money_goes_from_review_to_available_to_paid(world: World) -> None:
    mina = await reviewer(world, "0.4")
    await tap_through(world, mina, 11)
    assert "오늘 4.4원 · 11건\n검수 대기 4.4원" in await mina.say("/balance")
    world.clock.advance(71 * HOUR)
    assert "nothing due" == await world.job("settle")
    world.clock.advance(HOUR)
    assert "11 answers of 1 workers" == await world.job("settle")
    assert "검수 대기 0원\n출금 가능 4.4원\n지급 완료 0원" in await mina.say("/balance")

    def pay(tx: Tx, now: Instant) -> None:
        person = find(tx, mina.telegram_id)
        assert person is not None
        record_payment(tx, now, person.code, None, "이체")

    await world.do(pay, world.clock.now())
    await world.job("outbox")
    assert "4원" in mina.screen
    assert "출금 가능 0.4원\n지급 완료 4원" in await mina.say("/balance")


async def test_the_code_is_on_the_balance(world: World) -> None:
    mina = await reviewer(world)
    person = await world.do(find, mina.telegram_id)
    assert person is not None
    assert f"내 코드 {person.code}" in await mina.say("/balance")


async def test_earnings_come_with_a_chart_and_lead_to_the_history(world: World) -> None:
    mina = await reviewer(world)
    await tap_through(world, mina, 12)
    await mina.say("/balance")
    assert "최근 2주 · 240원 · 12건" in await mina.tap("날짜별 수익")
    assert "photo" in mina.phone.messages[-1]
    assert "· 영화 리뷰 240원 · 12건" in mina.screen
    assert "1. 오늘" in await mina.tap("작업 내역")
    assert "12번째 영화는 볼만했다 → 긍정\n20원 · 검수 대기" in mina.screen
    assert "2번째 영화는 볼만했다" in await mina.tap("이전 ▸")
    assert "1번째 영화는 볼만했다" in mina.screen
    assert "12번째 영화는 볼만했다" in await mina.tap("◂ 최근")
    assert "내 잔액" in await mina.tap("내 잔액")


async def test_an_undone_answer_leaves_the_money_and_the_history(world: World) -> None:
    mina = await reviewer(world)
    await tap_through(world, mina, 2)
    await mina.tap("되돌리기")
    assert "오늘 20원 · 1건" in await mina.say("/balance")
    assert "2번째" not in await mina.say("/history")


async def test_pictures_of_the_history_are_shown_when_asked_and_put_away(world: World) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for number in range(3):
            picture = io.BytesIO()
            Image.new("RGB", (64, 48), (number * 80, 90, 120)).save(picture, "PNG")
            packed.writestr(f"고양이 {number}.png", picture.getvalue())
    settings = "title: 고양이\nchoices: 긍정, 부정\nprice: 30\noverlap: 1"
    mina = await hired(world, archive.getvalue(), "고양이.zip", settings)
    await tap_through(world, mina, 2)
    assert "🖼 사진 → 긍정" in await mina.say("/history")
    assert "photo" not in mina.phone.messages[-1]
    before = len(mina.phone.messages)
    assert "내 답 긍정\n30원 · 검수 대기" in await mina.tap("2번 사진")
    assert "photo" in mina.phone.messages[-1]
    await mina.tap("닫기")
    assert before == len(mina.phone.messages)


async def test_a_coordinator_is_told_that_balances_are_for_workers(world: World) -> None:
    owner = await world.owner()
    sora = await world.coordinator(owner)
    for command in ("/balance", "/earnings", "/history"):
        assert "작업자만" in await sora.say(command)


async def test_english_workers_read_english_money(world: World) -> None:
    owner = await world.owner()
    sora = await world.coordinator(owner)
    await sora.send("reviews.csv", REVIEWS.encode(), "title: Films\nchoices: good, bad\nprice: 1240\noverlap: 1")
    await sora.tap("게시")
    [eve] = await world.workers(owner, "Eve", language="en")
    await eve.say("/work")
    world.clock.advance(MINUTE)
    await eve.tap("good")
    assert "Today ₩1,240 · 1 answer\nIn review ₩1,240" in await eve.say("/balance")
