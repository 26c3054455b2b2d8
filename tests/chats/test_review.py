"""A coordinator looks through answers and rejects some; workers hear why, agree or object; somebody else decides."""

import io
import zipfile

from PIL import Image
from seconded import second
from world import Someone, World

from rules.model import DAY, HOUR
from storage.checks import violations

TEXTS = "text\n" + "\n".join(f"{number}번째 영화는 볼만했다" for number in range(1, 31))
SETTINGS = "title: 영화 리뷰\nchoices: 긍정, 부정\nprice: 20\noverlap: {overlap}\nreview: {review}"
GUIDE = "\nguide: 줄거리만 있으면 부정\n- 비꼬는 말은 부정"


async def posted(
    world: World, *names: str, overlap: str = "1", review: str = "72h", guide: str = GUIDE
) -> list[Someone]:
    """The owner, a coordinator with a published batch, and workers."""
    owner = await world.owner()
    sora = await world.coordinator(owner)
    caption = SETTINGS.format(overlap=overlap, review=review) + guide
    await sora.send("리뷰.csv", TEXTS.encode(), f"/newbatch\n{caption}")
    await sora.tap("게시")
    return [owner, sora, *await world.workers(owner, *names)]


async def answers(world: World, someone: Someone, count: int, label: str = "긍정") -> None:
    await someone.say("/work")
    for _ in range(count):
        world.clock.advance(4_000)
        await someone.tap(label)


async def open_first(sora: Someone) -> str:
    """The most doubtful answer of the only batch."""
    await sora.say("/review")
    return await sora.tap(next(button for button in sora.buttons if button.startswith("영화 리뷰 · ")))


async def reject_first(sora: Someone, rule: str = "1. 줄거리만 있으면 부정") -> None:
    """The first answer is rejected for good: where it takes two, somebody else has agreed."""
    await propose_first(sora, rule)
    await sora.world.do(second, sora.world.clock.now())


async def propose_first(sora: Someone, rule: str = "1. 줄거리만 있으면 부정") -> str:
    await open_first(sora)
    await sora.tap("반려")
    await sora.tap(rule)
    await sora.tap(next(button for button in sora.buttons if "부정" in button))
    return sora.toast or ""


async def sound(world: World) -> None:
    assert [] == await world.do(violations)


async def test_a_rejection_is_told_with_everything_and_agreed_with(world: World) -> None:
    owner, sora, mina = await posted(world, "미나")
    await answers(world, mina, 2)
    assert "검수 중인 답 2개 · 의심스러운 답 0개" in await sora.say("/review")
    seen = await open_first(sora)
    assert "1번째 영화는 볼만했다" in seen
    assert "답 긍정\n아직 다른 답이 없어요." in seen
    assert "미나" not in seen
    assert "2번째" in await sora.tap("다음 →")
    assert "모두 살펴봤어요" in await sora.tap("다음 →")
    assert "어느 규칙에 어긋나나요" in await _ask_rule(sora)
    await sora.tap("2. 비꼬는 말은 부정")
    assert ["부정", "← 뒤로"] == sora.buttons
    assert "2번째" in await sora.tap("부정")
    assert "10%를 넘어서" in (sora.toast or "")

    await world.job("outbox")
    assert "확인이 필요한 반려" in owner.screen
    await owner.tap("반려 확정")
    await world.job("outbox")

    assert "답 하나가 반려됐어요" in mina.screen
    for said in ("1번째 영화는 볼만했다", "내 답 긍정", "기대한 답 부정", "이유 비꼬는 말은 부정", "금액 20원"):
        assert said in mina.screen
    assert ["동의", "이의제기"] == mina.buttons
    assert "검수 대기 20원" in await mina.say("/balance")
    assert "반려 · 이의 가능" in await mina.say("/history")
    await mina.tap("2번 반려 보기")
    assert "확인해 줘서 고마워요" in await mina.tap("동의")
    assert "반려 · 동의함" in await mina.say("/history")
    await sound(world)


async def _ask_rule(sora: Someone) -> str:
    await open_first(sora)
    return await sora.tap("반려")


