"""Amounts of money as people type them, and as they are told where no currency is known."""

import re
from decimal import Decimal
from unicodedata import normalize

from .model import Micros
from .refusals import Refusal

WHOLE = 1_000_000
LARGEST = Decimal(1_000_000_000_000)

_AMOUNT = re.compile(r"[₩$€¥]?\s*(\d[\d,]*(?:\.\d+)?)\s*(만)?\s*(?:원|₩|\$|€|¥|[A-Za-z]{3})?")


def exact(amount: Micros) -> str:
    """An amount in major units, such as 1,240 or 0.4."""
    major = Decimal(amount) / WHOLE
    return f"{major.quantize(Decimal(1)) if major == int(major) else major.normalize():,f}"


def parse_amount(text: str) -> Micros:
    """`500000`, `500,000원`, `50만`, `0.5`: exact, above zero. Raises Refusal for anything else."""
    said = _AMOUNT.fullmatch(normalize("NFKC", text).strip())
    if not said:
        raise Refusal("budget.bad_amount", value=text.strip()[:40])
    amount = Decimal(said[1].replace(",", "")) * (10_000 if said[2] else 1)
    micros = amount * WHOLE
    if not 0 < amount <= LARGEST or micros != micros.to_integral_value():
        raise Refusal("budget.bad_amount", value=text.strip()[:40])
    return Micros(int(micros))
