import asyncio

from bot.demo_clock import ShiftedClock
from rules.model import DAY, HOUR, Instant


def test_time_can_be_hurried_up_to_the_present_but_not_beyond() -> None:
    clock = ShiftedClock()
    clock.go_back_to(Instant(clock.present() - DAY))

    clock.advance(HOUR)
    assert 23 * HOUR - 1_000 < clock.present() - clock.now() <= 23 * HOUR
    clock.advance(2 * DAY)
    assert clock.present() - clock.now() <= 1


def test_reaching_a_moment_that_is_over_changes_nothing() -> None:
    clock = ShiftedClock()
    clock.go_back_to(Instant(clock.present() - DAY))
    before = clock.now()

    clock.reach(Instant(before - HOUR))
    assert clock.now() - before < 1_000
    clock.reach(Instant(before + HOUR))
    assert HOUR <= clock.now() - before < HOUR + 1_000


async def test_whoever_sleeps_does_not_wait_for_what_is_skipped() -> None:
    clock = ShiftedClock()
    clock.go_back_to(Instant(clock.present() - DAY))
    asleep = asyncio.create_task(clock.sleep(3600))
    await asyncio.sleep(0)

    clock.advance(HOUR // 2)
    await asyncio.sleep(0.01)
    assert not asleep.done()
    clock.advance(HOUR)
    await asyncio.wait_for(asleep, 1)


async def test_sleeping_in_the_present_takes_its_time() -> None:
    clock = ShiftedClock()
    before = clock.seconds()

    await clock.sleep(0.05)

    assert 0.049 < clock.seconds() - before < 1
