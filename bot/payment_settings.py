"""The settings of payouts: from what amount, when, with which taxes, and in which columns a bank wants its file."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from rules.currency import smallest
from rules.model import Micros
from rules.paydays import Paydays, WrongDays, read_paydays
from rules.payouts import Terms
from rules.taxes import Rates, WrongRates, rates
from rules.transfers import CANONICAL, BankFormat, WrongFormat, read_bank_format

T = TypeVar("T")

MINIMUM, ROUNDING = "5000", "10"


@dataclass(frozen=True)
class PaymentSettings:
    """How an installation pays."""

    terms: Terms
    bank: BankFormat


def read_payments(
    environment: Mapping[str, str], currency: str, timezone: ZoneInfo, mistakes: list[str]
) -> PaymentSettings:
    """The settings of payouts; what is wrong with them is added to the mistakes."""
    terms = Terms(
        minimum=_minimum(environment, mistakes),
        unit=smallest(currency),
        rates=_rates(environment, currency, mistakes),
        paydays=_paydays(environment, mistakes),
        timezone=timezone,
    )
    bank = _read(environment, "TAPWORK_BANK_FORMAT", read_bank_format, mistakes)
    return PaymentSettings(terms, bank or CANONICAL)


def _minimum(environment: Mapping[str, str], mistakes: list[str]) -> Micros:
    said = (environment.get("TAPWORK_PAYOUT_MINIMUM") or MINIMUM).strip()
    if not re.fullmatch(r"[0-9]{1,9}", said):
        mistakes.append("TAPWORK_PAYOUT_MINIMUM must be a whole number in the currency, such as 5000")
        return Micros(0)
    return Micros(int(said) * 1_000_000)


def _paydays(environment: Mapping[str, str], mistakes: list[str]) -> Paydays:
    try:
        return read_paydays(environment.get("TAPWORK_PAYOUT_DAYS") or "request")
    except WrongDays:
        mistakes.append("TAPWORK_PAYOUT_DAYS must be request, days of the week (fri) or of the month (1,15)")
        return Paydays()


def _rates(environment: Mapping[str, str], currency: str, mistakes: list[str]) -> Rates:
    rounding = (environment.get("TAPWORK_TAX_ROUNDING") or ROUNDING).strip()
    if rounding not in ("1", "10"):
        mistakes.append("TAPWORK_TAX_ROUNDING must be 1 or 10")
        rounding = ROUNDING
    cut = int(rounding)
    found = _read(environment, "TAPWORK_TAXES", lambda text: rates(currency, cut, text), mistakes)
    return found or rates(currency, cut, None)


def _read(environment: Mapping[str, str], name: str, reader: Callable[[str], T], mistakes: list[str]) -> T | None:
    """What the file says that a setting names; None where none is named, or it can't be used."""
    said = environment.get(name)
    if not said:
        return None
    try:
        return reader(Path(said).expanduser().read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        mistakes.append(f"{name} can't be read: {error}")
    except (WrongRates, WrongFormat) as error:
        mistakes.append(f"{name} can't be used: {error}")
    return None
