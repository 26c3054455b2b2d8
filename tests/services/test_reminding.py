"""Being told of work: slices that nobody has to race for, and reminders that keep to what people want."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from desk import PRICE, Desk, seen
from reminded import MORNING, SEOUL, due, invite, kinds, opted_in, reseed, send, tick, unshown

from rules.ledger import pending
from rules.model import DAY, HOUR, MINUTE, SECOND, BatchId, Instant, Micros, PersonId
from rules.refusals import Refusal
from rules.reminding import Kind, Snooze
from rules.settings import Overlap
from services import (
    inviting,
    leaving,
    notices,
    nudging,
    offering,
    paging,
    people,
    preferring,
    reaching,
    reminding,
    returning,
    slicing,
    steering,
    working,
)
from services.dealing import Shown
from services.working import Ended, Recorded, Summary
from storage.checks import violations
from storage.ledger import balance

TEXTS = [f"text {number}" for number in range(1, 41)]


@pytest.fixture(autouse=True)
async def sound(desk: Desk) -> AsyncIterator[None]:
    """Whatever happens here happens from nine in the morning on, and leaves the books sound."""
    desk.now = MORNING
    yield
    assert [] == await desk.do(violations)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.db"


async def tapped(desk: Desk, worker: PersonId, shown: Shown) -> Shown | Summary:
    """What comes after an answer."""
    outcome = await desk.tap(worker, shown)
    assert isinstance(outcome, Recorded)
    return outcome.then


def change(path: Path, statement: str, *values: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement, values)


async def slice_of(desk: Desk, worker: PersonId, batch: BatchId) -> int:
    row = await desk.do(lambda tx: tx.one("slices.left", worker=worker, batch=batch))
    assert row is not None
    number: int = row["id"]
    return number


async def test_those_who_want_to_hear_of_it_are_told_once_and_have_tasks_of_their_own(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    mina, jun = await opted_in(desk, 2)
    await desk.worker("somebody who did not ask")
    reseed(path, [mina, jun])

    said = await tick(desk)

    assert {mina: 20, jun: 20} == unshown(path)
    assert {mina: [Kind.NEW_WORK], jun: [Kind.NEW_WORK]} == {each: kinds(said, each) for each in said}
    parts = [line.part for lines in said.values() for line in lines]
    assert [(20, batch, PRICE)] * 2 == [(each.tasks, each.batch, each.price) for each in parts if each]
    desk.wait(MINUTE)
    assert {} == await tick(desk)


async def test_slots_are_shared_so_that_those_who_are_not_told_find_theirs_in_the_queue(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    told = await opted_in(desk, 4)
    held = await opted_in(desk, 1)
    reseed(path, told, held)

    assert inviting.Round(4, 1, 32) == await invite(desk, batch)
    assert dict.fromkeys(told, 8) == unshown(path)
    assert TEXTS[32] == (await desk.begin(held[0], batch)).text


async def test_who_has_nothing_left_to_do_is_neither_told_nor_held_out(desk: Desk, path: Path) -> None:
    batch = await desk.batch(["one", "two"], overlap=Overlap(5, 5))
    done, left = await opted_in(desk, 2)
    for _ in range(2):
        await desk.tap(done, await desk.begin(done, batch))
    desk.wait(HOUR)
    reseed(path, [], [done, left])

    assert inviting.Round(0, 1, 0) == await invite(desk, batch)


async def test_who_begins_before_the_message_is_out_is_none_of_those_who_were_told(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    mina, jun = await opted_in(desk, 2)
    reseed(path, [mina, jun])
    await invite(desk, batch)
    await desk.tap(mina, await desk.begin(mina, batch))

    assert [jun] == list(await send(desk))

    assert inviting.Effect(1, 0, 0, 0) == await desk.do(inviting.effect, batch)
    assert (18, MORNING + 2 * HOUR) == await desk.do(slicing.waiting, mina, batch)


async def test_where_slots_are_few_those_come_first_who_were_told_least_lately(desk: Desk, path: Path) -> None:
    first = await desk.batch(["one"])
    people = await opted_in(desk, 3)
    reseed(path, people)
    assert [people[0]] == list(await tick(desk))
    await desk.tap(people[0], await desk.begin(people[0], first))
    desk.wait(HOUR)

    await desk.batch(["two", "three"])
    reseed(path, people)

    assert people[1:] == sorted(await tick(desk))


async def test_a_slice_is_dealt_before_the_queue_and_gold_when_it_is_due(desk: Desk, path: Path) -> None:
    gold = [(f"known {number}", "positive") for number in range(4)]
    batch = await desk.batch(TEXTS, gold=gold)
    mina, jun = await opted_in(desk, 2)
    reseed(path, [jun, mina])
    await invite(desk, batch)

    texts = []
    shown = await desk.begin(jun, batch)
    for _ in range(21):
        texts.append(shown.text)
        shown = seen(await tapped(desk, jun, shown))

    known = [text for text in texts if text and text.startswith("known")]
    assert TEXTS[20 : 41 - len(known)] == [text for text in texts if text not in known]
    assert known
    assert 21 * PRICE == await desk.do(balance, pending(jun))


async def test_price_lease_and_seconds_begin_when_a_task_is_shown(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    [mina] = await opted_in(desk, 1)
    reseed(path, [mina])
    await tick(desk)
    await desk.do(steering.reprice, desk.now, desk.coordinator, batch, Micros(2 * PRICE))
    desk.wait(HOUR)

    shown = await desk.begin(mina, batch)
    desk.wait(4 * SECOND)
    await desk.tap(mina, shown)

    row = await desk.do(lambda tx: tx.one("answers.pace", batch=batch, limit=1))
    assert row is not None
    assert (2 * PRICE, 4 * SECOND, 2 * PRICE) == (
        shown.price,
        row["milliseconds"],
        await desk.do(balance, pending(mina)),
    )


async def test_the_time_of_a_slice_runs_from_the_moment_its_message_went_out(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    [mina] = await opted_in(desk, 1)
    reseed(path, [mina])
    await invite(desk, batch)
    await desk.do(reminding.gather, desk.now, 50, SEOUL)
    # Half a day passes before the message gets out: nobody has lost anything by that.
    desk.wait(11 * HOUR)
    while await desk.do(nudging.end, desk.now):
        pass

    assert {mina: (Kind.NEW_WORK,)} == {
        each: tuple(line.kind for line in lines) for each, lines in (await send(desk)).items()
    }
    desk.wait(2 * HOUR - 1)
    await tick(desk)
    assert {mina: 20} == unshown(path)
    desk.wait(1)
    await tick(desk)
    assert {} == unshown(path)


async def test_what_waits_in_a_batch_that_is_stopped_goes_back_and_its_worker_hears_so(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    mina, jun = await opted_in(desk, 2)
    reseed(path, [mina, jun])
    await invite(desk, batch)
    await desk.do(steering.pause, desk.coordinator, batch, is_on=True)
    # Neither has been told of anything yet.
    assert {} == await tick(desk)
    assert {} == unshown(path)
    await desk.do(steering.pause, desk.coordinator, batch, is_on=False)
    desk.wait(HOUR)
    assert {mina, jun} == set(await tick(desk))

    desk.wait(MINUTE)
    await desk.do(steering.pause, desk.coordinator, batch, is_on=True)
    said = await tick(desk)

    assert {mina: [(batch, 20, False)], jun: [(batch, 20, False)]} == {
        each: [(line.batch, line.tasks, line.is_over) for line in lines] for each, lines in said.items()
    }
    assert {} == unshown(path)
    desk.wait(MINUTE)
    assert {} == await tick(desk)


async def test_who_has_lost_what_waited_for_them_is_told_anew_once_the_batch_goes_on(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    [mina] = await opted_in(desk, 1)
    await desk.do(preferring.choose_most, desk.now, mina, 3)
    reseed(path, [mina])
    await tick(desk)
    await desk.do(steering.pause, desk.coordinator, batch, is_on=True)
    desk.wait(MINUTE)
    assert [Kind.SLICE_ENDING] == kinds(await tick(desk), mina)
    await desk.do(steering.pause, desk.coordinator, batch, is_on=False)

    desk.wait(HOUR - 1)
    assert {} == await tick(desk)
    desk.wait(1)
    assert [Kind.NEW_WORK] == kinds(await tick(desk), mina)
    assert {mina: 20} == unshown(path)


async def test_work_between_two_messages_was_brought_by_the_first(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    [mina] = await opted_in(desk, 1)
    await desk.do(preferring.choose_most, desk.now, mina, 3)
    reseed(path, [mina])
    await tick(desk)
    await desk.tap(mina, await desk.begin(mina, batch))
    await desk.do(working.stop, desk.now, mina, batch)
    await desk.do(steering.pause, desk.coordinator, batch, is_on=True)
    desk.wait(HOUR)
    await tick(desk)
    await desk.do(steering.pause, desk.coordinator, batch, is_on=False)
    desk.wait(2 * HOUR)

    assert [Kind.NEW_WORK] == kinds(await tick(desk), mina)
    assert inviting.Effect(1, 1, 0, 0) == await desk.do(inviting.effect, batch)


async def test_nobody_hears_that_a_batch_was_stopped_which_goes_on_again(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    [mina] = await opted_in(desk, 1)
    reseed(path, [mina])
    await tick(desk)
    await desk.do(steering.pause, desk.coordinator, batch, is_on=True)
    await desk.do(nudging.end, desk.now)
    await desk.do(steering.pause, desk.coordinator, batch, is_on=False)

    assert {} == await tick(desk)


async def test_what_was_not_shown_goes_to_others_and_no_old_button_answers_it(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS[:3])
    mina, jun = await opted_in(desk, 2)
    await desk.do(preferring.snooze, desk.now, jun, Snooze.OFF, SEOUL)
    reseed(path, [mina])
    await tick(desk)
    shown = await desk.begin(mina, batch)
    assert isinstance(await desk.do(offering.begin, desk.now, jun, batch), Summary)
    desk.wait(2 * HOUR)
    await tick(desk)

    assert {"text 1", "text 2", "text 3"} >= {(await desk.begin(jun, batch)).text}
    # The one that was shown lapsed as any other, and is still welcome.
    await tapped(desk, mina, shown)
    assert PRICE == await desk.do(balance, pending(mina))


async def test_a_message_that_failed_for_good_ends_its_slice(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    [mina] = await opted_in(desk, 1)
    reseed(path, [mina])
    await invite(desk, batch)

    await send(desk, "failed")
    await desk.do(reminding.settle, desk.now, 50)
    assert 1 == await desk.do(nudging.end, desk.now)

    assert {} == unshown(path)
    assert None is await desk.do(inviting.effect, batch)


async def test_a_message_that_may_have_arrived_counts_as_told(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    [mina] = await opted_in(desk, 1)
    reseed(path, [mina])
    await invite(desk, batch)

    await send(desk, "unknown")
    desk.wait(MINUTE)
    assert {} == await tick(desk)

    assert (20, MORNING + MINUTE + 2 * HOUR) == await desk.do(slicing.waiting, mina, batch)
    assert inviting.Effect(1, 0, 0, 0) == await desk.do(inviting.effect, batch)


async def test_who_stops_keeps_what_waits_for_them(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    [mina] = await opted_in(desk, 1)
    reseed(path, [mina])
    await tick(desk)
    await desk.tap(mina, await desk.begin(mina, batch))

    summary = await desk.do(working.stop, desk.now, mina, batch)

    assert Ended.STOPPED == summary.ended
    assert {mina: 18} == unshown(path)
    assert "text 3" == (await desk.begin(mina, batch)).text


async def test_pages_take_from_the_slice(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    mina, jun = await opted_in(desk, 2)
    reseed(path, [mina, jun])
    await invite(desk, batch)

    page = await desk.do(paging.widen, desk.now, jun, await desk.begin(jun, batch), 4)

    assert page is not None
    assert TEXTS[20:24] == [item.shown.text for item in page.items]
    assert {mina: 20, jun: 16} == unshown(path)


async def test_before_a_slice_ends_its_worker_is_told_once_and_may_keep_it_once(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    [mina] = await opted_in(desk, 1)
    reseed(path, [mina])
    await tick(desk)
    desk.wait(90 * MINUTE - 1)
    assert {} == await tick(desk)

    desk.wait(1)
    assert [Kind.SLICE_ENDING] == kinds(await tick(desk), mina)
    desk.wait(MINUTE)
    assert {} == await tick(desk)
    number = await slice_of(desk, mina, batch)
    part = await desk.do(slicing.extend, desk.now, mina, number)
    assert (20, MORNING + 4 * HOUR, False) == (part.tasks, part.ends_at, part.may_extend)
    with pytest.raises(Refusal, match="extended_before"):
        await desk.do(slicing.extend, desk.now, mina, number)

    desk.wait(3 * HOUR)
    await tick(desk)
    assert {} == unshown(path)
    with pytest.raises(Refusal, match="slice_over"):
        await desk.do(slicing.extend, desk.now, mina, number)


async def test_what_is_given_back_goes_to_others_and_only_its_owner_may(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS[:2])
    mina, jun = await opted_in(desk, 2)
    reseed(path, [mina])
    await desk.do(preferring.snooze, desk.now, jun, Snooze.OFF, SEOUL)
    await tick(desk)
    number = await slice_of(desk, mina, batch)
    with pytest.raises(Refusal, match="not_yours"):
        await desk.do(slicing.give_up, desk.now, jun, number)

    assert 2 == await desk.do(slicing.give_up, desk.now, mina, number)
    assert 0 == await desk.do(slicing.give_up, desk.now, mina, number)

    assert "text 1" == (await desk.begin(jun, batch)).text


async def test_an_overlap_is_never_given_out_twice_to_one_worker_nor_beyond(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS[:10], overlap=Overlap(3, 3))
    people = await opted_in(desk, 5)
    reseed(path, people)

    assert inviting.Round(5, 0, 30) == await invite(desk, batch)
    assert dict.fromkeys(people, 6) == unshown(path)
    for person in people:
        shown = await desk.begin(person, batch)
        for _ in range(5):
            shown = seen(await tapped(desk, person, shown))
        assert isinstance(await tapped(desk, person, shown), Summary)


@pytest.mark.parametrize("what", ["coordinator", "language", "member", "leaving", "unreachable", "unconsented", "busy"])
async def test_nobody_is_told_who_may_not_or_need_not_hear_of_it(desk: Desk, path: Path, what: str) -> None:
    batch = await desk.batch(TEXTS)
    [mina] = await opted_in(desk, 1)
    reseed(path, [mina])
    changes = {
        "coordinator": "UPDATE batch SET coordinator_id = 2",
        "language": "UPDATE batch SET language = 'en'",
        "member": "UPDATE person SET all_projects = 0",
        "leaving": "UPDATE person SET leaving_at = 1",
        "unreachable": "UPDATE person SET reachable = 0",
        "unconsented": "UPDATE person SET consent_version = NULL",
    }
    if what == "busy":
        await desk.begin(mina, batch)
    else:
        change(path, changes[what])

    assert {} == await tick(desk)
    assert {} == unshown(path)


async def test_slots_do_not_wait_for_people_who_sleep(desk: Desk, path: Path) -> None:
    desk.now = Instant(MORNING + 13 * HOUR)
    await desk.batch(TEXTS)
    [mina] = await opted_in(desk, 1)
    reseed(path, [mina])

    assert {} == await tick(desk)
    assert {} == unshown(path)
    desk.now = Instant(MORNING + 23 * HOUR)
    assert [Kind.NEW_WORK] == kinds(await tick(desk), mina)


async def test_a_message_that_is_late_at_night_waits_for_the_morning(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    [mina] = await opted_in(desk, 1)
    desk.now = Instant(MORNING + 11 * HOUR + 55 * MINUTE)
    await desk.do(reminding.remind, mina, Kind.DEADLINE, "x", {"batch": batch}, desk.now, Instant(desk.now + DAY))
    change(path, "UPDATE batch SET deadline_at = ?", desk.now + DAY)
    await desk.do(reminding.gather, desk.now, 50, SEOUL)
    assert 1 == len(await due(desk))

    desk.now = Instant(MORNING + 11 * HOUR + 58 * MINUTE + 1)
    assert {} == await send(desk)
    desk.now = Instant(MORNING + 23 * HOUR - 1)
    assert {} == await send(desk)
    desk.wait(1)
    assert [Kind.DEADLINE] == kinds(await send(desk), mina)


async def test_what_is_due_together_is_one_message_and_the_third_of_a_day_waits(desk: Desk, path: Path) -> None:
    [mina] = await opted_in(desk, 1)
    for title in ("a", "b"):
        await desk.batch([f"{title} {number}" for number in range(30)])
    reseed(path, [mina])

    assert [Kind.NEW_WORK] * 2 == kinds(await tick(desk), mina)
    desk.wait(90 * MINUTE)
    assert [Kind.SLICE_ENDING] * 2 == kinds(await tick(desk), mina)
    desk.wait(2 * HOUR)
    await desk.do(preferring.heard_from, 5001)
    await desk.batch(["late"])
    reseed(path, [mina])
    assert {} == await tick(desk)
    desk.now = Instant(MORNING + 23 * HOUR)
    assert [Kind.NEW_WORK] == kinds(await tick(desk), mina)


async def test_three_ignored_reminders_are_the_last_until_a_sign_of_life(desk: Desk, path: Path) -> None:
    [mina] = await opted_in(desk, 1)
    said: list[list[Kind]] = []
    for day in range(4):
        for later in (0, 90 * MINUTE, 3 * HOUR):
            desk.now = Instant(MORNING + day * DAY + later)
            if not later:
                await desk.batch([f"day {day}"])
                reseed(path, [mina])
            said.append(kinds(await tick(desk), mina))
    assert [[Kind.NEW_WORK], [Kind.SLICE_ENDING], [], [Kind.NEW_WORK], *[[]] * 8] == said

    await desk.do(preferring.heard_from, 5001)
    desk.now = Instant(MORNING + 6 * DAY)
    await desk.batch(["again"])
    reseed(path, [mina])
    assert kinds(await tick(desk), mina)


async def test_the_end_of_a_batch_is_told_a_day_ahead_to_those_who_have_something_left(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS[:3])
    mina, jun, hana = await desk.workers(3)
    for worker in (mina, jun):
        await desk.tap(worker, await desk.begin(worker, batch))
        await desk.do(working.stop, desk.now, worker, batch)
    change(path, "UPDATE batch SET deadline_at = ?", desk.now + 30 * HOUR)
    desk.wait(6 * HOUR - 1)
    assert {} == await tick(desk)
    desk.wait(1)

    said = await tick(desk)

    assert {mina: [Kind.DEADLINE], jun: [Kind.DEADLINE]} == {each: kinds(said, each) for each in said}
    assert hana not in said
    desk.wait(HOUR)
    assert {} == await tick(desk)


async def test_nobody_is_told_of_an_end_where_nothing_is_left_for_them(desk: Desk, path: Path) -> None:
    batch = await desk.batch(["one"])
    mina = await desk.worker()
    await desk.tap(mina, await desk.begin(mina, batch))
    change(path, "UPDATE batch SET deadline_at = ?", desk.now + 20 * HOUR)
    desk.wait(2 * HOUR)

    assert {} == await tick(desk)


async def test_somebody_is_called_back_after_three_days_once_a_week_and_only_to_work(desk: Desk, path: Path) -> None:
    mina = await desk.worker()
    await desk.do(preferring.choose_kind, desk.now, mina, Kind.COME_BACK, True)
    desk.now = Instant(MORNING + 3 * DAY)
    assert {} == await tick(desk)
    batch = await desk.batch(TEXTS)

    assert [Kind.COME_BACK] == kinds(await tick(desk), mina)
    told = []
    for hour in range(1, 24 * 9):
        desk.now = Instant(MORNING + 3 * DAY + hour * HOUR)
        told += [hour for _ in kinds(await tick(desk), mina)]
    assert [7 * 24] == told
    await desk.tap(mina, await desk.begin(mina, batch))
    desk.wait(8 * DAY)


async def test_calls_back_keep_to_the_chosen_days_and_hours(desk: Desk, path: Path) -> None:
    await desk.batch(TEXTS)
    mina = await desk.worker()
    await desk.do(preferring.choose_kind, desk.now, mina, Kind.COME_BACK, True)
    for day in range(6):
        await desk.do(preferring.choose_day, desk.now, mina, day, False)
    await desk.do(preferring.choose_hours, desk.now, mina, 18, 20)

    told = []
    for hour in range(24 * 8):
        desk.now = Instant(MORNING + hour * HOUR)
        told += [hour for _ in kinds(await tick(desk), mina)]

    # Sunday at 18:00; the clock began on Tuesday at nine.
    assert [5 * 24 + 9] == told


async def test_snoozing_holds_back_what_is_due_and_drops_what_would_be_late(desk: Desk, path: Path) -> None:
    await desk.batch(TEXTS)
    [mina] = await opted_in(desk, 1)
    reseed(path, [mina])
    await tick(desk)
    await desk.do(preferring.snooze, desk.now, mina, Snooze.TODAY, SEOUL)
    desk.wait(90 * MINUTE)

    assert {} == await tick(desk)
    assert {mina: 20} == unshown(path)


async def test_who_can_not_be_reached_or_leaves_holds_no_slots(desk: Desk, path: Path) -> None:
    await desk.batch(TEXTS)
    mina, jun = await opted_in(desk, 2)
    reseed(path, [mina, jun])
    await tick(desk)
    await desk.do(reaching.lose, desk.now, 5001)
    assert {jun: 20} == unshown(path)

    asked = await desk.do(leaving.prospect, desk.now, jun, SEOUL, PRICE)
    await desk.do(leaving.leave, desk.now, jun, asked.forget_at, SEOUL, PRICE)

    assert {} == unshown(path)
    desk.wait(3 * HOUR)
    assert {} == await tick(desk)


async def test_time_that_telegram_took_is_given_back(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    [mina] = await opted_in(desk, 1)
    reseed(path, [mina])
    await tick(desk)
    desk.wait(HOUR)
    await desk.do(returning.come_back, desk.now, HOUR)

    assert (20, MORNING + 3 * HOUR) == await desk.do(slicing.waiting, mina, batch)
    desk.wait(2 * HOUR - MINUTE)
    await tick(desk)
    assert {mina: 20} == unshown(path)


async def test_a_batch_that_is_closed_ends_its_slices(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    [mina] = await opted_in(desk, 1)
    reseed(path, [mina])
    await tick(desk)

    await desk.do(steering.close, desk.now, desk.coordinator, batch)
    await tick(desk)

    assert {} == unshown(path)


async def test_who_begins_unasked_is_not_told_and_loses_nothing(desk: Desk, path: Path) -> None:
    batch = await desk.batch(TEXTS)
    [mina] = await opted_in(desk, 1)
    reseed(path, [mina])
    await invite(desk, batch)
    await desk.tap(mina, await desk.begin(mina, batch))

    assert {} == await tick(desk)

    assert (18, MORNING + 2 * HOUR) == await desk.do(slicing.waiting, mina, batch)


async def test_whether_telling_brought_work_is_counted(desk: Desk, path: Path) -> None:
    batch = await desk.batch([f"text {number}" for number in range(100)])
    told, held = await opted_in(desk, 5), await opted_in(desk, 2)
    reseed(path, told, held)
    assert None is await desk.do(inviting.effect, batch)
    await tick(desk)
    for worker in (told[0], told[3], held[1]):
        await desk.tap(worker, await desk.begin(worker, batch))
    await desk.do(
        working.skip, desk.now, told[1], (shown := await desk.begin(told[1], batch)).assignment, shown.revision
    )

    assert inviting.Effect(5, 2, 2, 1) == await desk.do(inviting.effect, batch)


async def test_the_offer_is_made_once(desk: Desk) -> None:
    mina = await desk.worker()

    assert [True, False] == [await desk.do(preferring.offer, desk.now, mina) for _ in range(2)]


async def test_a_sign_of_life_is_looked_up_and_rarely_written(desk: Desk) -> None:
    mina = await desk.worker()
    assert 0 == await desk.do(lambda tx: tx.run("preferences.heard_from", telegram=5001))
    await desk.do(preferring.reminded, desk.now, mina)
    assert 1 == await desk.do(lambda tx: tx.run("preferences.heard_from", telegram=5001))
    assert 0 == await desk.do(lambda tx: tx.run("preferences.heard_from", telegram=5001))
    assert (await desk.do(people.find, 5001)) is not None
    assert [] == await desk.do(notices.due, desk.now, 10)
