"""Which periods of a job have run, and when each job last did what it is for."""

from collections.abc import Mapping
from dataclasses import dataclass

from rules.backlog import ATTEMPTS, Missed, Run, State, choose, pause
from rules.model import DAY, MINUTE, Instant
from rules.periods import Period
from storage import Tx

from .alerting import alert

LEASE = 5 * MINUTE
"""How long a run belongs to its process without a sign of life."""
KEPT = 90 * DAY
SETTLING = 5 * MINUTE
"""So soon after its start nobody worries about a bot's jobs: they have yet to make up for the time before."""

STARTED = "started"
WAITS = 5 * MINUTE
"""After so long a run is begun again that had to wait."""


@dataclass(frozen=True)
class Overdue:
    """A job that has not succeeded for far too long; `since` is when it last did, or was first heard of."""

    job: str
    since: Instant


def register(tx: Tx, now: Instant, jobs: Mapping[str, int]) -> None:
    """Know the jobs of a bot that starts now and how long each may pause, in milliseconds.

    What came before a job was first known is not missed.
    """
    tx.run("moments.note", name=STARTED, now=now)
    for name, longest in jobs.items():
        tx.run("jobs.register", job=name, longest=longest, now=now)
    for row in tx.all("jobs.handled"):
        if row["name"] not in jobs:
            tx.run("jobs.unregister", job=row["name"])


def handled(tx: Tx) -> dict[str, Instant]:
    """For each job the instant up to which no period is left."""
    return {row["name"]: Instant(row["handled_until"]) for row in tx.all("jobs.handled")}


def take(tx: Tx, now: Instant, job: str, missed: Missed, due: tuple[Period, ...]) -> Period | None:
    """Begin what is to be run now out of the periods that are due, oldest first."""
    for row in tx.all("jobs.give_up", job=job, attempts=ATTEMPTS, now=now):
        alert(tx, now, "alert.job_lost", f"{job} {row['period']}", subject=job)
    rows = tx.all("jobs.runs", job=job, first=due[0].name)
    runs = {row["period"]: Run(State(row["state"]), Instant(row["busy_until"])) for row in rows}
    choice = choose(missed, due, runs, now)
    if choice.behind is not None:
        tx.run("jobs.settle", job=job, until=choice.behind)
    if choice.period is not None and claim(tx, now, job, choice.period.name):
        return choice.period
    return None


def claim(tx: Tx, now: Instant, job: str, period: str) -> bool:
    """Begin a job's period; False when it is done, or when somebody is at it."""
    return tx.one("jobs.claim", job=job, period=period, now=now, until=now + LEASE) is not None


def renew(tx: Tx, now: Instant, jobs: tuple[tuple[str, str], ...]) -> None:
    """A sign of life from the runs of this process, each a job and its period."""
    for job, period in jobs:
        tx.run("jobs.renew", job=job, period=period, until=now + LEASE)


def finish(tx: Tx, now: Instant, job: str, period: str) -> None:
    tx.run("jobs.finish", job=job, period=period, now=now)
    succeeded(tx, now, job)


def fail(tx: Tx, now: Instant, job: str, period: str) -> None:
    """Give a period back, to be tried again after a pause unless that was often enough; the owners hear of it."""
    row = tx.one("jobs.attempts", job=job, period=period)
    attempts = ATTEMPTS if row is None else row["attempts"]
    state = State.LOST if attempts >= ATTEMPTS else State.FAILED
    tx.run("jobs.fail", job=job, period=period, state=state, until=now + pause(attempts))
    if state is State.LOST:
        alert(tx, now, "alert.job_lost", f"{job} {period}", subject=job)
    else:
        alert(tx, now, "alert.job", job, subject=job)


def postpone(tx: Tx, now: Instant, job: str, period: str) -> None:
    """Give a period back that can't be run yet; that was no attempt."""
    tx.run("jobs.postpone", job=job, period=period, until=now + WAITS)


def successes(tx: Tx) -> dict[str, Instant]:
    """When each job last did what it is for; nothing of those that never have."""
    return {row["name"]: Instant(row["succeeded_at"]) for row in tx.all("jobs.successes")}


def succeeded(tx: Tx, now: Instant, job: str) -> None:
    """Note that a job has just done what it is for."""
    tx.run("jobs.succeeded", job=job, now=now)


def overdue(tx: Tx, now: Instant) -> tuple[Overdue, ...]:
    """Jobs that have not succeeded for more than twice their longest pause, though the bot is at work for a while."""
    started = tx.one("moments.last", name=STARTED)
    if started is not None and 0 <= now - started["happened_at"] < SETTLING:
        return ()
    return tuple(Overdue(row["name"], Instant(row["since"])) for row in tx.all("jobs.overdue", now=now))


def prune(tx: Tx, now: Instant) -> int:
    """Forget runs that began long ago and are over; how many."""
    return tx.run("jobs.prune", before=now - KEPT)


def claim_again(tx: Tx, now: Instant, job: str, pause: int) -> bool:
    """Begin something that is not tried again for so many milliseconds; False within them."""
    return tx.one("moments.claim", name=f"tried:{job}", now=now, before=now - pause) is not None
