"""Settings from the environment. Every mistake is named at once, before anything is touched."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rules.model import Micros
from storage import path_of

from .payment_settings import PaymentSettings, read_payments


class WrongSettings(Exception):
    """The environment can't be used; `mistakes` holds one sentence each."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True)
class Address:
    """Where something listens."""

    host: str
    port: int


@dataclass(frozen=True)
class Config:
    """What an installation is set to."""

    token: str = field(repr=False)
    api_url: str
    owners: frozenset[int]
    data_dir: Path
    database_url: str
    secret_file: Path
    currency: str
    minimum_wage: Micros | None
    """What an hour of work should bring at least; None where nothing is compared with it."""
    timezone: ZoneInfo
    join: Literal["invite", "open"]
    chat_rate: int
    """Messages and edits a minute in one chat; 0 is no limit."""
    bot_rate: int
    """Messages and edits a second over all chats; 0 is no limit."""
    webhook_url: str | None
    """Where Telegram delivers updates; without it they are polled."""
    listen: Address | None
    """Where the webhook, the payee form and /healthz are served; None where nothing is."""
    public_url: str | None
    """The address before the payee form's path, without a slash at its end; None where there is no form."""
    metrics_listen: Address | None
    export_target: str | None = field(repr=False)
    """Where planned exports go besides the data folder, unless their plan names a place; it may hold a password."""
    payments: PaymentSettings

    @property
    def socket(self) -> Path:
        """Where the command line reaches a running bot."""
        return self.data_dir / "tapwork.sock"

    @property
    def pictures(self) -> Path:
        return self.data_dir / "pictures"

    @property
    def uploads(self) -> Path:
        return self.data_dir / "uploads"

    @property
    def exports(self) -> Path:
        return self.data_dir / "exports"

    @property
    def payouts(self) -> Path:
        """Where files with accounts in clear lie for as long as they are being sent or read."""
        return self.data_dir / "payouts"

    @property
    def backups(self) -> Path:
        return self.data_dir / "backups"

    @property
    def database(self) -> Path:
        """The database's file."""
        return path_of(self.database_url)


MINIMUM_WAGES: Mapping[str, Micros] = MappingProxyType({"KRW": Micros(10_320_000_000)})
"""By currency, where one country alone has it; Korea's for 2026."""

DEFAULT_LISTEN = Address("127.0.0.1", 8080)
TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{10,}")
PUBLIC = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*"
)
NEAR = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|\[::1\]")
"""Hosts that are this one, to which nothing has to be encrypted."""


def read_config(environment: Mapping[str, str], *, needs_token: bool = True) -> Config:
    """The settings of an environment. Raises WrongSettings naming every mistake."""
    mistakes: list[str] = []
    data_dir = Path(environment.get("TAPWORK_DATA_DIR") or "data").expanduser()
    currency, timezone = _currency(environment, mistakes), _timezone(environment, mistakes)
    config = Config(
        token=_token(environment, mistakes, needed=needs_token),
        api_url=_url(environment, mistakes),
        owners=_owners(environment, mistakes),
        data_dir=data_dir,
        database_url=_database(environment, data_dir, mistakes),
        secret_file=Path(environment.get("TAPWORK_SECRET_FILE") or data_dir / "secret.key").expanduser(),
        currency=currency,
        minimum_wage=_minimum_wage(environment, currency, mistakes),
        timezone=timezone,
        join=_join(environment, mistakes),
        chat_rate=_rate(environment, "TAPWORK_CHAT_RATE", 20, mistakes),
        bot_rate=_rate(environment, "TAPWORK_BOT_RATE", 30, mistakes),
        webhook_url=_webhook(environment, mistakes),
        listen=_listen(environment, mistakes),
        public_url=_public(environment, mistakes),
        metrics_listen=_address(environment, "TAPWORK_METRICS_LISTEN", mistakes),
        export_target=_export_target(environment, mistakes),
        payments=read_payments(environment, currency, timezone, mistakes),
    )
    if config.metrics_listen is not None and config.metrics_listen == config.listen:
        mistakes.append("TAPWORK_METRICS_LISTEN must differ from TAPWORK_LISTEN: metrics are not for the public")
    if mistakes:
        raise WrongSettings(mistakes)
    return config


def _token(environment: Mapping[str, str], mistakes: list[str], *, needed: bool) -> str:
    token = environment.get("TAPWORK_TOKEN", "").strip()
    if not token and needed:
        mistakes.append("TAPWORK_TOKEN is missing: BotFather gives you one (/newbot)")
    elif token and not TOKEN.fullmatch(token):
        mistakes.append("TAPWORK_TOKEN does not look like a token (123456:ABC...)")
    return token


def _url(environment: Mapping[str, str], mistakes: list[str]) -> str:
    url = (environment.get("TAPWORK_API_URL") or "https://api.telegram.org").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        mistakes.append("TAPWORK_API_URL must be an http(s) address, such as https://api.telegram.org")
    return url


