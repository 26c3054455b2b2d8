"""Digests: once a day, in the morning of where somebody lives, within their hours, and only for whom there is news."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from desk import Desk

from rules.model import DAY, HOUR, Instant, Micros, PersonId
from rules.reminding import Snooze
from rules.settings import Overlap
from services import digesting, digests, preferring, reminding, settling
from services.digests import Digest
from storage import Tx

SEOUL = ZoneInfo("Asia/Seoul")


def at(text: str, zone: str = "Asia/Seoul") -> Instant:
    return Instant(round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000))


async def run(desk: Desk, now: Instant, usual: ZoneInfo = SEOUL) -> list[tuple[Digest, PersonId]]:
    """What the job does, and whom it tells."""
    told = []
    for morning in await desk.do(digests.mornings, now, usual):
        for digest in Digest:
            people = await desk.do(digests.candidates, digest, morning, PersonId(0), usual)
            told += [
                (digest, person)
                for person in people
                if await desk.do(digests.tell, now, digest, person, morning, usual)
            ]
    return told


def queued(tx: Tx, person: PersonId) -> list[str]:
    return [row["kind"] for row in tx.all("personal.messages", person=person, moment=-1, mark=0, limit=1000)]


async def worked(desk: Desk, when: Instant) -> PersonId:
    """A worker who gave one answer."""
    desk.now = when
    batch, mina = await desk.batch(), await desk.worker()
    await desk.tap(mina, await desk.begin(mina, batch))
    return mina


async def test_a_worker_hears_at_half_past_eight_once(desk: Desk) -> None:
    mina = await worked(desk, at("2026-11-24 15:00"))

    assert [] == await run(desk, at("2026-11-25 08:29"))
    told = await run(desk, at("2026-11-25 08:30"))
    again = [*await run(desk, at("2026-11-25 08:31")), *await run(desk, at("2026-11-25 20:00"))]

    assert (Digest.WORKER, mina) in told
    assert [] == again
    assert ["digest"] == await desk.do(queued, mina)


async def test_late_is_still_told_but_not_at_night(desk: Desk) -> None:
    mina = await worked(desk, at("2026-11-24 15:00"))

    assert [] == await run(desk, at("2026-11-25 21:00"))
    assert (Digest.WORKER, mina) not in await run(desk, at("2026-11-26 08:45"))


async def test_late_in_the_day_it_is_told_all_the_same(desk: Desk) -> None:
    mina = await worked(desk, at("2026-11-24 15:00"))

    assert (Digest.WORKER, mina) in await run(desk, at("2026-11-25 19:40"))


async def test_who_has_no_news_hears_nothing_until_money_becomes_available(desk: Desk) -> None:
    """Review of the answer is over on Friday at 15:00."""
    mina = await worked(desk, at("2026-11-24 15:00"))
    mornings = [at(f"2026-11-{day} 08:30") for day in (25, 26, 27, 28)]

    told = [(Digest.WORKER, mina) in await run(desk, now) for now in mornings]

    assert [True, False, True, False] == told


async def test_who_does_not_want_to_hear_is_left_alone(desk: Desk) -> None:
    mina = await worked(desk, at("2026-11-24 15:00"))
    await desk.do(digests.switch, desk.now, mina, False)
    assert (Digest.WORKER, mina) not in await run(desk, at("2026-11-25 08:30"))

    await desk.do(digests.switch, desk.now, mina, True)
    await desk.do(preferring.snooze, at("2026-11-25 08:00"), mina, Snooze.TODAY, SEOUL)
    assert (Digest.WORKER, mina) not in await run(desk, at("2026-11-25 08:35"))


async def test_chosen_hours_and_days_hold(desk: Desk) -> None:
    mina = await worked(desk, at("2026-11-24 15:00"))
    await desk.do(preferring.choose_hours, desk.now, mina, 18, 22)

    assert (Digest.WORKER, mina) not in await run(desk, at("2026-11-25 08:30"))
    assert (Digest.WORKER, mina) in await run(desk, at("2026-11-25 18:00"))


async def test_a_digest_counts_among_the_reminders_of_a_day(desk: Desk) -> None:
    mina = await worked(desk, at("2026-11-24 15:00"))
    await desk.do(preferring.choose_most, desk.now, mina, 1)
    now = at("2026-11-25 08:30")
    await run(desk, now)

    rows = await desk.do(lambda tx: tx.all("reminders.sent_since", person=mina, since=0))

    assert [now] == [row["sent_at"] for row in rows]
    assert not await desk.do(digests.wants, Instant(now + HOUR), Digest.WORKER, mina, SEOUL)


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Berlin", "2026-10-25"), ("Europe/Berlin", "2026-03-29"), ("America/New_York", "2026-11-01"),
     ("Australia/Lord_Howe", "2026-10-04"), ("America/Santiago", "2026-09-06")],
)  # fmt: skip
async def test_half_past_eight_is_that_of_the_clock_also_when_clocks_change(desk: Desk, zone: str, day: str) -> None:
    """Of the day before, all of it counts, however many hours it had."""
    desk.now = at("2026-03-01 12:00")
    batch, mina = await desk.batch(("one", "two", "three", "four")), await desk.worker()
    await desk.do(preferring.choose_zone, desk.now, mina, zone)
    today = date.fromisoformat(day)
    yesterday = digests.morning(today, zone).yesterday
    for moment in (yesterday.begins - 1, yesterday.begins, yesterday.ends - 1, yesterday.ends):
        desk.now = Instant(moment)
        await desk.tap(mina, await desk.begin(mina, batch))

    early, due = at(f"{day} 08:29", zone), at(f"{day} 08:30", zone)
    assert (Digest.WORKER, mina) not in await run(desk, early)
    assert (Digest.WORKER, mina) in await run(desk, due)
    assert (Digest.WORKER, mina) not in await run(desk, Instant(due + HOUR))

    told = await desk.do(digesting.workers_day, mina, digests.morning(today, zone))
    assert (2, 40_000_000) == (told.answers, told.won)


async def test_everybody_hears_in_their_own_morning(desk: Desk) -> None:
    mina = await worked(desk, at("2026-11-24 15:00"))
    jun = await worked(desk, at("2026-11-24 15:30"))
    await desk.do(preferring.choose_zone, desk.now, jun, "America/New_York")

    seoul = await run(desk, at("2026-11-25 08:30"))
    york = await run(desk, at("2026-11-25 08:30", "America/New_York"))

    assert [(Digest.WORKER, mina)] == [each for each in seoul if each[0] is Digest.WORKER]
    # His answer was given at 1:30 on the 24th in New York.
    assert [(Digest.WORKER, jun)] == [each for each in york if each[0] is Digest.WORKER]


async def test_what_becomes_available_is_told_by_day(desk: Desk) -> None:
    desk.now = at("2026-11-24 15:00")
    batch, mina = await desk.batch(), await desk.worker()
    for _ in range(2):
        await desk.tap(mina, await desk.begin(mina, batch))
        desk.wait(DAY)

    told = await desk.do(digesting.workers_day, mina, digests.morning(date(2026, 11, 27), "Asia/Seoul"))

    assert [(date(2026, 11, 27), 20_000_000), (date(2026, 11, 28), 20_000_000)] == [
        (each.date, each.amount) for each in told.coming
    ]
    assert at("2026-11-27 15:00") == told.coming[0].last
    assert (0, 40_000_000, 0) == (told.answers, told.pending, told.available)


async def test_mondays_bring_the_week(desk: Desk) -> None:
    mina = await worked(desk, at("2026-11-22 15:00"))
    await run(desk, at("2026-11-23 08:30"))

    assert ["week", "digest"] == await desk.do(queued, mina)
    week = await desk.do(digesting.workers_week, mina, digests.morning(date(2026, 11, 23), "Asia/Seoul"))
    assert (date(2026, 11, 16), date(2026, 11, 22)) == (week.dates[0], week.dates[-1])
    assert (0, 0, 0, 0, 0, 0, 20_000_000) == week.values


async def test_the_week_is_a_message_of_its_own_among_those_of_the_day(desk: Desk) -> None:
    mina = await worked(desk, at("2026-11-22 15:00"))
    jun = await worked(desk, at("2026-11-22 16:00"))
    await desk.do(preferring.choose_most, desk.now, jun, 1)
    now = at("2026-11-23 08:30")
    await run(desk, now)

    assert [["week", "digest"], ["digest"]] == [await desk.do(queued, each) for each in (mina, jun)]
    assert [[now, now], [now]] == [await desk.do(reminding.sent_lately, now, each) for each in (mina, jun)]


async def test_a_digest_is_for_those_who_still_are_what_it_is_for(desk: Desk) -> None:
    mina, now = await worked(desk, at("2026-11-24 15:00")), at("2026-11-25 08:30")
    morning = digests.morning(date(2026, 11, 25), "Asia/Seoul")

    async def may(digest: Digest, person: PersonId) -> bool:
        return await desk.do(digests.is_timely, now, digest, person, morning, SEOUL)

    assert [True, False, False] == [await may(digest, mina) for digest in Digest]
    assert await may(Digest.OWNER, desk.coordinator)


async def test_a_coordinator_hears_of_what_goes_on_and_where_people_disagree(desk: Desk) -> None:
    desk.now = at("2026-11-24 15:00")
    batch = await desk.batch(("one", "two"), overlap=Overlap(3, 3))
    for place, worker in enumerate(await desk.workers(3)):
        for choice in (place % 2, 0):
            await desk.tap(worker, await desk.begin(worker, batch), choice)

    told = await run(desk, at("2026-11-25 08:30"))
    day = await desk.do(digesting.coordinators_day, desk.coordinator, digests.morning(date(2026, 11, 25), "Asia/Seoul"))

    assert {(Digest.COORDINATOR, desk.coordinator), (Digest.OWNER, desk.coordinator)} <= set(told)
    assert (6, 120_000_000) == (day.answers, day.cost)
    [running] = day.batches
    assert (2, 2, 6, 3) == (running.tasks, running.finished, running.answers, running.workers)
    assert [(2, 3)] == [(each.largest, each.answers) for each in day.worst]
    assert None is day.left


async def test_an_owner_hears_of_money_in_and_out(desk: Desk) -> None:
    mina = await worked(desk, at("2026-11-24 15:00"))
    desk.now = at("2026-11-27 16:00")
    await desk.do(settling.settle, desk.now, mina)
    row = await desk.do(lambda tx: tx.one("people.find", person=mina))
    assert row is not None
    await desk.do(settling.record_payment, desk.now, row["code"], Micros(15_000_000), "")

    day = await desk.do(digesting.owners_day, digests.morning(date(2026, 11, 28), "Asia/Seoul"))
    first = await desk.do(digesting.owners_day, digests.morning(date(2026, 11, 25), "Asia/Seoul"))

    assert (15_000_000, 0, 0) == (day.paid, day.earned, day.violations)
    assert (0, 20_000_000) == (first.paid, first.earned)
