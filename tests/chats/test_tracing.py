"""A worker asks why: down to the answers, a month on paper; a coordinator promises bonuses, an owner corrects."""

import csv
import io

from world import Someone, World

from rules.model import DAY, HOUR
from services.people import find
from storage import Tx
from storage.checks import violations

REVIEWS = "text\n" + "\n".join(f"{number}번째 영화는 볼만했다" for number in range(1, 31))


async def posted(world: World, language: str = "ko", golds: str = "") -> tuple[Someone, Someone, Someone, str]:
    """An owner, a coordinator with a batch at 20 won, a worker, and the batch's code."""
    owner = await world.owner()
    sora = await world.coordinator(owner)
    title = "영화 리뷰" if language == "ko" else "Films"
    await sora.send("r.csv", REVIEWS.encode(), f"/newbatch\ntitle: {title}\nchoices: 긍정, 부정\nprice: 20\noverlap: 1")
    await sora.tap("게시")
    [mina] = await world.workers(owner, "미나", language=language)
    return owner, sora, mina, await world.do(batch_code)


def batch_code(tx: Tx) -> str:
    row = tx.one("batches.find", batch=1)
    assert row is not None
    return str(row["code"])


async def code_of(world: World, someone: Someone) -> str:
    person = await world.do(find, someone.telegram_id)
    assert person is not None
    return person.code


async def label(world: World, someone: Someone, count: int) -> None:
    await someone.say("/work")
    for _ in range(count):
        world.clock.advance(4_000)
        await someone.tap("긍정")


async def promise(sora: Someone, code: str, measure: str, *numbers: str) -> str:
    await sora.say(f"/bonus {code}")
    await sora.tap("보너스 약속하기")
    await sora.tap(measure)
    for number in numbers:
        await sora.say(number)
    return sora.screen


async def test_why_leads_from_the_balance_down_to_the_answers_and_back(world: World) -> None:
    _, _, mina, _ = await posted(world)
    await label(world, mina, 12)
    await mina.tap("되돌리기")
    await mina.say("/balance")
    before = len(mina.phone.messages)
    assert "모두 번 돈 220원\n답 220원 · 11건" in await mina.tap("왜?")
    assert "검수 대기 220원\n합계 220원" in mina.screen
    assert "2026년 9월 220원 · 11건" in await mina.tap("검수 대기 220원")
    assert "9월 21일 (월) 220원 · 11건" in await mina.tap("2026년 9월 220원")
    assert "영화 리뷰 220원 · 11건" in await mina.tap("9월 21일 (월) 220원")
    assert "11건 × 20원 = 220원" in await mina.tap("영화 리뷰 220원")
    assert "되돌린 답 (더하지 않았어요)\n1건 × 20원 = 20원" in mina.screen
    assert "11번째 영화는 볼만했다 → 긍정\n20원" in await mina.tap("답 보기")
    assert "1. 오늘 10:13 · 영화 리뷰\n1번째" in await mina.tap("이전 ▸")
    await mina.tap("◂ 최근")
    for _ in range(5):
        await mina.tap("◂ 위로")
    assert "왜 이 금액인가요?" in mina.screen
    assert before == len(mina.phone.messages)


async def test_why_speaks_english(world: World) -> None:
    _, _, eve, _ = await posted(world, "en")
    assert "Nothing earned yet" in await eve.say("/why")
    await label(world, eve, 3)
    assert "Earned in all ₩60\nAnswers ₩60 · 3 answers" in await eve.say("/why")
    await eve.tap("In review ₩60")
    await eve.tap("Sep 2026 ₩60")
    await eve.tap("Mon 21 Sep ₩60")
    assert "3 answers × ₩20 = ₩60" in await eve.tap("Films ₩60")


async def test_a_bonus_is_promised_shown_earned_once_and_told(world: World) -> None:
    _, sora, mina, code = await posted(world)
    card = await promise(sora, code, "답 N건마다", "5", "300", "1000")
    assert "🎁 답 5건마다 300원을 더 드려요." in card
    assert "1,000원" in card
    assert "0원 / 1,000원 · 진행 중" in await sora.tap("시작하기")
    await label(world, mina, 12)
    assert "0 bonuses" in await world.job("bonuses")
    world.clock.advance(73 * HOUR)
    await world.job("settle")
    assert "2 bonuses, 0 rules ended" == await world.job("bonuses")
    await world.job("outbox")
    assert 1 == sum("보너스 600원을 받았어요." in text for text in mina.texts)
    assert "답 5건마다 300원을 더 드려요." in mina.screen
    world.clock.advance(HOUR)
    assert "0 bonuses, 0 rules ended" == await world.job("bonuses")
    assert "출금 가능 840원" in await mina.say("/balance")
    assert "600원 / 1,000원" in await sora.say(f"/bonus {code}")
    await mina.tap("왜?")
    assert "답 5건마다 300원" in await mina.tap("보너스 600원")
    assert [] == await world.do(violations)


