"""Budgets in the chat: an owner gives, a coordinator spends, and nobody is surprised by a price."""

from pathlib import Path

import pytest
from world import Someone, World

from rules.model import HOUR
from services.deeds import is_alone
from storage import Tx

REVIEWS = "text\n" + "\n".join(f"{number}번째 영화는 볼만했다" for number in range(1, 31))
TERMS = "/newbatch\ntitle: 영화 리뷰\nchoices: 긍정, 부정\nprice: {price}\noverlap: 1"


async def drafted(sora: Someone, price: str = "20") -> str:
    return await sora.send("리뷰.csv", REVIEWS.encode(), TERMS.format(price=price))


async def opened(owner: Someone, name: str = "소라") -> str:
    """The card of a coordinator's budget."""
    await owner.say("/budget")
    return await owner.tap(next(button for button in owner.buttons if button.startswith(name)))


def deeds(tx: Tx, action: str) -> list[str]:
    return [row["detail"] for row in tx.all("deeds.last", action=action, limit=10)]


async def test_without_any_funding_everything_goes_on_as_before(world: World) -> None:
    sora = await world.coordinator(await world.owner())
    assert "예산" not in await drafted(sora)
    await sora.tap("게시")

    assert "한도 없이 쓰고 있어요" in await sora.say("/budget")
    assert "일감에 묶인 돈 620원\n· 영화 리뷰" in sora.screen


async def test_an_owner_gives_by_a_button_by_typing_and_by_a_command(world: World) -> None:
    owner = await world.owner()
    sora = await world.coordinator(owner)
    assert "한도 없이" in await opened(owner)

    assert "남은 예산 500,000원" in await owner.tap("+500,000원")
    await owner.tap("다른 금액 넣기")
    assert "남은 예산 512,000원" in await owner.say("1.2만")
    code = owner.screen.split("· ")[1].split()[0]
    assert "남은 예산 513,000원" in await owner.say(f"/budget {code.lower()} 1,000")
    assert "남은 예산 512,000원" in await owner.say(f"/budget {code} -1000")
    await world.job("outbox")
    assert ["500,000원", "12,000원", "1,000원"] == [
        text.split()[1].removesuffix("이") for text in sora.texts if "들어왔어요" in text
    ]
    assert "남은 예산 512,000원" in await sora.say("/budget")


async def test_a_button_that_was_tapped_twice_gives_once(world: World) -> None:
    owner = await world.owner()
    await world.coordinator(owner)
    await opened(owner)

    await world.together(lambda: owner.phone.tap("+100,000원"), lambda: owner.phone.tap("+100,000원"))

    assert "그사이에 예산이 바뀌어서" in owner.screen
    assert "남은 예산 100,000원" in owner.screen


async def test_money_is_taken_back_down_to_nothing_and_a_limit_can_be_lifted(world: World) -> None:
    owner = await world.owner()
    await world.coordinator(owner)
    await opened(owner)
    await owner.tap("+100,000원")

    await owner.tap("되돌려 받기")
    assert "남은 예산 100,000원보다 많이" in await owner.say("100001")
    await opened(owner)
    await owner.tap("되돌려 받기")
    assert "남은 예산 0원" in await owner.tap("모두 (100,000원)")
    assert "되돌려 받기" not in owner.buttons
    assert "한도 없이 쓰고 있어요" in await owner.tap("한도 없애기")
    assert "남은 예산 0원" in await owner.tap("한도 두기")
    assert 2 == len(await world.do(deeds, "limit"))


async def test_what_is_missing_is_named_and_one_tap_of_the_owner_gives_it(world: World) -> None:
    owner = await world.owner()
    sora = await world.coordinator(owner)
    await opened(owner)
    await owner.tap("다른 금액 넣기")
    await owner.say("600")

    assert "남은 예산 600원 · 게시하려면 20원 모자라요" in await drafted(sora)
    assert "예산이 20원 모자라서 게시하지 못했어요.\n필요한 돈 620원 · 남은 예산 600원" in await sora.tap("게시")
    await sora.tap("다시 게시하기")
    await world.job("outbox")
    assert 1 == sum("예산이 20원 모자라요" in text for text in owner.texts)
    await owner.tap("20원 넣기")
    await world.job("outbox")
    assert "예산 20원이 들어왔어요. 남은 예산 620원" in sora.texts[-1]
    await sora.tap("게시")
    assert "진행 중이에요" in sora.texts[-1] + sora.screen
    assert "남은 예산 0원" in sora.texts[-1] + sora.screen


async def test_a_higher_price_that_the_budget_can_not_pay_stays_undone(world: World) -> None:
    owner = await world.owner()
    sora = await world.coordinator(owner)
    await opened(owner)
    await owner.tap("다른 금액 넣기")
    await owner.say("1000")
    await drafted(sora)
    await sora.tap("게시")

    await sora.tap("더보기")
    await sora.tap("단가")
    assert "예산이 550원 모자라서 단가를 올리지 못했어요.\n더 필요한 돈 930원 · 남은 예산 380원" in await sora.say("50")
    await sora.tap("← 뒤로")
    assert "단가 20원" in sora.screen
    await world.job("outbox")
    assert "단가를 올리려는데 예산이 550원 모자라요" in owner.screen
    await owner.tap("550원 넣기")
    await sora.say("/batches")
    await sora.tap(sora.buttons[0])
    await sora.tap("더보기")
    await sora.tap("단가")
    await sora.say("50")
    assert "단가 50원" in sora.screen
    assert "남은 예산 0원" in sora.screen


