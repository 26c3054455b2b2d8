"""Closing: two people, one bank, crashes between all steps, and nobody paid twice."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from desk import Desk
from tills import DIGEST, TERMS, WON, asked, earn, earner, multitude, prepared, second, sent, terms, told

from rules import codes, ledger
from rules.model import DAY, HOUR, Instant, Micros, PersonId
from rules.payouts import Amounts
from rules.refusals import Refusal
from rules.taxes import Profile
from services import auditing, bank_results, closing, deeds, payouts, transfers
from services.bank_results import Fault, Recorded, Result
from services.payouts import Payout
from services.transfers import Rest, State, Transfer
from storage import Tx
from storage.checks import Violation, violations
from storage.ledger import balance


class Died(Exception):
    """The process ends before the commit."""


async def refusal(attempt: Awaitable[object]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await attempt
    return caught.value


async def refused(attempt: Awaitable[object]) -> str:
    return (await refusal(attempt)).key


async def dying(desk: Desk, unit: Callable[..., Any], *values: Any) -> None:
    """All of a unit's work, and then a crash instead of the commit."""

    def half(tx: Tx) -> None:
        unit(tx, *values)
        raise Died

    with pytest.raises(Died):
        await desk.do(half)


async def twice(desk: Desk, unit: Callable[..., Any], *values: Any) -> Any:
    """Begun and lost, then done, then done again: the second outcome is the first."""
    await dying(desk, unit, *values)
    first = await desk.do(unit, *values)
    assert first == await desk.do(unit, *values)
    return first


async def paid(desk: Desk, worker: PersonId) -> float:
    return await desk.do(balance, ledger.paid(worker)) / WON


def states(tx: Tx, transfer: int) -> list[tuple[str, str]]:
    return [(row["code"], row["state"]) for row in tx.all("transfers.lines", transfer=transfer)]


def code_of(tx: Tx, person: PersonId) -> str:
    row = tx.one("people.find", person=person)
    assert row is not None
    return str(row["code"])


def noted(tx: Tx, action: str) -> list[tuple[int, str]]:
    rows = tx.all("deeds.last", action=action, limit=100)
    return [(row["person_id"], json.loads(row["detail"])["code"]) for row in rows]


def hold_first(tx: Tx, count: int, until: int) -> None:
    """The accounts of those who asked first are new."""
    for line in tx.all("transfers.waiting", after=0, limit=count):
        tx.run("payees.hold", person=line["worker_id"], until=until)


async def crowd(desk: Desk, *won: int) -> tuple[list[PersonId], list[Payout], PersonId]:
    """Workers who have asked for their money, and a second owner."""
    workers = [await earner(desk, each, f"worker {each}") for each in won]
    return workers, [await asked(desk, worker) for worker in workers], await second(desk)


async def test_from_asked_to_paid_with_a_crash_at_every_step(desk: Desk) -> None:
    [mina, jun], [first, other], boss = await crowd(desk, 18_400, 45_000)
    me = desk.coordinator

    await dying(desk, closing.prepare, desk.now, me, TERMS, ())
    made = await desk.do(closing.prepare, desk.now, me, TERMS, ())
    assert "closing.nothing" == await refused(desk.do(closing.prepare, desk.now, me, TERMS, ()))
    await twice(desk, closing.fix, desk.now, me, made.id, DIGEST, TERMS)
    await twice(desk, closing.approve, desk.now, boss, made.id, DIGEST, TERMS)
    await twice(desk, closing.send, desk.now, me, made.id, TERMS, False)
    results = [Result(first.code, True, ""), Result(other.code, False, "closed account")]
    await twice(desk, bank_results.record, desk.now, me, results)

    assert (17_793, 0) == (await paid(desk, mina), await paid(desk, jun))
    assert 45_000 * WON == await desk.do(balance, ledger.available(jun))
    assert (552 * WON, 55 * WON) == (
        await desk.do(balance, ledger.income_tax(mina)), await desk.do(balance, ledger.local_tax(mina))
    )  # fmt: skip
    over = await desk.do(transfers.transfer, me, made.id)
    assert (State.CLOSED, 2, 1, 1, 0) == (over.state, over.payouts, over.paid, over.failed, over.left)
    assert [] == await desk.do(violations)


