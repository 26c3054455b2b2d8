"""The settings of webhook, metrics and pace: read as they are meant, and every mistake named at once."""

import pytest

from bot.config import Address, Config, WrongSettings, read_config

TOKEN = {"TAPWORK_TOKEN": "7123456789:AAFakeFakeFakeFakeFakeFakeFakeFake"}


def config(**settings: str) -> Config:
    return read_config(TOKEN | {f"TAPWORK_{name}": value for name, value in settings.items()})


def mistakes(**settings: str) -> list[str]:
    """The settings that are named as wrong."""
    with pytest.raises(WrongSettings) as wrong:
        config(**settings)
    return [mistake.split()[0].removeprefix("TAPWORK_") for mistake in wrong.value.mistakes]


def test_nothing_is_served_unless_it_is_asked_for() -> None:
    plain = config()
    assert (None, None, None) == (plain.webhook_url, plain.listen, plain.metrics_listen)
    assert (20, 30) == (plain.chat_rate, plain.bot_rate)


def test_a_webhook_listens_where_the_contract_says() -> None:
    assert Address("127.0.0.1", 8080) == config(WEBHOOK_URL="https://bot.example.org/in").listen
    assert Address("0.0.0.0", 80) == config(WEBHOOK_URL="https://x.org/in", LISTEN="0.0.0.0:80").listen  # noqa: S104
    assert Address("::1", 9100) == config(METRICS_LISTEN="[::1]:9100").metrics_listen


def test_a_form_listens_as_a_webhook_does() -> None:
    form = config(PUBLIC_URL="https://bot.example.org/tapwork/")
    assert ("https://bot.example.org/tapwork", Address("127.0.0.1", 8080)) == (form.public_url, form.listen)


@pytest.mark.parametrize("address", ["http://localhost:8080", "http://127.0.0.1:1", "http://[::1]:8080/in"])
def test_a_form_on_this_machine_needs_no_encryption(address: str) -> None:
    assert address == config(PUBLIC_URL=address).public_url


@pytest.mark.parametrize(
    "address",
    ["example.org", "http://example.org", "https://", "https://x.org/?a=1", "https://x.org/#a", "https://x.org//a",
     "https://me@x.org", "https://x.org/a b", "http://127.0.0.1.example.org", "https://x.org/{a}", "https://x.org:a"],
)  # fmt: skip
def test_accounts_are_typed_on_encrypted_pages_only(address: str) -> None:
    assert ["PUBLIC_URL"] == mistakes(PUBLIC_URL=address)


def test_rates_may_be_without_limit() -> None:
    unlimited = config(CHAT_RATE="0", BOT_RATE="0")
    assert (0, 0) == (unlimited.chat_rate, unlimited.bot_rate)


@pytest.mark.parametrize(
    "address", ["example.org/in", "http://example.org/in", "ftp://x.org", "https://", "https://x.org/in?a=1"]
)
def test_telegram_takes_https_only(address: str) -> None:
    assert ["WEBHOOK_URL"] == mistakes(WEBHOOK_URL=address)


def test_a_server_of_one_s_own_may_be_nearer() -> None:
    near = config(WEBHOOK_URL="http://127.0.0.1:8081/in", API_URL="http://127.0.0.1:8082")
    assert "http://127.0.0.1:8081/in" == near.webhook_url


@pytest.mark.parametrize("address", ["8080", "localhost", ":x", "localhost:99999", "localhost:-1", "localhost:"])
def test_an_address_is_host_and_port(address: str) -> None:
    assert ["LISTEN", "METRICS_LISTEN"] == mistakes(LISTEN=address, METRICS_LISTEN=address)


def test_figures_are_not_served_where_the_public_may_come() -> None:
    assert ["METRICS_LISTEN"] == mistakes(LISTEN="127.0.0.1:8080", METRICS_LISTEN="127.0.0.1:8080")


@pytest.mark.parametrize("url", ["sqlite:///a?b.db", "sqlite:///a.db?mode=ro", "sqlite:///a.db#b"])
def test_the_name_of_a_database_is_not_cut_silently(url: str) -> None:
    assert ["DATABASE_URL"] == mistakes(DATABASE_URL=url)


def test_every_mistake_is_named_at_once() -> None:
    named = mistakes(WEBHOOK_URL="x", LISTEN="x", METRICS_LISTEN="x", CHAT_RATE="many", BOT_RATE="-1", JOIN="x")
    assert sorted(named) == ["BOT_RATE", "CHAT_RATE", "JOIN", "LISTEN", "METRICS_LISTEN", "WEBHOOK_URL"]
