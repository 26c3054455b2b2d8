"""Where workers' money goes: sealed account data from a one-time form, or a reference that a coordinator keeps."""

import json
from dataclasses import dataclass, replace
from enum import StrEnum

from rules.model import DAY, HOUR, MINUTE, Instant, PersonId
from rules.payees import is_reference
from rules.refusals import Refusal
from rules.taxes import Profile
from storage import Row, Tx

from . import deeds
from .people import Person, Role, person_of, require

LINK_LIFE = 15 * MINUTE
HOLD = 72 * HOUR
"""How long nothing is paid to an account that has replaced another, so that a thief gains nothing unseen."""

UNTIL_LOOKED = Instant(253_370_764_800_000)
"""The year 9999: held until an owner has looked."""

LINKS_KEPT = DAY
"""So long a link that is over is told from one that never was."""


@dataclass(frozen=True)
class Payee:
    """Where somebody's money goes. `sealed` needs the installation's key; without it there is only a `reference`.

    Nothing is paid before `held_until` (`UNTIL_LOOKED`: not before an owner has looked).
    """

    person: PersonId
    sealed: str | None
    last_digits: str | None
    reference: str | None
    tax_profile: Profile
    held_until: Instant
    changed_at: Instant

    def is_held(self, now: Instant) -> bool:
        return now < self.held_until

    @property
    def waits_for_owner(self) -> bool:
        return self.held_until >= UNTIL_LOOKED


class LinkState(StrEnum):
    """What has become of a link."""

    OPEN = "open"
    USED = "used"
    OLD = "old"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Link:
    """A one-time link, whose it is, and what is stored for them. Of a link that never was there is only the state.

    `message_id` is the message in the chat that carries it.
    """

    state: LinkState
    expires_at: Instant | None = None
    language: str | None = None
    timezone: str = ""
    person: PersonId | None = None
    payee: Payee | None = None
    message_id: int | None = None


@dataclass(frozen=True)
class Known:
    """A worker, and where their money goes, as staff may see it."""

    person: PersonId
    code: str
    name: str
    payee: Payee | None


def of(tx: Tx, person: PersonId) -> Payee | None:
    """Where somebody's money goes, if that is known."""
    row = tx.one("payees.of", person=person)
    return _payee(row) if row else None


def one_sealed(tx: Tx) -> str | None:
    """Something that only the right key opens; None where nothing is sealed."""
    row = tx.one("payees.one_sealed")
    return str(row["sealed"]) if row else None


# The one-time form ----------------------------------------------------------------------------------------------------


def offer_link(tx: Tx, now: Instant, person: PersonId, token_hash: str) -> Instant:
    """Let a worker fill in the form once; until when. Every other link of theirs ends.

    Raises Refusal for anybody but a worker who has agreed to the terms, or is leaving and still to be paid.
    """
    worker = require(tx, person, Role.WORKER)
    if worker.must_agree:
        raise Refusal("refusal.consent_first")
    tx.run("payees.end_links", person=person, now=now)
    tx.run("payees.drop_links", person=person, before=now - LINKS_KEPT)
    expires = Instant(now + LINK_LIFE)
    tx.run("payees.offer_link", hash=token_hash, person=person, expires=expires)
    return expires


def link_sent(tx: Tx, token_hash: str, message_id: int) -> None:
    """Remember which message carries a link."""
    tx.run("payees.sent", hash=token_hash, message=message_id)


def look(tx: Tx, now: Instant, token_hash: str) -> Link:
    """A link as it stands now. Looking never uses it up."""
    row = tx.one("payees.link", hash=token_hash)
    if row is None:
        return Link(LinkState.UNKNOWN)
    state = LinkState.OPEN if now < row["expires_at"] else LinkState.OLD
    if row["used_at"] is not None:
        state = LinkState.USED
    person = PersonId(row["person_id"])
    return Link(state, row["expires_at"], row["language"], row["timezone"], person, of(tx, person), row["message_id"])


