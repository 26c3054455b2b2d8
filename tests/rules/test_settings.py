from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from refused import refusal_of, said

from rules.model import HOUR, MINUTE, Instant, Kind, Micros
from rules.settings import (
    KEYS,
    Overlap,
    Settings,
    from_json,
    merge,
    parse,
    parse_choices,
    parse_confidence,
    parse_deadline,
    parse_kind,
    parse_language,
    parse_lease,
    parse_overlap,
    parse_price,
    parse_review,
    parse_text,
    read_caption,
    to_json,
)

SEOUL = ZoneInfo("Asia/Seoul")
NOW = Instant(int(datetime(2026, 11, 22, tzinfo=UTC).timestamp() * 1000))


def test_every_setting_of_a_caption_is_read() -> None:
    caption = """/newbatch
제목: 이 리뷰는 긍정인가요?
project: film reviews
선택지: 긍정, 부정
종류: multiple
단가: 20원
중복: 2-5
신뢰도: 0.9
가이드: 반어도 보세요.
예: 참 잘했다
제한시간: 5분
마감: 2026-12-01 18:00
언어: ko"""
    expected = Settings(
        title="이 리뷰는 긍정인가요?",
        project="film reviews",
        choices=("긍정", "부정"),
        kind=Kind.MULTIPLE,
        price=Micros(20_000_000),
        overlap=Overlap(2, 5),
        confidence=900_000,
        guide="반어도 보세요.\n예: 참 잘했다",
        lease=5 * MINUTE,
        deadline=Instant(1_796_115_600_000),
        language="ko",
    )
    assert (expected, ()) == parse(read_caption(caption), timezone=SEOUL, now=NOW)


def test_every_mistake_is_named_at_once_and_the_rest_is_kept() -> None:
    pairs = [("title", "Reviews"), ("price", "free"), ("overlap", "99"), ("prise", "20"), ("", "hello"), ("xyzzy", "1")]
    settings, faults = parse(pairs, timezone=SEOUL, now=NOW)
    assert Settings(title="Reviews") == settings
    assert [
        "price: “free” is no amount. Write the price of one answer, such as 20 or 0.4.",
        "overlap: “99” can't be used. Write 3 or 2-5, from 1 to 20.",
        "There is no setting “prise”. Did you mean “price”?",
        f"“hello” doesn't say which setting it is. Write one key: value a line. Settings: {', '.join(KEYS)}",
        f"There is no setting “xyzzy”. Settings: {', '.join(KEYS)}",
    ] == [said(fault) for fault in faults]


def test_a_misspelt_korean_key_is_told_its_neighbour() -> None:
    (fault,) = parse([("제한시갼", "10m")], timezone=SEOUL, now=NOW)[1]
    assert fault.blanks == {"key": "제한시갼", "nearest": "제한시간"}


def test_the_same_setting_under_two_names_is_a_mistake() -> None:
    settings, faults = parse([("price", "20"), ("단가", "30")], timezone=SEOUL, now=NOW)
    assert Micros(20_000_000) == settings.price
    assert [said(fault) for fault in faults] == ["“단가” is given twice. Keep one."]


def test_a_key_left_empty_is_not_said() -> None:
    assert (Settings(), ()) == parse([("deadline", ""), ("guide", "  ")], timezone=SEOUL, now=NOW)


@pytest.mark.parametrize(
    ("value", "price"),
    [
        ("20", 20_000_000),
        ("20원", 20_000_000),
        ("20 원", 20_000_000),
        ("₩20", 20_000_000),
        ("￦20", 20_000_000),
        ("20 krw", 20_000_000),
        ("２０", 20_000_000),
        ("0.4", 400_000),
        (".4", 400_000),
        ("0.003", 3_000),
        ("0.000001", 1),
        ("1,000", 1_000_000_000),
        ("1,234,5", None),
        ("1,000,000", 1_000_000_000_000),
    ],
)
def test_prices_are_exact(value: str, price: int | None) -> None:
    if price is None:
        assert refusal_of(parse_price, value).key == "upload.bad_price"
    else:
        assert price == parse_price(value)


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("", "bad_price"),
        ("free", "bad_price"),
        ("nan", "bad_price"),
        ("NaN", "bad_price"),
        ("inf", "bad_price"),
        ("-inf", "bad_price"),
        ("-5", "bad_price"),
        ("- 5", "bad_price"),
        ("1e3", "bad_price"),
        ("0x10", "bad_price"),
        ("1_000", "bad_price"),
        ("0,4", "bad_price"),
        ("20.", "bad_price"),
        ("20 30", "bad_price"),
        ("9" * 400, "bad_price"),
        ("0", "price_out_of_range"),
        ("0.0", "price_out_of_range"),
        ("1000000.000001", "price_out_of_range"),
        ("1,000,001", "price_out_of_range"),
        ("0.0000001", "price_too_fine"),
        ("$3", "bad_currency"),
        ("3 USD", "bad_currency"),
        ("$3원", "bad_currency"),
    ],
)
def test_what_is_no_price_is_refused(value: str, key: str) -> None:
    assert f"upload.{key}" == refusal_of(parse_price, value).key


