"""Collects what each test reached, and shows all of it in one table at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from faults.ground import is_full
from faults.promises import PROPERTY, Promise, heard, table, told

Keep = Callable[[Promise], None]


@pytest.fixture
def promise(record_property: Callable[[str, object], None]) -> Keep:
    """Writes a line of the table, whatever it says, and fails the test where a promise is not kept."""
    began = time.monotonic()

    def written(promised: Promise) -> None:
        record_property(PROPERTY, told(replace(promised, seconds=time.monotonic() - began)))
        if promised.kept is None:
            pytest.skip(f"{promised.promise}: {promised.reached}")
        assert promised.kept, f"{promised.promise}: {promised.reached}"

    return written


@pytest.fixture
def full() -> bool:
    """Whether the whole figures are wanted: `make faults`."""
    return is_full()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [each for kind in ("passed", "failed", "skipped") for each in terminalreporter.stats.get(kind, ())]
    said = [
        value for each in reports if each.when == "call" for name, value in each.user_properties if name == PROPERTY
    ]
    if said:
        terminalreporter.section("promises")
        terminalreporter.write_line(table(heard(str(each)) for each in said))
