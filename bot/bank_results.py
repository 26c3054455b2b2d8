"""What a bank's result file says, out of whatever columns it has."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from rules.model import Micros
from rules.refusals import Refusal
from rules.settings import Fault
from rules.transfers import folded
from services.bank_results import Result
from storage.uploads.apart import File, reading

from .words import catalogue

AT_ONCE = 50
CODE = re.compile(r"[2-9A-HJKMNP-Z]{8}")
MOST_ROWS = 5_000
LONGEST_REASON = 100


class Vocabulary:
    """The words by which banks name columns and outcomes, in every language that we speak."""

    def __init__(self, languages: Iterable[str]) -> None:
        lines = [catalogue(language) for language in languages]
        self.code = _words(line["closing.result_code"] for line in lines)
        self.state = _words(line["closing.result_state"] for line in lines)
        self.reason = _words(line["closing.result_reason"] for line in lines)
        self.amount = _words(line["closing.result_amount"] for line in lines)
        self.paid = _words(line["closing.result_paid"] for line in lines)
        self.failed = _words(line["closing.result_failed"] for line in lines)


async def read_results(
    path: Path, name: str, known: Collection[str], vocabulary: Vocabulary
) -> tuple[list[Result], int]:
    """The results in a file, and how many payouts are named without one outcome. Raises Refusal when there is nothing.

    `known` are the codes that the bank was given; they are recognized in columns of any name.
    """
    results: dict[str, Result] = {}
    torn: set[str] = set()
    unclear = 0
    async with reading(File(path, name), path.parent, is_plain=True) as reader:
        while entries := await reader.next(AT_ONCE):
            for entry in entries:
                if isinstance(entry, Fault):
                    continue
                result = result_of(entry.row.meta, known, vocabulary)
                unclear += result == UNCLEAR
                if isinstance(result, Result) and results.setdefault(result.code, result).is_paid != result.is_paid:
                    torn.add(result.code)
            if len(results) > MOST_ROWS:
                raise Refusal("closing.result_long", limit=MOST_ROWS)
    if not results and not unclear:
        raise Refusal("closing.result_empty", file=name[:LONGEST_REASON])
    return [result for result in results.values() if result.code not in torn], unclear + len(torn)


UNCLEAR = "unclear"


def result_of(row: Mapping[str, str], known: Collection[str], vocabulary: Vocabulary) -> Result | str | None:
    """What one row says; `UNCLEAR` when it names a payout without an outcome, None when it names none."""
    code = _code(row, known, vocabulary)
    if code is None:
        return None
    is_paid = _outcome(row, vocabulary)
    if is_paid is None:
        return UNCLEAR
    reason = next(_under(row, vocabulary.reason), "")[:LONGEST_REASON]
    return Result(code, is_paid, reason, _amount(row, vocabulary))


def _code(row: Mapping[str, str], known: Collection[str], vocabulary: Vocabulary) -> str | None:
    """One that the bank was given, wherever it stands; or what looks like one below its heading."""
    cells = (cell.strip().upper() for cell in row.values())
    given = next((cell for cell in cells if cell in known), None)
    headed = (cell.strip().upper() for cell in _under(row, vocabulary.code))
    return given or next((cell for cell in headed if CODE.fullmatch(cell)), None)


def _outcome(row: Mapping[str, str], vocabulary: Vocabulary) -> bool | None:
    """Whether it is paid, by the cell under its heading or else by all cells; None where that is not one answer."""
    headed = list(_under(row, vocabulary.state))
    said = {folded(cell) for cell in (headed or row.values())}
    is_paid, is_failed = bool(said & vocabulary.paid), bool(said & vocabulary.failed)
    return None if is_paid == is_failed else is_paid


def _amount(row: Mapping[str, str], vocabulary: Vocabulary) -> Micros | None:
    for cell in _under(row, vocabulary.amount):
        try:
            return Micros(int(Decimal(cell.replace(",", "").strip()) * 1_000_000))
        except (InvalidOperation, ValueError, OverflowError):
            continue
    return None


def _under(row: Mapping[str, str], headings: frozenset[str]) -> Iterator[str]:
    return (cell for heading, cell in row.items() if folded(heading) in headings)


def _words(lines: Iterable[str]) -> frozenset[str]:
    return frozenset(folded(word) for line in lines for word in line.split(","))
