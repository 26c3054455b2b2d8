"""Choosing a batch to export, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.screen import Button, Row, Screen
from bot.taps_export import ExportsTap, ExportTap
from bot.words import Html, Words
from services.exporting import Exported
from services.taking import Listed, Listing

MEGABYTE = 1_000_000
LONGEST_TITLE = 40


def choose(listing: Listing, words: Words) -> Screen:
    """One button per batch, newest first."""
    rows: list[Row] = [
        (Button(words.plain("export.batch", title=shortened(batch.title), code=batch.code), ExportTap(batch.batch)),)
        for batch in listing.batches
    ]
    if listing.older:
        rows.append((Button(words.plain("export.older"), ExportsTap(listing.older)),))
    return Screen(words.line("export.choose"), tuple(rows))


def running(title: str, done: int, total: int, words: Words) -> Screen:
    """How far a long export is."""
    return Screen(words.line("export.running", title=title, percent=100 * done // max(total, 1)))


@dataclass(frozen=True)
class Result:
    """What an export wrote, as it is told."""

    code: str
    title: str
    tasks: int
    answers: int
    statuses: Mapping[str, int]
    lacks_workbook: bool


def result_of(exported: Exported) -> Result:
    return Result(
        exported.code,
        exported.title,
        exported.tasks,
        exported.answers,
        exported.statuses,
        exported.lacks_workbook,
    )


def result_of_run(manifest: Mapping[str, Any], listed: Listed) -> Result:
    """The same of a run that was written before."""
    return Result(
        listed.code,
        listed.title,
        manifest["tasks"],
        manifest["answers"],
        manifest["statuses"],
        "labels.xlsx" in manifest["left_out"],
    )


def summary(result: Result, heading: str, unsent: Sequence[tuple[str, Path, int]], words: Words) -> Screen:
    """What was exported; `unsent` are files too large to send: their place in the data folder, and their bytes."""
    lines = [words.line(heading, title=result.title, code=result.code), Html(), _counts(result, words)]
    if result.lacks_workbook:
        lines.append(words.line("export.no_workbook"))
    for name, place, size in unsent:
        megabytes = words.number(-(-size // MEGABYTE))
        lines.append(words.line("export.too_large", name=name, megabytes=megabytes, place=place.as_posix()))
    return Screen("\n".join(lines))


def _counts(result: Result, words: Words) -> Html:
    number = words.number
    lines = [words.line("export.size", tasks=number(result.tasks), answers=number(result.answers))]
    always = ("final", "ambiguous", "open")
    rest = [status for status in ("flagged", "gold") if result.statuses.get(status)]
    counted = [
        words.line(f"export.{status}", count=number(result.statuses.get(status, 0))) for status in (*always, *rest)
    ]
    return Html("\n".join([*lines, " · ".join(counted)]))


def shortened(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"
