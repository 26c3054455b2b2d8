"""From a file to a published batch: what is asked, what goes in, what is refused, what it costs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from desk import BOSS, PRICE, Desk, task
from refused import said

from rules import ledger
from rules.model import DAY, MINUTE, BatchId, Instant, Kind, Micros
from rules.refusals import Refusal
from rules.rows import Row
from rules.settings import Fault, Overlap, Settings
from services import drafting, filling, offering, people, posting
from services.dealing import Shown
from services.drafting import NO_DEADLINE, Preview
from services.filling import NewTask, StoredPicture
from services.posting import Found, Upload
from storage import Row as Stored
from storage.checks import violations
from storage.ledger import total

SETTINGS = Settings(title="Reviews", choices=("good", "bad"), price=PRICE)


async def received(desk: Desk, settings: Settings, found: Found | None = None, *, asks_all: bool = False) -> Upload:
    upload = await desk.do(
        posting.receive, desk.now, desk.coordinator, "my reviews.csv", "file-1", settings, asks_all=asks_all
    )
    return await desk.do(posting.keep, desk.now, upload.id, "/there", found or Found(rows=3))


async def filled(
    desk: Desk, rows: Sequence[NewTask], settings: Settings = SETTINGS, *, has_ids: bool = False
) -> BatchId:
    upload = await received(desk, settings, Found(rows=len(rows), has_ids=has_ids))
    begun = await desk.do(filling.begin, desk.now, upload.id)
    taken = await desk.do(filling.add_rows, desk.now, begun, rows)
    return await desk.do(filling.finish, desk.now, begun, len(taken.faults), taken.faults)


async def published(desk: Desk, batch: BatchId) -> None:
    while not await desk.do(drafting.level, desk.coordinator, batch):
        pass
    await desk.do(drafting.publish, desk.now, desk.coordinator, batch)


async def preview(desk: Desk, batch: BatchId) -> Preview:
    return await desk.do(drafting.preview, desk.coordinator, batch)


async def tasks(desk: Desk, batch: BatchId) -> list[Stored]:
    return await desk.do(lambda tx: tx.all("exports.tasks", batch=batch, after=0, since=0, last=0, limit=1000))


async def answers_wanted(desk: Desk, batch: BatchId) -> int:
    """How often the batch's tasks can be answered, found out by as many workers as it takes."""
    answers = 0
    while True:
        worker, before = await desk.worker(), answers
        then = await desk.do(offering.begin, desk.now, worker, batch)
        while isinstance(then, Shown):
            outcome = await desk.tap(worker, then)
            then, answers = outcome.then, answers + 1
        if answers == before:
            return answers


def texts(*contents: str) -> list[NewTask]:
    return [task(line, content, None) for line, content in enumerate(contents, 2)]


@contextmanager
def refused(key: str) -> Iterator[None]:
    """The block ends in this refusal, which can be said in both languages."""
    with pytest.raises(Refusal) as caught:
        yield
    said(caught.value)
    assert key == caught.value.key


# What is asked --------------------------------------------------------------------------------------------------------


async def test_without_a_caption_everything_is_asked_step_by_step(desk: Desk) -> None:
    upload = await received(desk, Settings(), Found(rows=3, choices=("good", "bad")), asks_all=True)

    assert ("choices", "price", "overlap", "guide") == upload.asks
    assert Settings() == upload.settings


async def test_with_a_caption_only_what_is_mandatory_and_missing_is_asked(desk: Desk) -> None:
    assert ("choices", "price") == (await received(desk, Settings(title="T"))).asks
    assert ("choices",) == (await received(desk, Settings(price=PRICE))).asks
    assert () == (await received(desk, SETTINGS)).asks


async def test_choices_of_the_gold_column_are_taken_where_a_caption_names_none(desk: Desk) -> None:
    upload = await received(desk, Settings(price=PRICE), Found(rows=3, choices=("a", "b")))

    assert () == upload.asks
    assert ("a", "b") == upload.settings.choices