async def test_every_step_is_written_down_once_and_told_once(desk: Desk) -> None:
    [mina], [payout], boss = await crowd(desk, 18_400)
    me = desk.coordinator
    made = await sent(desk, boss)
    for _ in range(2):
        await desk.do(bank_results.record, desk.now, boss, [Result(payout.code, True, "")])
        await desk.do(closing.send, desk.now, boss, made.id, TERMS, False)
        await desk.do(closing.approve, desk.now, boss, made.id, DIGEST, TERMS)

    steps = {"prepared": me, "approved": boss, "sent": me, "closed": boss}
    for step, person in steps.items():
        assert [(person, made.code)] == await desk.do(noted, f"transfer_{step}")
    assert sorted([("transfer_prepared", boss), ("transfer_approved", me), ("payout_paid", mina)]) == sorted(
        await desk.do(told, desk.now)
    )


async def test_the_totals_of_a_transfer_are_those_of_its_payouts(desk: Desk) -> None:
    await crowd(desk, 18_400, 33_333, 45_000)
    made = await prepared(desk)

    assert (3, Amounts(*(Micros(each * WON) for each in (96_733, 2_901, 289, 93_543)))) == (made.payouts, made.amounts)
    assert [] == await desk.do(violations)


async def test_a_transfer_takes_what_can_be_paid_and_leaves_the_rest(desk: Desk) -> None:
    [_mina, jun, eve, poor], [first, second_, third, fourth], _ = await crowd(desk, 18_400, 20_000, 30_000, 5_000)
    await desk.do(lambda tx: tx.run("payees.hold", person=jun, until=desk.now + 1))
    await desk.do(lambda tx: tx.run("payees.forget", person=eve))

    made = await desk.do(closing.prepare, desk.now, desk.coordinator, terms(minimum=6_000), ())

    assert [(first.code, "asked")] == await desk.do(states, made.id)
    waiting = await desk.do(transfers.waiting, desk.coordinator)
    assert [second_.code, third.code, fourth.code] == [line.code for line in waiting]
    assert "closing.nothing" == await refused(
        desk.do(closing.prepare, desk.now, desk.coordinator, terms(minimum=6_000), ())
    )
    assert fourth.amounts.gross == await desk.do(balance, ledger.in_payout(poor))


async def test_the_day_of_the_closing_decides_about_the_taxes(desk: Desk) -> None:
    file = '[[rate]]\nprofile = "resident"\nsince = 2026-09-01\nincome = 5\nlocal = 0.5'
    [mina], [payout], boss = await crowd(desk, 45_000)
    assert (1_350 * WON, 135 * WON) == (payout.amounts.income_tax, payout.amounts.local_tax)

    later = terms(taxes=file)
    made = await desk.do(closing.prepare, desk.now, desk.coordinator, later, ())
    await desk.do(closing.fix, desk.now, desk.coordinator, made.id, DIGEST, TERMS)
    assert (2_250 * WON, 225 * WON) == (made.amounts.income_tax, made.amounts.local_tax)

    # Approved on a day with other rates, it would go out with the wrong ones.
    assert "closing.rates_changed" == await refused(desk.do(closing.approve, desk.now, boss, made.id, DIGEST, TERMS))
    await desk.do(closing.approve, desk.now, boss, made.id, DIGEST, later)
    handed_out = (desk.now, boss, made.id, DIGEST)
    assert "closing.rates_changed" == await refused(desk.do(closing.hand_out, *handed_out, TERMS))
    assert "closing.rates_changed" == await refused(desk.do(closing.send, desk.now, boss, made.id, TERMS, False))
    assert State.APPROVED is (await desk.do(closing.hand_out, *handed_out, later)).state
    await desk.do(closing.send, desk.now, boss, made.id, later, False)
    await desk.do(bank_results.record, desk.now, boss, [Result(payout.code, True, "")])
    assert 42_525 == await paid(desk, mina)
    assert [] == await desk.do(violations)


