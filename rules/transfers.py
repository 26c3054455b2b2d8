"""What a bank is given: one line for each payout, in the columns of ours or of the bank, and what looks wrong in it."""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from unicodedata import combining, normalize

from .currency import WITHOUT_CENTS
from .model import Instant, Micros
from .payees import Account
from .payouts import Amounts
from .spreadsheets import harmless

COLUMNS = (
    "bank_code",
    "bank",
    "account",
    "holder",
    "amount",
    "memo_receiver",
    "memo_sender",
    "memo",
    "payout",
)
"""The canonical columns. `account` is digits as text, or the reference under which somebody else keeps the account;
`amount` is in major units; `memo_receiver` is what the worker's bank shows, `memo_sender` what ours does."""

WITHHOLDING = (
    "worker",
    "resident_number",
    "paid_on",
    "gross",
    "income_tax",
    "local_tax",
    "net",
    "tax_profile",
    "transfer",
    "payout",
)
"""`resident_number` is for the office to fill in, and is always empty here."""

TOTAL = "TOTAL"
ENCODINGS = ("cp949", "utf-8-sig", "utf-8")


class WrongFormat(Exception):
    """A file about a bank's columns can't be used; the sentence says why."""


class Problem(StrEnum):
    """What is wrong with one line; all but the last three keep it out of a transfer."""

    NO_ACCOUNT = "account"
    UNREADABLE = "unreadable"
    HELD = "held"
    BELOW = "below"
    CONTRADICTED = "contradicted"
    UNWRITABLE = "unwritable"
    NAME = "name"
    SHARED = "shared"
    CHARACTERS = "characters"

    @property
    def keeps_out(self) -> bool:
        return self not in (Problem.NAME, Problem.SHARED, Problem.CHARACTERS)


@dataclass(frozen=True)
class Line:
    """One payout on its way to the bank; `sealed` is the account as it is stored."""

    payout: int
    code: str
    worker: int
    worker_code: str
    name: str
    amounts: Amounts
    tax_profile: str
    sealed: str | None
    reference: str | None
    held_until: Instant
    is_leaving: bool
    is_contradicted: bool


@dataclass(frozen=True)
class Withheld:
    """A payout that was paid, and what was withheld from it."""

    worker_code: str
    paid_on: date
    amounts: Amounts
    tax_profile: str
    transfer: str
    payout: str


@dataclass(frozen=True)
class Column:
    """A column of a bank's file: one of ours, or the same text in every line."""

    heading: str
    value: str | None
    fixed: str = ""


@dataclass(frozen=True)
class BankFormat:
    """How a bank wants its file."""

    columns: tuple[Column, ...]
    has_heading: bool
    has_total: bool
    encodings: tuple[str, ...]


CANONICAL = BankFormat(tuple(Column(name, name) for name in COLUMNS), True, True, ("cp949",))

Table = list[list[str]]


def problems(
    lines: Sequence[Line], accounts: Mapping[int, Account | None], now: Instant, least: Micros, layout: BankFormat
) -> list[tuple[Line, Problem]]:
    """What is wrong with which line. `accounts` holds each payout's account, None where the key does not open it."""
    known = Counter((account.bank, account.account) for account in accounts.values() if account is not None)
    found = [(line, problem) for line in lines for problem in _blocking(line, accounts, now, least)]
    for line in lines:
        account = accounts.get(line.payout)
        if account is not None:
            found += [(line, problem) for problem in _written(account.holder, layout)]
            found += [(line, problem) for problem in _suspicious(line, account, known)]
    return found


def is_writable(holder: str, layout: BankFormat) -> bool:
    """Whether each of the bank's files has letters for a name, or for what it is without its accents."""
    return all(column.value != "holder" for column in layout.columns) or all(
        fits(plain_letters(holder, encoding), encoding) for encoding in layout.encodings
    )


def plain_letters(text: str, encoding: str) -> str:
    """A text with plain letters in place of those that an encoding lacks, as far as there are any: `Zoë` is `Zoe`."""
    return "".join(each if fits(each, encoding) else _plain_letter(each) for each in text)


def fits(text: str, encoding: str) -> bool:
    return text.encode(encoding, "ignore").decode(encoding) == text


def _plain_letter(letter: str) -> str:
    parts = normalize("NFKD", letter)
    return "".join(part for part in parts if not combining(part)) or letter


def _written(holder: str, layout: BankFormat) -> Iterable[Problem]:
    if not is_writable(holder, layout):
        yield Problem.UNWRITABLE
    elif any(plain_letters(holder, encoding) != holder for encoding in layout.encodings):
        yield Problem.CHARACTERS