async def test_several_gold_labels_in_a_row_ask_for_the_kind(desk: Desk) -> None:
    upload = await received(desk, Settings(), Found(rows=3, has_several=True), asks_all=True)

    assert ("choices", "kind", "price", "overlap", "guide") == upload.asks


async def test_answers_are_taken_one_by_one_and_a_repeated_one_changes_nothing(desk: Desk) -> None:
    upload = await received(desk, Settings(), asks_all=True)
    person = desk.coordinator

    await desk.do(posting.say, desk.now, person, upload.id, "choices", Settings(choices=("a", "b")))
    again = await desk.do(posting.say, desk.now, person, upload.id, "choices", Settings(choices=("c", "d")))

    assert ("price", "overlap", "guide") == again.asks
    assert ("a", "b") == again.settings.choices


async def test_what_is_typed_next_belongs_to_the_upload_until_nothing_is_missing(desk: Desk) -> None:
    upload = await received(desk, Settings(choices=("a", "b")))
    asked = await desk.do(people.find, BOSS)
    await desk.do(posting.say, desk.now, desk.coordinator, upload.id, "price", Settings(price=PRICE))
    done = await desk.do(people.find, BOSS)

    assert asked is not None and done is not None
    assert (f"posting_say:{upload.id}", None) == (asked.expects, done.expects)


async def test_cancel_leaves_the_upload_and_its_buttons_say_so(desk: Desk) -> None:
    upload = await received(desk, Settings())

    assert 1 == await desk.do(posting.cancel, desk.now, desk.coordinator)
    assert 0 == await desk.do(posting.cancel, desk.now, desk.coordinator)
    with refused("posting.over"):
        await desk.do(posting.say, desk.now, desk.coordinator, upload.id, "price", Settings(price=PRICE))


async def test_only_coordinators_and_owners_may_post(desk: Desk) -> None:
    mina = await desk.worker()

    with refused("refusal.only_coordinator"):
        await desk.do(posting.may_post, mina)
    with refused("refusal.only_coordinator"):
        await desk.do(posting.receive, desk.now, mina, "r.csv", "f", SETTINGS, asks_all=False)


async def test_the_same_message_handled_twice_is_one_upload(desk: Desk) -> None:
    first = await desk.do(posting.receive, desk.now, desk.coordinator, "r.csv", "f", SETTINGS, asks_all=False)
    second = await desk.do(posting.receive, desk.now, desk.coordinator, "r.csv", "f", SETTINGS, asks_all=False)

    assert first == second


# What goes in ---------------------------------------------------------------------------------------------------------


async def test_rows_become_tasks_in_their_order_with_their_ids_and_columns(desk: Desk) -> None:
    rows = [
        NewTask(Row(2, None, "one", None, "a-1", None, None, {"source": "web"}), None),
        NewTask(Row(3, None, "two", None, None, ("bad",), "because", {}), None),
    ]

    found = await tasks(desk, await filled(desk, rows, has_ids=True))

    assert [("a-1", None, '{"source": "web"}'), ("#2", 0b10, "{}")] == [
        (row["reference"], row["gold"], row["meta"]) for row in found
    ]


async def test_an_id_that_looks_like_a_number_given_by_us_is_a_fault_and_no_crash(desk: Desk) -> None:
    rows = [*texts("one"), NewTask(Row(3, None, "two", None, "#1", None, None, {}), None)]

    found = await preview(desk, await filled(desk, rows, has_ids=True))

    assert (1, 1) == (found.tasks, found.refused)
    assert (Fault("posting.id_taken", {"id": "#1"}, 3, None),) == found.faults


async def test_duplicates_are_counted_and_kept(desk: Desk) -> None:
    picture, other = StoredPicture("a" * 64, 10, 10), StoredPicture("b" * 64, 10, 10)
    rows = [
        *texts("Nice  place", "nice place", "else"),
        *(NewTask(Row(9, None, None, "x.png", None, None, None, {}), each) for each in (picture, picture, other)),
    ]

    found = await preview(desk, await filled(desk, rows))

    assert (6, 2) == (found.tasks, found.duplicates)


