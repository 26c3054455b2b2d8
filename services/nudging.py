"""What else people are reminded of: slices and batches that end soon, and work after a few days without any."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from rules import days
from rules.model import DAY, HOUR, MINUTE, Instant, PersonId
from rules.payouts import Terms
from rules.reminding import Kind
from storage import Tx

from . import offering, slicing
from .people import CONSENT_VERSION
from .reminding import may_be_reminded, remind

LAST_CALL = 5 * MINUTE
DEADLINE_AHEAD, DEADLINE_EXPIRES = DAY, HOUR
IDLE = HOUR
AWAY, CALLS_APART = 3 * DAY, 7 * DAY
CALL_EXPIRES = 3 * HOUR


def end(tx: Tx, now: Instant) -> int:
    """End slices that are over, and tell those whose batch was stopped too early for what they were told; how many."""
    ended, recalled = slicing.end_due(tx, now)
    for each in recalled:
        blanks = {"batch": each.batch, "tasks": each.tasks}
        remind(tx, each.worker, Kind.SLICE_ENDING, f"recalled:{each.slice}:{now}", blanks, now, each.ends_at)
    return ended


def warn(tx: Tx, now: Instant) -> int:
    """Remind of slices that end soon, each once; how many."""
    ending = slicing.ending(tx, now)
    for slice_id, worker, ends_at in ending:
        subject = f"slice:{slice_id}:{ends_at}"
        remind(tx, worker, Kind.SLICE_ENDING, subject, {}, now, Instant(ends_at - LAST_CALL), slice_id)
    return len(ending)


def call_in(tx: Tx, now: Instant, limit: int) -> int:
    """Remind those of a batch's end, a day ahead, who have worked on it and have something left to do; how many."""
    soon = now + DEADLINE_AHEAD
    rows = tx.all("reminders.near_deadline", now=now, soon=soon, idle=now - IDLE, limit=limit)
    for row in rows:
        batch, deadline = row["batch_id"], row["deadline_at"]
        blanks, subject = {"batch": batch}, f"batch:{batch}:{deadline}"
        expires = Instant(deadline - DEADLINE_EXPIRES)
        if not offering.has_something(tx, row["worker_id"], batch):
            expires = now  # It is remembered as seen to, and goes nowhere.
        remind(tx, row["worker_id"], Kind.DEADLINE, subject, blanks, now, expires)
    return len(rows)


def before_payday(tx: Tx, now: Instant, terms: Terms, limit: int) -> int:
    """The day before a payday, remind those who have enough to be paid and have not said where to; how many."""
    payday = days.day(days.date_of(now, terms.timezone) + timedelta(days=1), terms.timezone)
    if not terms.paydays.include(payday.date):
        return 0
    subject = f"payday:{payday.date}"
    rows = tx.all("reminders.homeless_money", minimum=terms.minimum, subject=subject, limit=limit)
    for row in rows:
        remind(tx, row["id"], Kind.PAYOUT, subject, {"day": payday.begins}, now, payday.begins)
    return len(rows)


def away(tx: Tx, now: Instant, usual_zone: ZoneInfo) -> list[PersonId]:
    """Who wants to be called back, has not worked for three days, and may be reminded at this moment."""
    rows = tx.all("reminders.lost_workers", now=now, before=now - AWAY, version=CONSENT_VERSION)
    return [row["id"] for row in rows if _is_due(tx, now, row["id"], usual_zone)]


def call_back(tx: Tx, now: Instant, person: PersonId, usual_zone: ZoneInfo) -> bool:
    """Call somebody back, at most once a week and only to work that there is; whether that was done."""
    if not _is_due(tx, now, person, usual_zone) or not offering.available(tx, person):
        return False
    return remind(tx, person, Kind.COME_BACK, f"week:{now}", {}, now, Instant(now + CALL_EXPIRES))


def _is_due(tx: Tx, now: Instant, person: PersonId, usual_zone: ZoneInfo) -> bool:
    if tx.one("reminders.come_back_since", person=person, since=now - CALLS_APART) is not None:
        return False
    return may_be_reminded(tx, now, person, Kind.COME_BACK, usual_zone)
