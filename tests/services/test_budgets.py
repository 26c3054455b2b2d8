"""Budgets: who has a limit, what it is worth, and what it keeps from happening."""

import json
from zoneinfo import ZoneInfo

import pytest
from books import refused
from desk import BOSS, PRICE, Desk

from rules import ledger
from rules.amounts import exact, parse_amount
from rules.ledger import FUNDS
from rules.model import DAY, HOUR, MINUTE, BatchId, Micros, PersonId
from rules.pricing import Underpaid, underpaid
from rules.refusals import Refusal
from services import (
    auditing,
    budgeting,
    drafting,
    enrolling,
    expiring,
    offering,
    shortage,
    spending,
    steering,
    undoing,
    working,
)  # fmt: skip
from services.dealing import newest_answer
from services.enrolling import Newcomer
from services.working import Recorded, Summary
from storage import Row, Tx
from storage.checks import Violation, violations
from storage.ledger import total

WON = 1_000_000
SEOUL = ZoneInfo("Asia/Seoul")


async def left(desk: Desk, person: PersonId | None = None) -> Micros | None:
    return await desk.do(budgeting.left, person or desk.coordinator)


async def fund(desk: Desk, amount: int, person: PersonId | None = None) -> None:
    assert await desk.do(budgeting.fund, desk.now, desk.coordinator, person or desk.coordinator, Micros(amount))


async def coordinator(desk: Desk, telegram_id: int = 7001) -> PersonId:
    """Somebody who posts, beside the owner."""
    invite = await desk.do(enrolling.invite_coordinator, desk.now, desk.coordinator)
    newcomer = Newcomer(telegram_id, "Sora", None, "ko")
    person = await desk.do(enrolling.arrive, desk.now, newcomer, invite.code, frozenset({BOSS}), "invite")
    return person.id


def noted(tx: Tx, action: str) -> list[str]:
    return [row["detail"] for row in tx.all("deeds.last", action=action, limit=10)]


def notices(tx: Tx, kind: str) -> list[Row]:
    return [row for row in tx.all("outbox.due", now=2**53, limit=100) if row["kind"] == kind]


# Who has a limit ------------------------------------------------------------------------------------------------------


async def test_whom_nobody_has_funded_spends_without_a_limit_and_their_account_tells_what(desk: Desk) -> None:
    batch = await desk.batch(["one", "two", "three"])

    assert await left(desk) is None
    reserved = 3 * PRICE + PRICE
    assert -reserved == await desk.do(total, ledger.budget(desk.coordinator))
    assert reserved == sum([await desk.do(total, line(batch)) for line in (ledger.escrow, ledger.reserve)])


async def test_the_first_funding_sets_a_limit_and_what_was_spent_before_is_made_good(desk: Desk) -> None:
    await desk.batch(["one", "two", "three"])

    await fund(desk, 500_000 * WON)

    assert 500_000 * WON == await left(desk)
    assert -(500_000 * WON + 4 * PRICE) == await desk.do(total, FUNDS)
    assert [] == await desk.do(violations)


async def test_a_lifted_limit_lets_spend_again_and_a_new_one_begins_at_nothing(desk: Desk) -> None:
    owner = desk.coordinator
    await fund(desk, 50 * WON)
    await desk.do(budgeting.set_limit, desk.now, owner, owner, is_on=False)
    await desk.batch(["one", "two", "three"])

    await desk.do(budgeting.set_limit, desk.now, owner, owner, is_on=True)

    assert 0 == await left(desk)
    assert ["on", "off"] == [each.split()[1] for each in await desk.do(noted, "limit")]
    assert [] == await desk.do(violations)


async def test_funding_twice_from_the_same_button_gives_once(desk: Desk) -> None:
    owner = desk.coordinator
    outcomes = [await desk.do(budgeting.fund, desk.now, owner, owner, Micros(WON), None, 0) for _ in range(2)]

    assert [True, False] == outcomes
    assert WON == await left(desk)


async def test_taking_back_goes_down_to_nothing_and_no_further(desk: Desk) -> None:
    owner = desk.coordinator
    await fund(desk, 100 * WON)

    assert "budget.more_than_left" == await refused(
        desk.db, budgeting.take_back, desk.now, owner, owner, Micros(100 * WON + 1)
    )
    assert await desk.do(budgeting.take_back, desk.now, owner, owner, Micros(100 * WON))
    assert 0 == await left(desk)
    assert 0 == await desk.do(total, FUNDS)
    assert [] == await desk.do(violations)


