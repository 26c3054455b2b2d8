"""The days on which everybody is paid who has enough."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class WrongDays(Exception):
    """A setting that names no days."""


@dataclass(frozen=True)
class Paydays:
    """Days of the week (0 is Monday) and of the month; in a month without a 31st its last day counts as that."""

    weekdays: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()

    @property
    def are_set(self) -> bool:
        """Whether there are any; otherwise payouts are made on request alone."""
        return bool(self.weekdays or self.days)

    def include(self, when: date) -> bool:
        last = calendar.monthrange(when.year, when.month)[1]
        is_last = when.day == last and any(day > last for day in self.days)
        return when.weekday() in self.weekdays or when.day in self.days or is_last

    def next(self, since: date) -> date | None:
        """The first payday from a day on, that day included."""
        return next((day for day in _days(since, 32) if self.include(day)), None)


def _days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


def read_paydays(text: str) -> Paydays:
    """`request` for none, `fri`, `1,15`, also mixed. Raises WrongDays."""
    words = [word.strip().casefold() for word in text.split(",")]
    if words == ["request"]:
        return Paydays()
    numbers = [int(word) for word in words if re.fullmatch(r"[0-9]{1,2}", word)]
    named = [WEEKDAYS.index(word) for word in words if word in WEEKDAYS]
    if len(numbers) + len(named) != len(words) or not all(1 <= number <= 31 for number in numbers):
        raise WrongDays(text)
    return Paydays(frozenset(named), frozenset(numbers))
