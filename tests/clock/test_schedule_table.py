"""The table of jobs in the manual is the schedule."""

import re
from typing import assert_never

from sources import ROOT

from bot.scheduling import Every, Job
from jobs import SCHEDULE
from rules.periods import Daily, Hourly, Monthly, Weekly

LINE = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)


def told(job: Job) -> tuple[str, str, str]:
    match job.when:
        case Every(seconds):
            return job.name, f"every {seconds} s" if seconds < 3600 else f"every {seconds // 3600} h", "–"
        case Hourly(minute):
            when = f"hourly :{minute:02}"
        case Daily(hour, minute):
            when = f"daily {hour:02}:{minute:02}"
        case Weekly(weekday, hour, minute):
            when = f"weekly {['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][weekday - 1]} {hour:02}:{minute:02}"
        case Monthly(days, hour, minute):
            when = f"monthly on {', '.join(map(str, days))} {hour:02}:{minute:02}"
        case _:
            assert_never(job.when)
    return job.name, when, job.missed.value


def test_the_manual_tells_every_job_when_it_runs_and_what_it_does_about_missed_periods() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    part = manual[manual.index("## What happens by itself") : manual.index("## Figures")]

    assert sorted(told(job) for job in SCHEDULE) == sorted(LINE.findall(part))


def test_no_two_jobs_have_one_name() -> None:
    assert len(SCHEDULE) == len({job.name for job in SCHEDULE})