async def test_an_appeal_with_a_word_is_decided_by_somebody_else(world: World) -> None:
    owner, sora, mina = await posted(world, "미나")
    await answers(world, mina, 1)
    await reject_first(sora)
    await world.job("outbox")
    assert "적지 않고 보내도" in await mina.tap("이의제기")
    assert "이의를 낸 답" in await mina.say("비꼬는 말이 아니라 진심 같아요")
    await world.job("outbox")

    assert "비꼬는 말이 아니라 진심 같아요" in sora.screen
    assert "다른 담당자나 운영자가" in sora.screen
    assert ["이의 인정", "← 목록"] == sora.buttons
    assert "작업자가 이의를 냈어요" in owner.screen
    await owner.tap("반려 유지")
    assert "지금 살펴볼 답이 없어요" in owner.screen
    await world.job("outbox")

    assert "반려가 유지됐어요" in mina.screen
    assert "아직 번 돈이 없어요" in await mina.say("/balance")
    assert "소라: 반려 1건 · 이의 1건 중 인정 0건" in await sora.say("/review")
    await sound(world)


async def test_an_upheld_appeal_gives_the_money_back_at_once(world: World) -> None:
    _, sora, mina = await posted(world, "미나")
    await answers(world, mina, 1)
    await reject_first(sora)
    await world.job("outbox")
    await mina.tap("이의제기")
    await mina.tap("이유 없이 보내기")
    await world.job("outbox")
    await sora.tap("이의 인정")
    assert "지금까지의 반려\n소라: 반려 1건 · 이의 1건 중 인정 1건" in sora.screen
    await world.job("outbox")

    assert "다시 보니 맞는 답이었어요" in mina.screen
    await world.job("settle")
    assert "출금 가능 20원" in await mina.say("/balance")
    assert "정산됨" in await mina.say("/history")
    await sound(world)


async def test_an_appeal_that_nobody_decides_on_is_upheld_after_two_days(world: World) -> None:
    _, sora, mina = await posted(world, "미나")
    await answers(world, mina, 1)
    await reject_first(sora)
    await world.job("outbox")
    await mina.tap("이의제기")
    await mina.tap("이유 없이 보내기")
    world.clock.advance(48 * HOUR - 1)
    assert "0 proposals withdrawn, 0 appeals upheld, 0 rejections final" == await world.job("appeals")
    world.clock.advance(1)
    assert "0 proposals withdrawn, 1 appeals upheld, 0 rejections final" == await world.job("appeals")
    await world.job("outbox")

    assert "이의가 받아들여졌어요" in mina.screen
    await sound(world)


async def test_whoever_says_nothing_for_seven_days_can_object_no_more(world: World) -> None:
    _, sora, mina = await posted(world, "미나")
    await answers(world, mina, 1)
    await reject_first(sora)
    await world.job("outbox")
    card = mina.phone.messages[-1]["message_id"]
    world.clock.advance(7 * DAY)
    assert "1 rejections final" in await world.job("appeals")
    await mina.tap("이의제기", card)
    assert "7일이 지났어요" in (mina.toast or "")
    await mina.say("/history")
    assert "이의를 낼 수 있는 기간이 끝났어요" in await mina.tap("1번 반려 보기")
    await sound(world)


async def test_more_than_a_tenth_takes_a_second_look(world: World) -> None:
    owner, sora, mina = await posted(world, "미나")
    await answers(world, mina, 12)
    assert "10%" not in await open_first(sora)
    assert "반려했어요" in await propose_first(sora)
    assert "하나 더 반려하면 이 일감의 10%를 넘어서" in await open_first(sora)
    await sora.tap("반려")
    assert "고르면 다른 담당자가 확인한 뒤에 반려돼요" in await sora.tap("1. 줄거리만")
    assert "10%를 넘어서" in await propose_first(sora)
    assert "10%를 넘어서" in await propose_first(sora)
    before = len(mina.phone.messages)
    await world.job("outbox")
    assert before + 1 == len(mina.phone.messages)

    assert "확인이 필요한 반려" in owner.screen
    await owner.tap("반려하지 않기")
    await owner.tap("❗ 확인할 반려 · 영화 리뷰")
    assert "이유 줄거리만 있으면 부정" in owner.screen
    await owner.tap("반려 확정")
    await world.job("outbox")
    assert before + 2 == len(mina.phone.messages)
    assert "금액 20원" in mina.screen
    await sound(world)