async def test_what_a_bonus_has_left_returns_when_its_batch_is_over(world: World) -> None:
    _, sora, mina, code = await posted(world)
    await promise(sora, code, "답 N건을 채우면 한 번", "3", "100", "500")
    await sora.tap("시작하기")
    await label(world, mina, 3)
    await sora.say(f"/batches {code}")
    await sora.tap("더보기")
    await sora.tap("마감하기")
    await sora.tap("네, 마감해요")
    world.clock.advance(5 * DAY)
    assert "1 bonuses, 1 rules ended" == await world.job("bonuses")
    assert "100원 / 500원 · 끝남" in await sora.say(f"/bonus {code}")
    assert [] == await world.do(violations)


async def test_odd_numbers_make_no_rule(world: World) -> None:
    _, sora, _, code = await posted(world)
    assert "숫자로" in await promise(sora, code, "답 N건마다", "many")
    await sora.say("0")
    assert "1부터" in sora.screen
    await sora.say("5")
    await sora.say("300")
    assert "작아요" in await sora.say("200")
    assert "시작하면" in await sora.say("300")
    assert "아직 약속한" in await sora.tap("버리기")


async def test_workers_read_the_promise_before_they_choose(world: World) -> None:
    _, sora, mina, code = await posted(world)
    await sora.send("s.csv", REVIEWS.encode(), "/newbatch\ntitle: 둘째\nchoices: 긍정, 부정\nprice: 20\noverlap: 1")
    await sora.tap("게시")
    await promise(sora, code, "답 N건마다", "5", "300", "1000")
    await sora.tap("시작하기")
    assert "🎁 답 5건마다 300원을 더 드려요." in await mina.say("/work")
    assert "남은 보너스 1,000원" in mina.screen


async def test_nobody_but_the_batchs_people_promises_bonuses(world: World) -> None:
    owner, _, mina, code = await posted(world)
    other = await world.coordinator(owner, "다른 담당자")
    assert "보너스 ·" not in await other.say(f"/bonus {code}")
    assert "보너스 ·" not in await mina.say(f"/bonus {code}")
    assert "보너스 · 영화 리뷰" in await owner.say(f"/bonus {code}")


async def test_money_is_traced_by_workers_only(world: World) -> None:
    _, sora, _, _ = await posted(world)
    for command in ("/why", "/statement", "/statement 2026-09"):
        assert "작업자만" in await sora.say(command)


async def test_an_owner_corrects_money_once_and_says_why(world: World) -> None:
    owner, sora, mina, _ = await posted(world)
    code = await code_of(world, mina)
    assert "출금 가능 0원 → 1,200원" in await owner.say(f"/adjust {code} 1200 지난달에 빠진 금액")
    await owner.tap("네, 고칠게요")
    await world.job("outbox")
    assert "+1,200원\n이유: 지난달에 빠진 금액" in mina.screen
    assert "출금 가능 1,200원" in await mina.say("/balance")
    assert "1,200원뿐이라" in await owner.say(f"/adjust {code} -1500 너무 많이")
    await owner.say(f"/adjust {code} -200 두 번 지급됨")
    await owner.tap("네, 고칠게요")
    assert "출금 가능 1,000원" in await mina.say("/balance")
    await mina.say("/why")
    assert "지난달에 빠진 금액" in await mina.tap("조정 1,000원")
    assert "/adjust" in await owner.say("/adjust nobody")
    assert "운영자만" in await sora.say(f"/adjust {code} 100 왜")
    assert [] == await world.do(violations)


async def test_a_confirmation_works_once(world: World) -> None:
    owner, _, mina, _ = await posted(world)
    code = await code_of(world, mina)
    await owner.say(f"/adjust {code} 500 하나")
    first = owner.phone.messages[-1]["message_id"]
    await owner.say(f"/adjust {code} 700 둘")
    await owner.tap("네, 고칠게요", first)
    assert "지난 확인" in (owner.toast or owner.screen)
    assert "아직 번 돈이 없어요" in await mina.say("/balance")


async def test_a_statement_comes_on_paper_and_as_a_table(world: World) -> None:
    _, _, mina, _ = await posted(world)
    assert "기록이 없어요" in await mina.say("/statement")
    await label(world, mina, 4)
    assert "몇 월" in await mina.say("/statement")
    await mina.tap("2026년 9월")
    paper, table = mina.phone.messages[-2:]
    assert ("명세서-2026-09.pdf", "명세서-2026-09.csv") == tuple(
        each["document"]["file_name"] for each in (paper, table)
    )
    assert "번 돈 80원 · 4건" in str(paper["caption"])
    content = mina.phone.document("명세서-2026-09.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert ["월초에 있던 돈", "답", "월말에 있는 돈"] == [row["구분"] for row in rows]
    assert ("20", "4", "80") == (rows[1]["단가"], rows[1]["건수"], rows[1]["금액"])
    assert "예: /statement 2026-11" in await mina.say("/statement 지난달")
    assert "오지 않은" in await mina.say("/statement 2027-01")
