from collections.abc import Sequence

import pytest
from desk import PRICE, Desk, seen

from rules.ledger import pending
from rules.model import HOUR, MINUTE, AssignmentId, BatchId, Kind, PersonId, PictureId
from rules.refusals import Refusal
from rules.settings import Overlap
from services import expiring, paging, working
from services.dealing import Picture, Shown
from services.paging import Marked, Page, fits
from services.working import Recorded, Stale, Summary
from storage import Tx
from storage.checks import violations
from storage.ledger import balance

TEXTS = [f"text {number}" for number in range(1, 13)]


async def widen(desk: Desk, worker: PersonId, first: Shown, size: int = 4) -> Page:
    page = await desk.do(paging.widen, desk.now, worker, first, size)
    assert page is not None
    return page


async def page_of(desk: Desk, worker: PersonId, batch: BatchId, size: int = 4) -> Page:
    return await widen(desk, worker, await desk.begin(worker, batch), size)


async def mark(desk: Desk, worker: PersonId, page: Page, place: int, choice: int = 0) -> Marked:
    """Tap a choice of the item at a place of a page, counted from 0."""
    shown = page.items[place].shown
    return await desk.do(paging.answer, desk.now, worker, shown.assignment, shown.revision, choice)


def texts(page: Page) -> list[str | None]:
    return [item.shown.text for item in page.items]


def rows(tx: Tx, batch: BatchId) -> list[tuple[str, int, int | None, int]]:
    """The standing answers as (status, worker, labels, milliseconds)."""
    found = tx.all("exports.answers", batch=batch, after=0, upto=2**53, limit=1000)
    return [(row["status"], row["worker_id"], row["labels"], row["milliseconds"]) for row in found]


async def test_a_page_takes_the_card_and_what_comes_after_it(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS), await desk.worker()

    page = await page_of(desk, mina, batch)

    assert ["text 1", "text 2", "text 3", "text 4"] == texts(page)
    assert [1, 2, 3, 4] == [item.number for item in page.items]


async def test_each_item_is_stored_and_paid_once_and_the_last_brings_what_comes_next(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS), await desk.worker()
    page = await page_of(desk, mina, batch)

    marked = [await mark(desk, mina, page, place, place % 2) for place in (2, 0, 0, 3, 1)]

    assert [3, 2, 2, 1, 0] == [each.left for each in marked]
    assert [3, 1, 1, 4, 2] == [each.number for each in marked]
    assert [("positive",), ("positive",), (), ("negative",), ("negative",)] == [each.labels for each in marked]
    assert [True, True, True, True, False] == [each.then is None for each in marked]
    assert isinstance(marked[-1].then, Shown)
    assert "text 5" == marked[-1].then.text
    assert 4 * PRICE == await desk.do(balance, pending(mina))
    assert [] == await desk.do(violations)


async def test_two_workers_never_share_a_slot_by_pages(desk: Desk) -> None:
    batch = await desk.batch(TEXTS)
    mina, jun = await desk.workers(2)

    hers, his = await page_of(desk, mina, batch, 6), await page_of(desk, jun, batch, 6)

    assert sorted(TEXTS) == sorted(str(text) for text in texts(hers) + texts(his))


async def test_the_end_of_a_batch_makes_a_short_page_and_a_last_single_card(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS[:3]), await desk.worker()
    page = await page_of(desk, mina, batch, 6)
    assert 3 == len(page.items)
    for place in range(3):
        marked = await mark(desk, mina, page, place)
    assert isinstance(marked.then, Summary)

    single = await desk.batch(TEXTS[:1])
    first = await desk.begin(mina, single)
    assert None is await desk.do(paging.widen, desk.now, mina, first, 6)