async def test_a_proposal_that_nobody_confirms_lapses_and_the_answer_is_settled(world: World) -> None:
    owner, sora, mina = await posted(world, "미나")
    await answers(world, mina, 3)
    await reject_first(sora)
    await propose_first(sora)
    await world.job("outbox")
    card = owner.phone.messages[-1]["message_id"]
    world.clock.advance(72 * HOUR)
    await owner.tap("반려 확정", card)
    assert "검수 시간이 지났" in (owner.toast or "")
    assert "1 proposals withdrawn" in await world.job("appeals")
    await world.job("settle")
    assert "출금 가능 40원" in await mina.say("/balance")
    await sound(world)


async def test_without_a_guide_nothing_is_rejected_and_one_can_still_be_written(world: World) -> None:
    _, sora, mina = await posted(world, "미나", guide="")
    await answers(world, mina, 1)
    await open_first(sora)
    await sora.tap("반려")
    assert "가이드가 없어요" in (sora.toast or "")
    await sora.say("/batches")
    await sora.tap(sora.buttons[0])
    await sora.tap("더보기")
    await sora.tap("가이드")
    assert ["← 뒤로"] == sora.buttons
    await sora.say("비꼬는 말은 부정")
    await open_first(sora)
    await sora.tap("반려")
    assert "그때 없던 규칙" in (sora.toast or "")
    await answers(world, mina, 1)
    await open_first(sora)
    await sora.tap("다음 →")
    await sora.tap("반려")
    assert "1. 비꼬는 말은 부정" in sora.screen
    await sora.tap("1. 비꼬는 말은 부정")
    await sora.tap("부정")
    assert "10%를 넘어서" in (sora.toast or "")
    await sound(world)


async def test_the_most_doubtful_answers_come_first(world: World) -> None:
    _, sora, mina, jun, ara = await posted(world, "미나", "준", "아라", overlap="3")
    for someone in (mina, jun):
        await answers(world, someone, 3)
    await answers(world, ara, 1)
    await answers(world, ara, 1, "부정")
    await sora.say("/review")
    assert "검수 중인 답 8개 · 의심스러운 답 1개" in sora.screen
    assert "⚠️ 다른 작업자들과 달라요" in await open_first(sora)
    assert "답 부정\n다른 답 긍정 2" in sora.screen
    await sora.tap("반려")
    await sora.tap("1. 줄거리만 있으면 부정")
    assert ["✓ 긍정", "← 뒤로"] == sora.buttons
    await sora.tap("✓ 긍정")
    await sound(world)


async def test_somebody_who_is_leaving_hears_of_it_and_may_object(world: World) -> None:
    owner, sora, mina = await posted(world, "미나")
    await answers(world, mina, 1)
    await mina.say("/leave")
    await mina.tap("나가기")
    await reject_first(sora)
    await world.job("outbox")
    assert "답 하나가 반려됐어요" in mina.screen
    world.clock.advance(4 * DAY)
    await world.job("forgetting")
    await mina.tap("이의제기")
    assert "이의를 낸 답" in await mina.say("저는 그렇게 봤어요")
    await world.job("outbox")
    await owner.tap("이의 인정")
    await world.job("outbox")
    assert "이의가 받아들여졌어요" in mina.screen
    await sound(world)


async def test_who_may_not_review_is_told_so(world: World) -> None:
    owner, _, mina = await posted(world, "미나")
    stranger = await world.coordinator(owner, "다온")
    assert "담당자만" in await mina.say("/review")
    await answers(world, mina, 1)
    assert "지금 살펴볼 답이 없어요" in await stranger.say("/review")


