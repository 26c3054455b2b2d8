"""Rows of banks' result files, each bank with columns and words of its own."""

import pytest

from bot.bank_results import Undecided, Vocabulary, result_of
from rules.model import Micros
from services.bank_results import Result
from services.people import LANGUAGES

UNCLEAR, WAITING = Undecided.UNCLEAR, Undecided.WAITING
KNOWN = frozenset({"ABCDEFGH", "PAYMENTS"})
SUM = Micros(17_793_000_000)
WORDS = Vocabulary(LANGUAGES)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"payout": "ABCDEFGH", "result": "paid"}, Result("ABCDEFGH", True, "")),
        ({"Payout": " abcdefgh ", "Status": "PAID"}, Result("ABCDEFGH", True, "")),
        ({"payout": "ABCDEFGH", "result": "failed", "reason": "closed"}, Result("ABCDEFGH", False, "closed")),
        ({"출금 코드": "ABCDEFGH", "처리결과": "정상처리"}, Result("ABCDEFGH", True, "")),
        ({"출금코드": "ABCDEFGH", "이체 결과": "이체불능", "실패사유": "해지"}, Result("ABCDEFGH", False, "해지")),
        ({"#1": "7", "#2": "ABCDEFGH", "#3": "완료"}, Result("ABCDEFGH", True, "")),
        ({"payout": "ABCDEFGH", "result": "paid", "amount": "17,793"}, Result("ABCDEFGH", True, "", SUM)),
        ({"payout": "ABCDEFGH", "result": "paid", "amount": "17793.00"}, Result("ABCDEFGH", True, "", SUM)),
        ({"payout": "ABCDEFGH", "result": "paid", "amount": "see above"}, Result("ABCDEFGH", True, "")),
        # Its heading says which cell tells what became of it, whatever others say.
        ({"payout": "ABCDEFGH", "result": "실패", "안내": "완료"}, Result("ABCDEFGH", False, "")),
        # A code that nobody knows is told, where its heading says that it is one.
        ({"payout": "HGFEDCBA", "result": "paid"}, Result("HGFEDCBA", True, "")),
        ({"payout": "ABCDEFGH", "result": "확인중"}, WAITING),
        ({"payout": "ABCDEFGH", "처리결과": "미처리"}, WAITING),
        ({"#1": "ABCDEFGH", "#2": "Pending"}, WAITING),
        ({"#1": "ABCDEFGH", "#2": "대기", "#3": "정상"}, UNCLEAR),
        ({"payout": "ABCDEFGH", "result": "???"}, UNCLEAR),
        ({"#1": "ABCDEFGH", "#2": "완료", "#3": "실패"}, UNCLEAR),
        ({"payout": "ABCDEFGH", "result": "not paid"}, UNCLEAR),
        ({"#1": "HGFEDCBA", "#2": "완료"}, None),
        ({"payout": "TOTAL", "result": "paid"}, None),
        ({"payout": "ABCDEFG0", "result": "paid"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_what_a_row_says(row: dict[str, str], expected: Result | Undecided | None) -> None:
    assert expected == result_of(row, KNOWN, WORDS)
