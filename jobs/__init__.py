"""What happens without a tap. Each job may run twice or late, and nothing breaks."""

from bot.scheduling import Daily, Every, Job

from . import expire, prune

SCHEDULE: tuple[Job, ...] = (
    Job("expire", Every(seconds=20), expire.run),
    Job("prune", Daily(hour=4), prune.run),
)
