"""Collects what each test reached, and shows all of it in one table at the end."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from faults.ground import OUTPUT, is_full
from faults.promises import PROPERTY, Promise, keep, table

Keep = Callable[[Promise], None]


@pytest.fixture
def promise(record_property: Callable[[str, object], None]) -> Keep:
    """Writes a line of the table, whatever it says, and fails the test where a promise is not kept."""
    began = time.monotonic()

    def written(promised: Promise) -> None:
        timed = replace(promised, seconds=time.monotonic() - began)
        record_property(PROPERTY, asdict(timed))
        if timed.kept is None:
            pytest.skip(f"{timed.promise}: {timed.reached}")
        assert timed.kept, f"{timed.promise}: {timed.reached}"

    return written


@pytest.fixture
def full() -> bool:
    return is_full()


def promises_of(report: pytest.TestReport) -> list[Promise]:
    return [Promise(**value) for name, value in report.user_properties if name == PROPERTY and isinstance(value, dict)]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    folder = os.environ.get(OUTPUT)
    if folder is None or report.when != "call":
        return
    found = promises_of(report)
    for each in found:
        keep(Path(folder), each)
    if report.failed and not found:
        keep(Path(folder), Promise(report.nodeid, "", str(report.longrepr).splitlines()[-1][:120], False))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [each for kind in ("passed", "failed", "skipped") for each in terminalreporter.stats.get(kind, ())]
    found = [each for report in reports if report.when == "call" for each in promises_of(report)]
    if found:
        terminalreporter.section("promises")
        terminalreporter.write_line(table(found))
