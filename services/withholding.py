"""What was withheld, by the month in which the bank got it: of payouts that were paid, and of no others."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from rules import days
from rules.model import Instant, Micros, PersonId
from rules.transfers import Withheld
from storage import Tx

from .payouts import amounts_of
from .tracing import following, previous
from .transfers import require_closer

MONTHS = 6
CHUNK = 500


@dataclass(frozen=True)
class Month:
    """How many payouts of a month were paid, and of how many the bank has said nothing yet."""

    first: date
    payouts: int
    open: int
    taxes: Micros


def months(tx: Tx, now: Instant, person: PersonId, before: date | None, timezone: ZoneInfo) -> tuple[Month, ...]:
    """The months before one, or the last ones, that had payouts; newest first. Raises Refusal for others than staff."""
    require_closer(tx, person)
    row = tx.one("transfers.first_moved")
    if row is None or not row["first"]:
        return ()
    oldest = days.date_of(row["first"], timezone).replace(day=1)
    first = previous(before) if before else days.date_of(now, timezone).replace(day=1)
    found: list[Month] = []
    while first >= oldest and len(found) < MONTHS:
        each = month(tx, person, first, timezone)
        if each.payouts or each.open:
            found.append(each)
        first = previous(first)
    return tuple(found)


def month(tx: Tx, person: PersonId, first: date, timezone: ZoneInfo) -> Month:
    """One month in figures."""
    require_closer(tx, person)
    begins, ends = _bounds(first, timezone)
    row = tx.one("transfers.withheld_sums", begins=begins, ends=ends)
    if row is None:
        raise LookupError(first)
    return Month(first, row["payouts"], row["open"], row["taxes"])


def withheld(tx: Tx, person: PersonId, first: date, timezone: ZoneInfo, after: int) -> tuple[list[Withheld], int]:
    """The next payouts of a month, and the number after which to go on; none at the end."""
    require_closer(tx, person)
    begins, ends = _bounds(first, timezone)
    rows = tx.all("transfers.withheld", begins=begins, ends=ends, after=after, limit=CHUNK)
    found = [
        Withheld(
            worker_code=row["worker_code"],
            paid_on=days.date_of(row["moved_at"], timezone),
            amounts=amounts_of(row),
            tax_profile=row["tax_profile"],
            transfer=row["transfer_code"],
            payout=row["code"],
        )
        for row in rows
    ]
    return found, rows[-1]["id"] if rows else after


def _bounds(first: date, timezone: ZoneInfo) -> tuple[Instant, Instant]:
    return days.day(first, timezone).begins, days.day(following(first), timezone).begins
