"""Everything that a person reads: lines of the catalogue, amounts, times, in the person's language."""

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from functools import cache
from html import escape
from importlib.resources import files
from types import MappingProxyType
from zoneinfo import ZoneInfo

from rules.currency import WITHOUT_CENTS
from rules.model import HOUR, MINUTE, SECOND, Instant, Micros
from rules.refusals import Money

MINUS = "−"
SIGNS = MappingProxyType({"KRW": "₩", "USD": "$", "EUR": "€", "JPY": "¥", "GBP": "£"})


class Html(str):
    """Text that is markup already and is not escaped again."""

    __slots__ = ()


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All lines of a language, as `<file>.<key>`."""
    lines: dict[str, str] = {}
    for path in files("locales").joinpath(language).iterdir():
        area = path.name.removesuffix(".toml")
        for key, line in tomllib.loads(path.read_text(encoding="utf-8")).items():
            lines[f"{area}.{key}"] = line
    return MappingProxyType(lines)


class Words:
    """The words for one person."""

    def __init__(self, language: str, currency: str, timezone: ZoneInfo) -> None:
        self.language = language
        self.timezone = timezone
        self._currency = currency
        self._lines = catalogue(language)

    def line(self, key: str, /, **blanks: object) -> Html:
        """A line as HTML; whatever fills its blanks is escaped, unless it is Html itself."""
        filled = {name: self._filling(value) for name, value in blanks.items()}
        escaped = {name: value if isinstance(value, Html) else escape(str(value)) for name, value in filled.items()}
        return Html(self._lines[key].format(**escaped))

    def plain(self, key: str, /, **blanks: object) -> str:
        """A line for a button or a toast, where nothing is markup."""
        return self._lines[key].format(**{name: self._filling(value) for name, value in blanks.items()})

    def _filling(self, value: object) -> object:
        return self.money(value.amount) if isinstance(value, Money) else value

    def has(self, key: str) -> bool:
        return key in self._lines

    def money(self, amount: Micros) -> str:
        """`1,240원` or `₩1,240`, below zero `−₩1,240`; fractions only where there are some."""
        exact = Decimal(amount) / 1_000_000
        whole = exact == exact.to_integral_value()
        number = f"{abs(exact):,.0f}" if whole else f"{abs(exact).normalize():,f}"
        minus = MINUS if exact < 0 else ""
        if self.language == "ko" and self._currency == "KRW":
            return f"{minus}{number}원"
        return f"{minus}{SIGNS.get(self._currency, self._currency + ' ')}{number}"

    def rounded(self, amount: float) -> str:
        """An amount of micros that is only an estimate: three figures, and no fractions of a won."""
        figures = Decimal(amount).quantize(Decimal(1)).adjusted() - 2
        step = Decimal(10) ** max(figures, 6 if self._currency in WITHOUT_CENTS else 4)
        return self.money(Micros(int((Decimal(amount) / step).to_integral_value(ROUND_DOWN) * step)))

    def number(self, count: int) -> str:
        return f"{MINUS if count < 0 else ''}{abs(count):,}"

    def duration(self, milliseconds: float) -> str:
        """`6초`, `1분 20초`, `2시간 5분`."""
        seconds = max(1, round(milliseconds / SECOND))
        if seconds < 60:
            return self.plain("time.seconds", seconds=seconds)
        if milliseconds < HOUR:
            minutes, rest = divmod(seconds, 60)
            key = "time.minutes_seconds" if rest and minutes < 10 else "time.minutes"
            return self.plain(key, minutes=minutes, seconds=rest)
        hours, rest = divmod(int(milliseconds), HOUR)
        key = "time.hours_minutes" if rest >= MINUTE and hours < 24 else "time.hours"
        return self.plain(key, hours=self.number(hours), minutes=rest // MINUTE)

    def when(self, instant: Instant, now: Instant) -> str:
        """`오늘 18:00`, `내일 09:00`, `11월 25일 18:00`, in the installation's time zone."""
        then, today = self.local(instant), self.local(now).date()
        clock = f"{then:%H:%M}"
        near = {
            today: "time.today",
            today + timedelta(days=1): "time.tomorrow",
            today - timedelta(days=1): "time.yesterday",
        }
        if key := near.get(then.date()):
            return self.plain(key, clock=clock)
        return self.plain("time.date_clock", date=self.day(instant), clock=clock)

    def day(self, instant: Instant) -> str:
        """`11월 25일`."""
        then = self.local(instant)
        return self.plain("time.date", month=then.month, name=self.plain(f"time.month_{then.month}"), day=then.day)

    def local(self, instant: Instant) -> datetime:
        return datetime.fromtimestamp(instant / 1000, self.timezone)
