"""Expected refusals and faults, which must also be sayable in both languages."""

import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from rules.refusals import Refusal
from rules.settings import Fault


def said(no: Refusal | Fault) -> str:
    """The refusal in English; fails when a language lacks the line or a blank stays open."""
    area, _, key = no.key.partition(".")
    for language in ("ko", "en"):
        lines = tomllib.loads(files("locales").joinpath(language, f"{area}.toml").read_text("utf-8"))
        words: str = lines[key].format(**no.blanks)
    return words


def refusal_of(call: Callable[..., Any], *arguments: Any, **named: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*arguments, **named)
    said(caught.value)
    return caught.value
