from dataclasses import replace
from itertools import count

import pytest
from refused import said

from rules.model import Kind
from rules.rows import Row, check, clean, gold_choices, length

CHOICES = ("긍정", "부정", "모름")
PLAIN = Row(line=7, entry=None, text="좋아요", image=None, id=None, gold=None, explanation=None, meta={})


def test_a_plain_row_is_fine() -> None:
    assert check(PLAIN, CHOICES, Kind.SINGLE) is None


def test_a_picture_needs_no_text() -> None:
    assert check(replace(PLAIN, text=None, image="1.jpg"), CHOICES, Kind.SINGLE) is None


def test_a_row_with_neither_text_nor_picture_is_named_by_its_line() -> None:
    fault = check(replace(PLAIN, text=None), CHOICES, Kind.SINGLE)
    assert fault is not None
    assert (fault.key, fault.line) == ("upload.row_without_content", 7)


@pytest.mark.parametrize(
    ("text", "image", "key"),
    [
        ("가" * 4096, None, None),
        ("가" * 4097, None, "upload.text_long"),
        ("가" * 1024, "1.jpg", None),
        ("가" * 1025, "1.jpg", "upload.text_long_for_picture"),
        ("😀" * 2048, None, None),
        ("😀" * 2048 + "!", None, "upload.text_long"),
        ("😀" * 512 + "!", "1.jpg", "upload.text_long_for_picture"),
    ],
)
def test_a_text_must_fit_its_message_in_utf_16_units(text: str, image: str | None, key: str | None) -> None:
    fault = check(replace(PLAIN, text=text, image=image), CHOICES, Kind.SINGLE)
    assert key == (fault and fault.key)


def test_a_length_is_counted_as_telegram_counts() -> None:
    assert (length("ab"), length("가"), length("😀")) == (2, 1, 2)


def test_an_id_has_at_most_64_characters() -> None:
    assert check(replace(PLAIN, id="i" * 64), CHOICES, Kind.SINGLE) is None
    fault = check(replace(PLAIN, id="i" * 65), CHOICES, Kind.SINGLE)
    assert fault is not None
    assert said(fault) == "The id has 65 characters, at most 64 fit. Shorten it."


def test_a_gold_label_must_be_a_choice_and_is_told_the_nearest() -> None:
    assert check(replace(PLAIN, gold=("부정",)), CHOICES, Kind.SINGLE) is None
    fault = check(replace(PLAIN, gold=("부 정",)), CHOICES, Kind.SINGLE)
    assert fault is not None
    assert said(fault) == "gold “부 정” is not among the choices. Did you mean “부정”?"


def test_even_a_gold_label_like_no_choice_gets_a_fault() -> None:
    fault = check(replace(PLAIN, gold=("x" * 200_000,)), CHOICES, Kind.SINGLE)
    assert fault is not None
    assert fault.key == "upload.gold_no_choice"
    assert len(said(fault)) < 300


def test_several_gold_labels_need_a_multiple_choice() -> None:
    row = replace(PLAIN, gold=("긍정", "모름"))
    assert check(row, CHOICES, Kind.MULTIPLE) is None
    fault = check(row, CHOICES, Kind.SINGLE)
    assert fault is not None
    assert (
        said(fault)
        == "gold holds several labels (긍정|모름), but one is to be chosen. Keep one, or set kind: multiple."
    )


def test_each_of_several_gold_labels_must_be_a_choice() -> None:
    fault = check(replace(PLAIN, gold=("긍정", "모룸")), CHOICES, Kind.MULTIPLE)
    assert fault is not None
    assert fault.blanks == {"gold": "모룸", "nearest": "모름"}


def test_gold_labels_become_choices_in_the_order_they_appear() -> None:
    assert gold_choices([("b",), None, ("a", "b"), ("c",), ("a",)]) == ("b", "a", "c")


@pytest.mark.parametrize(
    "golds",
    [
        [],
        [None, None],
        [("a",), ("a",)],
        [(str(number),) for number in range(13)],
        [("a",), ("b" * 65,)],
    ],
)
def test_gold_labels_that_make_no_choices_are_left(golds: list[tuple[str, ...] | None]) -> None:
    assert gold_choices(golds) is None


def test_gold_choices_stop_reading_when_there_are_too_many() -> None:
    assert gold_choices((str(number),) for number in count()) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  a  ", "a"),
        ("a\r\nb\rc\n", "a\nb\nc"),
        ("\u1100\u1161", "가"),
        ("\ufeff\u200b 가 나\u200f\u3000", "가 나"),
        ("\u202e뒤집힘\u202c", "뒤집힘"),
        ("가\u200b나", "가\u200b나"),
        ("👩‍👩‍👧 ❤️", "👩‍👩‍👧 ❤️"),
        ("가\r\n나", "가\n나"),
    ],
)
def test_only_what_cannot_be_seen_is_cleaned_away(value: str, expected: str) -> None:
    assert expected == clean(value)


def test_a_long_run_of_blanks_is_cleaned_in_no_time() -> None:
    value = "가" + " " * 1_000_000 + "나"
    assert value == clean(value)
