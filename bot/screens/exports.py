"""Choosing a batch to export, and what became of it."""

from collections.abc import Sequence
from pathlib import Path

from bot.screen import Button, Row, Screen
from bot.taps_export import ExportsTap, ExportTap
from bot.words import Html, Words
from services.exporting import Exported, Listing

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


def summary(exported: Exported, heading: str, unsent: Sequence[tuple[str, Path, int]], words: Words) -> Screen:
    """What was exported; `unsent` are files too large to send: their place in the data folder, and their bytes."""
    lines = [words.line(heading, title=exported.title, code=exported.code), Html(), _counts(exported, words)]
    if not exported.has_workbook:
        lines.append(words.line("export.no_workbook"))
    for name, place, size in unsent:
        megabytes = words.number(-(-size // MEGABYTE))
        lines.append(words.line("export.too_large", name=name, megabytes=megabytes, place=place.as_posix()))
    return Screen("\n".join(lines))


def _counts(exported: Exported, words: Words) -> Html:
    number = words.number
    lines = [words.line("export.size", tasks=number(exported.tasks), answers=number(exported.answers))]
    always = ("final", "ambiguous", "open")
    rest = [status for status in ("flagged", "gold") if exported.statuses.get(status)]
    counted = [
        words.line(f"export.{status}", count=number(exported.statuses.get(status, 0))) for status in (*always, *rest)
    ]
    return Html("\n".join([*lines, " · ".join(counted)]))


def shortened(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"