async def test_only_owners_give_take_and_lift(desk: Desk) -> None:
    sora = await coordinator(desk)
    amount = Micros(WON)

    assert "refusal.only_owner" == await refused(desk.db, budgeting.fund, desk.now, sora, sora, amount)
    assert "refusal.only_owner" == await refused(desk.db, budgeting.take_back, desk.now, sora, sora, amount)
    assert "refusal.only_owner" == await refused(desk.db, budgeting.set_limit, desk.now, sora, sora, is_on=False)
    assert "refusal.only_owner" == await refused(desk.db, budgeting.named, sora, "ABC")
    assert "refusal.only_owner" == await refused(desk.db, spending.account, desk.now, sora, desk.coordinator, SEOUL)


async def test_workers_have_no_budget(desk: Desk) -> None:
    mina = await desk.worker()

    assert "budget.no_coordinator" == await refused(
        desk.db, budgeting.fund, desk.now, desk.coordinator, mina, Micros(WON)
    )
    assert "refusal.only_coordinator" == await refused(desk.db, spending.account, desk.now, mina, mina, SEOUL)


async def test_a_budget_is_found_by_the_code_of_its_coordinator_or_of_a_batch(desk: Desk) -> None:
    sora = await coordinator(desk)
    batch = await desk.batch()

    def codes(tx: Tx) -> tuple[str, str]:
        person, found = tx.one("people.find", person=sora), tx.one("batches.find", batch=batch)
        assert person is not None
        assert found is not None
        return person["code"], found["code"]

    person, code = await desk.do(codes)
    assert (sora, None) == _pair(await desk.do(budgeting.named, desk.coordinator, f" {person.lower()} "))
    assert (desk.coordinator, batch) == _pair(await desk.do(budgeting.named, desk.coordinator, f"#{code}"))
    assert "budget.no_such_code" == await refused(desk.db, budgeting.named, desk.coordinator, "NONE")


def _pair(found: budgeting.Beneficiary) -> tuple[PersonId, BatchId | None]:
    return found.person, found.batch


async def test_every_deed_about_money_is_noted_and_the_coordinator_hears_of_theirs(desk: Desk) -> None:
    sora = await coordinator(desk)
    await fund(desk, 1_500_000 * WON, sora)
    await desk.do(budgeting.take_back, desk.now, desk.coordinator, sora, Micros(400_000_000))

    [given] = await desk.do(noted, "fund")
    [taken] = await desk.do(noted, "take back")
    assert ("1,500,000", "400") == (given.split()[1], taken.split()[1])
    assert [sora] == [row["person_id"] for row in await desk.do(notices, "funded")]


async def test_who_posts_no_more_keeps_no_budget_and_their_batches_cost_the_owner(desk: Desk) -> None:
    sora = await coordinator(desk)
    await fund(desk, 300 * WON, sora)
    await fund(desk, 100 * WON)

    await desk.do(enrolling.dismiss, desk.now, desk.coordinator, sora)

    assert await left(desk, sora) is None
    assert 0 == await desk.do(total, ledger.budget(sora))
    assert 100 * WON == await left(desk)
    assert [] == await desk.do(violations)


# What it keeps from happening -----------------------------------------------------------------------------------------


async def drafted(desk: Desk) -> BatchId:
    """A draft of three tasks, which costs four answers."""
    with pytest.raises(Refusal) as caught:
        await desk.batch(["one", "two", "three"])
    assert "budget.short" == caught.value.key

    def newest(tx: Tx) -> BatchId:
        row = tx.one("batches.of_coordinator", everything=1, coordinator=0, before=2**53, limit=1)
        assert row is not None
        return BatchId(row["id"])

    return await desk.do(newest)


async def test_nothing_is_published_that_the_budget_can_not_pay_whole(desk: Desk) -> None:
    await fund(desk, 4 * PRICE - 1)
    batch = await drafted(desk)

    assert 4 * PRICE - 1 == await left(desk)
    found = await desk.do(shortage.look, desk.now, desk.coordinator, batch, None)
    assert found is not None
    assert (4 * PRICE, 1) == (found.cost, found.missing)
    await fund(desk, 1)
    assert await desk.do(shortage.look, desk.now, desk.coordinator, batch, None) is None
    assert 0 == await _published(desk, batch)


async def _published(desk: Desk, batch: BatchId) -> Micros | None:
    assert await desk.do(drafting.publish, desk.now, desk.coordinator, batch)
    return await left(desk)


async def test_the_owners_are_asked_for_money_once_for_each_batch(desk: Desk) -> None:
    await fund(desk, 1)
    batch = await drafted(desk)

    for _ in range(3):
        assert await desk.do(shortage.tell, desk.now, desk.coordinator, batch) is not None

    assert [desk.coordinator] == [row["person_id"] for row in await desk.do(notices, "short")]


