"""What is stored about somebody: a card's worth of facts, and everything as one JSON document."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from rules import ledger
from rules.choosing import names
from rules.model import Instant, Micros, PersonId
from storage import Database, Row, Tx
from storage.database import Value
from storage.ledger import balance

from .leaving import owed, received

CHUNK = 1_000
AT_ONCE = 500
"""So many updates of everybody are looked through in one go."""

ACCOUNTS = (
    ledger.pending,
    ledger.available,
    ledger.in_payout,
    ledger.paid,
    ledger.income_tax,
    ledger.local_tax,
    ledger.budget,
)
WHOLE = 1_000_000

Fact = str | int | bool | list[str] | Mapping[str, Any] | None
Record = dict[str, Fact]

PERSON = (
    "code telegram_id name username language reads is_worker is_coordinator is_owner all_projects has_budget reachable "
    "expects card_message_id consent_version consent_at leaving_at forget_at created_at"
)

SECTIONS = (
    ("consents", "personal.consents", "version agreed_at withdrawn_at"),
    ("projects_joined", "personal.memberships", "title joined_at"),
    ("invites_used", "personal.invites_used", "role title used_at"),
    ("invites_made", "personal.invites_made", "role uses_left expires_at created_at"),
    ("settings_changed", "personal.settings_made", "name value changed_at"),
    ("projects_posted", "personal.projects", "title created_at"),
    ("batches_posted", "personal.batches", "code title state created_at"),
    ("files_sent", "personal.files", "file_name state created_at"),
    ("sessions", "personal.sessions", "code session_since session_last session_answers session_earned"),
    ("open_tasks", "personal.open_tasks", "code number state leased_at shown_at lease_until"),
    ("balances", "personal.balances", "account amount"),
    ("settlements", "personal.settlements", "answers amount settled_at"),
    ("deeds", "personal.deeds", "action detail done_at"),
    ("budget", "personal.fundings", "amount note funded_at"),
    ("payments", "personal.payments", "amount note paid_at"),
    ("payouts", "personal.payouts", "code state gross income_tax local_tax net tax_profile reason asked_at ended_at"),
    ("payouts_contradicted", "contradictions.of_worker", "code said reason reported_at decision decided_at"),
    ("asked_for_on_paydays", "personal.payout_choice", "is_automatic changed_at"),
    ("bonuses", "personal.bonuses", "code title amount earned_at"),
    ("bonuses_promised", "personal.bonus_rules", "code measure threshold amount ceiling state made_at ended_at"),
    ("corrections", "personal.adjustments", "amount reason made_at"),
    ("corrections_made", "personal.adjustments_made", "amount made_at"),
    ("digests", "digests.stored", "kind day told_at"),
    (
        "rejections",
        "rejections.of_worker",
        "code number state reason note amount proposed_at told_at appealed_at decided_at",
    ),
    ("rejections_judged", "rejections.judged_by", "code state proposed_at decided_at"),
    ("account", "payees.disclosed", "last_digits reference tax_profile held_until changed_at"),
    ("account_links", "payees.links", "expires_at used_at"),
    (
        "reminders_wanted",
        "preferences.find",
        "kinds days from_hour to_hour most timezone snoozed_until ignored reminded_at changed_at",
    ),
    ("reminders", "reminders.stored", "kind state due_at sent_at"),
    ("batches_told_of", "slices.invitations", "code is_held_out decided_at told_at"),
    ("tasks_kept", "slices.of_worker", "code slots state cut_at told_at ends_at"),
    ("pace", "personal.pace", "halvings limited_at stopped_until"),
)
"""What is told of somebody, each part by the query that finds it and the columns that are told."""

ANSWERED = frozenset(("message", "reply_to_message", "pinned_message"))
"""Where the parts of an update hold a message of the bot's."""

INSTANTS = frozenset(("held_until", "lease_until", "session_since", "session_last", "snoozed_until", "stopped_until"))
AMOUNTS = frozenset(("amount", "ceiling", "price", "session_earned", "gross", "income_tax", "local_tax", "net"))


@dataclass(frozen=True)
class Stored:
    """What the card says; money is owed until it is paid."""

    name: str
    username: str | None
    telegram_id: int
    code: str
    since: Instant
    consent_version: int | None
    consent_at: Instant | None
    forget_at: Instant | None
    answers: int
    owed: Micros
    paid: Micros