async def test_a_new_tax_profile_counts_from_the_closing_on(desk: Desk) -> None:
    [mina], _, boss = await crowd(desk, 45_000)
    await desk.do(lambda tx: tx.run("payees.tax", person=mina, profile=Profile.NON_RESIDENT))
    made = await prepared(desk)
    assert (9_000 * WON, 900 * WON) == (made.amounts.income_tax, made.amounts.local_tax)

    await desk.do(lambda tx: tx.run("payees.tax", person=mina, profile=Profile.EXEMPT))
    assert "closing.rates_changed" == await refused(desk.do(closing.approve, desk.now, boss, made.id, DIGEST, TERMS))


def depart(tx: Tx, person: PersonId, now: Instant) -> None:
    tx.run("personal.leave", person=person, now=now, until=now)


async def test_whoever_prepared_a_transfer_does_not_approve_it_unless_alone(desk: Desk) -> None:
    await crowd(desk, 18_400)
    me = desk.coordinator
    made = await prepared(desk)
    assert "refusal.second_person" == await refused(desk.do(closing.approve, desk.now, me, made.id, DIGEST, TERMS))

    others = [row["id"] for row in await desk.do(lambda tx: tx.all("deeds.seconds", person=me, limit=9))]
    for other in others:
        await desk.do(partial(depart, person=other, now=desk.now))
    await desk.do(deeds.set_alone, desk.now, me, True)
    assert State.APPROVED is (await desk.do(closing.approve, desk.now, me, made.id, DIGEST, TERMS)).state


async def test_workers_have_no_business_here(desk: Desk) -> None:
    [mina], [payout], _ = await crowd(desk, 18_400)
    made = await prepared(desk)
    attempts = [
        desk.do(transfers.overview, mina),
        desk.do(transfers.waiting, mina),
        desk.do(transfers.lines, mina, made.id),
        desk.do(closing.prepare, desk.now, mina, TERMS, ()),
        desk.do(closing.hand_out, desk.now, mina, made.id, DIGEST, TERMS),
        desk.do(closing.approve, desk.now, mina, made.id, DIGEST, TERMS),
        desk.do(closing.send, desk.now, mina, made.id, TERMS, False),
        desk.do(closing.cancel, desk.now, mina, made.id),
        desk.do(bank_results.given, mina),
        desk.do(bank_results.unsaid, mina, made.id, 10),
        desk.do(bank_results.record, desk.now, mina, [Result(payout.code, True, "")]),
    ]
    # The desk's workers came by an open door, and are nothing else.
    assert {"refusal.only_coordinator"} == {await refused(attempt) for attempt in attempts}


async def test_nothing_is_closed_or_approved_while_the_books_do_not_add_up(desk: Desk) -> None:
    await crowd(desk, 18_400)
    boss = await second(desk, "boss")
    wrong = [Violation("all_entries_sum_to_zero", "the ledger", 1)]
    await desk.do(auditing.remember, desk.now, wrong)
    assert "money.stopped" == await refused(desk.do(closing.prepare, desk.now, boss, TERMS, ()))

    await desk.do(auditing.remember, desk.now, [])
    made = await prepared(desk)
    await desk.do(auditing.remember, desk.now, wrong)
    assert "money.stopped" == await refused(desk.do(closing.approve, desk.now, boss, made.id, DIGEST, TERMS))