def test_the_sign_must_be_of_the_installations_currency() -> None:
    assert parse_price("$0.003", "USD") == 3_000
    assert refusal_of(parse_price, "20원", "USD").key == "upload.bad_currency"


@given(st.integers(min_value=1, max_value=1_000_000_000_000))
def test_any_number_of_millionths_survives_writing_and_reading(micros: int) -> None:
    assert micros == parse_price(f"{micros // 1_000_000:,}.{micros % 1_000_000:06d}")


@pytest.mark.parametrize(
    ("value", "overlap"),
    [
        ("3", Overlap(3, 3)),
        ("2-5", Overlap(2, 5)),
        ("2 ~ 5", Overlap(2, 5)),
        ("2～5", Overlap(2, 5)),
        ("2–5명", Overlap(2, 5)),
        ("1", Overlap(1, 1)),
        ("20", Overlap(20, 20)),
    ],
)
def test_overlap_is_a_number_or_a_range(value: str, overlap: Overlap) -> None:
    assert overlap == parse_overlap(value)


@pytest.mark.parametrize("value", ["", "0", "21", "5-2", "2-", "-3", "1.5", "two", "0-3", "3-21"])
def test_an_impossible_overlap_is_refused(value: str) -> None:
    assert refusal_of(parse_overlap, value).key == "upload.bad_overlap"


@pytest.mark.parametrize(("value", "share"), [("0.95", 950_000), ("95%", 950_000), ("0.5", 500_000), (".999", 999_000)])
def test_confidence_is_a_share(value: str, share: int) -> None:
    assert share == parse_confidence(value)


@pytest.mark.parametrize("value", ["", "1", "100%", "95", "0.49", "-0.9", "nan", "0.99999999", "high"])
def test_an_impossible_confidence_is_refused(value: str) -> None:
    assert refusal_of(parse_confidence, value).key == "upload.bad_confidence"


@pytest.mark.parametrize(
    ("value", "choices"),
    [
        ("positive, negative", ("positive", "negative")),
        ("긍정，부정", ("긍정", "부정")),
        ("긍정\n부정, 아주\n", ("긍정", "부정, 아주")),
        ('["yes, sure", " no "]', ("yes, sure", "no")),
        ("a, b,", ("a", "b")),
        ("👍, 👎", ("👍", "👎")),
        ("a" * 64 + ", b", ("a" * 64, "b")),
    ],
)
def test_choices_are_read_as_they_were_written(value: str, choices: tuple[str, ...]) -> None:
    assert choices == parse_choices(value)


def test_hangul_choices_are_composed() -> None:
    assert parse_choices("\u1100\u1173\u11bc\u110c\u1165\u11bc, 부정") == ("긍정", "부정")


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("", "choices_number"),
        ("yes", "choices_number"),
        ("yes/no", "choices_number"),
        (",".join(map(str, range(13))), "choices_number"),
        ("a, b, a", "choice_twice"),
        ("가, \u1100\u1161", "choice_twice"),
        ("a" * 65 + ", b", "choice_length"),
        ('["a", ""]', "choice_length"),
        ('["a", "b"', "choices_json"),
        ('["a", 2]', "choices_json"),
        ("[" * 100_000, "choices_json"),
        ("a|b, c", "choice_bar"),
        ('["a\\nb", "c"]', "unreadable_value"),
        ('["a\\u0000", "c"]', "unreadable_value"),
        ('["\\ud800", "c"]', "unreadable_value"),
    ],
)
def test_choices_that_cannot_be_buttons_are_refused(value: str, key: str) -> None:
    assert f"upload.{key}" == refusal_of(parse_choices, value).key


@pytest.mark.parametrize(
    ("value", "kind"), [("single", Kind.SINGLE), ("Multiple", Kind.MULTIPLE), ("여러 개", Kind.MULTIPLE)]
)
def test_kinds_are_known_in_both_languages(value: str, kind: Kind) -> None:
    assert kind == parse_kind(value)


def test_an_unknown_kind_is_refused() -> None:
    assert refusal_of(parse_kind, "both").key == "upload.bad_kind"


@pytest.mark.parametrize(
    ("value", "lease"),
    [
        ("10m", 10 * MINUTE),
        ("90s", 90_000),
        ("1h", HOUR),
        ("10", 10 * MINUTE),
        ("10 분", 10 * MINUTE),
        ("30초", 30_000),
        ("1시간", HOUR),
        ("24H", 24 * HOUR),
        ("1d", 24 * HOUR),
    ],
)
def test_a_lease_has_a_unit_or_means_minutes(value: str, lease: int) -> None:
    assert lease == parse_lease(value)


