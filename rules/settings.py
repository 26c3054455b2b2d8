"""What a coordinator says about a batch: in a caption, on a command line, or one answer at a time."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from difflib import get_close_matches
from functools import reduce
from typing import Literal, TypeVar
from unicodedata import category, normalize
from zoneinfo import ZoneInfo

from rules.model import DAY, HOUR, MINUTE, SECOND, Instant, Kind, Micros
from rules.refusals import Money, Refusal, Value
from rules.times import milliseconds, moment

Language = Literal["ko", "en", "any"]
M = TypeVar("M")

FEWEST_CHOICES, MOST_CHOICES, LONGEST_CHOICE = 2, 12, 64
MOST_ANSWERS = 20
HIGHEST_PRICE = 1_000_000
SHORTEST_LEASE, LONGEST_LEASE, LONGEST_REVIEW = SECOND, 24 * HOUR, 7 * DAY
LONGEST_TEXT = {"title": 100, "project": 100, "guide": 3_500}


def _by_word(meanings: Mapping[M, str]) -> Mapping[str, M]:
    return {word: meaning for meaning, words in meanings.items() for word in words.split()}


_KEYS = _by_word(
    {
        "title": "title 제목",
        "project": "project 프로젝트",
        "choices": "choices 선택지",
        "kind": "kind 종류",
        "price": "price 단가 가격",
        "overlap": "overlap 중복 답변수",
        "confidence": "confidence 신뢰도",
        "guide": "guide 가이드",
        "lease": "lease 제한시간",
        "review": "review 검수",
        "deadline": "deadline 마감",
        "language": "language 언어",
    }
)
_KINDS = _by_word({Kind.SINGLE: "single 단일 하나", Kind.MULTIPLE: "multiple 복수 여러개"})
_LANGUAGES: Mapping[str, Language] = _by_word(
    {"ko": "ko korean 한국어", "en": "en english 영어", "any": "any 상관없음 무관"}
)
_CURRENCIES = _by_word({"KRW": "₩ 원 WON", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"})

_LINE = re.compile(r"([^:：]{1,30}?)\s*[:：]\s*(.*)")
_COMMAND = re.compile(r"\s*/newbatch(@\w+)?(?=\s|$)[ \t]*", re.IGNORECASE)
_NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]{1,12})?|[0-9]{1,12}(?:\.[0-9]{1,12})?|\.[0-9]{1,12}"
_PRICE = re.compile(rf"([^\d\s.,+-]{{0,3}})\s*({_NUMBER})\s*([^\d\s.,]{{0,3}})")
_SHARE = re.compile(rf"({_NUMBER})\s*(%?)")
_OVERLAP = re.compile(r"([0-9]{1,3})(?:\s*[-~–—〜]\s*([0-9]{1,3}))?\s*[명개회번]?")


@dataclass(frozen=True)
class Overlap:
    """Answers wanted per task; between the two it grows until the batch's confidence is reached."""

    least: int
    most: int


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a posting: a key of the catalogue with its blanks, and the place where it was found."""

    key: str
    blanks: Mapping[str, Value]
    line: int | None = None
    entry: str | None = None


@dataclass(frozen=True, kw_only=True)
class Settings:
    """None is what has not been said (yet). Confidence is in millionths, lease and review in milliseconds."""

    title: str | None = None
    project: str | None = None
    choices: tuple[str, ...] | None = None
    kind: Kind | None = None
    price: Micros | None = None
    overlap: Overlap | None = None
    confidence: int | None = None
    guide: str | None = None
    lease: int | None = None
    review: int | None = None
    deadline: Instant | None = None
    language: Language | None = None


KEYS: tuple[str, ...] = tuple(field.name for field in fields(Settings))


def read_caption(caption: str) -> list[tuple[str, str]]:
    """The keys and values as they were written; a line that is neither stands under the empty key."""
    pairs: list[tuple[str, str]] = []
    for line in _COMMAND.sub("", normalize("NFC", caption), count=1).splitlines():
        said = _LINE.fullmatch(line.strip())
        key = said[1] if said else ""
        if pairs and _goes_on(*pairs[-1], key):
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]}\n{line}")
        elif line.strip():
            pairs.append((key, said[2] if said else line))
    return [(key, value.strip()) for key, value in pairs]


def _goes_on(last: str, value: str, key: str) -> bool:
    """Whether the value of the last key reaches over a line that begins with this key (or with none)."""
    if key and known_key(key):
        return False
    match known_key(last):
        case "guide":
            return True
        case "choices":
            if value.startswith("["):
                return not value.rstrip().endswith("]")
            is_list_below_its_key = not value.split("\n")[0].strip()
            return ("\n" in value or "," not in value) and (is_list_below_its_key or not key) and not _nearest(key)
        case _:
            return False


def known_key(key: str) -> str | None:
    """The setting that a key in any case, spacing or language means."""
    folded = re.sub(r"\s", "", normalize("NFC", key)).casefold()
    return _KEYS.get(folded)


def _nearest(key: str) -> str | None:
    return next(iter(get_close_matches(key.strip().casefold(), _KEYS, n=1)), None)


def parse(
    pairs: Iterable[tuple[str, str]], *, timezone: ZoneInfo, now: Instant, currency: str = "KRW"
) -> tuple[Settings, tuple[Fault, ...]]:
    """All that could be read, and every mistake at once. A key without a value counts as not said."""
    readers = _readers(timezone, now, currency)
    settings: list[Settings] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for key, value in pairs:
        try:
            name = _key(key, value, seen)
            if value.strip():
                settings.append(readers[name](value))
        except Refusal as refusal:
            faults.append(Fault(refusal.key, refusal.blanks))
    return reduce(merge, settings, Settings()), tuple(faults)


def _key(key: str, value: str, seen: set[str]) -> str:
    name = known_key(key)
    if name is None:
        raise _unknown(key, value)
    if name in seen:
        raise Refusal("upload.key_twice", key=key)
    seen.add(name)
    return name


def _unknown(key: str, value: str) -> Refusal:
    nearest = _nearest(key)
    if nearest:
        return Refusal("upload.unknown_key_near", key=key, nearest=nearest)
    if key:
        return Refusal("upload.unknown_key", key=key, keys=", ".join(KEYS))
    return Refusal("upload.no_key", value=_shown(value), keys=", ".join(KEYS))


def _readers(timezone: ZoneInfo, now: Instant, currency: str) -> Mapping[str, Callable[[str], Settings]]:
    return {
        "title": lambda value: Settings(title=parse_text("title", value)),
        "project": lambda value: Settings(project=parse_text("project", value)),
        "choices": lambda value: Settings(choices=parse_choices(value)),
        "kind": lambda value: Settings(kind=parse_kind(value)),
        "price": lambda value: Settings(price=parse_price(value, currency)),
        "overlap": lambda value: Settings(overlap=parse_overlap(value)),
        "confidence": lambda value: Settings(confidence=parse_confidence(value)),
        "guide": lambda value: Settings(guide=parse_text("guide", value)),
        "lease": lambda value: Settings(lease=parse_lease(value)),
        "review": lambda value: Settings(review=parse_review(value)),
        "deadline": lambda value: Settings(deadline=parse_deadline(value, timezone=timezone, now=now)),
        "language": lambda value: Settings(language=parse_language(value)),
    }


def parse_text(key: Literal["title", "project", "guide"], value: str) -> str:
    """Only a guide keeps its line breaks."""
    text = normalize("NFC", value).strip()
    if key != "guide":
        text = " ".join(text.split())
    if not _storable(text):
        raise Refusal("upload.unreadable_value", key=key)
    if len(text) > LONGEST_TEXT[key]:
        raise Refusal("upload.too_long", key=key, length=len(text), limit=LONGEST_TEXT[key])
    return text


def parse_price(value: str, currency: str = "KRW") -> Micros:
    """Exact; a sign of another currency is refused rather than dropped."""
    said = _PRICE.fullmatch(normalize("NFKC", value).strip())
    if not said:
        raise Refusal("upload.bad_price", value=_shown(value))
    for sign in filter(None, (said[1].upper(), said[3].upper())):
        if _CURRENCIES.get(sign, sign) != currency:
            raise Refusal("upload.bad_currency", value=_shown(value), currency=currency)
    amount = Decimal(said[2].replace(",", ""))
    if not 0 < amount <= HIGHEST_PRICE:
        raise Refusal("upload.price_out_of_range", value=_shown(value), most=Money(Micros(HIGHEST_PRICE * 1_000_000)))
    return Micros(_millionths(amount, Refusal("upload.price_too_fine", value=_shown(value))))


def parse_overlap(value: str) -> Overlap:
    said = _OVERLAP.fullmatch(normalize("NFKC", value).strip())
    least, most = (int(said[1]), int(said[2] or said[1])) if said else (0, 0)
    if not 1 <= least <= most <= MOST_ANSWERS:
        raise Refusal("upload.bad_overlap", value=_shown(value), most=MOST_ANSWERS)
    return Overlap(least, most)


def parse_confidence(value: str) -> int:
    """Millionths, at least a half and below one; `95%` is `0.95`."""
    said = _SHARE.fullmatch(normalize("NFKC", value).strip())
    refusal = Refusal("upload.bad_confidence", value=_shown(value))
    if not said:
        raise refusal
    share = Decimal(said[1].replace(",", "")) / (100 if said[2] else 1)
    if not Decimal("0.5") <= share < 1:
        raise refusal
    return _millionths(share, refusal)


def parse_choices(value: str) -> tuple[str, ...]:
    """Separated by commas, one a line, or a JSON list; in the coordinator's order."""
    text = normalize("NFC", value).strip()
    if text.startswith("["):
        choices = tuple(choice.strip() for choice in _json_choices(text))
    else:
        parts = text.splitlines() if "\n" in text else re.split("[,，]", text)
        choices = tuple(part.strip() for part in parts if part.strip())
    for choice in choices:
        _check_choice(choice)
    twice = next((choice for choice in choices if choices.count(choice) > 1), None)
    if twice is not None:
        raise Refusal("upload.choice_twice", choice=twice)
    if not FEWEST_CHOICES <= len(choices) <= MOST_CHOICES:
        raise Refusal("upload.choices_number", count=len(choices), least=FEWEST_CHOICES, most=MOST_CHOICES)
    return choices


