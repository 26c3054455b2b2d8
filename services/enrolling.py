"""Coming in: the first /start, invitations, consent; and who is what."""

from dataclasses import dataclass

from rules.codes import digest, free_code, new_invite_code
from rules.model import DAY, Instant, PersonId, ProjectId
from rules.refusals import Refusal
from storage import Row, Tx

from . import deeds
from .budgeting import hand_over
from .people import CONSENT_VERSION, Person, Role, find, require

PERSON_CODE = 6
WORKER_INVITE_LIFE = 30 * DAY
COORDINATOR_INVITE_LIFE = 7 * DAY


@dataclass(frozen=True)
class Newcomer:
    """Somebody at the door, as Telegram describes them."""

    telegram_id: int
    name: str
    username: str | None
    language: str


@dataclass(frozen=True)
class Invite:
    """A deep link's code; it is told once and stored only as a hash."""

    code: str
    role: Role
    uses: int
    expires_at: Instant
    project: str | None


@dataclass(frozen=True)
class Coordinator:
    """Somebody who posts batches."""

    id: PersonId
    name: str
    batches: int
    is_owner: bool


def arrive(tx: Tx, now: Instant, who: Newcomer, code: str, owners: frozenset[int], default_join: str) -> Person:
    """Let somebody in, or greet them again. An invite gives what it says, each time a new one is used.

    Raises Refusal at a closed door, and for an invite that is unknown, used up or too old.
    """
    known = find(tx, who.telegram_id)
    invite = _use(tx, now, code) if code and not (known and _used(tx, known.id, code)) else None
    if known is None and invite is None and who.telegram_id not in owners and door(tx, default_join) != "open":
        raise Refusal("start.closed_door")
    row = tx.one(
        "people.add",
        telegram=who.telegram_id,
        code=free_code(PERSON_CODE, lambda code: tx.one("people.by_code", code=code) is not None),
        name=who.name,
        username=who.username,
        language=who.language,
        now=now,
    )
    if row is None:
        raise LookupError(who.telegram_id)
    person = PersonId(row["id"])
    _grant(tx, now, person, invite, is_owner=who.telegram_id in owners, is_new=known is None)
    deeds.write_off_alone(tx, now, person)
    found = find(tx, who.telegram_id)
    if found is None:
        raise LookupError(who.telegram_id)
    return found


def consent(tx: Tx, now: Instant, person: PersonId, version: int) -> None:
    """Remember that a person agreed to these words, and when first. Raises Refusal for words that are outdated."""
    if version != CONSENT_VERSION:
        raise Refusal("start.consent_old")
    row = tx.one("people.find", person=person)
    if row is None or row["leaving_at"] is not None:
        raise Refusal("personal.leaving")
    if tx.run("personal.agree", person=person, version=version, now=now):
        tx.run("people.consent", person=person, version=version, now=now)


def invite_workers(tx: Tx, now: Instant, person: PersonId, uses: int, days: int, project: ProjectId | None) -> Invite:
    """A link for workers, to one project or to all."""
    require(tx, person, Role.COORDINATOR, Role.OWNER)
    title = None
    if project is not None:
        row = tx.one("people.project", project=project)
        if row is None or row["coordinator_id"] != person:
            require(tx, person, Role.OWNER)
        title = row["title"] if row else None
    return _invite(tx, now, person, Role.WORKER, uses, Instant(now + days * DAY), project, title)


def invite_coordinator(tx: Tx, now: Instant, person: PersonId) -> Invite:
    """A link that makes one person a coordinator."""
    require(tx, person, Role.OWNER)
    return _invite(tx, now, person, Role.COORDINATOR, 1, Instant(now + COORDINATOR_INVITE_LIFE), None, None)


def coordinators(tx: Tx, person: PersonId) -> list[Coordinator]:
    """Everybody who posts batches. Owners only."""
    require(tx, person, Role.OWNER)
    return [
        Coordinator(row["id"], row["name"], row["batches"], bool(row["is_owner"]))
        for row in tx.all("people.coordinators")
    ]


