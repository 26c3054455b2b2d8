"""Leaving: what stops, what stays payable, what is deleted and when; and the way back until then."""

import json
import sqlite3
from collections.abc import Awaitable
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desk import BOSS, Desk

from rules import ledger
from rules.model import DAY, HOUR, AssignmentId, Instant, Micros, PersonId
from rules.refusals import Refusal
from services import disclosing, enrolling, leaving, offering, people, settling, undoing, working
from services.dealing import newest_answer
from services.enrolling import Newcomer
from services.leaving import Farewell, Leaver
from storage import Row, Tx
from storage.checks import violations
from storage.ledger import balance
from storage.migrate import migrate_sqlite
from storage.sql import SQLITE

SEOUL = ZoneInfo("Asia/Seoul")
WON = Micros(1_000_000)
REVIEW = 72 * HOUR + 1


def row_of(tx: Tx, person: PersonId) -> Row:
    row = tx.one("people.find", person=person)
    assert row is not None
    return row


async def leave(desk: Desk, person: PersonId) -> Farewell:
    """Leave, on the date that is true."""
    asked = await desk.do(leaving.prospect, desk.now, person, SEOUL, WON)
    return await desk.do(leaving.leave, desk.now, person, asked.forget_at, SEOUL, WON)


async def due(desk: Desk) -> list[Leaver]:
    return await desk.do(leaving.due, desk.now, SEOUL, WON)


async def paid_out(desk: Desk, person: PersonId) -> None:
    """Review passes, and everything is paid."""
    desk.wait(REVIEW)
    while await desk.do(settling.settle, desk.now, person):
        pass
    code = (await desk.do(row_of, person))["code"]
    await desk.do(settling.record_payment, desk.now, code, None, "")


async def refused(attempt: Awaitable[object]) -> str:
    with pytest.raises(Refusal) as caught:
        await attempt
    return caught.value.key


async def refusal(desk: Desk, person: PersonId) -> str:
    return await refused(desk.do(leaving.prospect, desk.now, person, SEOUL, WON))


async def consents(desk: Desk, person: PersonId) -> list[tuple[int, int, int | None]]:
    rows = await desk.do(lambda tx: tx.all("personal.consents", person=person))
    return [(row["version"], row["agreed_at"], row["withdrawn_at"]) for row in rows]


async def test_what_is_held_goes_to_others_at_once(desk: Desk) -> None:
    batch = await desk.batch(("one",))
    mina, jun = await desk.workers(2)
    await desk.begin(mina, batch)
    assert [] == await desk.do(offering.offers, jun)

    await leave(desk, mina)

    assert "one" == (await desk.begin(jun, batch)).text
    assert [] == await desk.do(violations)


async def test_nothing_can_be_worked_on_while_leaving(desk: Desk) -> None:
    batch = await desk.batch()
    mina = await desk.worker()
    await desk.tap(mina, await desk.begin(mina, batch))
    card = await desk.begin(mina, batch)
    newest = await desk.do(newest_answer, mina, batch)
    await leave(desk, mina)

    attempts = [
        desk.do(offering.offers, mina),
        desk.do(offering.begin, desk.now, mina, batch),
        desk.do(working.answer, desk.now, mina, card.assignment, card.revision, 0),
        desk.do(working.answer, desk.now, mina, AssignmentId(card.assignment - 1), 1, 0),
        desk.do(working.skip, desk.now, mina, card.assignment, card.revision),
        desk.do(undoing.undo, desk.now, mina, batch, newest),
        desk.do(undoing.undo, desk.now, mina, batch, newest - 1),
        desk.do(enrolling.consent, desk.now, mina, people.CONSENT_VERSION),
    ]
    assert ["personal.leaving"] * len(attempts) == [await refused(attempt) for attempt in attempts]
    assert 20 * WON == await desk.do(balance, ledger.pending(mina))
    assert [] == await desk.do(violations)


