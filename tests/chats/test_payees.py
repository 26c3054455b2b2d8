"""Workers say where their money goes, hear of changes, and stop what they did not do; staff keep references."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from forms import Office, link_of, opened
from world import Someone, World

from rules.model import DAY, HOUR, MINUTE


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(tmp_path) as office:
        yield office


async def hired(world: World, *names: str, language: str = "ko") -> list[Someone]:
    return await world.workers(await world.owner(), *names, language=language)


async def code_of(worker: Someone) -> str:
    """The code that stands on a worker's balance."""
    screen = await worker.say("/balance")
    return screen.split("내 코드 ")[1].split()[0]


async def told(world: World) -> None:
    """What is due is sent."""
    await world.job("outbox")
    await world.settle()


async def test_a_worker_gets_a_link_for_a_quarter_of_an_hour(office: Office) -> None:
    [mina] = await hired(office.world, "미나")

    screen = await mina.say("/payee")

    assert "아직 등록된 계좌가 없어요." in screen and "15분" in screen and "한 번만" in screen
    assert link_of(mina).startswith(f"{office.url}/payee/")
    assert 43 == len(link_of(mina).rpartition("/")[2])
    assert ["계좌 적기"] == mina.buttons


async def test_what_was_saved_is_told_and_the_used_link_goes_away(office: Office) -> None:
    [mina] = await hired(office.world, "미나")
    await office.register(mina)
    carrier = next(message for message in mina.phone.messages if "계좌 적기" in str(message))

    await told(office.world)

    assert "계좌를 저장했어요" in mina.screen and "••••4567" in mina.screen and "거주자" in mina.screen
    assert carrier["message_id"] not in [message["message_id"] for message in mina.phone.messages]
    assert "••••4567" in await mina.say("/payee")


async def test_the_same_in_english(office: Office) -> None:
    [emma] = await hired(office.world, "Emma", language="en")

    assert "There is no account yet." in await emma.say("/payee")
    await office.register(emma)
    await told(office.world)

    assert "Your account is saved" in emma.screen and "••••4567 · resident" in emma.screen


async def test_a_change_is_told_and_waits(office: Office) -> None:
    [mina] = await hired(office.world, "미나")
    await office.register(mina)
    await told(office.world)
    await office.register(mina, "110-123-456789", bank="088")

    await told(office.world)

    assert "지급 계좌가 바뀌었어요" in mina.screen and "••••6789" in mina.screen and "까지 지급을 멈춰요" in mina.screen
    office.world.clock.advance(72 * HOUR)
    assert "멈춰요" not in await mina.say("/payee")


async def test_an_account_that_was_replaced_before_it_was_told_of_is_not_told_of(office: Office) -> None:
    [mina] = await hired(office.world, "미나")
    await office.register(mina)
    office.world.clock.advance(MINUTE)
    await office.register(mina, "110-123-456789", bank="088")
    office.world.clock.advance(MINUTE)
    await office.register(mina, "110-123-450000", bank="088")

    await told(office.world)

    said = [text for text in mina.texts if "••••" in text]
    assert 1 == len(said) and "지급 계좌가 바뀌었어요" in said[0] and "••••0000" in said[0]
    assert not [text for text in mina.texts if "계좌 적기" in text]


async def test_who_did_not_change_it_stops_it_until_an_owner_has_looked(office: Office) -> None:
    world = office.world
    owner = await world.owner()
    [mina] = await world.workers(owner, "미나")
    await office.register(mina)
    await office.register(mina, "110-123-456789", bank="088")
    await told(world)

    assert "지급을 멈췄어요" in await mina.tap("내가 아니에요")
    await told(world)
    assert "본인이 아니래요" in owner.screen and "미나" in owner.screen and "••••6789" in owner.screen
    world.clock.advance(10 * DAY)
    assert "운영자가 확인할 때까지" in await mina.say("/payee")

    await owner.tap("확인했어요, 지급 풀기")
    assert "멈춰요" not in owner.screen
    await told(world)
    assert "운영자가 확인했어요" in mina.screen
    assert "멈춰요" not in await mina.say("/payee")


async def test_an_owner_finds_who_waits_for_them_by_the_code(office: Office) -> None:
    world = office.world
    owner = await world.owner()
    [mina] = await world.workers(owner, "미나")
    await office.register(mina)
    await office.register(mina, "110-123-456789", bank="088")
    await told(world)
    await mina.tap("내가 아니에요")
    code = await code_of(mina)
    sora = await world.coordinator(owner)

    assert "운영자가 확인할 때까지" in await sora.say(f"/payee {code}")
    assert [] == [text for text in sora.buttons if "풀기" in text]
    await owner.say(f"/payee {code.lower()}")
    await owner.tap("확인했어요, 지급 풀기")
    assert "운영자가 확인할 때까지" not in owner.screen