def save(
    tx: Tx,
    now: Instant,
    token_hash: str,
    sealed: str,
    last_digits: str,
    tax_profile: Profile,
    same_as: str | None = None,
) -> Link:
    """Take a filled form and use its link up; nothing is stored unless the outcome's state is open.

    The outcome's payee is what is stored now. `same_as` is what was stored already, when it holds the same account:
    then nothing is held and nobody is warned. Who was made exempt stays so.
    """
    link = look(tx, now, token_hash)
    if link.state is not LinkState.OPEN or link.person is None or not _use(tx, now, token_hash):
        return link
    before = link.payee
    if before is not None and before.tax_profile is Profile.EXEMPT:
        tax_profile = Profile.EXEMPT
    if before is not None and same_as is not None and before.sealed == same_as:
        _store(tx, before.changed_at, link.person, sealed, last_digits, None, tax_profile, before.held_until)
        is_change = False
    else:
        is_change = _put(tx, now, link.person, sealed, last_digits, None, tax_profile)
    _tell(tx, now, link.person, "payee_changed" if is_change else "payee_saved", token_hash)
    return replace(link, payee=of(tx, link.person))


def dispute(tx: Tx, now: Instant, person: PersonId) -> None:
    """The worker says that it was not them who changed the account: nothing is paid until an owner has looked."""
    require(tx, person, Role.WORKER)
    payee = of(tx, person)
    if payee is None:
        raise Refusal("payee.nothing_stored")
    if payee.waits_for_owner:
        return
    tx.run("payees.hold", person=person, until=UNTIL_LOOKED)
    tx.run("payees.end_links", person=person, now=now)
    deeds.note(tx, now, person, "payee", "disputed")
    for owner in tx.all("people.owners"):
        key, said = f"payee_disputed:{person}:{owner['id']}:{now}", json.dumps({"person": person})
        tx.run("outbox.queue", key=key, person=owner["id"], kind="payee_disputed", blanks=said, now=now)


def release(tx: Tx, now: Instant, owner: PersonId, person: PersonId) -> Known:
    """An owner has looked: what is paid waits no longer than any change makes it wait.

    Raises Refusal for anybody but an owner, and for owners whose own account it is unless they are alone.
    """
    require(tx, owner, Role.OWNER)
    deeds.require_second(tx, person, owner)
    payee = of(tx, person)
    if payee is None:
        raise Refusal("payee.nothing_stored")
    if payee.waits_for_owner:
        tx.run("payees.hold", person=person, until=max(now, payee.changed_at + HOLD))
        deeds.note(tx, now, owner, "payee", f"released {person}")
        if person != owner:
            _tell(tx, now, person, "payee_released", str(now))
    return known(tx, owner, person)


# Where the form is not served -----------------------------------------------------------------------------------------


def set_reference(tx: Tx, now: Instant, staff: PersonId, code: str, reference: str) -> Known:
    """A coordinator or owner writes down under what name they keep a worker's account elsewhere.

    Raises Refusal for anybody else, for an unknown code, for what looks like an account number, and for one's own
    account unless one is alone.
    """
    worker = _worker(tx, staff, code)
    deeds.require_second(tx, worker.id, staff)
    if not is_reference(reference):
        raise Refusal("payee.reference_wrong")
    before = of(tx, worker.id)
    if before is None or before.reference != reference:
        profile = before.tax_profile if before else Profile.RESIDENT
        is_change = _put(tx, now, worker.id, None, None, reference, profile)
        deeds.note(tx, now, staff, "payee", f"reference {worker.id}")
        if worker.id != staff:
            _tell(tx, now, worker.id, "payee_changed" if is_change else "payee_saved", str(now))
    return known(tx, staff, worker.id)