async def test_english_people_read_english(world: World) -> None:
    owner = await world.owner()
    sora = await world.coordinator(owner, "Sora", language="en")
    await sora.send(
        "films.csv",
        b"text\nGreat\nPoor\n",
        "title: Films\nchoices: good, bad\nprice: 1240\noverlap: 1\nreview: 1d\nguide: Irony is bad",
    )
    assert "review 24 h" in sora.screen
    await sora.tap("Publish")
    [eve] = await world.workers(owner, "Eve", language="en")
    await eve.say("/work")
    await eve.tap("good")
    assert "In review ₩1,240\n₩1,240 available from tomorrow 10:13" in await eve.say("/balance")
    await sora.say("/review")
    await sora.tap("Films · 0")
    assert "Answer good\nNobody else has answered yet." in sora.screen
    await sora.tap("Reject")
    await sora.tap("1. Irony is bad")
    await sora.tap("bad")
    assert "another coordinator has to confirm" in (sora.toast or "")
    await world.do(second, world.clock.now())
    await world.job("outbox")

    assert "One of your answers was rejected\nFilms" in eve.screen
    assert "Reason: Irony is bad\nAmount ₩1,240" in eve.screen
    await eve.tap("Appeal")
    assert "Without a decision by" in await eve.say("It is not ironic")
    await world.job("outbox")
    assert "The worker says: It is not ironic" in sora.screen
    await sora.tap("Uphold appeal")
    await world.job("outbox")
    assert "Your answer was right after all" in eve.screen
    await sound(world)


async def test_the_review_time_can_be_changed_before_publishing(world: World) -> None:
    owner = await world.owner()
    sora = await world.coordinator(owner)
    await sora.send("리뷰.csv", TEXTS.encode(), f"/newbatch\n{SETTINGS.format(overlap=1, review='24h')}")
    assert "가이드 없음 · 검수 24시간" in sora.screen
    await sora.tap("더보기")
    await sora.tap("검수 기간")
    assert ["검수 없음", "검수 24시간", "검수 72시간", "검수 7일", "← 뒤로"] == sora.buttons
    assert "가이드 없음 · 검수 7일" in await sora.tap("검수 7일")
    await sora.tap("더보기")
    await sora.tap("검수 기간")
    assert "가이드 없음 · 검수 없음" in await sora.say("0")
    await sora.tap("게시")
    [mina] = await world.workers(owner, "미나")
    await answers(world, mina, 1)
    await world.job("settle")
    assert "출금 가능 20원" in await mina.say("/balance")


async def test_pictures_are_shown_to_all_who_look(world: World) -> None:
    owner = await world.owner()
    sora = await world.coordinator(owner)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        picture = io.BytesIO()
        Image.new("RGB", (64, 48), (80, 90, 120)).save(picture, "PNG")
        packed.writestr("고양이.png", picture.getvalue())
    await sora.send(
        "고양이.zip", archive.getvalue(), "title: 고양이\nchoices: 긍정, 부정\nprice: 30\noverlap: 1\nguide: 개는 부정"
    )
    await sora.tap("게시")
    [mina] = await world.workers(owner, "미나")
    await answers(world, mina, 1)
    await sora.say("/review")
    await sora.tap("고양이 · 0")
    assert "photo" in sora.phone.messages[-1]
    await sora.tap("반려")
    await sora.tap("1. 개는 부정")
    await sora.tap("부정")
    await world.do(second, world.clock.now())
    await world.job("outbox")
    assert "photo" in mina.phone.messages[-1]
    assert "기대한 답 부정" in mina.screen
    await mina.tap("이의제기")
    await mina.tap("이유 없이 보내기")
    await world.job("outbox")
    assert "photo" in owner.phone.messages[-1]
    await owner.tap("이의 인정")
    await sound(world)


async def test_several_labels_are_ticked_before_an_answer_is_rejected(world: World) -> None:
    owner = await world.owner()
    sora = await world.coordinator(owner)
    settings = "title: 주제\nchoices: 일, 돈, 집\nkind: multiple\nprice: 30\noverlap: 1\nguide: 모두 고르기"
    await sora.send("주제.csv", TEXTS.encode(), settings)
    await sora.tap("게시")
    [mina] = await world.workers(owner, "미나")
    await mina.say("/work")
    await mina.tap("☐ 일")
    await mina.tap("제출 (1개)")
    await sora.say("/review")
    await sora.tap("주제 · 0")
    await sora.tap("반려")
    await sora.tap("1. 모두 고르기")
    await sora.tap("이대로 반려")
    assert "하나 이상" in (sora.toast or "")
    await sora.tap("☐ 일")
    await sora.tap("이대로 반려")
    assert "같은 라벨" in (sora.toast or "")
    await sora.tap("☐ 돈")
    await sora.tap("이대로 반려")
    await world.do(second, world.clock.now())
    await world.job("outbox")
    assert "내 답 일\n기대한 답 일, 돈" in mina.screen
    await sound(world)
