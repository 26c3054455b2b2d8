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
        ("ko", "pending:3", "<code>pending:3</code>"),
        ("en", "answer:12", "<code>answer:12</code>"),
    ],
)
def test_what_is_wrong_is_said_in_the_owners_language(language: str, what: str, said: str) -> None:
    rows = [("all_entries_sum_to_zero", what, 1_000_000, True)]
    text = violated_screen(Words(language, "KRW", SEOUL), ["all_entries_sum_to_zero"], rows, 0).text

    assert f"\n   {said}: " in text
    assert text.endswith("<code>all_entries_sum_to_zero</code>")
    assert 1 == text.count("all_entries_sum_to_zero")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_everything_that_a_check_names_has_a_word(language: str) -> None:
    words = Words(language, "KRW", SEOUL)
    assert {"worker", "the ledger", "person", "bonus rule"} <= NAMED
    assert [] == [name for name in NAMED if not words.has(f"check.place_{name.replace(' ', '_')}")]