async def test_the_date_is_the_second_day_without_money_and_the_ninetieth_with_some(desk: Desk) -> None:
    batch = await desk.batch()
    mina, jun = await desk.workers(2)
    await desk.tap(mina, await desk.begin(mina, batch))

    owed, nothing = await leave(desk, mina), await leave(desk, jun)

    assert (20 * WON, 0) == (owed.owed, nothing.owed)
    # START is 23:13 on 21 September 2026 in Seoul.
    assert Instant(1_790_089_200_000) == nothing.forget_at
    assert Instant(nothing.forget_at + 88 * DAY) == owed.forget_at


async def test_a_rest_too_small_for_a_bank_holds_nobody(desk: Desk) -> None:
    batch = await desk.batch(price=Micros(400_000))
    mina = await desk.worker()
    await desk.tap(mina, await desk.begin(mina, batch))

    farewell = await leave(desk, mina)

    assert 0 == farewell.owed
    desk.now = farewell.forget_at
    assert [Leaver(mina, is_told=False)] == await due(desk)


async def test_a_name_stays_until_the_last_transfer_and_goes_after_it(desk: Desk) -> None:
    batch = await desk.batch()
    mina = await desk.worker()
    await desk.tap(mina, await desk.begin(mina, batch))
    await leave(desk, mina)
    desk.wait(5 * DAY)

    assert [] == await due(desk)
    assert not await desk.do(leaving.forget, desk.now, mina, SEOUL, WON)
    await paid_out(desk, mina)

    assert [Leaver(mina, is_told=False)] == await due(desk)


async def test_nobody_is_forgotten_before_they_had_time_to_think(desk: Desk) -> None:
    mina = await desk.worker()
    farewell = await leave(desk, mina)

    desk.now = Instant(farewell.forget_at - 1)
    assert [] == await due(desk)
    assert not await desk.do(leaving.forget, desk.now, mina, SEOUL, WON)
    desk.now = farewell.forget_at
    assert [Leaver(mina, is_told=False)] == await due(desk)


async def test_on_the_last_day_the_name_goes_and_the_money_stays_payable_by_its_code(desk: Desk) -> None:
    batch = await desk.batch()
    mina = await desk.worker()
    await desk.tap(mina, await desk.begin(mina, batch))
    farewell = await leave(desk, mina)
    desk.now = farewell.forget_at

    assert await desk.do(leaving.forget, desk.now, mina, SEOUL, WON)
    await paid_out(desk, mina)

    assert 20 * WON == await desk.do(balance, ledger.paid(mina))
    assert [] == await desk.do(violations)


async def test_what_stays_of_somebody_is_a_stub_with_sound_books(desk: Desk) -> None:
    batch = await desk.batch()
    mina = await desk.worker("Mina Kim")
    await desk.tap(mina, await desk.begin(mina, batch))
    await leave(desk, mina)
    await paid_out(desk, mina)

    assert await desk.do(leaving.forget, desk.now, mina, SEOUL, WON)
    assert not await desk.do(leaving.forget, desk.now, mina, SEOUL, WON)

    row = await desk.do(row_of, mina)
    assert (-mina, "", None, 0, 0) == (
        row["telegram_id"], row["name"], row["username"], row["reachable"], row["is_worker"]
    )  # fmt: skip
    assert desk.now == row["forgotten_at"]
    assert 1 == len(await desk.do(lambda tx: tx.all("personal.payments", person=mina)))
    assert [] == await desk.do(violations)
    assert [] == await due(desk)


async def test_after_being_forgotten_the_same_phone_is_a_new_person(desk: Desk) -> None:
    mina = await desk.worker()
    telegram = (await desk.do(row_of, mina))["telegram_id"]
    await desk.do(lambda tx: tx.run("pacing.keep", chat=telegram, halvings=1, now=desk.now, until=desk.now))
    desk.now = (await leave(desk, mina)).forget_at
    await desk.do(leaving.forget, desk.now, mina, SEOUL, WON)

    assert [] == await desk.do(lambda tx: tx.all("pacing.all"))
    newcomer = Newcomer(telegram, "Mina", None, "ko")
    again = await desk.do(enrolling.arrive, desk.now, newcomer, "", frozenset[int](), "open")

    assert again.id != mina
    assert not again.is_leaving
    assert [] == await consents(desk, again.id)


