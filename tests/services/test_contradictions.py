"""A bank that says one thing and then another: nobody is paid twice, and nobody loses their money."""

from collections.abc import Awaitable
from itertools import pairwise

import pytest
from desk import Desk
from tills import DIGEST, SEOUL, TERMS, WON, asked, earn, earner, prepared, second, sent, told

from rules import days, ledger
from rules.model import DAY, Instant, PersonId
from rules.refusals import Refusal
from services import auditing, bank_results, closing, contradictions, payouts, settling, stating, transfers, withholding
from services.bank_results import Fault, Recorded, Result
from services.contradictions import Contradiction, Decision
from services.payouts import Payout
from services.stating import Statement
from services.tracing import following, previous
from storage import Tx
from storage.checks import Violation, violations
from storage.ledger import balance


async def refused(attempt: Awaitable[object]) -> str:
    with pytest.raises(Refusal) as caught:
        await attempt
    return caught.value.key


async def begun(desk: Desk) -> tuple[PersonId, Payout, PersonId]:
    """A worker whose payout is with the bank, and a second owner."""
    mina = await earner(desk, 18_400)
    payout, boss = await asked(desk, mina), await second(desk)
    await sent(desk, boss)
    return mina, payout, boss


async def say(desk: Desk, person: PersonId, code: str, is_paid: bool, reason: str = "") -> Recorded:
    return await desk.do(bank_results.record, desk.now, person, [Result(code, is_paid, reason)])


async def the_only(desk: Desk) -> Contradiction:
    [found] = await desk.do(contradictions.undecided, desk.coordinator)
    return found


async def money(desk: Desk, worker: PersonId) -> tuple[float, float, float]:
    """What is available, on its way, and paid."""
    accounts = (ledger.available(worker), ledger.in_payout(worker), ledger.paid(worker))
    available, asked_for, paid = [await desk.do(balance, account) / WON for account in accounts]
    return available, asked_for, paid


async def late(desk: Desk) -> tuple[PersonId, Payout, PersonId]:
    """The bank says failed, and then paid."""
    mina, payout, boss = await begun(desk)
    await say(desk, boss, payout.code, False, "unclear")
    await say(desk, boss, payout.code, True)
    return mina, payout, boss


async def test_paid_after_failed_is_kept_told_and_moves_nothing(desk: Desk) -> None:
    mina, payout, boss = await begun(desk)
    await say(desk, boss, payout.code, False)
    for _ in range(2):
        assert Recorded(0, 0, ((payout.code, Fault.CONTRADICTION),)) == await say(desk, boss, payout.code, True)

    found = await the_only(desk)
    assert (payout.code, True, boss, None) == (found.code, found.is_paid, found.reported_by, found.decision)
    assert (18_400, 0, 0) == await money(desk, mina)
    queued = [person for kind, person in await desk.do(told, desk.now) if kind == "contradiction"]
    assert sorted({desk.coordinator, boss}) == sorted(queued)
    assert [] == await desk.do(violations)


async def test_the_same_money_goes_into_no_other_transfer_until_somebody_has_looked(desk: Desk) -> None:
    mina, _, boss = await late(desk)
    jun = await earner(desk, 20_000, "Jun")
    again, other = await asked(desk, mina), await asked(desk, jun)
    assert 1 == (await desk.do(transfers.rest, desk.now, boss, TERMS.minimum)).payouts
    assert (await desk.do(payouts.standing, desk.now, mina, TERMS)).is_held_back
    assert "closing.held_back" == await refused(
        desk.do(settling.record_payment, desk.now, await code_of(desk, mina), None, "")
    )

    made = await prepared(desk)
    assert [other.code] == [line.code for line in (await desk.do(transfers.lines, boss, made.id))[1]]
    assert "closing.nothing" == await refused(desk.do(closing.prepare, desk.now, boss, TERMS, ()))
    [line] = await desk.do(transfers.waiting, boss)
    assert (again.code, True) == (line.code, line.is_contradicted)

    await desk.do(contradictions.dismiss, desk.now, desk.coordinator, (await the_only(desk)).id)
    assert 1 == (await prepared(desk)).payouts


async def code_of(desk: Desk, worker: PersonId) -> str:
    row = await desk.do(lambda tx: tx.one("people.find", person=worker))
    assert row is not None
    return str(row["code"])


