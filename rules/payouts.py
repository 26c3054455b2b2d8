"""Payouts: how much of what is available can be paid, what is withheld, and what keeps a payout from being made."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from . import days
from .model import Instant, Micros
from .paydays import Paydays
from .taxes import Profile, Rates


@dataclass(frozen=True)
class Terms:
    """What an installation pays from, when, and in which steps; `unit` is the smallest amount that a bank can move."""

    minimum: Micros
    unit: Micros
    rates: Rates
    paydays: Paydays
    timezone: ZoneInfo

    def payday(self, now: Instant) -> date | None:
        """When the money is expected that is asked for now; None where that is up to the coordinators."""
        return self.paydays.next(days.date_of(now, self.timezone))


@dataclass(frozen=True)
class Amounts:
    """A payout before and after taxes: `gross` is the sum of the others."""

    gross: Micros
    income_tax: Micros
    local_tax: Micros
    net: Micros


class Obstacle(StrEnum):
    """What keeps money from being paid out."""

    BELOW = "below"
    NO_ACCOUNT = "account"
    HELD = "held"
    STOPPED = "stopped"


def amounts(available: Micros, profile: Profile, now: Instant, terms: Terms) -> Amounts:
    """All that a bank can move of an amount, taxed as of today; the rest stays."""
    gross = Micros(available - available % terms.unit)
    taxes = terms.rates.withheld(profile, days.date_of(now, terms.timezone), gross)
    return Amounts(gross, taxes.income, taxes.local, Micros(gross - taxes.income - taxes.local))


def profile_of(text: str | None) -> Profile:
    """A stored tax profile; a resident's where none is known yet."""
    return Profile(text) if text in tuple(Profile) else Profile.RESIDENT
