"""`make faults`: every promise in its long form, two at a time, and one table at the end."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree
from zlib import crc32

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from faults.ground import FULL, OUTPUT  # noqa: E402
from faults.leaks import searched  # noqa: E402
from faults.promises import PROPERTY, Promise, heard, table, told  # noqa: E402

LANES = 2
SAID = re.compile(r"SEED=\d+|^bad files: .*$", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """A piece of the suite: what to run, and for tests that only pass or fail, what they promise."""

    select: tuple[str, ...]
    promise: str = ""
    asked: str = ""

    @property
    def name(self) -> str:
        return self.promise or self.select[0].rpartition("::")[2]

    @property
    def file_name(self) -> str:
        return re.sub(r"\W+", "_", self.select[0]).strip("_")


def ours(file: str, *names: str) -> list[Part]:
    return [Part((f"tests/faults/{file}.py::{name}",)) for name in names]


WAITING = (
    Part(
        (
            "tests/faults/test_network.py::test_after_any_trouble_with_the_network_it_works_again",
            "tests/faults/test_network.py::test_after_an_outage_open_tasks_are_shown_again",
        )
    ),
)
"""These sit in a tunnel for minutes, and leave both processors to the others."""

WORKING = (
    *ours("test_kills", "test_kill_9_loses_nothing"),
    *ours("test_repeats", "test_deliveries_that_repeat_change_no_byte_of_the_export"),
    *ours("test_kills", "test_a_stop_under_load_loses_nothing_and_says_nothing_twice"),
    *ours("test_day", "test_a_day_in_which_everything_goes_wrong"),
    *ours("test_month", "test_a_month_of_work_and_money"),
    *ours("test_intruders", "test_no_forged_tap_is_accepted"),
    *ours("test_kills", "test_a_power_cut_takes_nothing_that_was_acknowledged"),
    Part(
        ("tests/services/test_machine.py",),
        "random walks through the services beside a plain model",
        "2,000 runs x 50 steps agree, ledger 0",
    ),
    Part(
        ("tests/services/test_races.py",),
        "12 workers racing for the last slots",
        "10,000 rounds: never more than overlap",
    ),
    *ours("test_repeats", "test_a_card_is_answered_once_however_often_it_is_tapped"),
    Part(
        ("tests/edge/test_bad_files.py",),
        "bad files",
        "80 or more: each a clear message, within 150 MiB and 5 s",
    ),
    *ours("test_repeats", "test_calls_whose_answers_are_lost_give_and_pay_nothing_twice"),
    *ours("test_repeats", "test_deliveries_shuffled_between_people_fill_every_task"),
    *ours("test_doors", "test_a_start_that_cannot_succeed_says_why"),
    *ours("test_doors", "test_a_full_disk_acknowledges_nothing_that_is_not_stored"),
    *ours("test_backups", "test_a_backup_under_load_is_whole_and_fresh"),
    *ours("test_intruders", "test_a_flood_of_one_is_invisible_to_the_others"),
    Part(
        ("tests/edge/test_pacing.py",),
        "429 of 240 s on one chat (virtual time)",
        "0 calls to it, its taps stored, nobody else later",
    ),
    *ours("test_intruders", "test_nobody_does_what_only_coordinators_may"),
)
"""The longest first, so that the lanes end at about the same time."""


async def run(part: Part, output: Path) -> list[Promise]:
    """One part, unless it is done; what it reached."""
    kept = output / f"{part.file_name}.rows"
    if not kept.exists():
        found = await run_apart(part, output)
        kept.write_text("\n".join(map(told, found)), encoding="utf-8")
    return [heard(line) for line in kept.read_text(encoding="utf-8").splitlines()]


async def run_apart(part: Part, output: Path) -> list[Promise]:
    """One part in a process of its own; what it reached."""
    report = output / f"{part.file_name}.xml"
    environment = {**os.environ, FULL: "1", OUTPUT: str(output)}
    command = (sys.executable, "-m", "pytest", "-q", "-s", f"--junit-xml={report}", "-o", "junit_family=xunit1")
    # A socket's path holds a hundred letters, and the bot's own lies below this.
    work = output / f"{crc32(report.stem.encode()):08x}"
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *command,
        f"--basetemp={work}",
        *part.select,
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    written, _ = await process.communicate()
    said = written.decode(errors="replace")
    (output / f"{report.stem}.out").write_text(said, encoding="utf-8")
    found = list(promises_in(report)) if report.exists() else []
    if not found or part.promise:
        found = [judged(part, process.returncode == 0, said, time.monotonic() - began)]
    if all(each.kept for each in found):
        shutil.rmtree(work, ignore_errors=True)
    for each in found:
        print(f"{each.verdict:9} {each.promise}: {each.reached}", flush=True)
    return found


def promises_in(report: Path) -> Iterator[Promise]:
    """What the tests of a report wrote down; one that broke before it could, as a promise that is not kept."""
    for case in ElementTree.parse(report).getroot().iter("testcase"):  # noqa: S314 - pytest wrote it just now
        said = [str(each.get("value")) for each in case.iter("property") if each.get("name") == PROPERTY]
        broken = case.find("failure") if case.find("failure") is not None else case.find("error")
        if said:
            yield from (heard(each) for each in said)
        elif broken is not None:
            first = str(broken.get("message", "")).splitlines()[0][:150]
            yield Promise(str(case.get("name")), "", f"BROKE: {first}", False, "", float(case.get("time", 0)))


def judged(part: Part, has_passed: bool, said: str, seconds: float) -> Promise:
    """What a test says that only passes or fails."""
    figures = ", ".join(dict.fromkeys(SAID.findall(said)))
    summary = next((line for line in reversed(said.splitlines()) if " in " in line), "nothing ran")
    reached = f"{summary.strip('= ')}{'; ' + figures if figures else ''}"
    return Promise(part.name, part.asked, reached, has_passed, "", seconds)


async def run_all(chosen: str, output: Path) -> list[Promise]:
    """Everything whose name holds a word, in lanes."""
    print(f"output in {output}", flush=True)
    found: dict[Part, list[Promise]] = {}
    left = [part for part in WORKING if chosen in " ".join(part.select)]

    async def lane() -> None:
        while left:
            part = left.pop(0)
            found[part] = await run(part, output)

    async def wait() -> None:
        for part in WAITING:
            if chosen in " ".join(part.select):
                found[part] = await run(part, output)

    await asyncio.gather(wait(), *(lane() for _ in range(LANES)))
    in_order = [each for part in (*WORKING, *WAITING) for each in found.get(part, [])]
    return [*in_order, searched(output)]


PAGE = """\
# What the fault suite reached