def stored(tx: Tx, person: PersonId) -> Stored:
    """The card about somebody."""
    row = _person(tx, person)
    counted = tx.one("personal.count_answers", person=person)
    return Stored(
        name=row["name"],
        username=row["username"],
        telegram_id=row["telegram_id"],
        code=row["code"],
        since=row["created_at"],
        consent_version=row["consent_version"],
        consent_at=row["consent_at"],
        forget_at=row["forget_at"],
        answers=counted["answers"] if counted else 0,
        owed=owed(tx, person),
        paid=balance(tx, ledger.paid(person)),
    )


async def write(db: Database, now: Instant, person: PersonId, path: Path, timezone: ZoneInfo, currency: str) -> None:
    """Write everything that is stored about somebody: nothing about others, and nothing about gold.

    Instants are ISO 8601 with the time zone's offset; amounts are exact, as text, in major units of the currency.
    """
    heading = {"written_at": _instant(now, timezone), "currency": currency}
    facts = heading | await db.read(about, person, timezone)
    accounts = [kind(person) for kind in ACCOUNTS]
    with await asyncio.to_thread(path.open, "w", encoding="utf-8") as file:
        await asyncio.to_thread(file.write, json.dumps(facts, ensure_ascii=False, indent=1).removesuffix("\n}"))
        await _list(db, file, "answers", [partial(answers_after, person=person, timezone=timezone)])
        await _list(db, file, "entries", [partial(entries_after, account=each, timezone=timezone) for each in accounts])
        await _list(db, file, "messages", [partial(messages_after, person=person, timezone=timezone)])
        await _list(db, file, "received", [partial(received_after, person=person, timezone=timezone)])
        await asyncio.to_thread(file.write, "\n}\n")


def about(tx: Tx, person: PersonId, timezone: ZoneInfo) -> dict[str, Record | list[Record]]:
    """All but what may be long, which comes in chunks."""
    found: dict[str, Record | list[Record]] = {"person": _told(_person(tx, person), PERSON, timezone)}
    for name, query, columns in SECTIONS:
        found[name] = [_told(row, columns, timezone) for row in tx.all(query, person=person)]
    return found


@dataclass(frozen=True)
class Chunk:
    """Some records of a long list, and where the next ones begin; None after the last."""

    records: list[Record]
    then: tuple[int, Value] | None


Read = Callable[[Tx, tuple[int, Value] | None], Chunk]


def answers_after(tx: Tx, after: tuple[int, Value] | None, *, person: PersonId, timezone: ZoneInfo) -> Chunk:
    """A person's answers, oldest first; their tasks by number, since a reference may say what is gold."""
    moment, mark = after or (-1, 0)
    rows = tx.all("personal.answers", person=person, moment=moment, mark=mark, limit=CHUNK)
    return Chunk([_answer(row, timezone) for row in rows], _then(rows))


def entries_after(tx: Tx, after: tuple[int, Value] | None, *, account: str, timezone: ZoneInfo) -> Chunk:
    """What was entered on an account, oldest first."""
    moment, mark = after or (-1, "")
    rows = tx.all("personal.entries", account=account, moment=moment, mark=mark, limit=CHUNK)
    return Chunk([_entry(row, timezone) for row in rows], _then(rows))


def messages_after(tx: Tx, after: tuple[int, Value] | None, *, person: PersonId, timezone: ZoneInfo) -> Chunk:
    """What somebody was told without having asked, oldest first, for as long as that is remembered."""
    moment, mark = after or (-1, 0)
    rows = tx.all("personal.messages", person=person, moment=moment, mark=mark, limit=CHUNK)
    return Chunk([_message(row, timezone) for row in rows], _then(rows))


def received_after(tx: Tx, after: tuple[int, Value] | None, *, person: PersonId, timezone: ZoneInfo) -> Chunk:
    """What somebody sent and tapped, as it came in, for as long as it is kept."""
    telegram_id = _person(tx, person)["telegram_id"]
    first, last = received(tx)
    begin = first - 1 if after is None else after[0]
    rows = tx.all("personal.received", after=begin, upto=begin + AT_ONCE, telegram=telegram_id)
    updates = [(row, json.loads(row["raw"])) for row in rows]
    records = [_received(row, update, timezone) for row, update in updates if _is_from(update, telegram_id)]
    return Chunk(records, (begin + AT_ONCE, 0) if begin + AT_ONCE < last else None)