def dismiss(tx: Tx, now: Instant, owner: PersonId, coordinator: PersonId) -> Person:
    """Take a coordinator's rights away; their batches, projects and budget go to the owner. Who they are now."""
    require(tx, owner, Role.OWNER)
    deeds.write_off_alone(tx, now, coordinator)
    row = tx.one("people.find", person=coordinator)
    if row is None or not tx.run("people.dismiss", person=coordinator):
        raise Refusal("owner.not_dismissable")
    tx.run("people.take_over", owner=owner, person=coordinator)
    tx.run("people.take_over_projects", owner=owner, person=coordinator)
    hand_over(tx, now, coordinator, owner)
    tx.run("people.expect", person=coordinator, expects=None)
    found = find(tx, row["telegram_id"])
    if found is None:
        raise LookupError(coordinator)
    return found


def keep_owners(tx: Tx, now: Instant, owners: frozenset[int]) -> int:
    """Take their rights from owners who are none any more, as the settings say; how many.

    What is theirs goes to another owner; where there is none yet, they stay.
    """
    known = tx.all("people.owners")
    heir = next((row["id"] for row in known if row["telegram_id"] in owners and row["leaving_at"] is None), None)
    former = [row["id"] for row in known if row["telegram_id"] not in owners]
    if heir is None:
        return 0
    for person in former:
        tx.run("people.disown", person=person)
        dismiss(tx, now, heir, person)
    return len(former)


def door(tx: Tx, default: str) -> str:
    """`open` or `invite`: what `/settings` says, else the start value."""
    row = tx.one("people.setting", name="join")
    return row["value"] if row else default


def set_door(tx: Tx, now: Instant, owner: PersonId, value: str) -> None:
    """Open or close the door for newcomers without an invite. Owners only."""
    require(tx, owner, Role.OWNER)
    tx.run("people.set", name="join", value=value, now=now, person=owner)


def projects_of(tx: Tx, person: PersonId) -> list[tuple[ProjectId, str]]:
    """The projects that somebody may invite workers to, newest first."""
    found = require(tx, person, Role.COORDINATOR, Role.OWNER)
    everything = int(Role.OWNER in found.roles)
    return [(row["id"], row["title"]) for row in tx.all("people.projects", person=person, everything=everything)]


def _invite(
    tx: Tx,
    now: Instant,
    person: PersonId,
    role: Role,
    uses: int,
    expires: Instant,
    project: ProjectId | None,
    title: str | None,
) -> Invite:
    code = new_invite_code()
    tx.one(
        "people.add_invite",
        hash=digest(code),
        role=role,
        project=project,
        uses=uses,
        expires=expires,
        person=person,
        now=now,
    )
    return Invite(code, role, uses, expires, title)


def _use(tx: Tx, now: Instant, code: str) -> Row:
    invite = tx.one("people.invite", hash=digest(code))
    if invite is None:
        raise Refusal("start.invite_unknown")
    if not tx.run("people.use_invite", invite=invite["id"], now=now):
        raise Refusal("start.invite_over")
    return invite


def _used(tx: Tx, person: PersonId, code: str) -> bool:
    """Whether this person came in by this code before: their second /start costs no use."""
    return tx.one("people.used_invite", hash=digest(code), person=person) is not None


def _grant(tx: Tx, now: Instant, person: PersonId, invite: Row | None, *, is_owner: bool, is_new: bool) -> None:
    if is_owner:
        tx.run("people.grant", person=person, owner=1, coordinator=1, worker=0, everything=1)
    if is_owner or invite is not None:
        tx.run("personal.stay", person=person)
    if invite is None:
        if is_new and not is_owner:
            tx.run("people.grant", person=person, owner=0, coordinator=0, worker=1, everything=1)
        return
    tx.run("people.invite_used", invite=invite["id"], person=person, now=now)
    is_worker = int(invite["role"] == Role.WORKER)
    everything = int(is_worker and invite["project_id"] is None)
    tx.run("people.grant", person=person, owner=0, coordinator=1 - is_worker, worker=is_worker, everything=everything)
    if invite["project_id"] is not None:
        tx.run("people.join_project", project=invite["project_id"], person=person, now=now)
