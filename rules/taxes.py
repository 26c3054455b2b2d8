"""What is withheld from a payout: rates by the date of the payment and the person's tax profile."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from .currency import smallest
from .model import Micros

WHOLE = 1_000_000
"""Rates are millionths of the gross amount: 3 % are 30,000."""


class Profile(StrEnum):
    """How somebody's income is taxed."""

    RESIDENT = "resident"
    NON_RESIDENT = "non_resident"
    EXEMPT = "exempt"


class WrongRates(Exception):
    """A file of rates can't be used; the sentence says why."""


@dataclass(frozen=True)
class Rate:
    """What is withheld from a profile from a day on; `local` is taken from the gross, too, not from the income tax."""

    profile: Profile
    since: date
    income: int
    local: int

    @property
    def percent(self) -> Decimal:
        """Of the gross, both taxes together."""
        return Decimal(self.income + self.local) * 100 / WHOLE


@dataclass(frozen=True)
class Taxes:
    """What is withheld from one payout."""

    income: Micros
    local: Micros


@dataclass(frozen=True)
class Rates:
    """All rates, and the amount below which each tax is cut."""

    table: tuple[Rate, ...]
    cut: Micros

    def withheld(self, profile: Profile, paid_on: date, gross: Micros) -> Taxes:
        """The taxes of a payment on a day, each from the gross by its own rate; nothing where no rate is known."""
        rate = self.rate(profile, paid_on)
        if rate is None:
            return Taxes(Micros(0), Micros(0))
        return Taxes(self._share(gross, rate.income), self._share(gross, rate.local))

    def rate(self, profile: Profile, day: date) -> Rate | None:
        """What is withheld from a profile on a day; None where no rate is known."""
        known = [rate for rate in self.table if rate.profile == profile and rate.since <= day]
        return max(known, key=lambda each: each.since, default=None)

    def _share(self, gross: Micros, share: int) -> Micros:
        tax = gross * share // WHOLE
        return Micros(tax - tax % self.cut)


KOREAN = (
    Rate(Profile.RESIDENT, date(2011, 1, 1), 30_000, 3_000),
    Rate(Profile.NON_RESIDENT, date(2011, 1, 1), 200_000, 20_000),
)
BUILT_IN = MappingProxyType({"KRW": KOREAN})
"""By currency; elsewhere nothing is withheld unless a file says so."""


def rates(currency: str, rounding: int, file: str | None) -> Rates:
    """The rates of an installation: the built-in ones, over which go those of a file (TOML) for the same day.

    Taxes are cut to multiples of `rounding` smallest units. Raises WrongRates.
    """
    table = {(rate.profile, rate.since): rate for rate in BUILT_IN.get(currency, ())}
    if file is not None:
        table |= {(rate.profile, rate.since): rate for rate in _read(file)}
    return Rates(tuple(table.values()), Micros(rounding * smallest(currency)))


def _read(file: str) -> Iterable[Rate]:
    try:
        said = tomllib.loads(file, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise WrongRates(str(error)) from error
    found = said.get("rate")
    if not isinstance(found, list) or set(said) != {"rate"}:
        raise WrongRates("it must hold [[rate]] tables and nothing else")
    return [_rate(each) for each in found]


def _rate(said: object) -> Rate:
    if not isinstance(said, dict) or set(said) != {"profile", "since", "income", "local"}:
        raise WrongRates("each rate has profile, since, income and local")
    if said["profile"] not in tuple(Profile):
        raise WrongRates(f"profile must be one of {', '.join(Profile)}")
    if type(said["since"]) is not date:
        raise WrongRates("since must be a day, such as 2027-01-01")
    rate = Rate(Profile(said["profile"]), said["since"], _share(said["income"]), _share(said["local"]))
    if rate.income + rate.local >= WHOLE:
        raise WrongRates("income and local together must be below 100")
    return rate


def _share(percent: object) -> int:
    """Millionths out of a percentage, exactly."""
    if isinstance(percent, bool) or not isinstance(percent, int | Decimal):
        raise WrongRates("income and local are percentages, such as 3 and 0.3")
    share = Decimal(percent) * 10_000
    if not (share.is_finite() and 0 <= share < WHOLE and share == int(share)):
        raise WrongRates("income and local are percentages from 0 to below 100 with at most four decimals")
    return int(share)