def _blocking(line: Line, accounts: Mapping[int, Account | None], now: Instant, least: Micros) -> Iterable[Problem]:
    if line.sealed is None and line.reference is None:
        yield Problem.NO_ACCOUNT
    elif line.sealed is not None and accounts.get(line.payout) is None:
        yield Problem.UNREADABLE
    if line.held_until > now:
        yield Problem.HELD
    if line.amounts.gross < least and not line.is_leaving:
        yield Problem.BELOW
    if line.is_contradicted:
        yield Problem.CONTRADICTED


def _suspicious(line: Line, account: Account, known: Counter[tuple[str, str]]) -> Iterable[Problem]:
    if folded(line.name) != folded(account.holder):
        yield Problem.NAME
    if known[account.bank, account.account] > 1:
        yield Problem.SHARED


def folded(name: str) -> str:
    """A name without what two ways of writing it differ in."""
    return "".join(normalize("NFKC", name).casefold().split())


def cells(line: Line, account: Account | None, bank: str, transfer: str, currency: str) -> Mapping[str, str]:
    """A line by canonical column; `bank` is the name of the account's bank."""
    return {
        "bank_code": account.bank if account else "",
        "bank": bank,
        "account": account.account if account else line.reference or "",
        "holder": account.holder if account else "",
        "amount": plain(line.amounts.net, currency),
        "memo_receiver": line.code,
        "memo_sender": line.worker_code,
        "memo": transfer,
        "payout": line.code,
    }


def table(lines: Sequence[Mapping[str, str]], total: str, layout: BankFormat) -> Table:
    """The lines in the layout's columns, with its heading and the line of count and sum where it wants them."""
    rows = [[column.heading for column in layout.columns]] if layout.has_heading else []
    rows += [[_cell(line, column) for column in layout.columns] for line in lines]
    if layout.has_total:
        sums = {"bank_code": TOTAL, "account": str(len(lines)), "amount": total}
        rows.append([sums.get(column.value or "", "") for column in layout.columns])
    return rows


def withholding(payouts: Iterable[Withheld], currency: str) -> Table:
    """What is withheld from whom; the office adds the resident numbers, which are nowhere in here."""
    rows = [list(WITHHOLDING)]
    for each in payouts:
        parts = (each.amounts.gross, each.amounts.income_tax, each.amounts.local_tax, each.amounts.net)
        sums = [plain(part, currency) for part in parts]
        ours = [each.tax_profile, each.transfer, each.payout]
        rows.append([each.worker_code, "", each.paid_on.isoformat(), *sums, *ours])
    return rows


def plain(amount: Micros, currency: str) -> str:
    """An amount in major units as a bank writes it: `17800`, `12.34`."""
    return f"{Decimal(amount) / 1_000_000:.{0 if currency in WITHOUT_CENTS else 2}f}"


def digest(data: bytes) -> str:
    """By which a file is known again."""
    return hashlib.sha256(data).hexdigest()


def _cell(line: Mapping[str, str], column: Column) -> str:
    return harmless(line[column.value]) if column.value else column.fixed


def read_bank_format(text: str) -> BankFormat:
    """A bank's columns as a TOML file names them. Raises WrongFormat."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WrongFormat(str(error)) from error
    if strange := set(said) - {"column", "heading", "total", "encodings"}:
        raise WrongFormat(f"nobody knows {', '.join(sorted(strange))}")
    encodings = said.get("encodings", ["cp949"])
    if not isinstance(encodings, list) or not encodings or not all(each in ENCODINGS for each in encodings):
        raise WrongFormat(f"encodings are some of {', '.join(ENCODINGS)}")
    columns = said.get("column")
    if not isinstance(columns, list) or not 0 < len(columns) <= len("ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        raise WrongFormat("it needs [[column]] tables, at most 26")
    found = tuple(_column(each) for each in columns)
    if len({column.heading for column in found}) < len(found):
        raise WrongFormat("each column has a heading of its own")
    return BankFormat(
        columns=found,
        has_heading=_flag(said, "heading"),
        has_total=_flag(said, "total"),
        encodings=tuple(encodings),
    )


def _column(said: object) -> Column:
    if not isinstance(said, dict) or not all(isinstance(each, str) for each in said.values()):
        raise WrongFormat("each column has texts: heading, and value or fixed")
    if not {"heading"} < set(said) <= {"heading", "value", "fixed"} or len(said) != 2:
        raise WrongFormat("each column has a heading, and either value or fixed")
    if "value" in said and said["value"] not in COLUMNS:
        raise WrongFormat(f"value is one of {', '.join(COLUMNS)}")
    return Column(said["heading"], said.get("value"), said.get("fixed", ""))


def _flag(said: Mapping[str, object], name: str) -> bool:
    value = said.get(name, name == "heading")
    if not isinstance(value, bool):
        raise WrongFormat(f"{name} is true or false")
    return value
