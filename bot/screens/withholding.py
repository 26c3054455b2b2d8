"""What was withheld, month by month."""

from collections.abc import Sequence

from services.tracing import number_of
from services.withholding import MONTHS, Month

from ..screen import Button, Screen
from ..taps_payouts import PayoutsTap, WithholdingsTap, WithholdingTap
from ..words import Html, Words
from .traced import month_name


def months(found: Sequence[Month], words: Words) -> Screen:
    """A button for each month that had payouts."""
    lines = [words.line("withholding.heading")]
    lines.append(words.line("withholding.which") if found else words.line("withholding.none"))
    rows = [(Button(_button(each, words), WithholdingTap(number_of(each.first))),) for each in found]
    if len(found) == MONTHS:
        rows.append((Button(words.plain("withholding.button_earlier"), WithholdingsTap(number_of(found[-1].first))),))
    rows.append((Button(words.plain("closing.button_back"), PayoutsTap()),))
    return Screen("\n\n".join(lines), tuple(rows))


def caption(found: Month, words: Words) -> Html:
    """What is in the file, and what is not yet."""
    month = month_name(found.first.year, found.first.month, words)
    lines = [words.line("withholding.file", month=month, count=words.number(found.payouts))]
    lines.append(words.line("withholding.taxes", taxes=words.money(found.taxes)))
    if found.open:
        lines.append(words.line("withholding.open", count=words.number(found.open)))
    return Html("\n".join(lines))


def _button(each: Month, words: Words) -> str:
    month = month_name(each.first.year, each.first.month, words)
    return words.plain("withholding.button", month=month, count=words.number(each.payouts))
