from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desk import BOSS, Desk

from rules.codes import digest
from rules.model import HOUR, MINUTE, Instant, Micros, PersonId
from rules.refusals import Refusal
from rules.taxes import Profile
from services import deeds, enrolling, leaving, payees
from services.enrolling import Newcomer
from services.payees import HOLD, UNTIL_LOOKED, LinkState, Payee
from services.people import CONSENT_VERSION, Role, find, require

RESIDENT = Profile.RESIDENT
SEOUL, WON = ZoneInfo("Asia/Seoul"), Micros(1_000_000)


async def offered(desk: Desk, worker: PersonId, link: str = "t0") -> str:
    await desk.do(payees.offer_link, desk.now, worker, digest(link))
    return digest(link)


async def save(desk: Desk, worker: PersonId, sealed: str = "sealed", digits: str = "1234", token: str = "") -> None:
    link = await offered(desk, worker, token or sealed)
    saved = await desk.do(payees.save, desk.now, link, sealed, digits, RESIDENT)
    assert LinkState.OPEN == saved.state


async def stored(desk: Desk, worker: PersonId) -> Payee:
    payee = await desk.do(payees.of, worker)
    assert payee is not None
    return payee


async def kinds(desk: Desk, person: PersonId) -> list[str]:
    """What somebody is to be told."""
    rows = await desk.do(lambda tx: tx.all("personal.messages", person=person, moment=-1, mark=0, limit=1000))
    return [row["kind"] for row in rows]


async def code_of(desk: Desk, person: PersonId) -> str:
    return (await desk.do(require, person, *Role)).code


async def refusal(desk: Desk, unit: Callable[..., Any], *arguments: object) -> str:
    with pytest.raises(Refusal) as caught:
        await desk.do(unit, *arguments)
    return caught.value.key


async def second_owner(desk: Desk) -> PersonId:
    newcomer = Newcomer(BOSS + 1, "Second", None, "ko")
    return (await desk.do(enrolling.arrive, desk.now, newcomer, "", frozenset({BOSS + 1}), "open")).id


async def test_a_link_is_open_for_a_quarter_of_an_hour_however_often_it_is_looked_at(desk: Desk) -> None:
    mina = await desk.worker()
    expires = await desk.do(payees.offer_link, desk.now, mina, digest("t0"))

    assert Instant(desk.now + 15 * MINUTE) == expires
    desk.now = Instant(expires - 1)
    for _ in range(3):
        assert LinkState.OPEN == (await desk.do(payees.look, desk.now, digest("t0"))).state
    desk.now = expires
    assert LinkState.OLD == (await desk.do(payees.look, desk.now, digest("t0"))).state


async def test_a_link_is_used_up_by_what_it_saves(desk: Desk) -> None:
    mina = await desk.worker()
    link = await offered(desk, mina)
    first = await desk.do(payees.save, desk.now, link, "sealed", "1234", RESIDENT)
    second = await desk.do(payees.save, desk.now, link, "other", "9999", Profile.NON_RESIDENT)

    assert (LinkState.OPEN, LinkState.USED) == (first.state, second.state)
    assert Payee(mina, "sealed", "1234", None, RESIDENT, Instant(0), desk.now) == await stored(desk, mina)
    assert ["payee_saved"] == await kinds(desk, mina)


async def test_a_link_that_is_old_or_was_never_made_saves_nothing(desk: Desk) -> None:
    mina = await desk.worker()
    link = await offered(desk, mina)
    desk.wait(15 * MINUTE)

    old = await desk.do(payees.save, desk.now, link, "sealed", "1234", RESIDENT)
    unknown = await desk.do(payees.save, desk.now, digest("guess"), "sealed", "1234", RESIDENT)

    assert (LinkState.OLD, LinkState.UNKNOWN) == (old.state, unknown.state)
    assert await desk.do(payees.of, mina) is None


async def test_a_newer_link_ends_the_older_ones_of_the_same_person_only(desk: Desk) -> None:
    mina, jun = await desk.workers(2)
    first, other = await offered(desk, mina, "first"), await offered(desk, jun, "other")
    second = await offered(desk, mina, "second")

    states = [(await desk.do(payees.look, desk.now, link)).state for link in (first, second, other)]

    assert [LinkState.OLD, LinkState.OPEN, LinkState.OPEN] == states


