"""A worker's payouts: what can be asked for, once, and what becomes of the money."""

from collections.abc import Awaitable

import pytest
from desk import Desk
from tills import DIGEST, SEOUL, TERMS, WON, asked, earn, earner, give_account, prepared, second, sent, terms, told

from rules import days, ledger
from rules.model import DAY, HOUR, Instant, Micros, PersonId
from rules.payouts import Amounts, Obstacle
from rules.refusals import Refusal
from rules.taxes import Profile
from services import auditing, bank_results, closing, enrolling, leaving, payouts, people
from services.bank_results import Result
from services.enrolling import Newcomer
from storage import Tx, UniqueViolation
from storage.checks import Violation, violations
from storage.ledger import balance


async def refused(attempt: Awaitable[object]) -> str:
    with pytest.raises(Refusal) as caught:
        await attempt
    return caught.value.key


async def invitation(desk: Desk) -> str:
    """For a coordinator who is no worker."""
    return (await desk.do(enrolling.invite_coordinator, desk.now, desk.coordinator)).code


async def ask(desk: Desk, worker: PersonId) -> payouts.Payout | None:
    wanted = (await desk.do(payouts.standing, desk.now, worker, TERMS)).wanted
    return await desk.do(payouts.ask, desk.now, worker, wanted.gross, wanted.net, TERMS)


async def money(desk: Desk, worker: PersonId) -> tuple[float, ...]:
    """Available, in payout, paid, income tax and local tax, in won."""
    accounts = (ledger.available, ledger.in_payout, ledger.paid, ledger.income_tax, ledger.local_tax)
    return tuple([await desk.do(balance, account(worker)) / WON for account in accounts])


async def test_all_that_a_bank_can_move_is_asked_for_and_the_fraction_stays(desk: Desk) -> None:
    mina = await earner(desk, 18_400.75)

    payout = await asked(desk, mina)

    assert Amounts(*(Micros(each * WON) for each in (18_400, 552, 55, 17_793))) == payout.amounts
    assert (0.75, 18_400, 0, 0, 0) == await money(desk, mina)
    assert [] == await desk.do(violations)


async def test_asking_twice_is_asking_once(desk: Desk) -> None:
    mina = await earner(desk, 18_400)
    first = await asked(desk, mina)
    await earn(desk, mina, 7_000)

    assert first == await asked(desk, mina)
    assert (7_000, 18_400, 0, 0, 0) == await money(desk, mina)


async def test_the_database_itself_takes_one_open_payout_for_a_worker(desk: Desk) -> None:
    mina = await earner(desk, 18_400)
    await asked(desk, mina)
    values: dict[str, str | int | None] = {
        "code": "AAAAAAAA",
        "gross": 1,
        "income_tax": 0,
        "local_tax": 0,
        "net": 1,
        "profile": "exempt",
    }
    with pytest.raises(UniqueViolation):
        await desk.do(lambda tx: tx.one("payouts.ask", worker=mina, now=1, **values))


async def test_amounts_that_are_not_true_any_more_are_not_asked_for(desk: Desk) -> None:
    mina = await earner(desk, 18_400)
    shown = (await desk.do(payouts.standing, desk.now, mina, TERMS)).wanted
    await earn(desk, mina, 7_000)

    assert await desk.do(payouts.ask, desk.now, mina, shown.gross, shown.net, TERMS) is None
    assert (25_400, 0, 0, 0, 0) == await money(desk, mina)


async def test_the_tax_profile_counts(desk: Desk) -> None:
    mina = await earner(desk, 45_000)
    await desk.do(give_account, mina, "sealed", Profile.NON_RESIDENT)

    taxed = (await asked(desk, mina)).amounts
    assert (9_000 * WON, 900 * WON) == (taxed.income_tax, taxed.local_tax)


@pytest.mark.parametrize("won", [0, 4_999])
async def test_below_the_minimum_nothing_can_be_asked_for(desk: Desk, won: int) -> None:
    mina = await earner(desk, won) if won else await desk.worker()

    assert Obstacle.BELOW == (await desk.do(payouts.standing, desk.now, mina, TERMS)).obstacle
    assert "payout.no_below" == await refused(ask(desk, mina))


async def test_the_minimum_itself_is_enough(desk: Desk) -> None:
    assert (await asked(desk, await earner(desk, 5_000))).amounts.gross == 5_000 * WON


async def test_whoever_leaves_is_paid_the_last_won(desk: Desk) -> None:
    mina = await earner(desk, 1)
    farewell = await desk.do(leaving.prospect, desk.now, mina, SEOUL, Micros(WON))
    await desk.do(leaving.leave, desk.now, mina, farewell.forget_at, SEOUL, Micros(WON))

    assert Amounts(Micros(WON), Micros(0), Micros(0), Micros(WON)) == (await asked(desk, mina)).amounts


