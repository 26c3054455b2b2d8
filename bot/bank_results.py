"""What a bank's result file says, out of whatever columns it has."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
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
        self.waiting = _words(line["closing.result_waiting"] for line in lines)


class Undecided(StrEnum):
    """A row that names a payout without saying what has become of it."""

    UNCLEAR = "unclear"
    WAITING = "waiting"


@dataclass(frozen=True)
class Reading:
    """What a file says: the results, and how many payouts it names without one outcome, or as not done yet."""

    results: list[Result]
    unclear: int
    waiting: int


async def read_results(path: Path, name: str, known: Collection[str], vocabulary: Vocabulary) -> Reading:
    """What a file says. Raises Refusal when it says nothing.

    `known` are the codes that the bank was given; they are recognized in columns of any name.
    """
    results: dict[str, Result] = {}
    torn: set[str] = set()
    undecided: Counter[Undecided] = Counter()
    async with reading(File(path, name), path.parent, is_plain=True) as reader:
        while entries := await reader.next(AT_ONCE):
            for entry in entries:
                if isinstance(entry, Fault):
                    continue
                result = result_of(entry.row.meta, known, vocabulary)
                if isinstance(result, Undecided):
                    undecided[result] += 1
                if isinstance(result, Result) and results.setdefault(result.code, result).is_paid != result.is_paid:
                    torn.add(result.code)
            if len(results) > MOST_ROWS:
                raise Refusal("closing.result_long", limit=MOST_ROWS)
    if not results and not undecided:
        raise Refusal("closing.result_empty", file=name[:LONGEST_REASON])
    clear = [result for result in results.values() if result.code not in torn]
    return Reading(clear, undecided[Undecided.UNCLEAR] + len(torn), undecided[Undecided.WAITING])


def result_of(row: Mapping[str, str], known: Collection[str], vocabulary: Vocabulary) -> Result | Undecided | None:
    """What one row says; None when it names no payout."""
    code = _code(row, known, vocabulary)
    if code is None:
        return None
    outcome = _outcome(row, vocabulary)
    if isinstance(outcome, Undecided):
        return outcome
    reason = next(_under(row, vocabulary.reason), "")[:LONGEST_REASON]
    return Result(code, outcome, reason, _amount(row, vocabulary))


def _code(row: Mapping[str, str], known: Collection[str], vocabulary: Vocabulary) -> str | None:
    """One that the bank was given, wherever it stands; or what looks like one below its heading."""
    cells = (cell.strip().upper() for cell in row.values())
    given = next((cell for cell in cells if cell in known), None)
    headed = (cell.strip().upper() for cell in _under(row, vocabulary.code))
    return given or next((cell for cell in headed if CODE.fullmatch(cell)), None)


def _outcome(row: Mapping[str, str], vocabulary: Vocabulary) -> bool | Undecided:
    """Whether it is paid, by the cell under its heading or else by all cells, where that is one answer."""
    headed = list(_under(row, vocabulary.state))
    said = {folded(cell) for cell in (headed or row.values())}
    outcomes: dict[bool | Undecided, frozenset[str]] = {
        True: vocabulary.paid, False: vocabulary.failed, Undecided.WAITING: vocabulary.waiting
    }  # fmt: skip
    found = [outcome for outcome, words in outcomes.items() if said & words]
    return found[0] if len(found) == 1 else Undecided.UNCLEAR


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