def _is_from(update: Mapping[str, Any], telegram_id: int) -> bool:
    contents = [each for each in update.values() if isinstance(each, dict)]
    return any(isinstance(each.get("from"), dict) and each["from"].get("id") == telegram_id for each in contents)


def _received(row: Row, update: Mapping[str, Any], timezone: ZoneInfo) -> Record:
    told = {"received_at": _instant(row["received_at"], timezone), "state": row["state"]}
    return told | {"update": _without_the_bots_own(update)}


def _without_the_bots_own(update: Mapping[str, Any]) -> Mapping[str, Any]:
    """An update without the text of messages that it answers: the bot wrote those, about tasks and other people."""
    return {name: _named(content) if isinstance(content, dict) else content for name, content in update.items()}


def _named(content: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        name: {"message_id": value.get("message_id")} if name in ANSWERED and isinstance(value, dict) else value
        for name, value in content.items()
    }


def _message(row: Row, timezone: ZoneInfo) -> Record:
    told = {"kind": row["kind"], "state": row["state"], "created_at": _instant(row["moment"], timezone)}
    return told | {"due_at": _instant(row["due_at"], timezone)}


def _answer(row: Row, timezone: ZoneInfo) -> Record:
    return {
        "batch": row["code"],
        "title": row["title"],
        "task": row["number"],
        "labels": None if row["labels"] is None else list(names(row["labels"], json.loads(row["choices"]))),
        "status": row["status"],
        "reason": row["reason"],
        "undone": bool(row["undone"]),
        "price": _amount(row["price"]),
        "settled": row["settlement_id"] is not None,
        "answered_at": _instant(row["moment"], timezone),
        "milliseconds": row["milliseconds"],
        "guide_version": row["guide_version"],
    }


def _entry(row: Row, timezone: ZoneInfo) -> Record:
    told = {"source": row["mark"], "account": row["account"], "amount": _amount(row["amount"])}
    return told | {"posted_at": _instant(row["moment"], timezone)}


def _then(rows: list[Row]) -> tuple[int, Value] | None:
    return (rows[-1]["moment"], rows[-1]["mark"]) if len(rows) == CHUNK else None


async def _list(db: Database, file: TextIO, name: str, reads: Iterable[Read]) -> None:
    """Write a list that may be long, chunk by chunk, one record a line."""
    opening = f',\n "{name}": ['
    async for record in _records(db, reads):
        await asyncio.to_thread(file.write, opening + record)
        opening = ","
    await asyncio.to_thread(file.write, "\n ]" if opening == "," else f"{opening}]")


async def _records(db: Database, reads: Iterable[Read]) -> AsyncIterator[str]:
    """The records of each reading, a chunk of them at a time, as JSON."""
    for read in reads:
        after: tuple[int, Value] | None = None
        while True:
            chunk = await db.read(read, after)
            if chunk.records:
                yield ",".join("\n  " + json.dumps(record, ensure_ascii=False) for record in chunk.records)
            if chunk.then is None:
                break
            after = chunk.then


def _person(tx: Tx, person: PersonId) -> Row:
    row = tx.one("people.find", person=person)
    if row is None:
        raise LookupError(person)
    return row


def _told(row: Row, columns: str, timezone: ZoneInfo) -> Record:
    return {column: _fact(column, row[column], timezone) for column in columns.split()}


def _fact(column: str, value: Value, timezone: ZoneInfo) -> Fact:
    if isinstance(value, int) and (column.endswith("_at") or column in INSTANTS):
        return _instant(value, timezone)
    if isinstance(value, int) and column in AMOUNTS:
        return _amount(value)
    return value


def _instant(value: int, timezone: ZoneInfo) -> str:
    return datetime.fromtimestamp(value / 1_000, timezone).isoformat(timespec="milliseconds")


def _amount(value: int) -> str:
    return f"{Decimal(value) / WHOLE:f}"
