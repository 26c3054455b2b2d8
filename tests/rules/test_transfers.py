"""What a bank is given: columns, amounts, totals, and what looks wrong."""

from datetime import date

import pytest

from rules.model import Instant, Micros
from rules.payees import Account
from rules.payouts import Amounts
from rules.transfers import (
    CANONICAL,
    BankFormat,
    Column,
    Line,
    Problem,
    Withheld,
    WrongFormat,
    cells,
    folded,
    plain,
    plain_letters,
    problems,
    read_bank_format,
    table,
    withholding,
)

WON = 1_000_000
NOW = Instant(1_790_000_000_000)
LEAST = Micros(5_000 * WON)
MINA = Account("090", "1101234567891", "김 미나")

BANK = """
heading = false
total = false
encodings = ["cp949", "utf-8"]
[[column]]
heading = "입금은행"
value = "bank_code"
[[column]]
heading = "입금계좌"
value = "account"
[[column]]
heading = "구분"
fixed = "용역비"
[[column]]
heading = "금액"
value = "amount"
"""

UNICODE = """
encodings = ["utf-8"]
[[column]]
heading = "Holder"
value = "holder"
"""


def line(
    number: int = 1,
    name: str = "김미나",
    gross: int = 18_400,
    *,
    sealed: str | None = "sealed",
    reference: str | None = None,
    held_until: int = 0,
    is_leaving: bool = False,
    is_contradicted: bool = False,
) -> Line:
    return Line(
        payout=number,
        code=f"AAAAAAA{number}",
        worker=number,
        worker_code=f"W{number}",
        name=name,
        amounts=Amounts(*(Micros(each * WON) for each in (gross, 552, 55, gross - 607))),
        tax_profile="resident",
        sealed=sealed,
        reference=reference,
        held_until=Instant(held_until),
        is_leaving=is_leaving,
        is_contradicted=is_contradicted,
    )


def found(*lines: Line, layout: BankFormat = CANONICAL, **accounts: Account | None) -> list[tuple[int, Problem]]:
    known = {each.payout: accounts.get(f"of_{each.payout}", MINA) for each in lines}
    return [(each.payout, problem) for each, problem in problems(lines, known, NOW, LEAST, layout)]


def test_a_line_that_is_well_has_no_problem() -> None:
    assert [] == found(line())


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (line(sealed=None), Problem.NO_ACCOUNT),
        (line(held_until=NOW + 1), Problem.HELD),
        (line(gross=4_999), Problem.BELOW),
        (line(name="김민아"), Problem.NAME),
        (line(is_contradicted=True), Problem.CONTRADICTED),
    ],
)
def test_each_problem_is_found(broken: Line, problem: Problem) -> None:
    account = None if broken.sealed is None else MINA
    assert [(1, problem)] == found(broken, of_1=account)


def test_an_account_that_the_key_does_not_open_keeps_its_line_out() -> None:
    assert [(1, Problem.UNREADABLE)] == found(line(), of_1=None)
    assert Problem.UNREADABLE.keeps_out
    assert not Problem.SHARED.keeps_out


def test_a_reference_needs_no_account() -> None:
    assert [] == found(line(sealed=None, reference="K-17"), of_1=None)


def test_whoever_leaves_may_have_little() -> None:
    assert [] == found(line(gross=700, is_leaving=True))


def test_two_workers_with_one_account_are_both_named() -> None:
    assert [(1, Problem.SHARED), (2, Problem.SHARED)] == found(line(1), line(2))
    assert [] == found(line(1), line(2), of_2=Account("004", MINA.account, MINA.holder))


def test_letters_that_a_korean_bank_file_can_not_hold_are_named() -> None:
    assert [(1, Problem.CHARACTERS)] == found(line(name="Muñoz"), of_1=Account("090", "12345678", "Muñoz"))
    assert [(1, Problem.UNWRITABLE)] == found(line(name="ไทย"), of_1=Account("090", "12345678", "ไทย"))
    assert Problem.UNWRITABLE.keeps_out
    assert not Problem.CHARACTERS.keeps_out
    assert [] == found(line(name="ไทย"), of_1=Account("090", "12345678", "ไทย"), layout=read_bank_format(UNICODE))
    assert [] == found(line(name="ไทย"), of_1=Account("090", "12345678", "ไทย"), layout=read_bank_format(BANK))