async def test_no_file_is_handed_out_while_the_books_do_not_add_up_unless_the_bank_has_it(desk: Desk) -> None:
    _, _, boss = await crowd(desk, 18_400)
    made = await prepared(desk)
    await desk.do(closing.approve, desk.now, boss, made.id, DIGEST, TERMS)
    await desk.do(auditing.remember, desk.now, [Violation("all_entries_sum_to_zero", "the ledger", 1)])
    handed_out = (desk.now, desk.coordinator, made.id, DIGEST, TERMS)

    assert "money.stopped" == await refused(desk.do(closing.hand_out, *handed_out))
    await desk.do(closing.send, desk.now, desk.coordinator, made.id, TERMS, False)
    assert State.SENT == (await desk.do(closing.hand_out, *handed_out)).state


async def test_an_unapproved_transfer_is_not_sent(desk: Desk) -> None:
    _, [payout], boss = await crowd(desk, 18_400)
    made = await prepared(desk)
    assert "closing.not_approved" == await refused(desk.do(closing.send, desk.now, boss, made.id, TERMS, False))

    await desk.do(closing.approve, desk.now, boss, made.id, DIGEST, TERMS)
    outcome = await desk.do(bank_results.record, desk.now, boss, [Result(payout.code, True, "")])
    assert Recorded(0, 0, ((payout.code, Fault.UNSENT),)) == outcome


async def test_a_transfer_is_bound_to_one_file(desk: Desk) -> None:
    await crowd(desk, 18_400)
    made = await prepared(desk)

    assert "closing.file_changed" == await refused(
        desk.do(closing.fix, desk.now, desk.coordinator, made.id, "1" * 64, TERMS)
    )
    assert DIGEST == (await desk.do(transfers.transfer, desk.coordinator, made.id)).sha256


async def test_an_account_that_changes_after_the_closing_stops_the_approval(desk: Desk) -> None:
    [mina, _], _, boss = await crowd(desk, 18_400, 20_000)
    made = await prepared(desk)
    await desk.do(lambda tx: tx.run("payees.hold", person=mina, until=desk.now + 1))
    attempts = [
        desk.do(closing.approve, desk.now, boss, made.id, DIGEST, TERMS),
        desk.do(closing.hand_out, desk.now, boss, made.id, DIGEST, TERMS),
        desk.do(closing.hand_out, desk.now, boss, made.id, "1" * 64, TERMS),
    ]
    said = [await refusal(attempt) for attempt in attempts]
    assert [("closing.accounts_changed", await desk.do(code_of, mina))] * 3 == [
        (each.key, each.blanks["worker"]) for each in said
    ]


async def test_an_account_of_before_the_hold_was_over_is_another_one_still(desk: Desk) -> None:
    [mina], _, boss = await crowd(desk, 18_400)
    made = await prepared(desk)
    desk.wait(HOUR)
    values = {"sealed": "other", "digits": "9999", "reference": None, "profile": "resident", "held": 0}
    await desk.do(lambda tx: tx.run("payees.save", person=mina, **values, now=desk.now))
    assert "closing.accounts_changed" == await refused(desk.do(closing.approve, desk.now, boss, made.id, DIGEST, TERMS))


async def test_only_the_file_that_was_shown_is_approved(desk: Desk) -> None:
    await crowd(desk, 18_400)
    boss = await second(desk)
    made = await desk.do(closing.prepare, desk.now, desk.coordinator, TERMS, ())
    approval = (desk.now, boss, made.id)
    assert "closing.not_shown" == await refused(desk.do(closing.approve, *approval, DIGEST, TERMS))
    await desk.do(closing.fix, desk.now, boss, made.id, DIGEST, TERMS)
    for shown in ("", DIGEST[:7], "1" * 8):
        assert "closing.not_shown" == await refused(desk.do(closing.approve, *approval, shown, TERMS))
    assert State.APPROVED is (await desk.do(closing.approve, *approval, DIGEST[:8], TERMS)).state