async def test_workers_have_no_budget_and_coordinators_only_their_own(world: World) -> None:
    owner = await world.owner()
    sora = await world.coordinator(owner)
    [mina] = await world.workers(owner, "미나")

    assert "담당자" in await mina.say("/budget")
    assert "내 예산" in await sora.say("/budget ABCDEF 500000")
    assert [] == await world.do(deeds, "fund")


async def test_what_is_no_amount_or_no_code_is_said(world: World) -> None:
    owner = await world.owner()
    await world.coordinator(owner)

    assert "코드가 NOBODY인 담당자나 일감이 없어요" in await owner.say("/budget NOBODY 500")
    await opened(owner)
    code = owner.screen.split("· ")[1].split()[0]
    assert "“많이”을(를) 금액으로 읽지 못했어요" in await owner.say(f"/budget {code} 많이")


async def test_an_owner_who_posts_alone_sees_their_budget_at_once(world: World) -> None:
    owner = await world.owner()

    assert "님의 예산" in await owner.say("/budget")
    assert "+100,000원" in owner.buttons


# What a price means for an hour ---------------------------------------------------------------------------------------


async def test_a_price_below_the_minimum_wage_is_said_before_publishing_and_mended_by_a_tap(world: World) -> None:
    sora = await world.coordinator(await world.owner())

    assert "한 시간에 약" not in await drafted(sora, "20")
    assert "답 하나에 3초 걸린다고 어림하면 한 시간에 약 5,170원이에요. 최저임금 10,320원보다 적어요" in await drafted(
        sora, "5"
    )
    assert "단가를 10원으로" == sora.buttons[1]
    assert "한 시간에 약" not in await sora.tap("단가를 10원으로")
    assert "단가 10원" in sora.screen
    assert "단가를 10원으로" not in sora.buttons


async def test_the_speed_of_the_last_batch_of_a_project_counts_more_than_an_estimate(world: World) -> None:
    owner = await world.owner()
    sora = await world.coordinator(owner)
    [mina] = await world.workers(owner, "미나")
    await drafted(sora)
    await sora.tap("게시")
    await mina.say("/work")
    for _ in range(5):
        world.clock.advance(10_000)
        await mina.tap("긍정")

    assert "지난 일감에서 잰 속도(답 하나에 10초)로는 한 시간에 약 7,200원이에요" in await drafted(sora)
    assert "단가를 29원으로" == sora.buttons[1]


@pytest.mark.parametrize("said", ["0", "5000"])
async def test_the_wage_is_a_setting_and_nothing_switches_it_off(tmp_path: Path, said: str) -> None:
    async with World.open(tmp_path / "data", environment={"TAPWORK_MINIMUM_WAGE": said}) as world:
        sora = await world.coordinator(await world.owner())
        screen = await drafted(sora, "4")
    assert ("5,000원보다" in screen) == (said == "5000")


# Alone, and sound -----------------------------------------------------------------------------------------------------


async def test_an_owner_says_that_there_is_nobody_else_and_that_is_on_record(world: World) -> None:
    owner = await world.owner()
    await owner.say("/settings")
    assert "다른 담당자가 한 번 더 확인해요" in owner.screen

    assert "혼자 운영 중이에요" in await owner.tap("혼자 운영해요")
    assert await world.do(is_alone)
    assert "다른 담당자가 한 번 더 확인해요" in await owner.tap("두 사람이 확인할게요")
    assert not await world.do(is_alone)
    assert ["off", "on"] == await world.do(deeds, "alone")


async def test_others_are_not_asked_whether_they_are_alone(world: World) -> None:
    sora = await world.coordinator(await world.owner())

    await sora.say("/settings")

    assert "혼자 운영해요" not in sora.buttons


async def test_the_owner_hears_which_rows_do_not_add_up_and_by_how_much(world: World) -> None:
    owner = await world.owner()
    sora = await world.coordinator(owner)
    [mina] = await world.workers(owner, "미나")
    await drafted(sora)
    await sora.tap("게시")
    await mina.say("/work")
    await mina.tap("긍정")
    await world.do(lambda tx: tx.run("ledger.add_to_balance", account="pending:3", amount=1_500_000))
    await world.do(lambda tx: tx.run("batches.take_gold", batch=1))
    world.clock.advance(HOUR)

    await world.job("check")
    await world.job("outbox")

    assert "장부가 맞지 않아서 지급을 멈췄어요" in owner.screen
    assert "• 잔액이 그 거래 내역의 합과 달라요.\n작업자 3의 검수 중인 돈 · 차이 1.5원" in owner.screen
    assert "• 작업자의 돈이 번 돈과 달라요.\n작업자 3 · 차이 1.5원" in owner.screen
    assert "검사 이름: balances_equal_their_entries, " in owner.screen