async def test_an_invite_brings_somebody_back_as_they_were(desk: Desk) -> None:
    batch = await desk.batch()
    mina = await desk.worker()
    await desk.tap(mina, await desk.begin(mina, batch))
    telegram = (await desk.do(row_of, mina))["telegram_id"]
    await leave(desk, mina)
    invite = await desk.do(enrolling.invite_workers, desk.now, desk.coordinator, 1, 7, None)

    newcomer = Newcomer(telegram, "Mina", None, "ko")
    back = await desk.do(enrolling.arrive, desk.now, newcomer, invite.code, frozenset[int](), "invite")

    assert (mina, False, True) == (back.id, back.is_leaving, back.must_agree)
    assert 20 * WON == await desk.do(balance, ledger.pending(mina))
    desk.wait(200 * DAY)
    assert [] == await due(desk)


async def test_every_consent_and_its_end_are_kept(desk: Desk) -> None:
    mina = await desk.worker()
    first = desk.now
    desk.wait(HOUR)
    await desk.do(enrolling.consent, desk.now, mina, people.CONSENT_VERSION)
    await leave(desk, mina)
    left = desk.now
    desk.wait(HOUR)
    await desk.do(leaving.stay, mina)
    await desk.do(enrolling.consent, desk.now, mina, people.CONSENT_VERSION)

    version = people.CONSENT_VERSION
    assert [(version, first, left), (version, desk.now, None)] == await consents(desk, mina)
    assert desk.now == (await desk.do(row_of, mina))["consent_at"]


async def test_who_was_told_another_date_does_not_leave_on_it(desk: Desk) -> None:
    mina = await desk.worker()
    asked = await desk.do(leaving.prospect, desk.now, mina, SEOUL, WON)
    desk.wait(DAY)

    answer = await desk.do(leaving.leave, desk.now, mina, asked.forget_at, SEOUL, WON)

    assert not answer.is_underway
    assert Instant(asked.forget_at + DAY) == answer.forget_at
    assert (await desk.do(row_of, mina))["leaving_at"] is None


async def test_leaving_twice_is_leaving_once(desk: Desk) -> None:
    mina = await desk.worker()
    first = await leave(desk, mina)
    desk.wait(DAY)

    assert first == await leave(desk, mina)
    assert 1 == len(await consents(desk, mina))


async def test_the_only_owner_can_not_leave_but_one_of_two_can(desk: Desk) -> None:
    batch = await desk.batch()
    assert "personal.last_owner" == await refusal(desk, desk.coordinator)

    newcomer = Newcomer(BOSS + 1, "Second", None, "ko")
    second = await desk.do(enrolling.arrive, desk.now, newcomer, "", frozenset({BOSS + 1}), "open")
    await leave(desk, desk.coordinator)

    row = await desk.do(lambda tx: tx.one("batches.find", batch=batch))
    assert row is not None
    assert second.id == row["coordinator_id"]
    left = await desk.do(row_of, desk.coordinator)
    assert (0, 0) == (left["is_owner"], left["is_coordinator"])
    assert "personal.last_owner" == await refusal(desk, second.id)


async def test_whose_batches_nobody_can_take_over_can_not_leave(desk: Desk) -> None:
    await desk.batch()
    # Roles and batches as a command line that posts for somebody may leave them: no owner far and wide.
    await desk.do(lambda tx: tx.run("personal.leave", person=desk.coordinator, now=1, until=2))
    await desk.do(lambda tx: tx.run("personal.stay", person=desk.coordinator))

    assert "personal.no_heir" == await refusal(desk, desk.coordinator)