def _json_choices(text: str) -> list[str]:
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        raise Refusal("upload.choices_json") from None
    if not isinstance(listed, list) or not all(isinstance(choice, str) for choice in listed):
        raise Refusal("upload.choices_json")
    return [normalize("NFC", choice) for choice in listed]


def _check_choice(choice: str) -> None:
    if not 1 <= len(choice) <= LONGEST_CHOICE:
        raise Refusal("upload.choice_length", choice=_shown(choice), length=len(choice), limit=LONGEST_CHOICE)
    if "|" in choice:  # joins the labels of one answer in files
        raise Refusal("upload.choice_bar", choice=choice)
    if "\n" in choice or not _storable(choice):
        raise Refusal("upload.unreadable_value", key="choices")


def parse_kind(value: str) -> Kind:
    kind = _KINDS.get(re.sub(r"\s", "", normalize("NFC", value)).casefold())
    if kind is None:
        raise Refusal("upload.bad_kind", value=_shown(value))
    return kind


def parse_lease(value: str) -> int:
    """Milliseconds; a number alone is minutes."""
    lease = milliseconds(value, MINUTE)
    if lease is None or not SHORTEST_LEASE <= lease <= LONGEST_LEASE:
        raise Refusal("upload.bad_lease", value=_shown(value))
    return lease


