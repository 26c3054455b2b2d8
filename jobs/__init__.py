"""What happens without a tap. Each job may run twice or late, and nothing breaks."""

from bot.scheduling import Every, ForPeriod, Job
from rules.backlog import Missed
from rules.periods import Daily, Hourly

from . import (
    appeals,
    backup,
    batches,
    bonuses,
    cards,
    check,
    digests,
    expire,
    export,
    forgetting,
    outbox,
    payouts,
    prune,
    remind,
    settle,
    stalls,
    uploads,
    watch,
)

SCHEDULE: tuple[Job, ...] = (
    Job("expire", Every(seconds=20), expire.run),
    Job("outbox", Every(seconds=2), outbox.run),
    Job("cards", Every(seconds=20), cards.run),
    Job("batches", Every(seconds=20), batches.run),
    Job("appeals", Every(seconds=60), appeals.run),
    Job("uploads", Every(seconds=60), uploads.run),
    Job("stalls", Every(seconds=600), stalls.run),
    Job("remind", Every(seconds=30), remind.run),
    Job("nudge", Every(seconds=900), remind.nudge),
    Job("watch", Every(seconds=60), watch.run),
    Job("backup", Every(seconds=60), backup.run),
    Job("digests", Every(seconds=300), digests.run),
    Job("settle", Hourly(), settle.run, Missed.ONCE),
    Job("bonuses", Hourly(minute=10), bonuses.run, Missed.ONCE),
    Job("check", Daily(hour=3), check.run, Missed.ONCE),
    Job("prune", Daily(hour=4), prune.run, Missed.ONCE),
    Job("forgetting", Daily(hour=4, minute=30), forgetting.run, Missed.ONCE),
    Job("payday", Daily(hour=6), ForPeriod(payouts.run), Missed.EACH),
    Job("export", Every(seconds=20), export.run),
)
