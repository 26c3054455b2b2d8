from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, tzinfo

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

class AsyncIOScheduler:
    def __init__(self, *, timezone: tzinfo, job_defaults: Mapping[str, object]) -> None: ...
    def add_job(
        self,
        func: Callable[..., Awaitable[None]],
        trigger: IntervalTrigger | CronTrigger,
        *,
        args: tuple[object, ...],
        id: str,
        next_run_time: datetime = ...,
    ) -> object: ...
    def start(self) -> None: ...
    def pause(self) -> None: ...
    def shutdown(self, wait: bool = True) -> None: ...