def parse_review(value: str) -> int:
    """Milliseconds until an answer is settled; a number alone is hours."""
    review = milliseconds(value, HOUR)
    if review is None or review > LONGEST_REVIEW:
        raise Refusal("upload.bad_review", value=_shown(value))
    return review


def parse_deadline(value: str, *, timezone: ZoneInfo, now: Instant) -> Instant:
    """Without an offset in the installation's time; a date alone lasts until 23:59."""
    deadline = moment(value, timezone)
    if deadline is None:
        raise Refusal("upload.bad_deadline", value=_shown(value))
    if deadline <= now:
        raise Refusal("upload.deadline_past", value=_shown(value))
    return deadline


def parse_language(value: str) -> Language:
    language = _LANGUAGES.get(re.sub(r"\s", "", normalize("NFC", value)).casefold())
    if language is None:
        raise Refusal("upload.bad_language", value=_shown(value))
    return language


def merge(first: Settings, then: Settings) -> Settings:
    """What `then` says wins; what it leaves open stays as in `first`."""
    said = {key: getattr(then, key) for key in KEYS if getattr(then, key) is not None}
    return replace(first, **said)


def to_json(settings: Settings) -> str:
    return json.dumps(asdict(settings), ensure_ascii=False)


def from_json(text: str) -> Settings:
    """The settings that `to_json` wrote."""
    said = json.loads(text)
    said["choices"] = said["choices"] and tuple(said["choices"])
    said["kind"] = said["kind"] and Kind(said["kind"])
    said["overlap"] = said["overlap"] and Overlap(**said["overlap"])
    return Settings(**said)


def _millionths(number: Decimal, refusal: Refusal) -> int:
    millionths = number * 1_000_000
    if millionths != int(millionths):
        raise refusal
    return int(millionths)


def _storable(text: str) -> bool:
    """Line breaks and tabs are fine; other control characters and halves of a surrogate pair are not."""
    return all(character in "\n\t" or category(character) not in ("Cc", "Cs") for character in text)


def _shown(value: str) -> str:
    """Short enough to be quoted in an answer."""
    return value if len(value) <= 40 else value[:39] + "…"
