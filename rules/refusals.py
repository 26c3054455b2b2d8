"""Every expected "no"."""

from dataclasses import dataclass

from .model import Micros


@dataclass(frozen=True)
class Money:
    """An amount that is named in a refusal; whoever words it knows the currency."""

    amount: Micros


Value = str | int | Money


class Refusal(Exception):
    """An expected "no": a key of the catalogue and what fills its blanks. Worded once, at the edge."""

    def __init__(self, key: str, /, **blanks: Value) -> None:
        super().__init__(key)
        self.key = key
        self.blanks = blanks
