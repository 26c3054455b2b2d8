"""English counts so that one is right, too: no line puts a number before a word that only fits several."""

import re

from tills import SEOUL

from bot.screens.promises import promise
from bot.words import Words, catalogue
from rules.model import Micros
from services.promising import Measure

COUNTED = re.compile(r"\{(\w+)\}(?:</?\w+>)* (?:more )?([a-z]+s)\b")
VERBS = frozenset({"is", "was", "has", "does", "needs", "ends", "stays", "this", "holds", "uses", "always"})

ALWAYS_MORE = frozenset(
    {
        "adjust.long_reason", "bonus.too_many", "closing.many", "closing.result_long", "invite.coordinator",
        "invite.menu", "money.answers", "personal.leave_backups", "personal.leave_kept", "personal.mydata_kept",
        "picture.too_large", "picture.too_narrow", "time.days", "upload.cell_long", "upload.choice_length",
        "upload.columns_many", "upload.id_long", "upload.line_long", "upload.row_long", "upload.text_long",
        "upload.text_long_for_picture", "upload.too_long",
    }
)  # fmt: skip
"""Lines whose number is a limit, or is told only where it is more than one."""


def test_no_line_counts_one_as_many() -> None:
    found = {
        key
        for key, line in catalogue("en").items()
        if any(word not in VERBS for _, word in COUNTED.findall(line)) and key not in ALWAYS_MORE
    }
    assert set() == found


def test_a_bonus_for_every_answer_says_so() -> None:
    words = Words("en", "KRW", SEOUL)

    assert "₩10 for every 1 answer." == promise(Measure.EACH, 1, Micros(10_000_000), words)
    assert "₩10 for every 5 answers." == promise(Measure.EACH, 5, Micros(10_000_000), words)