async def test_a_file_of_gold_only_is_refused_and_so_is_one_without_good_rows(desk: Desk) -> None:
    with refused("posting.only_gold"):
        await filled(desk, [task(2, "known", ("good",))])
    with refused("posting.no_good_rows"):
        await filled(desk, [])


async def test_a_refused_file_leaves_no_draft(desk: Desk) -> None:
    begun = await desk.do(filling.begin, desk.now, (await received(desk, SETTINGS)).id)
    await desk.do(filling.add_rows, desk.now, begun, [task(2, "known", ("good",))])
    await desk.do(posting.refuse, desk.now, begun)
    while await desk.do(drafting.purge, desk.now):
        pass

    assert begun.batch is not None
    with refused("posting.discarded_before"):
        await preview(desk, begun.batch)
    assert [] == await tasks(desk, begun.batch)


async def test_rows_of_a_cancelled_upload_are_not_taken_any_more(desk: Desk) -> None:
    begun = await desk.do(filling.begin, desk.now, (await received(desk, SETTINGS)).id)
    await desk.do(posting.cancel, desk.now, desk.coordinator)

    with refused("posting.over"):
        await desk.do(filling.add_rows, desk.now, begun, texts("one"))


async def test_a_file_left_half_read_is_read_anew_and_the_first_reader_is_turned_away(desk: Desk) -> None:
    upload = await received(desk, SETTINGS)
    first = await desk.do(filling.begin, desk.now, upload.id)
    await desk.do(filling.add_rows, desk.now, first, texts("one"))
    assert [] == await desk.do(posting.left_alone, desk.now)
    desk.wait(3 * MINUTE)

    assert [upload.id] == await desk.do(posting.left_alone, desk.now)
    assert [] == await desk.do(posting.left_alone, desk.now)
    second = await desk.do(filling.begin, desk.now, upload.id)
    with refused("posting.over"):
        await desk.do(filling.add_rows, desk.now, first, texts("two"))
    await desk.do(posting.refuse, desk.now, first)
    await desk.do(filling.add_rows, desk.now, second, texts("one", "two"))
    batch = await desk.do(filling.finish, desk.now, second, 0, [])

    assert 2 == (await preview(desk, batch)).tasks


async def test_the_name_of_the_file_is_the_title_unless_one_is_given(desk: Desk) -> None:
    untitled = Settings(choices=("a", "b"), price=PRICE)

    assert "my reviews" == (await preview(desk, await filled(desk, texts("one"), untitled))).title
    assert "Reviews" == (await preview(desk, await filled(desk, texts("one")))).title


async def test_batches_with_the_same_choices_share_a_project_and_a_name_decides_otherwise(desk: Desk) -> None:
    async def project(settings: Settings) -> str:
        return (await preview(desk, await filled(desk, texts("one"), settings))).project

    first = await project(Settings(title="First", choices=("a", "b"), price=PRICE))
    same = await project(Settings(title="Second", choices=("a", "b"), price=PRICE))
    turned = await project(Settings(title="Third", choices=("b", "a"), price=PRICE))
    named = await project(Settings(title="Fourth", project="Films", choices=("a", "b"), price=PRICE))
    again = await project(Settings(title="Fifth", project="Films", choices=("x", "y"), price=PRICE))

    assert ["First", "First", "Third", "Films", "Films"] == [first, same, turned, named, again]


# The draft ------------------------------------------------------------------------------------------------------------


async def test_the_preview_names_the_cost_line_by_line(desk: Desk) -> None:
    rows = [*texts(*(f"text {number}" for number in range(20))), task(22, "known", ("good",))]

    found = await preview(desk, await filled(desk, rows))

    assert (20, 1, 6) == (found.tasks, found.golds, found.gold_answers)
    assert (20 * 3 * PRICE, 6 * PRICE, 2 * PRICE) == (found.cost.answers, found.cost.gold, found.cost.late)
    assert Micros(66 * PRICE) == found.cost.shown


