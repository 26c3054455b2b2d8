"""/doctor: an owner asks, from wherever they are, whether all is well."""

from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from world import Someone, World

from bot.findings import Finding, Level
from bot.screens.doctor import doctor_screen
from bot.words import Words
from storage import Tx


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Over real HTTP, since the answer's date is looked at, too."""
    async with World.over_http(tmp_path / "data") as world:
        yield world


@pytest.fixture
async def owner(world: World) -> Someone:
    """The owner of an installation that has a backup."""
    owner = await world.owner()
    await world.job("backup")
    return owner


async def test_an_owner_sees_how_everything_is(owner: Someone) -> None:
    said = await owner.say("/doctor")

    assert "살펴보는 중…" in owner.texts
    for told in ("@tapwork_bot의 토큰이에요", "장부가 맞아요", "가장 새로운 백업은", "비밀 키는 본인만"):
        assert told in said
    assert "⛔" not in said


async def test_what_asks_for_something_comes_first_and_says_what_to_do(world: World, owner: Someone) -> None:
    world.kit.config.secret_file.chmod(0o644)

    verdict, _, first, *_ = (await owner.say("/doctor")).splitlines()

    assert "문제가 있어요" in verdict
    assert first.startswith("⛔")
    assert "chmod 600" in first


async def test_an_owner_is_answered_in_their_language(owner: Someone) -> None:
    await owner.say("/language")
    await owner.tap("English")

    assert "The books add up" in await owner.say("/doctor")


async def test_books_that_do_not_add_up_are_named_and_stop_payments(world: World, owner: Someone) -> None:
    def forge(tx: Tx) -> None:
        tx.run("ledger.enter", source="forged", account="available:999", amount=5, now=world.clock.now())

    await world.do(forge)

    said = await owner.say("/doctor")

    assert "⛔ 장부가 맞지 않아 지급을 멈췄어요" in said
    assert "postings_sum_to_zero" in said


async def test_nobody_but_an_owner_may_ask(world: World, owner: Someone) -> None:
    sora = await world.coordinator(owner)
    [mina] = await world.workers(owner, "미나")

    for someone in (sora, mina):
        said = await someone.say("/doctor")
        assert "운영자" in said
        assert "장부" not in "".join(someone.texts)


async def test_it_is_in_the_owners_menu_only(world: World, owner: Someone) -> None:
    sora = await world.coordinator(owner)

    assert "/doctor" in await owner.say("/help")
    assert "/doctor" not in await sora.say("/help")


@pytest.mark.parametrize(("level", "verdict"), [("ok", "All is well."), ("warn", "It works"), ("bad", "is wrong")])
def test_the_verdict_is_that_of_the_worst(level: str, verdict: str) -> None:
    words = Words("en", "KRW", ZoneInfo("Asia/Seoul"))
    findings = [Finding(Level.OK, "fine"), Finding(Level(level), "a <b> & c")]

    text = doctor_screen(words, findings).text

    assert verdict in text.splitlines()[0]
    assert "a &lt;b&gt; &amp; c" in text
