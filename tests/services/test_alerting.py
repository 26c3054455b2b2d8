"""Alerts: each is told, none drowns another, and one that lasts does not come every ten minutes for ever."""

from itertools import pairwise

from desk import Desk

from rules.model import MINUTE, Instant
from services import notices
from services.alerting import alert
from services.notices import Notice


async def waiting(desk: Desk) -> list[Notice]:
    return await desk.do(notices.due, desk.now, 1_000)


async def told(desk: Desk, minutes: int) -> list[int]:
    """In which minutes something that is noticed each minute is told."""
    found = []
    for minute in range(minutes):
        if await desk.do(alert, desk.now, "alert.silent"):
            found.append(minute)
        for notice in await waiting(desk):
            await desk.do(notices.mark, notice.id, "sent", desk.now)
        desk.wait(MINUTE)
    return found


async def test_what_lasts_is_told_again_after_ever_longer_pauses(desk: Desk) -> None:
    minutes = await told(desk, 12 * 60)

    assert [0, 10, 20, 40, 80, 160, 320, 640] == minutes
    assert all(10 <= later - earlier for earlier, later in pairwise(minutes))


async def test_what_comes_back_later_is_told_as_soon_as_ever(desk: Desk) -> None:
    await told(desk, 100)
    desk.wait(24 * 60 * MINUTE)

    assert [0, 10, 20, 40] == await told(desk, 60)


async def test_an_alert_that_can_not_be_sent_waits_alone(desk: Desk) -> None:
    for _ in range(10 * 60):
        await desk.do(alert, desk.now, "alert.silent")
        desk.wait(MINUTE)

    assert ["alert"] == [notice.kind for notice in await waiting(desk)]


async def test_one_failing_job_does_not_hide_another(desk: Desk) -> None:
    first = await desk.do(alert, desk.now, "alert.job", "outbox", subject="outbox")
    second = await desk.do(alert, desk.now, "alert.job", "payday", subject="payday")
    again = await desk.do(alert, Instant(desk.now + MINUTE), "alert.job", "outbox", subject="outbox")

    assert (True, True, False) == (first, second, again)
    assert 2 == len(await waiting(desk))