async def test_a_transfer_that_was_closed_before_is_neither_approved_nor_handed_out_nor_sent(desk: Desk) -> None:
    mina, payout, boss = await begun(desk)
    await say(desk, boss, payout.code, False)
    await asked(desk, mina)
    made = await prepared(desk)
    await say(desk, boss, payout.code, True)
    values = (desk.now, boss, made.id)
    assert "closing.contradicted" == await refused(desk.do(closing.approve, *values, DIGEST, TERMS))
    assert "closing.contradicted" == await refused(desk.do(closing.hand_out, *values, DIGEST, TERMS))

    found = await the_only(desk)
    assert "closing.give_up_first" == await refused(
        desk.do(contradictions.accept, desk.now, desk.coordinator, found.id)
    )
    await desk.do(contradictions.dismiss, desk.now, desk.coordinator, found.id)
    await desk.do(closing.approve, *values, DIGEST, TERMS)
    await say(desk, boss, payout.code, True)
    assert "closing.contradicted" == await refused(desk.do(closing.send, *values, TERMS, False))


async def test_whoever_sent_the_file_does_not_decide(desk: Desk) -> None:
    mina, _, boss = await late(desk)
    found = await the_only(desk)
    for act in (contradictions.accept, contradictions.dismiss):
        assert "refusal.second_person" == await refused(desk.do(act, desk.now, boss, found.id))
        assert "refusal.only_coordinator" == await refused(desk.do(act, desk.now, mina, found.id))
    assert (18_400, 0, 0) == await money(desk, mina)


async def test_money_that_the_bank_has_moved_is_taken_from_what_is_asked_for_again(desk: Desk) -> None:
    mina, payout, boss = await late(desk)
    await earn(desk, mina, 1_600)
    again = await asked(desk, mina)
    found = await the_only(desk)
    for _ in range(2):
        decided = await desk.do(contradictions.accept, desk.now, desk.coordinator, found.id)
        assert Decision.TAKEN is decided.decision

    assert (1_600, 0, 17_793) == await money(desk, mina)
    assert "paid" == (await desk.do(payouts.find, mina, payout.code)).state
    assert "cancelled" == (await desk.do(payouts.find, mina, again.code)).state
    assert ("payout_late", mina) in await desk.do(told, desk.now)
    assert Recorded(1, 0, ()) == await say(desk, boss, payout.code, True)
    assert [] == await desk.do(violations)


async def test_what_was_paid_in_another_payout_meanwhile_was_paid_twice_and_is_said_so(desk: Desk) -> None:
    mina, payout, boss = await begun(desk)
    await say(desk, boss, payout.code, False)
    again = await asked(desk, mina)
    await sent(desk, boss)
    await say(desk, boss, payout.code, True)
    found = await the_only(desk)
    assert "closing.wait_for_bank" == await refused(
        desk.do(contradictions.accept, desk.now, desk.coordinator, found.id)
    )
    await say(desk, boss, again.code, True)

    decided = await desk.do(contradictions.accept, desk.now, desk.coordinator, found.id)
    assert Decision.TWICE is decided.decision
    assert (0, 0, 17_793) == await money(desk, mina)
    assert Recorded(0, 0, ((payout.code, Fault.TWICE),)) == await say(desk, boss, payout.code, True)
    assert () == await desk.do(contradictions.undecided, boss)
    assert [] == await desk.do(violations)


async def test_money_that_came_back_is_available_again_and_its_worker_hears_of_it(desk: Desk) -> None:
    mina, payout, boss = await begun(desk)
    await say(desk, boss, payout.code, True)
    assert Recorded(0, 0, ((payout.code, Fault.CONTRADICTION),)) == await say(
        desk, boss, payout.code, False, "returned"
    )
    assert (0, 0, 17_793) == await money(desk, mina)
    assert not (await desk.do(payouts.standing, desk.now, mina, TERMS)).is_held_back

    found = await the_only(desk)
    assert Decision.RETURNED is (await desk.do(contradictions.accept, desk.now, desk.coordinator, found.id)).decision
    assert (18_400, 0, 0) == await money(desk, mina)
    assert 0 == await desk.do(balance, ledger.income_tax(mina))
    ended = await desk.do(payouts.find, mina, payout.code)
    assert ("failed", "returned") == (ended.state, ended.reason)
    assert ("payout_failed", mina) in await desk.do(told, desk.now)
    assert [] == await desk.do(violations)

    again = await asked(desk, mina)
    await sent(desk, boss)
    await say(desk, boss, again.code, True)
    assert (0, 0, 17_793) == await money(desk, mina)
    assert [] == await desk.do(violations)


