"""The settings of payouts: their defaults, and every mistake named before anything is touched."""

from datetime import date
from pathlib import Path

import pytest

from bot.config import Config, WrongSettings, read_config
from rules.model import Micros
from rules.taxes import Profile, Taxes
from rules.transfers import CANONICAL

WON = 1_000_000
TODAY = date(2026, 11, 25)


def config(**settings: str) -> Config:
    return read_config({"TAPWORK_TOKEN": "7123456789:AAFakeFakeFakeFake", **settings})


def mistakes(**settings: str) -> list[str]:
    with pytest.raises(WrongSettings) as wrong:
        config(**settings)
    return wrong.value.mistakes


def test_korea_s_ways_are_the_usual_ones() -> None:
    payments = config().payments

    assert (5_000 * WON, WON, False) == (payments.terms.minimum, payments.terms.unit, payments.terms.paydays.are_set)
    taxed = payments.terms.rates.withheld(Profile.RESIDENT, TODAY, Micros(18_400 * WON))
    assert Taxes(Micros(550 * WON), Micros(50 * WON)) == taxed
    assert CANONICAL == payments.bank


def test_everything_can_be_set(tmp_path: Path) -> None:
    (tmp_path / "taxes.toml").write_text(
        '[[rate]]\nprofile = "resident"\nsince = 2020-01-01\nincome = 10\nlocal = 0', encoding="utf-8"
    )
    (tmp_path / "bank.toml").write_text('[[column]]\nheading = "계좌"\nvalue = "account"', encoding="utf-8")
    payments = config(
        TAPWORK_CURRENCY="EUR",
        TAPWORK_PAYOUT_MINIMUM="10",
        TAPWORK_PAYOUT_DAYS="1,15",
        TAPWORK_TAX_ROUNDING="1",
        TAPWORK_TAXES=str(tmp_path / "taxes.toml"),
        TAPWORK_BANK_FORMAT=str(tmp_path / "bank.toml"),
    ).payments

    assert (10 * WON, 10_000) == (payments.terms.minimum, payments.terms.unit)
    assert payments.terms.paydays.include(date(2026, 12, 15))
    taxed = payments.terms.rates.withheld(Profile.RESIDENT, TODAY, Micros(12_340_000))
    assert Taxes(Micros(1_230_000), Micros(0)) == taxed
    assert ["계좌"] == [column.heading for column in payments.bank.columns]


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("rate = 3", encoding="utf-8")
    found = mistakes(
        TAPWORK_PAYOUT_MINIMUM="5,000",
        TAPWORK_PAYOUT_DAYS="friday",
        TAPWORK_TAX_ROUNDING="5",
        TAPWORK_TAXES=str(tmp_path / "bad.toml"),
        TAPWORK_BANK_FORMAT=str(tmp_path / "nowhere.toml"),
    )

    assert [
        "TAPWORK_BANK_FORMAT", "TAPWORK_PAYOUT_DAYS", "TAPWORK_PAYOUT_MINIMUM", "TAPWORK_TAXES", "TAPWORK_TAX_ROUNDING"
    ] == sorted(each.split()[0] for each in found)  # fmt: skip
