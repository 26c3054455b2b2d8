"""Expected refusals and faults, which must also be sayable in both languages."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.words import LANGUAGES, catalogue
from rules.refusals import Refusal
from rules.settings import Fault


def said(no: Refusal | Fault) -> str:
    """The refusal in English; fails when a language lacks the line or a blank stays open."""
    lines = {language: catalogue(language)[no.key].format(**no.blanks) for language in LANGUAGES}
    return lines["en"]


def refusal_of(call: Callable[..., Any], *arguments: Any, **named: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*arguments, **named)
    said(caught.value)
    return caught.value