@pytest.mark.parametrize(
    ("name", "written"),
    [("Zoë Müller", "Zoe Muller"), ("김미나", "김미나"), ("Ødegård", "Ødegard"), ("Nguyễn", "Nguyen"), ("ไทย", "ไทย")],
)
def test_accents_that_an_encoding_lacks_are_left_away(name: str, written: str) -> None:
    assert written == plain_letters(name, "cp949")
    assert name == plain_letters(name, "utf-8")


def test_names_are_the_same_however_they_are_spaced_and_composed() -> None:
    assert folded("Kim  Mina") == folded("KIM MINA") == folded("ＫＩＭ ｍｉｎａ")
    assert folded("김미나") == folded("김 미나")


def test_the_canonical_table_has_a_heading_and_a_line_of_count_and_sum() -> None:
    row = cells(line(), MINA, "카카오뱅크", "TABCDE", "KRW")
    heading, mine, total = table([row], "17793", CANONICAL)

    assert "bank_code,bank,account,holder,amount,memo_receiver,memo_sender,memo,payout" == ",".join(heading)
    expected = ["090", "카카오뱅크", "1101234567891", "김 미나", "17793", "AAAAAAA1", "W1", "TABCDE", "AAAAAAA1"]
    assert expected == mine
    assert ["TOTAL", "", "1", "", "17793", "", "", "", ""] == total


def test_a_line_without_an_account_carries_its_reference() -> None:
    row = cells(line(sealed=None, reference="K-17"), None, "", "TABCDE", "KRW")
    assert ("", "K-17", "") == (row["bank_code"], row["account"], row["holder"])


def test_a_bank_s_own_columns() -> None:
    layout = read_bank_format(BANK)
    row = cells(line(), MINA, "카카오뱅크", "TABCDE", "KRW")

    assert [["090", "1101234567891", "용역비", "17793"]] == table([row], "17793", layout)
    assert ("cp949", "utf-8") == layout.encodings
    assert Column("구분", None, "용역비") == layout.columns[2]


def test_holders_that_a_spreadsheet_would_run_are_made_harmless() -> None:
    row = cells(line(), Account("090", "12345678", "=HYPERLINK(1)"), "", "TABCDE", "KRW")
    assert "'=HYPERLINK(1)" == table([row], "0", CANONICAL)[1][3]


def test_the_office_fills_in_resident_numbers() -> None:
    paid = Withheld("W1", date(2026, 11, 20), line().amounts, "resident", "TABCDE", "AAAAAAA1")
    heading, row = withholding([paid], "KRW")
    expected = "worker,resident_number,paid_on,gross,income_tax,local_tax,net,tax_profile,transfer,payout"
    assert expected == ",".join(heading)
    assert ["W1", "", "2026-11-20", "18400", "552", "55", "17793", "resident", "TABCDE", "AAAAAAA1"] == row


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [(17_793_000_000, "KRW", "17793"), (12_340_000, "USD", "12.34"), (12_000_000, "EUR", "12.00"), (1, "JPY", "0")],
)
def test_amounts_are_written_as_banks_do(amount: int, currency: str, written: str) -> None:
    assert written == plain(Micros(amount), currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not [toml",
        "column = 3",
        "[[column]]\nheading = 'x'",
        "[[column]]\nheading = 'x'\nvalue = 'iban'",
        "[[column]]\nheading = 'x'\nvalue = 'amount'\nfixed = 'y'",
        "[[column]]\nheading = 'x'\nwidth = '3'",
        "[[column]]\nheading = 3\nvalue = 'amount'",
        "encodings = ['latin-1']\n[[column]]\nheading = 'x'\nvalue = 'amount'",
        "encodings = []\n[[column]]\nheading = 'x'\nvalue = 'amount'",
        "total = 'yes'\n[[column]]\nheading = 'x'\nvalue = 'amount'",
        "sum = true\n[[column]]\nheading = 'x'\nvalue = 'amount'",
        "[[column]]\nheading = 'x'\nvalue = 'amount'\n[[column]]\nheading = 'x'\nvalue = 'memo'",
        "".join(f"[[column]]\nheading = '{number}'\nfixed = ''\n" for number in range(27)),
    ],
)  # fmt: skip
def test_a_format_that_can_not_be_meant_is_refused(text: str) -> None:
    with pytest.raises(WrongFormat):
        read_bank_format(text)
