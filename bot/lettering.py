"""The font of drawn pictures: Latin, Greek, Cyrillic, kana and all of Hangul; what it can't show becomes a box."""

import re
from functools import cache
from pathlib import Path
from unicodedata import category, normalize

from PIL import ImageFont

FILE = Path(__file__).parent / "fonts" / "hangul.otf"
MISSING = "□"

SHOWN = (
    " -~\xa0-ăĐ-ēĚ-ěĨ-īŃ-ńŇ-ňŌ-ŏŒ-œŨ-ŭƒΑ-ΡΣ-Ωα-ωЁА-яё"
    "‐-‖‘-‚“-„†-•‥-‧‰′-″‹-※₩₫-€℃℉№™Ⅰ-Ⅻⅰ-ⅻ←-↙⇒⇔√∝-∠≠-≢≤-≧①-⒛─-╿■-▫▲-△▶-▷▼-▽◀-◁◆-◇○★-☆♠-♧♪✓"
    "　-〿ぁ-ゖ゙-ヿㄱ-ㆎ㈀-㈞㈠-㋿가-힣！-～￦"
)
"""The ranges of characters that the file has a glyph for."""

_FOREIGN = re.compile(f"[^{SHOWN}]+")
INVISIBLE = frozenset(("Mn", "Me", "Cf", "Cc"))


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font in a size of pixels."""
    return ImageFont.truetype(str(FILE), size, layout_engine=ImageFont.Layout.BASIC)


def showable(text: str) -> str:
    """The text as the font can show it, on one line: accents that it lacks are left out, other signs become boxes."""
    composed = normalize("NFC", " ".join(text.split()))
    letters = (letter for letter in composed if category(letter) not in INVISIBLE)
    return _FOREIGN.sub(MISSING, "".join(map(_plainer, letters)))


def _plainer(letter: str) -> str:
    """A letter without its accent where only that is lacking."""
    bare = normalize("NFD", letter)[0]
    return bare if _FOREIGN.match(letter) and not _FOREIGN.match(bare) else letter


def fitted(text: str, size: int, width: float) -> str:
    """As much of a text as fits into a width, ending in … where it was cut."""
    text = showable(text)
    if font(size).getlength(text) <= width:
        return text
    while text and font(size).getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"