async def test_gold_comes_on_pages_as_on_cards(desk: Desk) -> None:
    gold = [(f"known {number}", "positive") for number in range(3)]
    batch, mina = await desk.batch([f"text {number}" for number in range(60)], gold=gold), await desk.worker()
    shown: list[str] = []
    then: Shown | Summary = await desk.begin(mina, batch)
    while isinstance(then, Shown):
        page = await desk.do(paging.widen, desk.now, mina, then, 6)
        if page is None:
            shown.append(str(then.text))
            outcome = await desk.tap(mina, then)
            assert isinstance(outcome, Recorded)
            then = outcome.then
            continue
        shown += [str(text) for text in texts(page)]
        for place in range(len(page.items)):
            marked = await mark(desk, mina, page, place)
        assert marked.then is not None
        then = marked.then

    assert len(shown) == len(set(shown))
    assert 60 == sum(text.startswith("text") for text in shown)
    assert 0 < sum(text.startswith("known") for text in shown)
    assert [] == await desk.do(violations)


async def test_several_choices_at_once_are_no_matter_for_pages(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS, kind=Kind.MULTIPLE), await desk.worker()

    assert None is await desk.do(paging.widen, desk.now, mina, await desk.begin(mina, batch), 6)


async def test_what_is_too_long_for_a_page_comes_next_on_a_card_of_its_own(desk: Desk) -> None:
    batch, mina = await desk.batch(["one", "two", "long " * 200, "four"]), await desk.worker()
    page = await page_of(desk, mina, batch)
    assert ["one", "two"] == texts(page)

    await mark(desk, mina, page, 0)
    marked = await mark(desk, mina, page, 1)

    assert isinstance(marked.then, Shown)
    assert "long " * 200 == marked.then.text
    assert None is await desk.do(paging.widen, desk.now, mina, marked.then, 4)


def shown(text: str, picture: int | None = None) -> Shown:
    known = Picture(PictureId(picture), "") if picture is not None else None
    return Shown(
        assignment=AssignmentId(1), revision=1, batch=BatchId(1), title="", kind=Kind.SINGLE, choices=("a", "b"),
        price=PRICE, text=text, picture=known, has_guide=False, draft=0, session_answers=0, session_earned=PRICE,
        last_answer=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("chosen", "next_one", "fit"),
    [
        ([], shown("가" * 600), True),
        ([], shown("가" * 601), False),
        ([shown("가" * 600)] * 5, shown("가" * 300), True),
        ([shown("가" * 600)] * 5, shown("가" * 301), False),
        ([shown("text")], shown("", 1), False),
        ([shown("", 1)], shown("text"), False),
        ([shown("", 1)], shown("가" * 120, 2), True),
        ([shown("", 1)], shown("가" * 121, 2), False),
        ([shown("🙂" * 300)], shown("🙂" * 300), True),
        ([], shown("🙂" * 301), False),
    ],
)
def test_only_what_can_be_read_at_one_go_goes_on_a_page(chosen: Sequence[Shown], next_one: Shown, fit: bool) -> None:
    assert fit == fits(chosen, next_one)


async def test_seconds_run_from_the_last_tap_on_the_page(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS), await desk.worker()
    page = await page_of(desk, mina, batch)
    desk.wait(1_000)
    await desk.do(paging.seen, desk.now, mina, page, 7, False)

    for place, milliseconds in enumerate((2_000, 3_000, 500)):
        desk.wait(milliseconds)
        await mark(desk, mina, page, place)

    assert [2_000, 3_000, 500] == [row[3] for row in await desk.do(rows, batch)]


async def test_each_tap_keeps_the_rest_of_the_page(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS), await desk.worker()
    page = await page_of(desk, mina, batch)

    for place in range(4):
        desk.wait(9 * MINUTE)
        assert 0 == await desk.do(expiring.expire, desk.now, 100)
        await mark(desk, mina, page, place)

    assert ["counted"] * 4 == [row[0] for row in await desk.do(rows, batch)]


async def test_a_lapsed_page_is_still_paid_and_its_slots_went_to_others(desk: Desk) -> None:
    batch = await desk.batch(TEXTS[:4])
    mina, jun = await desk.workers(2)
    page = await page_of(desk, mina, batch)
    desk.wait(11 * MINUTE)
    assert 4 == await desk.do(expiring.expire, desk.now, 100)
    his = await page_of(desk, jun, batch)
    for place in range(4):
        await mark(desk, jun, his, place)

    marked = [await mark(desk, mina, page, place, 1) for place in range(4)]

    assert [True] * 4 == [each.is_late for each in marked]
    assert 4 * PRICE == await desk.do(balance, pending(mina))
    assert [] == await desk.do(violations)