async def test_only_a_worker_who_has_agreed_gets_a_link(desk: Desk) -> None:
    newcomer = Newcomer(7, "New", None, "ko")
    stranger = await desk.do(enrolling.arrive, desk.now, newcomer, "", frozenset[int](), "open")

    assert "refusal.consent_first" == await refusal(desk, payees.offer_link, desk.now, stranger.id, "hash")
    assert "refusal.only_worker" == await refusal(desk, payees.offer_link, desk.now, desk.coordinator, "hash")


async def test_another_account_waits_three_days_and_its_worker_hears_of_it(desk: Desk) -> None:
    mina = await desk.worker()
    await save(desk, mina, "first")
    desk.wait(HOUR)
    await save(desk, mina, "second", "9999")

    payee = await stored(desk, mina)

    assert ("second", "9999", Instant(desk.now + 72 * HOUR)) == (payee.sealed, payee.last_digits, payee.held_until)
    assert (True, False) == (payee.is_held(desk.now), payee.is_held(Instant(desk.now + HOLD)))
    assert ["payee_saved", "payee_changed"] == await kinds(desk, mina)


async def test_the_same_account_saved_again_waits_for_nothing(desk: Desk) -> None:
    mina = await desk.worker()
    await save(desk, mina, "first")
    began = desk.now
    desk.wait(HOUR)
    link = await offered(desk, mina, "again")

    await desk.do(payees.save, desk.now, link, "first anew", "1234", Profile.NON_RESIDENT, "first")

    wanted = Payee(mina, "first anew", "1234", None, Profile.NON_RESIDENT, Instant(0), began)
    assert wanted == await stored(desk, mina)
    assert ["payee_saved", "payee_saved"] == await kinds(desk, mina)


async def test_saving_the_same_again_does_not_shorten_a_hold(desk: Desk) -> None:
    mina = await desk.worker()
    await save(desk, mina, "first")
    await save(desk, mina, "second")
    held = (await stored(desk, mina)).held_until
    link = await offered(desk, mina, "again")

    await desk.do(payees.save, desk.now, link, "second anew", "1234", RESIDENT, "second")

    assert held == (await stored(desk, mina)).held_until


async def test_what_it_is_the_same_as_has_to_be_what_is_stored(desk: Desk) -> None:
    mina = await desk.worker()
    await save(desk, mina, "first")
    link = await offered(desk, mina, "again")

    await desk.do(payees.save, desk.now, link, "second", "1234", RESIDENT, "something else")

    assert (await stored(desk, mina)).is_held(desk.now)


async def test_a_worker_who_says_it_was_not_them_is_not_paid_until_an_owner_has_looked(desk: Desk) -> None:
    mina = await desk.worker()
    await save(desk, mina, "first")
    await save(desk, mina, "second")
    pending = await offered(desk, mina, "of a thief")

    await desk.do(payees.dispute, desk.now, mina)
    await desk.do(payees.dispute, desk.now, mina)

    payee = await stored(desk, mina)
    assert (UNTIL_LOOKED, True) == (payee.held_until, payee.waits_for_owner)
    assert LinkState.OLD == (await desk.do(payees.look, desk.now, pending)).state
    assert ["payee_disputed"] == await kinds(desk, desk.coordinator)
    desk.wait(1000 * HOUR)
    await save(desk, mina, "third")
    assert (await stored(desk, mina)).waits_for_owner


async def test_an_owner_who_has_looked_leaves_the_wait_of_the_last_change(desk: Desk) -> None:
    mina = await desk.worker()
    await save(desk, mina, "first")
    await save(desk, mina, "second")
    changed = desk.now
    await desk.do(payees.dispute, desk.now, mina)
    desk.wait(HOUR)

    for _ in range(2):
        known = await desk.do(payees.release, desk.now, desk.coordinator, mina)
        assert known.payee is not None
        assert Instant(changed + HOLD) == known.payee.held_until
    assert 1 == (await kinds(desk, mina)).count("payee_released")

    await desk.do(payees.dispute, desk.now, mina)
    desk.wait(100 * HOUR)
    await desk.do(payees.release, desk.now, desk.coordinator, mina)
    assert not (await stored(desk, mina)).is_held(desk.now)