async def test_a_link_is_given_to_somebody_who_leaves_and_is_still_owed(office: Office) -> None:
    [mina] = await hired(office.world, "미나")
    await office.register(mina)
    await told(office.world)
    await mina.say("/leave")
    await mina.tap("나가기")

    await office.register(mina, "110-123-456789", bank="088")
    await told(office.world)

    assert "지급 계좌가 바뀌었어요" in mina.screen


async def test_nothing_of_it_is_left_when_they_are_forgotten(office: Office) -> None:
    world = office.world
    [mina] = await hired(world, "미나")
    await office.register(mina)
    link = await office.link(mina)
    await mina.say("/leave")
    await mina.tap("나가기")
    world.clock.advance(3 * DAY)

    await world.job("forgetting")
    await told(world)
    await world.job("forgetting")

    assert 404 == (await office.get(link)).status
    assert [] == await world.do(lambda tx: [row for row in [tx.one("payees.one_sealed")] if row])


async def test_numbers_of_accounts_are_not_taken_in_the_chat(office: Office) -> None:
    [mina] = await hired(office.world, "미나")

    assert "계좌번호는 대화에 쓰지 마세요" in await mina.say("/payee 3333-01-1234567")


async def test_staff_are_told_how_to_look_and_write_nothing_where_there_is_a_form(office: Office) -> None:
    world = office.world
    owner = await world.owner()
    [mina] = await world.workers(owner, "미나")
    code = await code_of(mina)

    assert "코드를 붙여" in await owner.say("/payee")
    assert "작업자가 /payee 로 직접" in await owner.say(f"/payee {code} HR-17")
    assert "그 코드의 작업자를 찾을 수 없어요" in await owner.say("/payee NOBODY")
    assert "아직 등록된 계좌가 없어요" in await owner.say(f"/payee {code}")


async def test_where_there_is_no_form_the_coordinator_keeps_a_reference(world: World) -> None:
    owner = await world.owner()
    [mina] = await world.workers(owner, "미나")
    code = await code_of(mina)
    sora = await world.coordinator(owner)
    assert f"내 코드 {code}" in await mina.say("/payee")

    assert "계좌번호는 쓰지 마세요" in await sora.say(f"/payee {code} 3333-01-1234567")
    assert "HR-17 로 관리해요 · 거주자" in await sora.say(f"/payee {code} HR-17")
    assert "HR-17 로 관리해요 · 비거주자" in await sora.tap("비거주자로")
    await told(world)
    assert "HR-17" in mina.screen

    await sora.say(f"/payee {code} HR-18")
    await told(world)
    assert "지급 계좌가 바뀌었어요" in mina.screen
    world.clock.advance(MINUTE)
    await mina.tap("내가 아니에요")
    assert "지급을 멈췄어요" in mina.screen


async def test_a_worker_hears_how_staff_have_them_taxed(world: World) -> None:
    owner = await world.owner()
    [mina] = await world.workers(owner, "미나")
    await owner.say(f"/payee {await code_of(mina)} HR-17")
    assert ["비거주자로", "세금 없음으로"] == owner.buttons

    await owner.tap("비거주자로")
    await told(world)
    assert "HR-17 로 관리해요 · 비거주자" in mina.screen and "세금 22%를 떼요" in mina.screen

    world.clock.advance(MINUTE)
    await owner.tap("세금 없음으로")
    await told(world)
    assert "HR-17 로 관리해요 · 세금 없음" in mina.screen and "세금을 떼지 않아요" in mina.screen

    world.clock.advance(MINUTE)
    await owner.tap("비거주자로")
    await owner.tap("거주자로")
    await told(world)
    assert "세금 3.3%를 떼요" in mina.screen


async def test_who_filled_in_the_form_can_be_made_exempt_and_nothing_else(office: Office) -> None:
    world = office.world
    owner = await world.owner()
    [mina] = await world.workers(owner, "미나")
    code = await code_of(mina)
    await office.register(mina)
    await owner.say(f"/payee {code}")
    assert ["세금 없음으로"] == owner.buttons

    await owner.tap("세금 없음으로")
    await told(world)

    assert "••••4567 · 세금 없음" in mina.screen
    assert ["거주자로", "비거주자로"] == owner.buttons


async def test_the_way_to_the_link_is_under_the_payouts_too(office: Office) -> None:
    [mina] = await hired(office.world, "미나")
    await mina.say("/payout")

    await mina.tap("계좌 등록")

    assert "계좌 적기" in mina.buttons and 200 == (await office.get(link_of(mina))).status
    await office.post(link_of(mina))
    await told(office.world)
    await mina.say("/payout")
    assert "계좌 바꾸기" in mina.buttons
