"""Which backups are kept: many of the last hours, fewer of the last days, and none for longer."""

from collections.abc import Collection

from .model import DAY, HOUR, Instant

KEPT = ((HOUR, 48), (DAY, 30))
"""The newest backup of each of so many hours and days that have one. A person who has left stands in backups for as
long as the last of these, so there are none of months or years."""

LONGEST = max(span * count for span, count in KEPT)
"""For so many milliseconds a backup is kept, where there is a newer one every day."""

DAYS_NEVER_GIVEN_UP = 3
"""The newest backup of each of so many days stays however full the disk is: one alone may hold the mistake already."""


def outdated(made: Collection[Instant]) -> set[Instant]:
    """Which backups, by when they were made, are not kept any more.

    Spans without a backup are not counted, so a bot that stood still for long, or a clock that leapt, loses none.
    """
    kept: set[Instant] = set()
    for span, count in KEPT:
        newest = {instant // span: instant for instant in sorted(made)}
        kept |= {newest[number] for number in sorted(newest)[-count:]}
    return set(made) - kept


def dispensable(made: Collection[Instant]) -> list[Instant]:
    """Which backups may go to make room for a newer one, in the order in which they go: the oldest first."""
    newest = {instant // DAY: instant for instant in sorted(made)}
    stay = {newest[number] for number in sorted(newest)[-DAYS_NEVER_GIVEN_UP:]}
    return sorted(set(made) - stay)