async def test_the_time_is_guessed_from_length_and_measured_once_there_are_answers(desk: Desk) -> None:
    draft = await filled(desk, texts("x" * 50))
    guess = await preview(desk, draft)
    batch, mina = await desk.batch(["one"]), await desk.worker()
    shown = await desk.begin(mina, batch)
    desk.wait(7_000)
    await desk.tap(mina, shown)
    measure = await preview(desk, draft)

    assert (5_000, False) == (guess.per_answer, guess.is_measured)
    assert (7_000, True) == (measure.per_answer, measure.is_measured)


async def test_the_sample_is_the_first_task_that_is_no_gold(desk: Desk) -> None:
    found = await preview(desk, await filled(desk, [task(2, "known", ("good",)), task(3, "asked", None)]))

    assert ("asked", ("good", "bad"), PRICE) == (found.sample.text, found.sample.choices, found.sample.price)


async def test_a_draft_changes_in_everything_that_was_said(desk: Desk) -> None:
    batch = await filled(desk, texts("one"))
    deadline = Instant(desk.now + DAY)
    said_now = Settings(title="New", price=Micros(5), overlap=Overlap(2, 4), guide="Rules", deadline=deadline)
    await desk.do(drafting.change, desk.now, desk.coordinator, batch, said_now)

    found = await preview(desk, batch)
    assert ("New", 5, Overlap(2, 4), True) == (found.title, found.price, found.overlap, found.has_guide)
    assert deadline == found.deadline

    await desk.do(drafting.change, desk.now, desk.coordinator, batch, Settings(guide="", deadline=NO_DEADLINE))
    assert (False, None) == ((await preview(desk, batch)).has_guide, (await preview(desk, batch)).deadline)


async def test_gold_labels_follow_the_choices_into_their_new_order(desk: Desk) -> None:
    batch = await filled(desk, [*texts("one"), task(3, "known", ("bad",))])

    new = Settings(choices=("bad", "fair", "good"))
    await desk.do(drafting.change, desk.now, desk.coordinator, batch, new)

    assert [None, 0b1] == [row["gold"] for row in await tasks(desk, batch)]
    assert ("bad", "fair", "good") == (await preview(desk, batch)).choices


async def test_choices_that_gold_does_not_fit_are_refused_and_nothing_changes(desk: Desk) -> None:
    batch = await filled(desk, [*texts("one"), task(3, "known", ("bad",))])

    with refused("posting.gold_needs_choice"):
        await desk.do(drafting.change, desk.now, desk.coordinator, batch, Settings(choices=("good", "fair")))

    assert ("good", "bad") == (await preview(desk, batch)).choices
    assert [None, 0b10] == [row["gold"] for row in await tasks(desk, batch)]


async def test_gold_with_several_labels_keeps_a_batch_multiple(desk: Desk) -> None:
    several = Settings(title="T", choices=("a", "b"), price=PRICE, kind=Kind.MULTIPLE)
    batch = await filled(desk, [*texts("one"), task(3, "known", ("a", "b"))], several)

    with refused("posting.gold_has_several"):
        await desk.do(drafting.change, desk.now, desk.coordinator, batch, Settings(kind=Kind.SINGLE))


async def test_another_overlap_gives_every_task_other_slots_before_publishing(desk: Desk) -> None:
    batch = await filled(desk, texts("one", "two"))
    await desk.do(drafting.change, desk.now, desk.coordinator, batch, Settings(overlap=Overlap(2, 2)))

    with refused("posting.not_level"):
        await desk.do(drafting.publish, desk.now, desk.coordinator, batch)
    await published(desk, batch)

    assert 4 == await answers_wanted(desk, batch)


async def test_levelling_takes_a_stretch_at_a_time(desk: Desk) -> None:
    batch = await filled(desk, texts(*(f"text {number}" for number in range(drafting.CHUNK + 1))))
    await desk.do(drafting.change, desk.now, desk.coordinator, batch, Settings(overlap=Overlap(1, 1)))

    steps = [await desk.do(drafting.level, desk.coordinator, batch) for _ in range(2)]

    assert [False, True] == steps


