from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from refused import said

from rules.model import Instant
from rules.settings import known_key, parse, read_caption


def test_a_caption_gives_its_pairs_in_order() -> None:
    caption = "/newbatch\ntitle: Is this review positive?\nPrice : 20\n\nchoices: positive, negative"
    expected = [("title", "Is this review positive?"), ("Price", "20"), ("choices", "positive, negative")]
    assert expected == read_caption(caption)


@pytest.mark.parametrize("first", ["/newbatch", "/NewBatch@tapwork_bot", "  /newbatch  "])
def test_the_command_in_front_is_no_setting(first: str) -> None:
    assert read_caption(f"{first}\nprice: 20") == [("price", "20")]


def test_a_setting_may_follow_the_command_on_its_line() -> None:
    assert read_caption("/newbatch price: 20") == [("price", "20")]


def test_another_command_is_not_mistaken_for_newbatch() -> None:
    assert read_caption("/newbatches") == [("", "/newbatches")]


def test_an_empty_caption_says_nothing() -> None:
    assert read_caption("") == []
    assert read_caption("/newbatch\n\n") == []


def test_choices_may_stand_one_a_line_with_colons_in_them() -> None:
    caption = "choices:\npositive\nnote: mixed\nnegative, rather\nprice: 20"
    assert read_caption(caption) == [("choices", "positive\nnote: mixed\nnegative, rather"), ("price", "20")]


def test_choices_may_begin_on_the_line_of_their_key() -> None:
    assert read_caption("선택지: 긍정\n부정") == [("선택지", "긍정\n부정")]


def test_a_json_list_of_choices_may_be_broken_into_lines() -> None:
    caption = 'choices: ["yes, sure",\n"no"]\nthanks!'
    assert read_caption(caption) == [("choices", '["yes, sure",\n"no"]'), ("", "thanks!")]


def test_a_misspelt_key_below_choices_is_no_choice() -> None:
    assert read_caption("choices:\na\nb\nprcie: 20") == [("choices", "a\nb"), ("prcie", "20")]


def test_thanks_below_choices_in_one_line_are_no_choice() -> None:
    assert read_caption("choices: a, b\nthanks!") == [("choices", "a, b"), ("", "thanks!")]


def test_a_guide_runs_until_the_next_known_key() -> None:
    caption = "guide: Read it all.\n\nNote: irony counts\n  as negative\n마감: 2026-12-01"
    expected = [("guide", "Read it all.\n\nNote: irony counts\n  as negative"), ("마감", "2026-12-01")]
    assert expected == read_caption(caption)


def test_a_full_width_colon_and_decomposed_hangul_are_understood() -> None:
    assert read_caption("제목：리뷰") == [("제목", "리뷰")]
    assert read_caption("\u110c\u1166\u1106\u1169\u11a8: 리뷰") == [("제목", "리뷰")]


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("제목", "title"),
        ("프로젝트", "project"),
        ("선택지", "choices"),
        ("종류", "kind"),
        ("단가", "price"),
        ("가격", "price"),
        ("중복", "overlap"),
        ("답변수", "overlap"),
        ("답변 수", "overlap"),
        ("신뢰도", "confidence"),
        ("가이드", "guide"),
        ("제한시간", "lease"),
        ("제한 시간", "lease"),
        ("마감", "deadline"),
        ("언어", "language"),
        ("TITLE", "title"),
        ("Lease ", "lease"),
    ],
)
def test_keys_are_known_in_both_languages(key: str, meant: str) -> None:
    assert meant == known_key(key)


@given(st.text(max_size=300))
def test_no_caption_brings_the_reader_down(caption: str) -> None:
    for fault in parse(read_caption(caption), timezone=ZoneInfo("Asia/Seoul"), now=Instant(0))[1]:
        said(fault)