def _owners(environment: Mapping[str, str], mistakes: list[str]) -> frozenset[int]:
    parts = [part.strip() for part in environment.get("TAPWORK_OWNERS", "").split(",") if part.strip()]
    wrong = [part for part in parts if not part.isdecimal()]
    if wrong:
        mistakes.append(f"TAPWORK_OWNERS must be Telegram user ids, parted by commas; not ids: {', '.join(wrong)}")
    return frozenset(int(part) for part in parts if part.isdecimal())


def _database(environment: Mapping[str, str], data_dir: Path, mistakes: list[str]) -> str:
    url = environment.get("TAPWORK_DATABASE_URL") or f"sqlite:///{data_dir / 'tapwork.db'}"
    parts = urlsplit(url)
    if parts.scheme != "sqlite" or len(parts.path) < 2 or parts.netloc or "?" in url or "#" in url:
        mistakes.append("TAPWORK_DATABASE_URL must be sqlite:///<path of the database file>, without ? or #")
    return url


def _currency(environment: Mapping[str, str], mistakes: list[str]) -> str:
    currency = (environment.get("TAPWORK_CURRENCY") or "KRW").upper()
    if not re.fullmatch(r"[A-Z]{3}", currency):
        mistakes.append("TAPWORK_CURRENCY must be a three-letter code, such as KRW")
    return currency


def _minimum_wage(environment: Mapping[str, str], currency: str, mistakes: list[str]) -> Micros | None:
    said = (environment.get("TAPWORK_MINIMUM_WAGE") or "").strip()
    if not said:
        return MINIMUM_WAGES.get(currency)
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", said):
        mistakes.append("TAPWORK_MINIMUM_WAGE must be an amount for an hour, such as 10320; 0 compares with nothing")
        return None
    return Micros(int(Decimal(said) * 1_000_000)) or None


def _timezone(environment: Mapping[str, str], mistakes: list[str]) -> ZoneInfo:
    name = environment.get("TAPWORK_TIMEZONE") or "Asia/Seoul"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        mistakes.append(f"TAPWORK_TIMEZONE is no time zone: {name} (Asia/Seoul is one)")
        return ZoneInfo("UTC")


def _join(environment: Mapping[str, str], mistakes: list[str]) -> Literal["invite", "open"]:
    join = environment.get("TAPWORK_JOIN") or "invite"
    if join not in ("invite", "open"):
        mistakes.append("TAPWORK_JOIN must be invite or open")
    return cast(Literal["invite", "open"], join)


def _rate(environment: Mapping[str, str], name: str, usual: int, mistakes: list[str]) -> int:
    said = (environment.get(name) or str(usual)).strip()
    if not re.fullmatch(r"[0-9]{1,6}", said):
        mistakes.append(f"{name} must be a whole number; 0 is no limit")
        return usual
    return int(said)


def _webhook(environment: Mapping[str, str], mistakes: list[str]) -> str | None:
    url = (environment.get("TAPWORK_WEBHOOK_URL") or "").strip()
    if not url:
        return None
    parts = urlsplit(url)
    # Telegram takes https alone; a server of one's own may be nearer.
    schemes = ("https", "http") if environment.get("TAPWORK_API_URL") else ("https",)
    if parts.scheme not in schemes or not parts.hostname or parts.query or parts.fragment:
        mistakes.append("TAPWORK_WEBHOOK_URL must be an https address without ?, such as https://example.org/telegram")
    return url


def _listen(environment: Mapping[str, str], mistakes: list[str]) -> Address | None:
    """Nothing listens unless it is asked for, since a bot that polls needs no port."""
    given = _address(environment, "TAPWORK_LISTEN", mistakes)
    is_needed = environment.get("TAPWORK_WEBHOOK_URL") or environment.get("TAPWORK_PUBLIC_URL")
    return given or (DEFAULT_LISTEN if is_needed else None)


def _public(environment: Mapping[str, str], mistakes: list[str]) -> str | None:
    url = (environment.get("TAPWORK_PUBLIC_URL") or "").strip().rstrip("/")
    if not url:
        return None
    found = PUBLIC.fullmatch(url)
    if found is None or not (found["scheme"] == "https" or NEAR.fullmatch(found["host"])):
        mistakes.append("TAPWORK_PUBLIC_URL must be an https address without ?, such as https://example.org/tapwork")
        return None
    return url


def _export_target(environment: Mapping[str, str], mistakes: list[str]) -> str | None:
    target = (environment.get("TAPWORK_EXPORT_TARGET") or "").strip().rstrip("/")
    if target and not re.fullmatch(r"[a-z][a-z0-9+]*://\S+", target):
        mistakes.append("TAPWORK_EXPORT_TARGET must be an address that fsspec knows, such as s3://bucket/folder")
    return target or None


def _address(environment: Mapping[str, str], name: str, mistakes: list[str]) -> Address | None:
    said = (environment.get(name) or "").strip()
    if not said:
        return None
    host, colon, port = said.rpartition(":")
    if not colon or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65_535:
        mistakes.append(f"{name} must be host:port, such as 127.0.0.1:8080")
        return None
    return Address(host.strip("[]"), int(port))
