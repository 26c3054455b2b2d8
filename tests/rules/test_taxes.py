"""Taxes by hand: to the won, by the day of the payment, by profile."""

from datetime import date

import pytest

from rules.model import Micros
from rules.taxes import Profile, Rates, Taxes, WrongRates, rates

WON = 1_000_000
TODAY = date(2026, 11, 25)

BY_HAND = [
    # gross, income tax and local tax cut below one won, the same cut below ten
    (1, 0, 0, 0, 0),
    (9, 0, 0, 0, 0),
    (10, 0, 0, 0, 0),
    (33, 0, 0, 0, 0),
    (34, 1, 0, 0, 0),
    (333, 9, 0, 0, 0),
    (334, 10, 1, 10, 0),
    (5_000, 150, 15, 150, 10),
    (18_400, 552, 55, 550, 50),
    (33_333, 999, 99, 990, 90),
    (33_334, 1_000, 100, 1_000, 100),
    (45_000, 1_350, 135, 1_350, 130),
    (1_000_000, 30_000, 3_000, 30_000, 3_000),
]


def taxed(found: Rates, profile: Profile, gross: int, on: date = TODAY) -> tuple[float, float]:
    taxes = found.withheld(profile, on, Micros(gross * WON))
    return taxes.income / WON, taxes.local / WON


@pytest.mark.parametrize(("gross", "income", "local", "income_cut", "local_cut"), BY_HAND)
def test_a_resident_is_taxed_to_the_won(gross: int, income: int, local: int, income_cut: int, local_cut: int) -> None:
    assert (income, local) == taxed(rates("KRW", 1, None), Profile.RESIDENT, gross)
    assert (income_cut, local_cut) == taxed(rates("KRW", 10, None), Profile.RESIDENT, gross)


def test_other_profiles_have_their_own_rates() -> None:
    found = rates("KRW", 1, None)
    assert (9_000, 900) == taxed(found, Profile.NON_RESIDENT, 45_000)
    assert (6_666, 666) == taxed(found, Profile.NON_RESIDENT, 33_333)
    assert (0, 0) == taxed(found, Profile.EXEMPT, 45_000)


def test_the_local_tax_is_taken_from_the_gross_and_not_from_the_cut_income_tax() -> None:
    # A tenth of an income tax of 990 would be cut to 90 as well; a tenth of none would be none.
    file = '[[rate]]\nprofile = "resident"\nsince = 2026-01-01\nincome = 0\nlocal = 0.3'
    assert (0, 55) == taxed(rates("KRW", 1, file), Profile.RESIDENT, 18_400)


def test_the_day_of_the_payment_decides_when_rates_change_within_a_month() -> None:
    file = '[[rate]]\nprofile = "resident"\nsince = 2026-11-16\nincome = 4\nlocal = 0.4'
    found = rates("KRW", 1, file)
    assert (1_350, 135) == taxed(found, Profile.RESIDENT, 45_000, date(2026, 11, 15))
    assert (1_800, 180) == taxed(found, Profile.RESIDENT, 45_000, date(2026, 11, 16))
    assert (9_000, 900) == taxed(found, Profile.NON_RESIDENT, 45_000, date(2026, 11, 16))


def test_a_file_may_say_another_rate_for_a_day_that_is_built_in() -> None:
    file = '[[rate]]\nprofile = "non_resident"\nsince = 2011-01-01\nincome = 10\nlocal = 1'
    assert (4_500, 450) == taxed(rates("KRW", 1, file), Profile.NON_RESIDENT, 45_000)


def test_elsewhere_nothing_is_withheld_unless_a_file_says_so() -> None:
    assert (0, 0) == taxed(rates("EUR", 10, None), Profile.RESIDENT, 45_000)
    file = '[[rate]]\nprofile = "resident"\nsince = 2026-01-01\nincome = 12.5\nlocal = 0'
    exact = rates("EUR", 1, file).withheld(Profile.RESIDENT, TODAY, Micros(10_070_000))
    # 12.5 % of 10.07 are 1.25875: cut below one cent.
    assert Taxes(Micros(1_250_000), Micros(0)) == exact


@pytest.mark.parametrize(
    "file",
    [
        "rate = 3",
        "[[rates]]\nincome = 3",
        "not toml at all [",
        '[[rate]]\nprofile = "resident"\nsince = 2026-01-01\nincome = 3',
        '[[rate]]\nprofile = "somebody"\nsince = 2026-01-01\nincome = 3\nlocal = 0.3',
        '[[rate]]\nprofile = "resident"\nsince = "2026-01-01"\nincome = 3\nlocal = 0.3',
        '[[rate]]\nprofile = "resident"\nsince = 2026-01-01T10:00:00\nincome = 3\nlocal = 0.3',
        '[[rate]]\nprofile = "resident"\nsince = 2026-01-01\nincome = "3 %"\nlocal = 0.3',
        '[[rate]]\nprofile = "resident"\nsince = 2026-01-01\nincome = true\nlocal = 0.3',
        '[[rate]]\nprofile = "resident"\nsince = 2026-01-01\nincome = -1\nlocal = 0.3',
        '[[rate]]\nprofile = "resident"\nsince = 2026-01-01\nincome = nan\nlocal = 0.3',
        '[[rate]]\nprofile = "resident"\nsince = 2026-01-01\nincome = 0.00001\nlocal = 0.3',
        '[[rate]]\nprofile = "resident"\nsince = 2026-01-01\nincome = 90\nlocal = 10',
    ],
)
def test_a_file_that_can_not_be_meant_is_refused(file: str) -> None:
    with pytest.raises(WrongRates):
        rates("KRW", 1, file)
