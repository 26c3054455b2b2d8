"""Who somebody is, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum

from rules.model import PersonId
from rules.refusals import Refusal
from storage import Row, Tx

CONSENT_VERSION = 2
"""The version of the words about what is stored and why; a newer one is asked for again."""

LANGUAGES = ("ko", "en")


class Role(StrEnum):
    """What a person may do. One person may be all of these."""

    WORKER = "worker"
    COORDINATOR = "coordinator"
    OWNER = "owner"


@dataclass(frozen=True)
class Person:
    """Somebody who has talked to the bot. `timezone` names where they live; it is empty unless they said so."""

    id: PersonId
    telegram_id: int
    code: str
    name: str
    language: str
    timezone: str
    reads: str
    roles: frozenset[Role]
    has_consented: bool
    sees_everything: bool
    expects: str | None
    card_message_id: int | None
    card_has_picture: bool
    is_leaving: bool

    @property
    def must_agree(self) -> bool:
        """Whether the terms come first: a worker who has not agreed to them as they are now."""
        return Role.WORKER in self.roles and not self.has_consented and not self.is_leaving


def person_of(row: Row) -> Person:
    held = {Role.WORKER: row["is_worker"], Role.COORDINATOR: row["is_coordinator"], Role.OWNER: row["is_owner"]}
    return Person(
        id=row["id"],
        telegram_id=row["telegram_id"],
        code=row["code"],
        name=row["name"],
        language=row["language"],
        timezone=row["timezone"],
        reads=row["reads"],
        roles=frozenset(role for role, holds in held.items() if holds),
        has_consented=row["consent_version"] == CONSENT_VERSION,
        sees_everything=bool(row["all_projects"]),
        expects=row["expects"],
        card_message_id=row["card_message_id"],
        card_has_picture=bool(row["card_has_picture"]),
        is_leaving=row["leaving_at"] is not None,
    )


def find(tx: Tx, telegram_id: int) -> Person | None:
    """The person behind a Telegram id."""
    row = tx.one("people.by_telegram", telegram=telegram_id)
    return person_of(row) if row else None


def require(tx: Tx, person: PersonId, *roles: Role) -> Person:
    """The person, as the database knows them now. Raises Refusal unless they hold one of the roles."""
    row = tx.one("people.find", person=person)
    found = person_of(row) if row else None
    if found is None or not found.roles & set(roles):
        raise Refusal(f"refusal.only_{roles[0]}")
    return found


def require_worker(tx: Tx, person: PersonId) -> Person:
    """A worker who has agreed to what is stored and is not leaving. Raises Refusal otherwise."""
    found = require(tx, person, Role.WORKER)
    if found.is_leaving:
        raise Refusal("personal.leaving")
    if not found.has_consented:
        raise Refusal("refusal.consent_first")
    return found


def expect(tx: Tx, person: PersonId, expects: str | None) -> None:
    """Remember what the person's next typed message is about; None for nothing."""
    tx.run("people.expect", person=person, expects=expects)


def remember_card(tx: Tx, person: PersonId, message_id: int | None, has_picture: bool) -> None:
    """Remember which message is the person's labeling message."""
    tx.run("people.card", person=person, message=message_id, picture=int(has_picture))


def reached(tx: Tx, telegram_id: int, is_reachable: bool) -> None:
    """Remember whether messages reach the person."""
    tx.run("people.reachable", telegram=telegram_id, reachable=int(is_reachable))


def speak(tx: Tx, person: PersonId, language: str) -> None:
    """Change a person's language. Raises Refusal for one that is not spoken here."""
    if language not in LANGUAGES:
        raise Refusal("start.lost_button")
    tx.run("people.speak", person=person, language=language)


def read(tx: Tx, person: PersonId, language: str, is_on: bool) -> None:
    """Change which languages a worker labels in. Raises Refusal when none would be left."""
    row = tx.one("people.find", person=person)
    reads = set(row["reads"].split(",")) if row else set()
    reads = reads | {language} if is_on else reads - {language}
    if not reads:
        raise Refusal("start.reads_one")
    tx.run("people.read", person=person, reads=",".join(each for each in LANGUAGES if each in reads))
