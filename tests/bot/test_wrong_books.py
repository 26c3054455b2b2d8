"""What an owner reads of books that do not add up: in their language, whatever check found it."""

import re

import pytest
from tills import SEOUL

from bot.screens.notices import violated_screen
from bot.words import Words
from storage.sql import SQLITE, queries

CHECKS = " ".join(sql for name, sql in queries(SQLITE).items() if name.startswith("checks."))
NAMED = {*re.findall(r"'(?:, )?([a-z ]+?) ' \|\|", CHECKS), *re.findall(r"'([a-z ]+)' AS what", CHECKS)}


@pytest.mark.parametrize(
    ("language", "what", "said"),
    [
        ("ko", "the ledger", "장부"),
        ("ko", "task 7, worker 3", "작업 7, 작업자 3"),
        ("en", "bonus rule 2", "bonus rule 2"),
        ("ko", "bonus rule 2", "보너스 약속 2"),
        ("ko", "pending:3", "작업자 3의 검수 중인 돈"),
        ("en", "pending:3", "money in review, worker 3"),
        ("ko", "funds", "모든 예산의 원천"),
        ("en", "answer:12:1", "<code>answer:12:1</code>"),
    ],
)
def test_what_is_wrong_is_said_in_the_owners_language(language: str, what: str, said: str) -> None:
    rows = [("all_entries_sum_to_zero", what, 1_000_000, True)]
    text = violated_screen(Words(language, "KRW", SEOUL), ["all_entries_sum_to_zero"], rows, 0).text

    assert f"\n{said} · {'차이' if language == 'ko' else 'off by'} " in text
    assert text.endswith("<code>all_entries_sum_to_zero</code>")
    assert 1 == text.count("all_entries_sum_to_zero")


def test_a_posting_that_is_named_like_an_account_is_not_taken_for_one() -> None:
    rows = [("postings_sum_to_zero", "paid:3", 1_000_000, True)]

    text = violated_screen(Words("en", "KRW", SEOUL), ["postings_sum_to_zero"], rows, 0).text

    assert "\n<code>paid:3</code> · off by ₩1\n" in text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_everything_that_a_check_names_has_a_word(language: str) -> None:
    words = Words(language, "KRW", SEOUL)
    assert {"worker", "the ledger", "person", "bonus rule"} <= NAMED
    assert [] == [name for name in NAMED if not words.has(f"check.place_{name.replace(' ', '_')}")]