async def test_a_payout_may_come_and_go_more_than_once(desk: Desk) -> None:
    mina, payout, boss = await begun(desk)
    await say(desk, boss, payout.code, True)
    for is_paid in (False, True, False, True):
        await say(desk, boss, payout.code, is_paid)
        await desk.do(contradictions.accept, desk.now, desk.coordinator, (await the_only(desk)).id)
        assert [] == await desk.do(violations)
    assert (0, 0, 17_793) == await money(desk, mina)


async def given_up(desk: Desk) -> tuple[PersonId, Payout, PersonId]:
    """A transfer is given up that the bank has got."""
    mina = await earner(desk, 18_400)
    payout, boss = await asked(desk, mina), await second(desk)
    made = await prepared(desk)
    await desk.do(closing.approve, desk.now, boss, made.id, DIGEST, TERMS)
    await desk.do(closing.cancel, desk.now, boss, made.id)
    return mina, payout, boss


async def test_a_transfer_that_was_given_up_and_paid_holds_the_next_one(desk: Desk) -> None:
    mina, payout, boss = await given_up(desk)
    assert payout.code in await desk.do(bank_results.given, boss)
    assert Recorded(0, 0, ((payout.code, Fault.GIVEN_UP),)) == await say(desk, boss, payout.code, False)
    assert () == await desk.do(contradictions.undecided, boss)

    assert Recorded(0, 0, ((payout.code, Fault.CONTRADICTION),)) == await say(desk, boss, payout.code, True)
    assert "closing.nothing" == await refused(desk.do(closing.prepare, desk.now, boss, TERMS, ()))
    found = await the_only(desk)
    assert found.was_given_up
    assert Decision.TAKEN is (await desk.do(contradictions.accept, desk.now, desk.coordinator, found.id)).decision
    assert (0, 0, 17_793) == await money(desk, mina)
    assert "paid" == (await desk.do(payouts.find, mina, payout.code)).state
    assert Recorded(1, 0, ()) == await say(desk, boss, payout.code, True)
    assert [] == await desk.do(violations)
    for is_paid in (False, True):
        await say(desk, boss, payout.code, is_paid)
        await desk.do(contradictions.accept, desk.now, desk.coordinator, (await the_only(desk)).id)
    assert (0, 0, 17_793) == await money(desk, mina)
    assert [] == await desk.do(violations)


async def test_a_transfer_that_was_given_up_and_paid_after_the_next_was_sent(desk: Desk) -> None:
    mina, payout, boss = await given_up(desk)
    again = await sent(desk, boss)
    [line] = (await desk.do(transfers.lines, boss, again.id))[1]
    await say(desk, boss, payout.code, True)
    found = await the_only(desk)
    assert "closing.wait_for_bank" == await refused(
        desk.do(contradictions.accept, desk.now, desk.coordinator, found.id)
    )

    await say(desk, boss, line.code, False)
    assert Decision.TAKEN is (await desk.do(contradictions.accept, desk.now, desk.coordinator, found.id)).decision
    assert (0, 0, 17_793) == await money(desk, mina)
    assert Recorded(1, 0, ()) == await say(desk, boss, payout.code, True)
    assert Recorded(0, 0, ((line.code, Fault.GIVEN_UP),)) == await say(desk, boss, line.code, False)
    assert [] == await desk.do(violations)


async def test_a_transfer_that_was_given_up_and_paid_twice(desk: Desk) -> None:
    mina, payout, boss = await given_up(desk)
    again = await sent(desk, boss)
    [line] = (await desk.do(transfers.lines, boss, again.id))[1]
    await say(desk, boss, line.code, True)
    await earn(desk, mina, 30_000)
    await say(desk, boss, payout.code, True)
    found = await the_only(desk)
    assert Decision.TWICE is (await desk.do(contradictions.accept, desk.now, desk.coordinator, found.id)).decision
    assert (30_000, 0, 17_793) == await money(desk, mina)
    assert [] == await desk.do(violations)


async def test_nothing_moves_while_the_books_do_not_add_up(desk: Desk) -> None:
    mina, _, _ = await late(desk)
    await desk.do(auditing.remember, desk.now, await desk.do(broken))
    found = await the_only(desk)
    assert "money.stopped" == await refused(desk.do(contradictions.accept, desk.now, desk.coordinator, found.id))
    assert (18_400, 0, 0) == await money(desk, mina)


