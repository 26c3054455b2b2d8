"""What a monitoring system may ask. No person, token or text ever stands in a label."""

from collections.abc import Callable
from time import monotonic

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from rules.model import SECOND, Instant
from services import measuring
from storage import Database

from .contact import Contact
from .flood import Spared

LEDGER_EVERY = 600.0
"""Seconds between two looks at the whole ledger."""

QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0)
LONG = (1.0, 5.0, 30.0, 60.0, 120.0, 300.0, 600.0)
STATES = ("queued", "sending", "sent", "unknown", "failed")


class Metrics:
    """The figures of one bot."""

    def __init__(self, timer: Callable[[], float] = monotonic) -> None:
        self._timer = timer
        self._ledger_at: float | None = None
        registry = self._registry = CollectorRegistry()
        self.update_seconds = Histogram(
            "update_seconds", "How long handling an update took", ["handler"], registry=registry, buckets=QUICK
        )
        self.api_calls = Counter("api_calls", "Calls of the Bot API", ["method", "code"], registry=registry)
        self.retry_after = Histogram(
            "retry_after_seconds", "Pauses that Telegram asked for", registry=registry, buckets=LONG
        )
        self.commit_seconds = Histogram(
            "commit_seconds", "From handing in a unit of work to its commit", registry=registry, buckets=QUICK
        )
        self._spared = Counter(
            "messages_spared", "Messages of people who flood that are not stored", ["why"], registry=registry
        )
        for why in Spared:
            self._spared.labels(why.value)
        self.job_last_success = Gauge("job_last_success", "Unix time", ["job"], registry=registry)
        self._poll_age = self._gauge("last_poll_age_seconds", "Since Telegram was last in reach")
        self._pending = self._gauge("inbox_pending", "Updates that are stored and not handled yet")
        self._oldest = self._gauge("inbox_oldest_seconds", "Age of the oldest of them")
        self._outbox = Gauge("outbox", "Messages of our own, by state", ["state"], registry=registry)
        self._leases = self._gauge("leases_open", "Tasks that workers hold")
        self._answers = self._gauge("answers_total", "Answers that are paid")
        self._ledger = self._gauge("ledger_sum", "All entries of the ledger, in millionths; anything but 0 is wrong")

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(name, meaning, registry=self._registry)

    def spared(self, why: Spared) -> None:
        self._spared.labels(why.value).inc()

    def job_succeeded(self, job: str, now: Instant) -> None:
        self.job_last_success.labels(job).set(now / SECOND)

    async def page(self, db: Database, now: Instant, contact: Contact) -> bytes:
        """All figures as they are now, in Prometheus's text format."""
        figures = await db.read(measuring.figures, now)
        self._poll_age.set(contact.silence)
        self._pending.set(figures.pending)
        self._oldest.set(figures.oldest / SECOND)
        for state in STATES:
            self._outbox.labels(state).set(figures.messages.get(state, 0))
        self._leases.set(figures.leases)
        self._answers.set(figures.answers)
        if self._ledger_at is None or self._timer() - self._ledger_at >= LEDGER_EVERY:
            self._ledger.set(await db.read(measuring.ledger_sum))
            self._ledger_at = self._timer()
        return generate_latest(self._registry)