@pytest.mark.parametrize("value", ["", "0", "0s", "25h", "2d", "-5m", "soon", "1.5h", "9" * 30])
def test_an_impossible_lease_is_refused(value: str) -> None:
    assert refusal_of(parse_lease, value).key == "upload.bad_lease"


@pytest.mark.parametrize(
    ("value", "review"),
    [("0", 0), ("24", 24 * HOUR), ("36h", 36 * HOUR), ("3d", 72 * HOUR), ("7일", 168 * HOUR), ("90분", 90 * 60_000)],
)
def test_a_review_time_has_a_unit_or_means_hours(value: str, review: int) -> None:
    assert review == parse_review(value)


@pytest.mark.parametrize("value", ["", "8d", "169h", "-1h", "soon", "1.5h", "9" * 30])
def test_an_impossible_review_time_is_refused(value: str) -> None:
    assert refusal_of(parse_review, value).key == "upload.bad_review"


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-12-01 18:00", "2026-12-01T18:00+09:00"),
        ("2026-12-1 9:05", "2026-12-01T09:05+09:00"),
        ("2026.12.01. 18:00", "2026-12-01T18:00+09:00"),
        ("2026/12/01 18:00", "2026-12-01T18:00+09:00"),
        ("2026-12-01", "2026-12-01T23:59+09:00"),
        ("2026-12-01T18:00:30", "2026-12-01T18:00:30+09:00"),
        ("2026-12-01T18:00Z", "2026-12-01T18:00+00:00"),
        ("2026-12-01T18:00-05:00", "2026-12-01T18:00-05:00"),
        ("2026-12-01 18:00 +09:00", "2026-12-01T18:00+09:00"),
    ],
)
def test_a_deadline_is_in_the_installations_time_unless_it_says_otherwise(value: str, moment: str) -> None:
    expected = int(datetime.fromisoformat(moment).timestamp() * 1000)
    assert expected == parse_deadline(value, timezone=SEOUL, now=NOW)


@pytest.mark.parametrize(
    "value", ["", "tomorrow", "2026-13-01", "2026-02-30", "2026-12-01 25:00", "18:00", "9999-12-31"]
)
def test_what_is_no_date_is_refused(value: str) -> None:
    assert refusal_of(parse_deadline, value, timezone=SEOUL, now=NOW).key == "upload.bad_deadline"


def test_a_deadline_in_the_past_is_refused_to_the_minute() -> None:
    now = Instant(int(datetime(2026, 12, 1, 18, tzinfo=SEOUL).timestamp() * 1000))
    assert refusal_of(parse_deadline, "2026-12-01 18:00", timezone=SEOUL, now=now).key == "upload.deadline_past"
    assert now + MINUTE == parse_deadline("2026-12-01 18:01", timezone=SEOUL, now=now)


def test_languages_are_ko_en_and_any() -> None:
    assert (parse_language("한국어"), parse_language("EN"), parse_language("any")) == ("ko", "en", "any")
    assert refusal_of(parse_language, "jp").key == "upload.bad_language"


def test_a_title_is_one_line_and_a_guide_keeps_its_lines() -> None:
    assert parse_text("title", " a\n b ") == "a b"
    assert parse_text("guide", " a\n b ") == "a\n b"


def test_texts_that_no_message_can_show_are_refused() -> None:
    assert refusal_of(parse_text, "title", "a" * 101).key == "upload.too_long"
    assert refusal_of(parse_text, "guide", "a" * 3_501).key == "upload.too_long"
    assert refusal_of(parse_text, "title", "a\0b").key == "upload.unreadable_value"
    assert refusal_of(parse_text, "guide", "\ud800").key == "upload.unreadable_value"


def test_what_is_said_later_wins_and_what_is_left_open_stays() -> None:
    first = Settings(title="a", price=Micros(1), choices=("x", "y"))
    assert Settings(title="b", price=Micros(1), choices=("x", "y")) == merge(first, Settings(title="b"))


def test_a_half_finished_dialogue_survives_as_text() -> None:
    half = Settings(title="리뷰", choices=("긍정", "부정"), kind=Kind.SINGLE, overlap=Overlap(2, 5), price=Micros(3))
    assert half == from_json(to_json(half))
    assert Settings() == from_json(to_json(Settings()))
    assert Kind.SINGLE is from_json(to_json(half)).kind


@given(st.sampled_from(KEYS), st.text(max_size=60))
def test_no_value_brings_a_parser_down(key: str, value: str) -> None:
    settings, faults = parse([(key, value)], timezone=SEOUL, now=NOW)
    assert settings == from_json(to_json(settings))
    for fault in faults:
        said(fault)


def test_an_unknown_setting_under_choices_is_a_mistake_and_not_a_choice() -> None:
    assert read_caption("choices: one\ncolour: red") == [("choices", "one"), ("colour", "red")]
    assert read_caption("choices:\nred\nblue: dark") == [("choices", "red\nblue: dark")]