async def test_a_transfer_that_the_bank_has_got_is_noted_as_sent_whatever_has_changed(desk: Desk) -> None:
    [mina], [payout], boss = await crowd(desk, 18_400)
    made = await prepared(desk)
    await desk.do(closing.approve, desk.now, boss, made.id, DIGEST, TERMS)
    await desk.do(lambda tx: tx.run("payees.hold", person=mina, until=desk.now + 1))
    values = (desk.now, boss, made.id, TERMS)
    assert "closing.accounts_changed" == await refused(desk.do(closing.send, *values, False))
    assert State.SENT is (await desk.do(closing.send, *values, True)).state
    assert "closing.file_gone" == await refused(desk.do(closing.hand_out, desk.now, boss, made.id, "1" * 64, TERMS))
    await desk.do(bank_results.record, desk.now, boss, [Result(payout.code, True, "")])
    assert 17_793 == await paid(desk, mina)


async def test_whoever_asked_for_what_is_too_little_now_hears_of_it_once(desk: Desk) -> None:
    [mina, _], _, _ = await crowd(desk, 5_500, 20_000)
    for _ in range(2):
        await desk.do(closing.tell_below, desk.now, desk.coordinator, Micros(6_000 * WON))
    await desk.do(closing.tell_below, desk.now, desk.coordinator, TERMS.minimum)
    assert [("payout_below", mina)] == await desk.do(told, desk.now)
    standing = await desk.do(payouts.standing, desk.now, mina, terms(minimum=6_000))
    assert standing.is_below
    assert not (await desk.do(payouts.standing, desk.now, mina, TERMS)).is_below


async def test_what_is_asked_is_shown_as_it_would_be_taxed_today(desk: Desk) -> None:
    [mina], [payout], _ = await crowd(desk, 18_400)
    await desk.do(lambda tx: tx.run("payees.tax", person=mina, profile=Profile.NON_RESIDENT))
    shown = (await desk.do(payouts.standing, desk.now, mina, TERMS)).open
    made = await prepared(desk)
    closed = (await desk.do(payouts.standing, desk.now, mina, TERMS)).open
    assert shown is not None and closed is not None
    assert 14_352 * WON == made.amounts.net == shown.amounts.net == closed.amounts.net != payout.amounts.net


async def test_a_cancelled_transfer_frees_its_payouts_for_the_next(desk: Desk) -> None:
    [mina], [payout], boss = await crowd(desk, 18_400)
    first = await prepared(desk)
    await desk.do(closing.approve, desk.now, boss, first.id, DIGEST, TERMS)
    await twice(desk, closing.cancel, desk.now, boss, first.id)
    assert [] == await desk.do(violations)
    for step in (closing.send, closing.approve):
        values = (desk.now, boss, first.id, *((DIGEST, TERMS) if step is closing.approve else (TERMS, False)))
        assert "closing.over" == await refused(desk.do(step, *values))

    again = await sent(desk, boss)
    [(code, _)] = await desk.do(states, again.id)
    assert again.id != first.id
    assert code != payout.code
    await desk.do(bank_results.record, desk.now, boss, [Result(code, True, "")])
    assert 17_793 == await paid(desk, mina)
    assert [] == await desk.do(violations)


async def test_what_the_bank_has_got_is_not_cancelled(desk: Desk) -> None:
    await crowd(desk, 18_400)
    boss = await second(desk, "boss")
    made = await sent(desk, boss)
    assert "closing.sent_already" == await refused(desk.do(closing.cancel, desk.now, boss, made.id))


async def test_a_payout_of_a_transfer_is_in_no_other(desk: Desk) -> None:
    await crowd(desk, 18_400, 20_000)
    await prepared(desk)
    eve = await earner(desk, 30_000, "eve")
    third = await asked(desk, eve)
    other = await prepared(desk)

    assert [(third.code, "asked")] == await desk.do(states, other.id)
    assert [] == await desk.do(violations)


