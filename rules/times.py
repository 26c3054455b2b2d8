"""Times as coordinators write them: `10m`, `3일`, `2026-12-01 18:00`."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from unicodedata import normalize
from zoneinfo import ZoneInfo

from .model import DAY, HOUR, MINUTE, SECOND, Instant

_DURATION = re.compile(r"([0-9]{1,6})\s*(\D*)")
_MOMENT = re.compile(r"([12][0-9]{3})[-./]\s*([0-9]{1,2})[-./]\s*([0-9]{1,2})\.?(?:[T\s]\s*(\S.*))?")
_UNITS: Mapping[int, str] = {SECOND: "s 초", MINUTE: "m min 분", HOUR: "h 시간", DAY: "d 일"}


def milliseconds(value: str, unit: int) -> int | None:
    """A stretch of time, a number alone in the given unit; None when it is not one."""
    said = _DURATION.fullmatch(normalize("NFKC", value).strip().casefold())
    if said is None:
        return None
    meant = next((each for each, words in _UNITS.items() if said[2] in words.split()), unit if not said[2] else 0)
    return int(said[1]) * meant if meant else None


def moment(value: str, timezone: ZoneInfo) -> Instant | None:
    """Without an offset in this time zone; a date alone lasts until 23:59. None when it is not one."""
    said = _MOMENT.fullmatch(normalize("NFKC", value).strip())
    if said is None:
        return None
    clock = (said[4] or "23:59").replace(" ", "")
    try:
        day = date(int(said[1]), int(said[2]), int(said[3]))
        meant = datetime.combine(day, time.fromisoformat(clock.zfill(5) if ":" in clock[:2] else clock))
        return Instant(round((meant if meant.tzinfo else meant.replace(tzinfo=timezone)).timestamp() * 1000))
    except (ValueError, OverflowError):
        return None