def broken(_: Tx) -> list[Violation]:
    return [Violation("all_entries_sum_to_zero", "the ledger", 1)]


async def test_a_statement_adds_up_through_all_of_it(desk: Desk) -> None:
    mina, payout, boss = await begun(desk)
    for is_paid in (True, False, True):
        await say(desk, boss, payout.code, is_paid)
        for each in await desk.do(contradictions.undecided, boss):
            await desk.do(contradictions.accept, desk.now, desk.coordinator, each.id)
        desk.wait(20 * DAY)
    first = days.date_of(Instant(desk.now - 60 * DAY), SEOUL).replace(day=1)
    stated: list[Statement] = []
    while first <= days.date_of(desk.now, SEOUL):
        stated.append(await desk.do(stating.statement, desk.now, mina, first, SEOUL))
        first = following(first)

    for month in stated:
        came = month.earned + month.rejected + month.undone + month.bonus + month.adjusted
        assert month.closing.amount == month.opening.amount + came - month.left
    assert all(one.closing == other.opening for one, other in pairwise(stated))
    assert [1, -1, 1] == [left.gross // abs(left.gross) for month in stated for left in month.departures]


# What was withheld ----------------------------------------------------------------------------------------------------


async def withheld(desk: Desk, months_ago: int = 0) -> list[tuple[str, int]]:
    first = days.date_of(desk.now, SEOUL).replace(day=1)
    for _ in range(months_ago):
        first = previous(first)
    found, after = await desk.do(withholding.withheld, desk.coordinator, first, SEOUL, 0)
    assert ([], after) == await desk.do(withholding.withheld, desk.coordinator, first, SEOUL, after)
    return [(each.payout, each.amounts.income_tax // WON) for each in found]


async def test_only_what_was_paid_is_filed_in_the_month_in_which_the_bank_got_it(desk: Desk) -> None:
    mina, jun = await earner(desk, 18_400), await earner(desk, 20_000, "Jun")
    first, other, boss = await asked(desk, mina), await asked(desk, jun), await second(desk)
    assert () == await desk.do(withholding.months, desk.now, boss, None, SEOUL)
    await sent(desk, boss)
    assert [] == await withheld(desk)
    [month] = await desk.do(withholding.months, desk.now, boss, None, SEOUL)
    assert (0, 2) == (month.payouts, month.open)

    await say(desk, boss, other.code, False)
    desk.wait(40 * DAY)
    await say(desk, boss, first.code, True)
    again = await asked(desk, jun)
    await sent(desk, boss)
    await say(desk, boss, again.code, True)

    assert 1 == len(await withheld(desk))
    months = await desk.do(withholding.months, desk.now, boss, None, SEOUL)
    assert [(1, 0, 660), (1, 0, 607)] == [(each.payouts, each.open, each.taxes // WON) for each in months]
    assert months[1:] == await desk.do(withholding.months, desk.now, boss, months[0].first, SEOUL)
    gap = (months[0].first - months[1].first).days // 28
    assert [[(again.code, 600)], [(first.code, 552)]] == [await withheld(desk), await withheld(desk, gap)]


async def test_what_came_back_is_filed_no_more_and_what_was_paid_after_all_is(desk: Desk) -> None:
    _, payout, boss = await begun(desk)
    await say(desk, boss, payout.code, True)
    assert [(payout.code, 552)] == await withheld(desk)
    for is_paid, expected in ((False, []), (True, [(payout.code, 552)])):
        await say(desk, boss, payout.code, is_paid)
        await desk.do(contradictions.accept, desk.now, desk.coordinator, (await the_only(desk)).id)
        assert expected == await withheld(desk)


async def test_workers_have_no_business_with_either(desk: Desk) -> None:
    mina, _, _ = await late(desk)
    found = await the_only(desk)
    attempts = [
        desk.do(contradictions.undecided, mina),
        desk.do(contradictions.find, mina, found.id),
        desk.do(withholding.months, desk.now, mina, None, SEOUL),
        desk.do(withholding.withheld, mina, days.date_of(desk.now, SEOUL), SEOUL, 0),
    ]
    assert {"refusal.only_coordinator"} == {await refused(attempt) for attempt in attempts}