async def test_nobody_but_another_owner_releases_an_account(desk: Desk) -> None:
    mina = await desk.worker()
    await save(desk, mina, "first")
    await desk.do(payees.dispute, desk.now, mina)
    boss = await desk.do(find, BOSS)
    assert boss is not None
    await desk.do(lambda tx: tx.run("people.grant", person=boss.id, worker=1, coordinator=0, owner=0, everything=0))
    await desk.do(enrolling.consent, desk.now, boss.id, CONSENT_VERSION)
    await save(desk, boss.id, "mine")
    await desk.do(payees.dispute, desk.now, boss.id)

    assert "refusal.only_owner" == await refusal(desk, payees.release, desk.now, mina, mina)
    assert "refusal.no_second_person" == await refusal(desk, payees.release, desk.now, boss.id, boss.id)
    other = await second_owner(desk)
    await desk.do(payees.release, desk.now, other, boss.id)
    await desk.do(payees.dispute, desk.now, boss.id)
    assert "refusal.not_alone" == await refusal(desk, deeds.set_alone, desk.now, boss.id, True)
    await desk.do(lambda tx: tx.run("personal.leave", person=other, now=desk.now, until=desk.now))
    await desk.do(deeds.set_alone, desk.now, boss.id, True)
    await desk.do(payees.release, desk.now, boss.id, boss.id)
    assert not (await stored(desk, boss.id)).waits_for_owner


async def test_a_reference_is_kept_where_the_account_is_not(desk: Desk) -> None:
    mina = await desk.worker()
    code = await code_of(desk, mina)

    known = await desk.do(payees.set_reference, desk.now, desk.coordinator, code.lower(), "HR-2026/17")
    again = await desk.do(payees.set_reference, desk.now, desk.coordinator, code, "HR-2026/17")

    assert Payee(mina, None, None, "HR-2026/17", RESIDENT, Instant(0), desk.now) == known.payee
    assert known == again
    assert ["payee_saved"] == await kinds(desk, mina)


async def test_another_reference_is_another_account(desk: Desk) -> None:
    mina = await desk.worker()
    code = await code_of(desk, mina)
    await desk.do(payees.set_reference, desk.now, desk.coordinator, code, "A")
    await desk.do(payees.set_tax, desk.now, desk.coordinator, mina, Profile.NON_RESIDENT)

    known = await desk.do(payees.set_reference, desk.now, desk.coordinator, code, "B")

    assert known.payee is not None
    assert (True, Profile.NON_RESIDENT) == (known.payee.is_held(desk.now), known.payee.tax_profile)
    assert ["payee_saved", "payee_taxed", "payee_changed"] == await kinds(desk, mina)


async def test_who_is_alone_and_keeps_their_own_account_reads_of_it_once(desk: Desk) -> None:
    """The reply says it all."""
    boss = desk.coordinator
    await desk.do(lambda tx: tx.run("people.grant", person=boss, worker=1, coordinator=0, owner=0, everything=0))
    await desk.do(enrolling.consent, desk.now, boss, CONSENT_VERSION)
    await desk.do(deeds.set_alone, desk.now, boss, True)
    code = await code_of(desk, boss)

    for reference in ("A", "B"):
        await desk.do(payees.set_reference, desk.now, boss, code, reference)
    await desk.do(payees.dispute, desk.now, boss)
    known = await desk.do(payees.release, desk.now, boss, boss)

    assert known.payee is not None and known.payee.is_held(desk.now)
    assert ["payee_disputed"] == await kinds(desk, boss)


@pytest.mark.parametrize("text", ["3333011234567", "3333-01-1234567", "has blanks", "", "-", "x" * 41])
async def test_what_looks_like_an_account_is_no_reference(desk: Desk, text: str) -> None:
    mina = await desk.worker()
    code = await code_of(desk, mina)

    assert "payee.reference_wrong" == await refusal(desk, payees.set_reference, desk.now, desk.coordinator, code, text)
    assert await desk.do(payees.of, mina) is None


