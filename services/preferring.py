"""What somebody wants to be reminded of, and when."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from rules import days, reminding
from rules.model import Instant, PersonId
from rules.refusals import Refusal
from rules.reminding import NEVER, Choices, Kind, Snooze
from storage import Row, Tx

MOST = (1, 2, 3, 5)
"""How many reminders a day somebody may choose to have at most."""


def choices_of(tx: Tx, person: PersonId, usual_zone: ZoneInfo) -> Choices:
    """What a person has chosen, else what is usual; `usual_zone` is where they live unless they have said so."""
    row = tx.one("preferences.find", person=person)
    return _choices(row, usual_zone) if row else reminding.usual(usual_zone)


def wants(tx: Tx, now: Instant, person: PersonId, kind: Kind) -> bool:
    """Whether a person wants to hear of something at all, and has not asked to be left alone now."""
    row = tx.one("preferences.find", person=person)
    if row is None:
        return kind in reminding.USUAL_KINDS
    return kind in _list(row["kinds"]) and bool(row["snoozed_until"] <= now)


def offer(tx: Tx, now: Instant, person: PersonId) -> bool:
    """Whether to offer somebody to be told of new work: once, since from then on they have choices of their own."""
    return bool(_begin(tx, now, person))


def choose_kind(tx: Tx, now: Instant, person: PersonId, kind: str, is_on: bool) -> None:
    """Hear of something, or hear of it no more. Raises Refusal for what nobody is reminded of."""
    if kind not in set(Kind):
        raise Refusal("start.lost_button")
    kinds = set(_list(_own(tx, now, person)["kinds"]))
    kinds = kinds | {kind} if is_on else kinds - {kind}
    tx.run("preferences.choose_kinds", person=person, kinds=_joined(kinds), now=now)


def opt_in(tx: Tx, now: Instant, person: PersonId) -> None:
    """Be told of new work from now on, also after having been silent, or having wanted silence."""
    choose_kind(tx, now, person, Kind.NEW_WORK, True)
    tx.run("preferences.snooze", person=person, until=NEVER, now=now)


def choose_day(tx: Tx, now: Instant, person: PersonId, day: int, is_on: bool) -> None:
    """Hear of things on a day of the week (Monday is 0), or not. Raises Refusal when no day would be left."""
    days = set(_own(tx, now, person)["days"])
    days = days | {str(day)} if is_on else days - {str(day)}
    if not days or not 0 <= day <= 6:
        raise Refusal("remind.one_day")
    tx.run("preferences.choose_days", person=person, days="".join(sorted(days)), now=now)


def choose_hours(tx: Tx, now: Instant, person: PersonId, from_hour: int | None, to_hour: int | None) -> None:
    """Hear of things from an hour on, or until one; None leaves it as it is."""
    row = _own(tx, now, person)
    begins = row["from_hour"] if from_hour is None else from_hour
    ends = row["to_hour"] if to_hour is None else to_hour
    if not 0 <= begins <= 23 or not 1 <= ends <= 24:
        raise Refusal("start.lost_button")
    tx.run("preferences.choose_hours", person=person, from_hour=begins, to_hour=ends, now=now)


def choose_most(tx: Tx, now: Instant, person: PersonId, most: int) -> None:
    """Hear of things so many times a day at the most."""
    if most not in MOST:
        raise Refusal("start.lost_button")
    _own(tx, now, person)
    tx.run("preferences.choose_most", person=person, most=most, now=now)


def choose_zone(tx: Tx, now: Instant, person: PersonId, name: str) -> None:
    """Live in a time zone of this IANA name. Raises Refusal for one that does not exist."""
    zone = days.zone(name.strip())
    if zone is None:
        raise Refusal("remind.no_such_zone", name=name.strip()[:40])
    _own(tx, now, person)
    tx.run("preferences.choose_zone", person=person, timezone=zone.key, now=now)


def snooze(tx: Tx, now: Instant, person: PersonId, how: Snooze | None, usual_zone: ZoneInfo) -> Choices:
    """Hear nothing for a while, or of everything again (None); what holds from then on."""
    _own(tx, now, person)
    until = reminding.snoozed_until(how, now, choices_of(tx, person, usual_zone).timezone) if how else NEVER
    tx.run("preferences.snooze", person=person, until=until, now=now)
    return choices_of(tx, person, usual_zone)


def reminded(tx: Tx, now: Instant, person: PersonId) -> None:
    """A reminder has gone out. It counts as ignored until its person gives a sign of life."""
    _begin(tx, now, person)
    tx.run("preferences.reminded", person=person, now=now)


def heard_from(tx: Tx, telegram_id: int) -> None:
    """Somebody has given a sign of life."""
    tx.run("preferences.heard_from", telegram=telegram_id)


def _own(tx: Tx, now: Instant, person: PersonId) -> Row:
    _begin(tx, now, person)
    row = tx.one("preferences.find", person=person)
    if row is None:
        raise LookupError(person)
    return row


def _begin(tx: Tx, now: Instant, person: PersonId) -> int:
    return tx.run(
        "preferences.begin",
        person=person,
        kinds=_joined(reminding.USUAL_KINDS),
        days="".join(str(day) for day in sorted(reminding.EVERY_DAY)),
        from_hour=reminding.USUAL_FROM,
        to_hour=reminding.USUAL_TO,
        most=reminding.USUAL_MOST,
        now=now,
    )


def _choices(row: Row, usual_zone: ZoneInfo) -> Choices:
    return Choices(
        kinds=frozenset(Kind(kind) for kind in _list(row["kinds"])),
        days=frozenset(int(day) for day in row["days"]),
        from_hour=row["from_hour"],
        to_hour=row["to_hour"],
        most=row["most"],
        timezone=days.zone(row["timezone"]) or usual_zone,
        snoozed_until=row["snoozed_until"],
        ignored=row["ignored"],
    )


def _list(kinds: str) -> list[str]:
    return [kind for kind in kinds.split(",") if kind]


def _joined(kinds: Iterable[str]) -> str:
    return ",".join(kind for kind in Kind if kind in set(kinds))
