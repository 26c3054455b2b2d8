"""Being alone: who may say so, and how it ends."""

from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo

import pytest
from desk import BOSS, Desk

from rules.model import HOUR, Micros, PersonId
from rules.refusals import Refusal
from services import deeds, enrolling, leaving
from services.enrolling import Newcomer

SEOUL = ZoneInfo("Asia/Seoul")
WON = Micros(1_000_000)


async def coordinator(desk: Desk) -> PersonId:
    invite = await desk.do(enrolling.invite_coordinator, desk.now, desk.coordinator)
    newcomer = Newcomer(7001, "Daon", None, "ko")
    return (await desk.do(enrolling.arrive, desk.now, newcomer, invite.code, frozenset[int](), "invite")).id


async def owner(desk: Desk) -> PersonId:
    newcomer = Newcomer(BOSS + 1, "Second", None, "ko")
    return (await desk.do(enrolling.arrive, desk.now, newcomer, "", frozenset({BOSS + 1}), "invite")).id


async def leaves(desk: Desk, person: PersonId) -> None:
    told = (await desk.do(leaving.prospect, desk.now, person, SEOUL, WON)).forget_at
    await desk.do(leaving.leave, desk.now, person, told, SEOUL, WON)


async def is_dismissed(desk: Desk, person: PersonId) -> None:
    await desk.do(enrolling.dismiss, desk.now, desk.coordinator, person)


async def switches(desk: Desk) -> list[tuple[PersonId | None, str]]:
    """Who said what, the oldest first."""
    rows = await desk.do(lambda tx: tx.all("deeds.last", action=deeds.ALONE, limit=9))
    return [(row["person_id"], row["detail"]) for row in reversed(rows)]


async def may_do_both(desk: Desk) -> bool:
    try:
        await desk.do(deeds.require_second, desk.coordinator, desk.coordinator)
    except Refusal:
        return False
    return True


@pytest.mark.parametrize("arrives", [coordinator, owner])
async def test_being_alone_is_over_for_good_once_somebody_else_comes(
    desk: Desk, arrives: Callable[[Desk], Awaitable[PersonId]]
) -> None:
    await desk.do(deeds.set_alone, desk.now, desk.coordinator, True)
    desk.wait(HOUR)
    other = await arrives(desk)
    assert [(desk.coordinator, "on"), (None, "off")] == await switches(desk)

    desk.wait(HOUR)
    await leaves(desk, other)

    assert not await may_do_both(desk)
    await desk.do(deeds.set_alone, desk.now, desk.coordinator, True)
    assert await may_do_both(desk)
    assert [(desk.coordinator, "on"), (None, "off"), (desk.coordinator, "on")] == await switches(desk)


@pytest.mark.parametrize("goes", [leaves, is_dismissed])
async def test_being_alone_does_not_come_back_where_it_was_said_before_others_came(
    desk: Desk, goes: Callable[[Desk, PersonId], Awaitable[None]]
) -> None:
    other = await coordinator(desk)
    await desk.do(lambda tx: tx.run("people.set", name=deeds.ALONE, value="yes", now=desk.now, person=desk.coordinator))
    assert not await may_do_both(desk)

    await goes(desk, other)

    assert not await may_do_both(desk)
    assert [(None, "off")] == await switches(desk)


async def test_what_was_said_before_others_came_can_be_taken_back_while_they_are_there(desk: Desk) -> None:
    await coordinator(desk)
    await desk.do(lambda tx: tx.run("people.set", name=deeds.ALONE, value="yes", now=desk.now, person=desk.coordinator))

    await desk.do(deeds.set_alone, desk.now, desk.coordinator, False)

    assert [(desk.coordinator, "off")] == await switches(desk)


async def test_workers_do_not_end_it(desk: Desk) -> None:
    await desk.do(deeds.set_alone, desk.now, desk.coordinator, True)
    await leaves(desk, await desk.worker())

    assert await may_do_both(desk)