async def test_workers_write_no_references_and_see_nobody_elses(desk: Desk) -> None:
    mina, jun = await desk.workers(2)
    code = await code_of(desk, jun)

    assert "refusal.only_coordinator" == await refusal(desk, payees.set_reference, desk.now, mina, code, "A")
    assert "refusal.only_coordinator" == await refusal(desk, payees.find, mina, code)
    assert "payee.no_such_worker" == await refusal(desk, payees.find, desk.coordinator, "NOBODY")


async def test_how_a_worker_is_taxed_who_filled_in_the_form_is_theirs_to_say(desk: Desk) -> None:
    mina = await desk.worker()
    await save(desk, mina)

    for profile in (Profile.NON_RESIDENT, Profile.RESIDENT):
        arguments = (desk.now, desk.coordinator, mina, profile)
        assert "payee.form_is_used" == await refusal(desk, payees.set_tax, *arguments)


async def test_staff_make_somebody_exempt_who_hears_of_it_and_stays_so_whatever_the_form_says(desk: Desk) -> None:
    mina = await desk.worker()
    await save(desk, mina, "first")

    for _ in range(2):
        known = await desk.do(payees.set_tax, desk.now, desk.coordinator, mina, Profile.EXEMPT)
        assert known.payee is not None and Profile.EXEMPT is known.payee.tax_profile
    desk.wait(HOUR)
    await save(desk, mina, "second")

    assert Profile.EXEMPT is (await stored(desk, mina)).tax_profile
    assert ["payee_saved", "payee_taxed", "payee_changed"] == await kinds(desk, mina)
    noted = await desk.do(lambda tx: tx.all("deeds.last", action="payee", limit=9))
    assert [(desk.coordinator, f"exempt {mina}")] == [
        (row["person_id"], row["detail"]) for row in noted if row["detail"].startswith("exempt")
    ]
    await desk.do(payees.set_tax, desk.now, desk.coordinator, mina, Profile.NON_RESIDENT)
    assert Profile.NON_RESIDENT is (await stored(desk, mina)).tax_profile


async def test_nobody_makes_themselves_exempt_and_workers_make_nobody(desk: Desk) -> None:
    mina, boss = await desk.worker(), desk.coordinator
    await desk.do(lambda tx: tx.run("people.grant", person=boss, worker=1, coordinator=0, owner=0, everything=0))
    await desk.do(enrolling.consent, desk.now, boss, CONSENT_VERSION)
    assert "payee.nothing_stored" == await refusal(desk, payees.set_tax, desk.now, boss, mina, Profile.EXEMPT)
    for person in (boss, mina):
        await save(desk, person, f"of {person}")

    assert "refusal.no_second_person" == await refusal(desk, payees.set_tax, desk.now, boss, boss, Profile.EXEMPT)
    assert "refusal.only_coordinator" == await refusal(desk, payees.set_tax, desk.now, mina, mina, Profile.EXEMPT)


async def test_who_leaves_can_still_say_where_their_money_goes_and_hears_of_a_change(desk: Desk) -> None:
    batch = await desk.batch()
    mina = await desk.worker()
    await desk.tap(mina, await desk.begin(mina, batch))
    await save(desk, mina, "first")
    await leave(desk, mina)

    await save(desk, mina, "second")

    due = await desk.do(lambda tx: tx.all("outbox.due", now=desk.now, limit=10))
    assert ["payee_saved", "payee_changed"] == [row["kind"] for row in due if row["person_id"] == mina]


async def leave(desk: Desk, mina: PersonId) -> leaving.Farewell:
    told = await desk.do(leaving.prospect, desk.now, mina, SEOUL, WON)
    return await desk.do(leaving.leave, desk.now, mina, told.forget_at, SEOUL, WON)


async def test_nothing_is_left_of_an_account_when_its_person_is_forgotten(desk: Desk) -> None:
    mina = await desk.worker()
    await save(desk, mina)
    desk.now = (await leave(desk, mina)).forget_at

    assert await desk.do(leaving.forget, desk.now, mina, SEOUL, WON)

    assert await desk.do(payees.of, mina) is None
    assert LinkState.UNKNOWN == (await desk.do(payees.look, desk.now, digest("sealed"))).state