def set_tax(tx: Tx, now: Instant, staff: PersonId, person: PersonId, profile: Profile) -> Known:
    """A coordinator or owner says by which rates a worker is taxed, who is told.

    Of a worker who fills in the form only whether they are exempt: raises Refusal for the rest, for anybody else, where
    nothing is stored, and for one's own unless one is alone.
    """
    require(tx, staff, Role.COORDINATOR, Role.OWNER)
    deeds.require_second(tx, person, staff)
    payee = of(tx, person)
    if payee is None:
        raise Refusal("payee.nothing_stored")
    if payee.sealed is not None and Profile.EXEMPT not in (profile, payee.tax_profile):
        raise Refusal("payee.form_is_used")
    if payee.tax_profile != profile:
        tx.run("payees.tax", person=person, profile=profile)
        deeds.note(tx, now, staff, "payee", f"{profile} {person}")
        if person != staff:
            key, said = f"payee_taxed:{person}:{profile}:{now}", json.dumps({"profile": profile})
            tx.run("outbox.queue", key=key, person=person, kind="payee_taxed", blanks=said, now=now)
    return known(tx, staff, person)


def find(tx: Tx, staff: PersonId, code: str) -> Known:
    """A worker by their code. Raises Refusal for anybody but staff, and for an unknown code."""
    return known(tx, staff, _worker(tx, staff, code).id)


def known(tx: Tx, staff: PersonId, person: PersonId) -> Known:
    """What staff may see of where a worker's money goes. Raises Refusal for anybody else."""
    require(tx, staff, Role.COORDINATOR, Role.OWNER)
    row = tx.one("people.find", person=person)
    if row is None:
        raise Refusal("payee.no_such_worker")
    return Known(person, row["code"], row["name"], of(tx, person))


def forget(tx: Tx, person: PersonId) -> None:
    """Delete where somebody's money went."""
    tx.run("payees.forget_links", person=person)
    tx.run("payees.forget", person=person)


def _worker(tx: Tx, staff: PersonId, code: str) -> Person:
    require(tx, staff, Role.COORDINATOR, Role.OWNER)
    row = tx.one("people.by_code", code=code.upper())
    found = person_of(row) if row else None
    if found is None or Role.WORKER not in found.roles:
        raise Refusal("payee.no_such_worker")
    return found


def _payee(row: Row) -> Payee:
    return Payee(
        person=row["person_id"],
        sealed=row["sealed"],
        last_digits=row["last_digits"],
        reference=row["reference"],
        tax_profile=Profile(row["tax_profile"]),
        held_until=row["held_until"],
        changed_at=row["changed_at"],
    )


def _use(tx: Tx, now: Instant, token_hash: str) -> bool:
    return bool(tx.run("payees.use_link", hash=token_hash, now=now))


def _put(
    tx: Tx,
    now: Instant,
    person: PersonId,
    sealed: str | None,
    last_digits: str | None,
    reference: str | None,
    profile: Profile,
) -> bool:
    """Store another account than before; whether there was one."""
    before = of(tx, person)
    held = max(before.held_until, now + HOLD) if before else 0
    _store(tx, now, person, sealed, last_digits, reference, profile, Instant(held))
    deeds.note(tx, now, person, "payee", "changed" if before else "first")
    return before is not None


def _store(
    tx: Tx,
    changed: Instant,
    person: PersonId,
    sealed: str | None,
    last_digits: str | None,
    reference: str | None,
    profile: Profile,
    held: Instant,
) -> None:
    tx.run(
        "payees.save",
        person=person,
        sealed=sealed,
        digits=last_digits,
        reference=reference,
        profile=profile,
        held=held,
        now=changed,
    )


def _tell(tx: Tx, now: Instant, person: PersonId, kind: str, mark: str) -> None:
    """A message to the worker; what it says of the account is looked up when it is sent, unless that is another one."""
    payee = of(tx, person)
    told = {"link": mark, "changed_at": payee.changed_at} if payee and kind != "payee_released" else {}
    blanks = json.dumps(told)
    tx.run("outbox.queue", key=f"{kind}:{person}:{mark}", person=person, kind=kind, blanks=blanks, now=now)