`make faults` on {date}: {cores} cores, Python {python}, {minutes:.0f} minutes of work. The real bot runs as a process
over a data folder of its own, against the sandbox over HTTP, while people tap; the books are read from the disk. A
promise that is not reached stays in the table with its true figure. `make test` runs a short form of most of it.

{table}

* An answer is *acknowledged* when the toast that says so has reached Telegram. A tap is *lost* when its card's first
  tap that Telegram kept is not the stored answer once the bot is idle again. Books are *damaged* when they do not sum
  to zero, SQLite's integrity check or one of `storage/queries/checks.sql` finds something, or anybody is paid twice for
  an answer.
* A power cut replays what `strace` saw the bot write: what was synced is there, of the rest nothing, a part, or sectors
  of a part. With `synchronous = NORMAL` instead of `FULL` the same test loses acknowledged answers.
* One part alone: `.venv/bin/python tests/faults/suite.py --only kill`. To go on after a break: `--output` and the
  folder of the last run. To keep the table: `--to docs/faults.md`.
"""


def page(promises: Sequence[Promise]) -> str:
    """The table as a document."""
    return PAGE.format(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        cores=os.cpu_count(),
        python=platform.python_version(),
        minutes=sum(each.seconds for each in promises) / 60,
        table=table(promises),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="the parts whose name holds this")
    parser.add_argument("--output", type=Path, help="where logs go; parts that are done there are not repeated")
    parser.add_argument("--to", type=Path, help="write the table into this file too")
    asked = parser.parse_args()
    output = asked.output or Path(tempfile.mkdtemp(prefix="tapwork-faults-"))
    output.mkdir(parents=True, exist_ok=True)
    written = page(asyncio.run(run_all(asked.only, output)))
    print(written)
    if asked.to is not None:
        asked.to.write_text(written, encoding="utf-8")
    return 1 if "NOT KEPT" in written else 0


if __name__ == "__main__":
    sys.exit(main())