# Publishing -----------------------------------------------------------------------------------------------------------


async def test_nothing_is_offered_before_publishing(desk: Desk) -> None:
    mina = await desk.worker()
    batch = await filled(desk, texts("one"))
    before = await desk.do(offering.offers, mina)
    await published(desk, batch)
    after = await desk.do(offering.offers, mina)

    assert ([], [batch]) == (before, [offer.batch for offer in after])


async def test_publishing_sets_the_whole_cost_aside_once(desk: Desk) -> None:
    batch = await filled(desk, [*texts(*(f"text {number}" for number in range(20))), task(22, "known", ("good",))])

    assert await desk.do(drafting.publish, desk.now, desk.coordinator, batch)
    assert not await desk.do(drafting.publish, desk.now, desk.coordinator, batch)

    accounts = ledger.budget(desk.coordinator), ledger.escrow(batch), ledger.gold_line(batch), ledger.reserve(batch)
    assert [-68 * PRICE, 60 * PRICE, 6 * PRICE, 2 * PRICE] == [await desk.do(total, account) for account in accounts]
    assert [] == await desk.do(violations)


async def test_a_draft_whose_deadline_has_passed_is_not_published(desk: Desk) -> None:
    batch = await filled(desk, texts("one"), Settings(title="T", choices=("a", "b"), price=PRICE, deadline=desk.now))
    desk.wait(1)

    with refused("posting.deadline_passed"):
        await desk.do(drafting.publish, desk.now, desk.coordinator, batch)


async def test_a_discarded_draft_stays_discarded_and_a_published_one_can_not_be(desk: Desk) -> None:
    draft, open_batch = await filled(desk, texts("one")), await desk.batch()
    await desk.do(drafting.discard, desk.now, desk.coordinator, draft)
    await desk.do(drafting.discard, desk.now, desk.coordinator, draft)

    with refused("posting.discarded_before"):
        await desk.do(drafting.publish, desk.now, desk.coordinator, draft)
    with refused("posting.published_before"):
        await desk.do(drafting.discard, desk.now, desk.coordinator, open_batch)


async def test_somebody_elses_batch_is_nobodys_to_touch(desk: Desk) -> None:
    batch, other = await filled(desk, texts("one")), await desk.worker()
    await desk.do(lambda tx: tx.run("people.grant", person=other, worker=0, coordinator=1, owner=0, everything=0))

    for unit in (drafting.publish, drafting.discard):
        with refused("batch.not_yours"):
            await desk.do(unit, desk.now, other, batch)
    with refused("batch.not_yours"):
        await desk.do(drafting.preview, other, batch)


async def test_a_batch_is_found_by_its_code_in_any_case(desk: Desk) -> None:
    batch = await desk.batch()
    code = await desk.do(lambda tx: tx.one("batches.find", batch=batch))

    assert code is not None
    assert batch == await desk.do(drafting.find_own, desk.coordinator, f" {code['code'].lower()} ")
    with refused("batch.no_such_code"):
        await desk.do(drafting.find_own, desk.coordinator, "nope")


async def test_the_next_file_takes_over_the_settings_of_a_cloned_batch(desk: Desk) -> None:
    batch = await desk.batch(choices=("yes", "no"), overlap=Overlap(2, 5), guide="Rules")
    assert "Reviews" == await desk.do(drafting.clone, desk.coordinator, batch)

    taken_over = await desk.do(posting.may_post, desk.coordinator)

    assert taken_over is not None
    assert (("yes", "no"), PRICE, Overlap(2, 5)) == (taken_over.choices, taken_over.price, taken_over.overlap)
    assert ("Rules", "Reviews", None) == (taken_over.guide, taken_over.project, taken_over.title)
    await received(desk, taken_over)
    assert await desk.do(posting.may_post, desk.coordinator) is None