async def test_without_an_account_or_while_it_is_held_nothing_can_be_asked_for(desk: Desk) -> None:
    mina = await earner(desk, 18_400, has_account=False)
    assert "payout.no_account" == await refused(ask(desk, mina))

    await desk.do(give_account, mina)
    await desk.do(lambda tx: tx.run("payees.hold", person=mina, until=desk.now + 1))
    assert "payout.no_held" == await refused(ask(desk, mina))
    desk.wait(1)
    assert await ask(desk, mina) is not None


async def test_a_reference_is_as_good_as_an_account(desk: Desk) -> None:
    mina = await earner(desk, 18_400, has_account=False)
    values = {"sealed": None, "digits": None, "reference": "K-17", "profile": "resident", "held": 0, "now": 1}
    await desk.do(lambda tx: tx.run("payees.save", person=mina, **values))

    assert await ask(desk, mina) is not None


async def test_while_the_books_do_not_add_up_nothing_can_be_asked_for(desk: Desk) -> None:
    mina = await earner(desk, 18_400)
    await desk.do(auditing.remember, desk.now, [Violation("all_entries_sum_to_zero", "the ledger", 1)])
    assert "payout.no_stopped" == await refused(ask(desk, mina))

    await desk.do(auditing.remember, desk.now, [])
    assert await ask(desk, mina) is not None


async def test_others_than_workers_have_no_payouts(desk: Desk) -> None:
    await desk.do(
        enrolling.arrive, desk.now, Newcomer(77, "Sora", None, "ko"), await invitation(desk), frozenset[int](), "invite"
    )
    sora = await desk.do(people.find, 77)
    assert sora is not None
    assert "refusal.only_worker" == await refused(ask(desk, sora.id))


async def test_a_payout_can_be_taken_back_once_until_it_is_closed(desk: Desk) -> None:
    mina = await earner(desk, 18_400)
    first = await asked(desk, mina)
    await desk.do(payouts.withdraw, desk.now, mina, first.code)
    await desk.do(payouts.withdraw, desk.now, mina, first.code)
    assert (18_400, 0, 0, 0, 0) == await money(desk, mina)
    assert [] == await desk.do(violations)

    again = await asked(desk, mina)
    await prepared(desk)
    assert "payout.too_late" == await refused(desk.do(payouts.withdraw, desk.now, mina, again.code))
    assert (0, 18_400, 0, 0, 0) == await money(desk, mina)


async def test_nobody_takes_back_what_others_have_asked_for(desk: Desk) -> None:
    mina = await earner(desk, 18_400)
    payout = await asked(desk, mina)
    await desk.do(payouts.withdraw, desk.now, await desk.worker("Jun"), payout.code)

    assert (0, 18_400, 0, 0, 0) == await money(desk, mina)


async def test_standing_tells_the_whole_story(desk: Desk) -> None:
    mina = await earner(desk, 18_400)
    boss = await second(desk)
    payout = await asked(desk, mina)
    await sent(desk, boss)
    found = await desk.do(payouts.standing, desk.now, mina, terms("fri"))
    assert found.open is not None
    assert (payout.code, "sent", True) == (found.open.code, found.open.state, found.is_automatic)
    assert 4 == found.expected.weekday() if found.expected else None

    await desk.do(bank_results.record, desk.now, boss, [Result(payout.code, False, "no such account")])
    found = await desk.do(payouts.standing, desk.now, mina, TERMS)
    assert [("failed", "no such account")] == [(each.state, each.reason) for each in found.last]
    assert (None, None, 18_400 * WON) == (found.open, found.expected, found.available)
    assert found.is_automatic is None


# Paydays --------------------------------------------------------------------------------------------------------------


def midnight(desk: Desk) -> Instant:
    return days.today(desk.now, SEOUL).begins


async def wishing(desk: Desk, since: Instant) -> list[PersonId]:
    found: list[PersonId] = []
    while (
        due := await desk.do(payouts.next_wishing, desk.now, (found or [PersonId(0)])[-1], since, TERMS)
    ) is not None:
        found.append(due)
    return found


async def test_on_a_payday_the_bot_asks_for_those_who_can_be_paid_and_want_it(desk: Desk) -> None:
    mina, _poor = await earner(desk, 18_400), await earner(desk, 4_999, "poor")
    _unknown = await earner(desk, 18_400, "unknown", has_account=False)
    unwilling, leaver = await earner(desk, 18_400, "unwilling"), await earner(desk, 3, "leaver")
    held, busy = await earner(desk, 18_400, "held"), await earner(desk, 18_400, "busy")
    await desk.do(payouts.choose, desk.now, unwilling, False)
    farewell = await desk.do(leaving.prospect, desk.now, leaver, SEOUL, Micros(WON))
    await desk.do(leaving.leave, desk.now, leaver, farewell.forget_at, SEOUL, Micros(WON))
    await desk.do(lambda tx: tx.run("payees.hold", person=held, until=desk.now + 1))
    await asked(desk, busy)
    since = midnight(desk)

    assert sorted((mina, leaver)) == await wishing(desk, since)
    for each in (mina, leaver, busy, unwilling):
        await desk.do(payouts.ask_for, desk.now, each, since, TERMS)

    assert [] == await wishing(desk, since)
    assert (0, 18_400, 0, 0, 0) == await money(desk, mina)
    assert sorted([("payout_asked", mina), ("payout_asked", leaver)]) == sorted(await desk.do(told, desk.now))
    assert [] == await desk.do(violations)


