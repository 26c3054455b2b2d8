"""How the installation is, for its owners."""

from collections.abc import Sequence

from ..findings import Finding, Level, worst
from ..screen import Screen
from ..words import Html, Words

MARKS = {Level.OK: "✅", Level.WARN: "⚠️", Level.BAD: "⛔"}


def looking_screen(words: Words) -> Screen:
    """It takes a moment."""
    return Screen(words.line("doctor.looking"))


def doctor_screen(words: Words, findings: Sequence[Finding]) -> Screen:
    """The verdict, then what asks for something, then what is well."""
    levels = list(Level)
    ordered = sorted(findings, key=lambda finding: -levels.index(finding.level))
    lines = [_line(words, finding) for finding in ordered]
    return Screen("\n".join([_verdict(words, findings), "", *lines]))


def _verdict(words: Words, findings: Sequence[Finding]) -> Html:
    match worst(findings):
        case Level.OK:
            return words.line("doctor.well")
        case Level.WARN:
            return words.line("doctor.look")
        case Level.BAD:
            return words.line("doctor.ill")


def _line(words: Words, finding: Finding) -> Html:
    return words.line("doctor.line", mark=MARKS[finding.level], text=finding.text)