async def test_a_higher_price_needs_the_money_for_every_answer_that_may_still_come(desk: Desk) -> None:
    await fund(desk, 10 * PRICE)
    batch = await desk.batch(["one", "two", "three"])
    owner = desk.coordinator

    assert "budget.short" == await refused(desk.db, steering.reprice, desk.now, owner, batch, Micros(4 * PRICE))
    found = await desk.do(shortage.look, desk.now, owner, batch, Micros(4 * PRICE))
    assert found is not None
    assert (12 * PRICE, 6 * PRICE) == (found.cost, found.missing)
    await desk.do(steering.reprice, desk.now, owner, batch, Micros(2 * PRICE))
    assert 2 * PRICE == await left(desk)
    assert [] == await desk.do(violations)


async def test_what_a_batch_did_not_use_comes_back_into_the_budget(desk: Desk) -> None:
    await fund(desk, 10 * PRICE)
    batch, mina = await desk.batch(["one", "two", "three"]), await desk.worker()
    await desk.tap(mina, await desk.begin(mina, batch))
    await desk.do(steering.close, desk.now, desk.coordinator, batch)
    desk.wait(2 * DAY)

    for unused in await desk.do(steering.unused, desk.now):
        await desk.do(steering.release, desk.now, unused)

    assert 9 * PRICE == await left(desk)


# Late answers ---------------------------------------------------------------------------------------------------------


async def lapse_all(desk: Desk) -> None:
    desk.wait(11 * MINUTE)
    await desk.do(expiring.expire, desk.now, 100)


async def test_a_slot_that_could_not_be_paid_twice_waits_until_its_lapsed_card_is_too_old(desk: Desk) -> None:
    await fund(desk, 10 * PRICE)
    batch = await desk.batch(["one", "two"])
    mina, jun, ara = await desk.workers(3)
    await desk.begin(mina, batch)
    await desk.begin(jun, batch)
    await lapse_all(desk)

    # The reserve holds one late answer: one of the two lapsed slots goes to somebody else, the other one does not.
    first = await desk.begin(ara, batch)
    then = (await desk.tap(ara, first)).then
    assert isinstance(then, Summary)
    assert 1 == await desk.do(_waiting, desk, batch)
    desk.wait(DAY)
    assert isinstance(await desk.do(offering.begin, desk.now, ara, batch), type(first))
    assert [] == await desk.do(violations)


def _waiting(tx: Tx, desk: Desk, batch: BatchId) -> int:
    row = tx.one("budgets.waiting_late", batch=batch, since=desk.now - DAY)
    return row["answers"] if row else 0


async def test_who_let_a_card_lapse_may_take_it_up_again_whatever_the_reserve_holds(desk: Desk) -> None:
    await fund(desk, 10 * PRICE)
    batch = await desk.batch(["one", "two"])
    mina, jun, ara = await desk.workers(3)
    for worker in (mina, jun):
        await desk.begin(worker, batch)
    await lapse_all(desk)
    await desk.begin(ara, batch)

    again = await desk.begin(jun, batch)

    assert isinstance(await desk.tap(jun, again), Recorded)
    assert [] == await desk.do(violations)


async def test_without_a_limit_the_budget_pays_what_the_reserve_can_not_and_gets_it_back(desk: Desk) -> None:
    batch = await desk.batch(["one", "two"])
    mina, jun, ara = await desk.workers(3)
    cards = [await desk.begin(worker, batch) for worker in (mina, jun)]
    await lapse_all(desk)
    for _ in range(2):
        await desk.tap(ara, await desk.begin(ara, batch))
    before = await desk.do(total, ledger.budget(desk.coordinator))

    for worker, card in zip((mina, jun), cards, strict=True):
        await desk.tap(worker, card)

    assert 0 == await desk.do(total, ledger.reserve(batch))
    assert before - PRICE == await desk.do(total, ledger.budget(desk.coordinator))
    newest = await desk.do(newest_answer, jun, batch)
    await desk.do(undoing.undo, desk.now, jun, batch, newest)
    assert before == await desk.do(total, ledger.budget(desk.coordinator))
    assert [] == await desk.do(violations)


async def test_a_limit_fills_the_reserves_of_running_batches_up(desk: Desk) -> None:
    batch = await desk.batch(["one", "two"])
    mina, jun, ara = await desk.workers(3)
    cards = [await desk.begin(worker, batch) for worker in (mina, jun)]
    await lapse_all(desk)
    for _ in range(2):
        await desk.tap(ara, await desk.begin(ara, batch))

    await fund(desk, WON)

    assert 2 * PRICE == await desk.do(total, ledger.reserve(batch))
    for worker, card in zip((mina, jun), cards, strict=True):
        outcome = await desk.tap(worker, card)
        assert isinstance(outcome, Recorded)
        assert outcome.is_late
    assert WON == await left(desk)
    assert 0 == await desk.do(total, ledger.reserve(batch))
    assert [] == await desk.do(violations)