async def test_whoever_takes_it_back_is_not_asked_for_again_on_that_day(desk: Desk) -> None:
    mina = await earner(desk, 18_400)
    since = midnight(desk)
    assert await desk.do(payouts.ask_for, desk.now, mina, since, TERMS)
    found = await desk.do(payouts.standing, desk.now, mina, TERMS)
    assert found.open is not None
    await desk.do(payouts.withdraw, desk.now, mina, found.open.code)

    assert [] == await wishing(desk, since)
    desk.wait(DAY)
    assert [mina] == await wishing(desk, midnight(desk))


async def test_whoever_changes_their_mind_is_asked_for_again(desk: Desk) -> None:
    mina = await earner(desk, 18_400)
    await desk.do(payouts.choose, desk.now, mina, False)
    assert [] == await wishing(desk, midnight(desk))
    await desk.do(payouts.choose, desk.now, mina, True)

    assert [mina] == await wishing(desk, midnight(desk))


# Leaving --------------------------------------------------------------------------------------------------------------


async def test_taxes_that_were_withheld_are_not_owed_to_who_leaves(desk: Desk) -> None:
    mina, boss = await earner(desk, 18_400), await second(desk)
    payout = await asked(desk, mina)
    assert 18_400 * WON == await desk.do(leaving.owed, mina)
    await sent(desk, boss)
    await desk.do(bank_results.record, desk.now, boss, [Result(payout.code, True, "")])

    assert 0 == await desk.do(leaving.owed, mina)
    assert [] == await desk.do(violations)


async def test_who_is_forgotten_before_they_are_paid_keeps_the_money_on_their_code(desk: Desk) -> None:
    mina = await earner(desk, 18_400)
    await asked(desk, mina)
    farewell = await desk.do(leaving.prospect, desk.now, mina, SEOUL, Micros(WON))
    await desk.do(leaving.leave, desk.now, mina, farewell.forget_at, SEOUL, Micros(WON))
    desk.now = farewell.forget_at

    assert await desk.do(leaving.forget, desk.now, mina, SEOUL, Micros(WON))
    assert (18_400, 0, 0, 0, 0) == await money(desk, mina)
    assert "closing.nothing" == await refused(desk.do(closing.prepare, desk.now, desk.coordinator, TERMS, ()))
    assert [] == await desk.do(violations)


async def test_nobody_is_forgotten_while_their_account_is_on_its_way_to_the_bank(desk: Desk) -> None:
    mina, boss = await earner(desk, 18_400), await second(desk)
    payout = await asked(desk, mina)
    farewell = await desk.do(leaving.prospect, desk.now, mina, SEOUL, Micros(WON))
    await desk.do(leaving.leave, desk.now, mina, farewell.forget_at, SEOUL, Micros(WON))
    desk.now = Instant(farewell.forget_at - HOUR)
    made = await prepared(desk)
    desk.now = farewell.forget_at
    assert not await desk.do(leaving.forget, desk.now, mina, SEOUL, Micros(WON))

    await desk.do(closing.approve, desk.now, boss, made.id, DIGEST, TERMS)
    await desk.do(closing.send, desk.now, boss, made.id, TERMS, False)
    assert await desk.do(leaving.forget, desk.now, mina, SEOUL, Micros(WON))
    await desk.do(bank_results.record, desk.now, boss, [Result(payout.code, True, "")])
    assert (0, 0, 17_793, 552, 55) == await money(desk, mina)
    assert [] == await desk.do(violations)


async def test_the_code_of_a_payout_is_kept_for_as_long_as_that_of_a_payment(desk: Desk) -> None:
    mina, boss = await earner(desk, 18_400), await second(desk)
    payout = await asked(desk, mina)
    await sent(desk, boss)
    await desk.do(bank_results.record, desk.now, boss, [Result(payout.code, True, "")])
    farewell = await desk.do(leaving.prospect, desk.now, mina, SEOUL, Micros(WON))
    await desk.do(leaving.leave, desk.now, mina, farewell.forget_at, SEOUL, Micros(WON))
    desk.now = farewell.forget_at
    assert await desk.do(leaving.forget, desk.now, mina, SEOUL, Micros(WON))

    assert 0 == await desk.do(leaving.unlink, desk.now, Micros(WON))
    desk.wait(5 * 366 * DAY + 1)
    assert 1 == await desk.do(leaving.unlink, desk.now, Micros(WON))


def rows(tx: Tx) -> int:
    return len(tx.all("deeds.last", action="payout_asked", limit=100))


async def test_each_asking_is_written_down_once(desk: Desk) -> None:
    mina = await earner(desk, 18_400)
    await asked(desk, mina)
    await asked(desk, mina)

    assert 1 == await desk.do(rows)
