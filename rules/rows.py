"""One row of a posting, and whether it can become a task."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from unicodedata import normalize

from rules.model import Kind
from rules.settings import FEWEST_CHOICES, LONGEST_CHOICE, MOST_CHOICES, Fault

LONGEST_MESSAGE = 4_096
LONGEST_CAPTION = 1_024
LONGEST_ID = 64
LONGEST_ROW = 100_000

_INVISIBLE = "\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
_SPACES = " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
_BLANK = _INVISIBLE + _SPACES + "\u2028\u2029\u202f\u205f\u3000"


@dataclass(frozen=True, slots=True)
class Row:
    """One task as posted: `line` counts the file's physical lines from 1, `entry` is a place without lines.

    `image` is a name that the upload's `picture` takes, or a link.
    """

    line: int | None
    entry: str | None
    text: str | None
    image: str | None
    id: str | None
    gold: tuple[str, ...] | None
    explanation: str | None
    meta: Mapping[str, str]

    @property
    def length(self) -> int:
        """Characters in all of it."""
        cells = (self.text, self.image, self.id, self.explanation, *(self.gold or ()), *self.meta, *self.meta.values())
        return sum(len(cell) for cell in cells if cell)


def clean(value: str) -> str:
    """Composed (NFC), with plain line feeds, and nothing blank or invisible at the ends."""
    value = value.strip() if value.isascii() else normalize("NFC", value).strip(_BLANK)
    return value.replace("\r\n", "\n").replace("\r", "\n") if "\r" in value else value


def length(text: str) -> int:
    """As Telegram counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check(row: Row, choices: tuple[str, ...], kind: Kind) -> Fault | None:
    """The first reason why the row cannot become a task."""
    return _check_content(row) or _check_gold(row, choices, kind) or _check_length(row)


def _check_content(row: Row) -> Fault | None:
    if row.text is None and row.image is None:
        return Fault("upload.row_without_content", {}, row.line, row.entry)
    limit = LONGEST_CAPTION if row.image else LONGEST_MESSAGE
    if row.text and length(row.text) > limit:
        key = "upload.text_long_for_picture" if row.image else "upload.text_long"
        return Fault(key, {"length": length(row.text), "limit": limit}, row.line, row.entry)
    if row.id and len(row.id) > LONGEST_ID:
        return Fault("upload.id_long", {"length": len(row.id), "limit": LONGEST_ID}, row.line, row.entry)
    return None


def _check_length(row: Row) -> Fault | None:
    if row.length <= LONGEST_ROW:
        return None
    return Fault("upload.row_long", {"length": row.length, "limit": f"{LONGEST_ROW:,}"}, row.line, row.entry)


def _check_gold(row: Row, choices: tuple[str, ...], kind: Kind) -> Fault | None:
    gold = row.gold or ()
    if kind is Kind.SINGLE and len(gold) > 1:
        return Fault("upload.gold_several", {"gold": _shown("|".join(gold))}, row.line, row.entry)
    for label in gold:
        if label not in choices:
            near = get_close_matches(label[:LONGEST_CHOICE], choices, n=1, cutoff=0.5)
            if near:
                blanks = {"gold": _shown(label), "nearest": near[0]}
                return Fault("upload.gold_near_choice", blanks, row.line, row.entry)
            return Fault("upload.gold_no_choice", {"gold": _shown(label)}, row.line, row.entry)
    return None


def gold_choices(golds: Iterable[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    """The distinct labels in the order of their first appearance, when they can serve as a batch's choices."""
    found: dict[str, None] = {}
    for gold in golds:
        found.update(dict.fromkeys(gold or ()))
        if len(found) > MOST_CHOICES:
            return None
    if len(found) < FEWEST_CHOICES or any(len(label) > LONGEST_CHOICE for label in found):
        return None
    return tuple(found)


def _shown(value: str) -> str:
    return value if len(value) <= LONGEST_CHOICE else value[: LONGEST_CHOICE - 1] + "…"