async def test_a_skipped_task_is_not_opened_again_on_money_that_is_promised(desk: Desk) -> None:
    await fund(desk, 10 * PRICE)
    batch = await desk.batch(["one", "two"])
    mina, jun, ara = await desk.workers(3)
    skipping = await desk.begin(ara, batch)
    await desk.do(working.skip, desk.now, ara, skipping.assignment, skipping.revision)
    await desk.do(working.stop, desk.now, ara, batch)
    for worker in (mina, jun):
        await desk.begin(worker, batch)
    await lapse_all(desk)
    for worker in await desk.workers(2):
        await desk.do(offering.begin, desk.now, worker, batch)

    newest = await desk.do(newest_answer, ara, batch)
    assert "work.undo_taken" == await refused(desk.db, undoing.undo, desk.now, ara, batch, newest)


# Accounts as they are shown -------------------------------------------------------------------------------------------


async def test_an_account_tells_what_is_left_held_and_spent_this_month(desk: Desk) -> None:
    await fund(desk, 100 * PRICE)
    batch, mina = await desk.batch(["one", "two", "three"]), await desk.worker()
    await desk.tap(mina, await desk.begin(mina, batch))
    desk.wait(40 * DAY)
    await desk.tap(mina, await desk.begin(mina, batch))

    found = await desk.do(spending.account, desk.now, desk.coordinator, desk.coordinator, SEOUL)

    assert (96 * PRICE, 2 * PRICE, 2 * PRICE, PRICE) == (found.left, found.reserved, found.spent, found.month)
    assert [(batch, 2 * PRICE)] == [(share.batch, share.amount) for share in found.shares]
    assert found == (await desk.do(spending.accounts, desk.now, desk.coordinator, SEOUL))[0]


# When the books do not add up -----------------------------------------------------------------------------------------


async def test_the_owner_hears_of_every_check_before_of_the_second_row_of_any(desk: Desk) -> None:
    many = [Violation("slots_add_up", f"task {number}", 1) for number in range(1, 21)]
    money = [Violation("payments_are_posted", "payment 1", 5 * WON)]

    await desk.do(auditing.remember, desk.now, [*many, *money])

    [notice] = await desk.do(notices, "violated")
    told = json.loads(notice["blanks"])
    assert ["slots_add_up", "task 1", 1, False] == told["rows"][0]
    assert ["payments_are_posted", "payment 1", 5 * WON, True] == told["rows"][1]
    assert (10, 11) == (len(told["rows"]), told["more"])
    assert "money.stopped" == await refused(desk.db, auditing.require_sound)


# Amounts and wages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("500000", 500_000 * WON),
        ("500,000원", 500_000 * WON),
        (" 50만 ", 500_000 * WON),
        ("1.5만원", 15_000 * WON),
        ("₩3,000", 3_000 * WON),
        ("0.003", 3_000),
        ("5000", 5_000 * WON),
        ("$12.50", 12_500_000),
    ],
)
def test_amounts_are_read_as_people_type_them(typed: str, amount: int) -> None:
    assert amount == parse_amount(typed)


@pytest.mark.parametrize("typed", ["", "0", "-5", "만", "1e9", "0.0000001", "9" * 13, "5 million", "５０만 원 더"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_amount(typed)
    assert "budget.bad_amount" == caught.value.key


def test_amounts_are_told_without_a_currency() -> None:
    assert ["1,240", "0.4", "-3", "0.003"] == [exact(Micros(each)) for each in (1_240 * WON, 400_000, -3 * WON, 3_000)]


WAGE = Micros(10_320 * WON)


@pytest.mark.parametrize(
    ("price", "per_answer", "hourly", "enough"),
    [
        (20 * WON, 10_000, 7_200 * WON, 29 * WON),
        (28_666_666, 10_000, 10_319_999_760, 29 * WON),
        (400_000, 1_000, 1_440 * WON, 2_900_000),
    ],
)
def test_a_price_below_the_minimum_wage_names_the_one_that_reaches_it(
    price: int, per_answer: int, hourly: int, enough: int
) -> None:
    found = underpaid(Micros(price), per_answer, WAGE, "KRW")

    assert Underpaid(Micros(hourly), WAGE, Micros(enough)) == found
    assert underpaid(Micros(enough), per_answer, WAGE, "KRW") is None


def test_nothing_is_compared_where_there_is_no_wage() -> None:
    assert underpaid(Micros(1), HOUR, None, "KRW") is None
    assert underpaid(Micros(29 * WON), 10_000, WAGE, "KRW") is None


def test_prices_below_a_cent_are_named_in_two_figures() -> None:
    found = underpaid(Micros(3_000), 4_000, Micros(7_250_000), "USD")

    assert found is not None
    assert 8_100 == found.enough