async def test_two_who_close_at_once_make_one_transfer(desk: Desk) -> None:
    _, _, boss = await crowd(desk, 18_400, 20_000)
    outcomes = await asyncio.gather(
        *(desk.do(closing.prepare, desk.now, each, TERMS, ()) for each in (desk.coordinator, boss)),
        return_exceptions=True,
    )

    [transfer] = [each for each in outcomes if isinstance(each, Transfer)]
    [refusal_] = [each for each in outcomes if isinstance(each, Refusal)]
    assert ("closing.nothing", 2) == (refusal_.key, transfer.payouts)


async def test_two_who_approve_and_cancel_at_once_leave_one_of_both(desk: Desk) -> None:
    _, _, boss = await crowd(desk, 18_400)
    made = await prepared(desk)
    outcomes = await asyncio.gather(
        desk.do(closing.cancel, desk.now, desk.coordinator, made.id),
        desk.do(closing.approve, desk.now, boss, made.id, DIGEST, TERMS),
        return_exceptions=True,
    )

    state = (await desk.do(transfers.transfer, boss, made.id)).state
    assert state in (State.CANCELLED, State.APPROVED)
    assert [] == await desk.do(violations)
    assert any(isinstance(each, Transfer) and each.state is state for each in outcomes)


async def test_results_of_other_amounts_and_unknown_codes_change_nothing(desk: Desk) -> None:
    [mina], [payout], boss = await crowd(desk, 18_400)
    made = await sent(desk, boss)
    results = [Result(payout.code, True, "", Micros(18_400 * WON)), Result("ABCDEFGH", True, "")]
    outcome = await desk.do(bank_results.record, desk.now, boss, results)

    assert Recorded(0, 0, ((payout.code, Fault.AMOUNT), ("ABCDEFGH", Fault.UNKNOWN))) == outcome
    assert 0 == await paid(desk, mina)
    right = [Result(payout.code, True, "", Micros(17_793 * WON))]
    assert Recorded(1, 0, ()) == await desk.do(bank_results.record, desk.now, boss, right)
    assert State.CLOSED is (await desk.do(transfers.transfer, boss, made.id)).state


async def test_a_failed_payout_can_be_asked_for_again_and_is_another_one(desk: Desk) -> None:
    [mina], [payout], boss = await crowd(desk, 18_400)
    await sent(desk, boss)
    await desk.do(bank_results.record, desk.now, boss, [Result(payout.code, False, "wrong holder")])
    await earn(desk, mina, 1_600)

    again = await asked(desk, mina)
    await sent(desk, boss)
    await desk.do(bank_results.record, desk.now, boss, [Result(again.code, True, "")])
    assert (again.amounts.gross, 20_000 - 600 - 60) == (20_000 * WON, await paid(desk, mina))
    assert [] == await desk.do(violations)


async def test_all_that_nobody_spoke_of_is_paid_by_one_tap_in_parts(desk: Desk) -> None:
    workers, made, boss = await crowd(desk, 18_400, 20_000, 30_000)
    transfer = await sent(desk, boss)
    await desk.do(bank_results.record, desk.now, boss, [Result(made[1].code, False, "")])
    parts = 0
    while left := await desk.do(bank_results.unsaid, boss, transfer.id, 1):
        await twice(desk, bank_results.record, desk.now, boss, left)
        parts += 1

    assert 2 == parts
    assert [17_793, 0, 29_010] == [await paid(desk, worker) for worker in workers]
    assert State.CLOSED is (await desk.do(transfers.transfer, boss, transfer.id)).state
    assert [] == await desk.do(violations)


async def test_nothing_is_said_of_a_transfer_before_it_is_sent(desk: Desk) -> None:
    await crowd(desk, 18_400)
    made = await prepared(desk)
    assert [] == await desk.do(bank_results.unsaid, desk.coordinator, made.id, 10)
    assert frozenset() == await desk.do(bank_results.given, desk.coordinator)