async def test_the_code_of_payments_goes_after_five_years(desk: Desk) -> None:
    batch = await desk.batch()
    mina, jun = await desk.workers(2)
    await desk.tap(mina, await desk.begin(mina, batch))
    codes = [(await desk.do(row_of, each))["code"] for each in (mina, jun)]
    for each in (mina, jun):
        await leave(desk, each)
    await paid_out(desk, mina)
    for each in (mina, jun):
        assert await desk.do(leaving.forget, desk.now, each, SEOUL, WON)

    # Jun was never paid: no paper has to be kept about them.
    assert 1 == await desk.do(leaving.unlink, desk.now, WON)
    desk.wait(5 * 365 * DAY)
    assert 0 == await desk.do(leaving.unlink, desk.now, WON)
    assert [codes[0], f"-{jun}"] == [(await desk.do(row_of, each))["code"] for each in (mina, jun)]
    desk.wait(6 * DAY)
    assert 1 == await desk.do(leaving.unlink, desk.now, WON)
    assert f"-{mina}" == (await desk.do(row_of, mina))["code"]
    assert [] == await desk.do(violations)


async def test_a_code_stays_for_as_long_as_there_is_money_on_it(desk: Desk) -> None:
    batch = await desk.batch()
    mina = await desk.worker()
    await desk.tap(mina, await desk.begin(mina, batch))
    desk.now = (await leave(desk, mina)).forget_at
    await desk.do(leaving.forget, desk.now, mina, SEOUL, WON)
    desk.wait(10 * 366 * DAY)

    assert 0 == await desk.do(leaving.unlink, desk.now, WON)


async def test_a_document_holds_every_answer_and_entry_however_many(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = tuple(f"text {number}" for number in range(7))
    batch = await desk.batch(texts, gold=(("gold", "positive"),))
    mina, jun = await desk.workers(2)
    for worker in (mina, jun):
        await desk.tap(worker, await desk.begin(worker, batch))
    for number in range(4):
        await desk.tap(mina, await desk.begin(mina, batch), number % 2)
    monkeypatch.setattr(disclosing, "CHUNK", 2)

    path = tmp_path / "mydata.json"
    await disclosing.write(desk.db, desk.now, mina, path, SEOUL, "KRW")

    written = json.loads(path.read_text(encoding="utf-8"))
    assert 5 == len(written["answers"])
    assert 5 == len(written["entries"])
    assert ["20"] * 5 == [entry["amount"] for entry in written["entries"]]
    assert [{"account": f"pending:{mina}", "amount": "100"}] == written["balances"]
    assert "gold" not in path.read_text(encoding="utf-8").lower()


def test_every_column_about_people_has_been_thought_of() -> None:
    """A new column that names a person, or a new one of a person, has to be told, forgotten, or meant to stay."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrate_sqlite(connection, SQLITE)
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        naming = {
            f"{table}.{key[3]}"
            for table in tables
            for key in connection.execute(f"PRAGMA foreign_key_list({table})")
            if key[2] == "person"
        }
        person = {column[1] for column in connection.execute("PRAGMA table_info(person)")}

    assert {
        "answer.worker_id", "assignment.worker_id", "batch.card_person_id", "batch.coordinator_id", "consent.person_id",
        "invite.created_by", "invite_use.person_id", "member.person_id", "outbox.person_id", "payment.worker_id",
        "progress.worker_id", "project.coordinator_id", "setting.changed_by", "settlement.worker_id",
        "upload.coordinator_id",
        "adjustment.made_by", "adjustment.worker_id", "bonus.worker_id", "bonus_rule.made_by", "deed.person_id",
        "contradiction.decided_by", "contradiction.reported_by", "contradiction.worker_id",
        "digest.person_id", "export_plan.changed_by", "funding.coordinator_id", "funding.funded_by",
        "invitation.person_id", "payee.person_id", "payee_link.person_id", "payout.worker_id",
        "payout_choice.person_id", "rejection.decided_by", "rejection.reviewer_id", "rejection.second_id",
        "rejection.worker_id", "reminder.person_id",
        "reminding.person_id", "slice.worker_id", "transfer.approved_by", "transfer.made_by",
    } == naming  # fmt: skip
    assert {"id", "card_has_picture", "forgotten_at"} == person - set(disclosing.PERSON.split())
