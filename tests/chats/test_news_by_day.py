"""News of money that the clock or somebody else causes: by day, where its reader lives, and as far as it is wanted."""

import ast

import pytest
from sources import sources, text_of
from tills import SEOUL
from world import Someone, World

from bot.deliveries import KINDS
from rules import days
from rules.model import DAY, HOUR, Micros, PersonId
from rules.reminding import Kind, Snooze
from services import preferring, settling
from services.notices import MANNERS
from services.people import find

LOS_ANGELES = "America/Los_Angeles"
SENT = "on its way to you"


@pytest.fixture
async def owner(world: World) -> Someone:
    return await world.owner()


@pytest.fixture
async def mina(world: World, owner: Someone) -> Someone:
    """A worker with some money, on Monday at ten in the morning in Seoul."""
    [mina] = await world.workers(owner, "Mina", language="en")
    await owner.say(f"/adjust {await code_of(world, mina)} 20000 a start")
    await owner.tap("네, 고칠게요")
    await world.job("outbox")
    assert "corrected your balance" in mina.screen
    return mina


async def id_of(world: World, someone: Someone) -> PersonId:
    person = await world.do(find, someone.telegram_id)
    assert person is not None
    return person.id


async def code_of(world: World, someone: Someone) -> str:
    person = await world.do(find, someone.telegram_id)
    assert person is not None
    return person.code


def until(world: World, ahead: int, hour: int) -> None:
    """Let time pass until it is this hour in Seoul, so many days from today."""
    begins = days.today(world.clock.now(), SEOUL).begins
    world.clock.advance(begins + ahead * DAY + hour * HOUR - world.clock.now())


async def pay(world: World, mina: Someone) -> None:
    """Somebody notes that money was sent, and the clock sends what there is to tell."""
    code = await code_of(world, mina)
    await world.do(settling.record_payment, world.clock.now(), code, Micros(5_000 * 1_000_000), "")
    await world.job("outbox")


async def correct(world: World, owner: Someone, mina: Someone) -> None:
    """An owner takes something back."""
    await owner.say(f"/adjust {await code_of(world, mina)} -100 twice")
    await owner.tap("네, 고칠게요")
    await world.job("outbox")


async def test_at_night_it_waits_for_the_morning(world: World, mina: Someone) -> None:
    until(world, 0, 23)
    await pay(world, mina)
    assert SENT not in mina.screen

    until(world, 1, 7)
    await world.job("outbox")
    assert SENT not in mina.screen
    until(world, 0, 8)
    await world.job("outbox")
    assert "₩5,000 is on its way to you" in mina.screen


async def test_the_night_is_that_of_where_somebody_lives(world: World, mina: Someone) -> None:
    await world.do(preferring.choose_zone, world.clock.now(), await id_of(world, mina), LOS_ANGELES)
    until(world, 0, 18)
    await pay(world, mina)
    assert SENT not in mina.screen

    # Eight in the morning there is midnight in Seoul.
    until(world, 1, 0)
    await world.job("outbox")
    assert SENT in mina.screen


async def test_who_has_switched_payouts_off_hears_only_what_has_to_be_known(
    world: World, owner: Someone, mina: Someone
) -> None:
    await world.do(preferring.choose_kind, world.clock.now(), await id_of(world, mina), Kind.PAYOUT, False)

    await pay(world, mina)
    assert not any(SENT in text for text in mina.texts)
    await correct(world, owner, mina)
    assert "corrected your balance" in mina.screen
    until(world, 1, 10)
    await world.job("outbox")
    assert not any(SENT in text for text in mina.texts)


async def test_who_wants_rest_for_a_week_hears_of_it_after_that(world: World, mina: Someone) -> None:
    await world.do(preferring.snooze, world.clock.now(), await id_of(world, mina), Snooze.WEEK, SEOUL)

    await pay(world, mina)
    until(world, 7, 20)
    await world.job("outbox")
    assert not any(SENT in text for text in mina.texts)
    until(world, 1, 8)
    await world.job("outbox")

    assert SENT in mina.screen


async def test_what_has_to_be_known_wakes_nobody_and_comes_on_a_day_of_rest(
    world: World, owner: Someone, mina: Someone
) -> None:
    for day in range(1, 7):
        await world.do(preferring.choose_day, world.clock.now(), await id_of(world, mina), day, False)
    until(world, 0, 22)
    await correct(world, owner, mina)
    assert "−₩100" not in mina.screen

    until(world, 1, 8)
    await world.job("outbox")

    assert "−₩100" in mina.screen


def test_every_kind_of_message_has_its_hours() -> None:
    queued = {
        kind
        for source in sources("services")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and node.args and text_of(node.args[0]) == "outbox.queue"
        for keyword in node.keywords
        if keyword.arg == "kind" and (kind := text_of(keyword.value)) is not None
    }
    assert queued <= set(MANNERS) == set(KINDS)