async def test_more_than_one_transfer_holds_goes_into_the_next(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _, made, _ = await crowd(desk, 18_400, 20_000, 30_000)
    monkeypatch.setattr(closing, "MOST_LINES", 2)
    first, then = await prepared(desk), await prepared(desk)

    assert (2, 1) == (first.payouts, then.payouts)
    assert [(made[2].code, "asked")] == await desk.do(states, then.id)


async def test_of_1200_who_have_asked_all_are_paid_though_the_first_600_can_not_be_yet(desk: Desk) -> None:
    made = await desk.do(multitude, desk.now, desk.coordinator, 1_200, ["sealed"])
    payable = [payout.code for payout in made[600:]]
    await desk.do(hold_first, 600, desk.now + DAY)
    me, least = desk.coordinator, TERMS.minimum
    assert Rest(600, 0) == await desk.do(transfers.rest, desk.now, me, least)

    first = await prepared(desk)
    assert (500, Rest(100, first.id)) == (first.payouts, await desk.do(transfers.rest, desk.now, me, least))
    assert "closing.made_before" == await refused(desk.do(closing.prepare, desk.now, me, TERMS, (), 0))
    second_ = await prepared(desk)
    assert (100, Rest(0, second_.id)) == (second_.payouts, await desk.do(transfers.rest, desk.now, me, least))
    lines = [line for each in (first, second_) for line in (await desk.do(transfers.lines, me, each.id))[1]]
    assert payable == [line.code for line in lines]

    desk.wait(DAY)
    assert 2 == (await desk.do(transfers.rest, desk.now, me, least)).transfers
    assert [500, 100] == [(await prepared(desk)).payouts for _ in range(2)]
    assert (0, [], []) == (
        (await desk.do(transfers.overview, me)).asked,
        await desk.do(transfers.waiting, me),
        await desk.do(violations),
    )


async def test_no_two_payouts_or_transfers_share_a_code_however_few_are_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes, "ALPHABET", "ABCDEFGH")
    for module in (payouts, closing):
        monkeypatch.setattr(module, "CODE_LENGTH", 1)
    monkeypatch.setattr(closing, "MOST_LINES", 1)
    workers = [await earner(desk, 18_400, f"worker {number}") for number in range(8)]

    made = [await asked(desk, worker) for worker in workers]
    closed = [await prepared(desk) for _ in workers]

    assert list("ABCDEFGH") == sorted(payout.code for payout in made)
    assert [f"T{letter}" for letter in "ABCDEFGH"] == sorted(transfer.code for transfer in closed)


async def test_the_overview_tells_what_is_asked_and_under_way(desk: Desk) -> None:
    _, _, boss = await crowd(desk, 18_400, 20_000)
    found = await desk.do(transfers.overview, boss)
    assert (2, 38_400 * WON, (17_793 + 19_340) * WON) == (found.asked, found.gross, found.net)
    assert (True, False) == (found.has_seconds, found.is_alone)

    first = await sent(desk, boss)
    found = await desk.do(transfers.overview, boss)
    assert (0, [first.code], []) == (
        found.asked,
        [each.code for each in found.open],
        [each.code for each in found.last],
    )


async def test_payouts_of_the_past_stay_as_they_were(desk: Desk) -> None:
    """What has ended is no row that a step could still move."""
    [mina], [payout], boss = await crowd(desk, 18_400)
    made = await sent(desk, boss)
    await desk.do(bank_results.record, desk.now, boss, [Result(payout.code, True, "")])
    await desk.do(closing.send, desk.now, boss, made.id, TERMS, False)
    await desk.do(payouts.withdraw, desk.now, mina, payout.code)
    later = Instant(desk.now + 1)
    await desk.do(bank_results.record, later, boss, [Result(payout.code, True, "")])

    assert [(payout.code, "paid")] == await desk.do(states, made.id)
    assert 17_793 == await paid(desk, mina)
    assert [] == await desk.do(violations)