async def test_undo_takes_the_newest_answer_back_and_needs_the_newest_page(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS), await desk.worker()
    page = await page_of(desk, mina, batch)
    await mark(desk, mina, page, 0)
    await mark(desk, mina, page, 2)

    first = await desk.do(paging.undo, desk.now, mina, batch, page.number)
    again = await desk.do(paging.undo, desk.now, mina, batch, page.number)

    assert isinstance(first, Recorded)
    assert "text 3" == seen(first.then).text
    assert isinstance(again, Stale)
    assert 1 == len(await desk.do(rows, batch))
    assert sorted(["text 2", "text 3", "text 4", "text 5"]) == sorted(
        str(text) for text in texts(await widen(desk, mina, seen(again.then)))
    )
    assert [] == await desk.do(violations)


async def test_a_button_of_an_older_page_counts_as_long_as_its_item_is_open(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS), await desk.worker()
    old = await page_of(desk, mina, batch)
    new = await page_of(desk, mina, batch)

    marked = await mark(desk, mina, old, 1)
    again = await mark(desk, mina, new, 1)

    assert (("positive",), 3, None) == (marked.labels, marked.left, marked.then)
    assert ((), 3, None) == (again.labels, again.left, again.then)


async def test_a_button_from_before_an_undo_decides_nothing_and_shows_what_is_open(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS), await desk.worker()
    page = await page_of(desk, mina, batch)
    await mark(desk, mina, page, 2)
    opened = await desk.do(paging.undo, desk.now, mina, batch, page.number)
    assert isinstance(opened, Recorded)
    await widen(desk, mina, seen(opened.then))

    resent = await mark(desk, mina, page, 2)

    assert () == resent.labels
    assert isinstance(resent.then, Shown)
    assert [] == await desk.do(rows, batch)


async def test_a_page_is_looked_at_with_the_numbers_it_had(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS), await desk.worker()
    page = await page_of(desk, mina, batch)
    await mark(desk, mina, page, 1)

    again = await desk.do(paging.look, desk.now, mina, batch, page.number)
    older = await desk.do(paging.look, desk.now, mina, batch, page.number - 1)

    assert isinstance(again, Page)
    assert [(1, "text 1"), (3, "text 3"), (4, "text 4")] == [(item.number, item.shown.text) for item in again.items]
    assert isinstance(older, Stale)


async def test_stopping_gives_back_all_of_a_page(desk: Desk) -> None:
    batch = await desk.batch(TEXTS[:4])
    mina, jun = await desk.workers(2)
    await page_of(desk, mina, batch)

    await desk.do(working.stop, desk.now, mina, batch)

    assert TEXTS[:4] == texts(await page_of(desk, jun, batch))


async def test_a_page_is_tapped_by_its_own_worker_only_and_on_its_own_buttons(desk: Desk) -> None:
    batch = await desk.batch(TEXTS, overlap=Overlap(2, 2))
    mina, jun = await desk.workers(2)
    page = await page_of(desk, mina, batch)

    for worker, choice, key in ((jun, 0, "work.not_yours"), (mina, 2, "work.no_such_button")):
        with pytest.raises(Refusal) as refused:
            await mark(desk, worker, page, 0, choice)
        assert key == refused.value.key
    assert [] == await desk.do(rows, batch)


async def test_after_more_than_a_day_an_item_is_declined_in_words(desk: Desk) -> None:
    batch, mina = await desk.batch(TEXTS), await desk.worker()
    page = await page_of(desk, mina, batch)
    desk.wait(25 * HOUR)

    with pytest.raises(Refusal) as refused:
        await mark(desk, mina, page, 0)

    assert "work.too_late" == refused.value.key
