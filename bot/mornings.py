"""Digests and the pictures of a week, put together when they are sent."""

from asyncio import to_thread
from collections.abc import Mapping
from datetime import date
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from rules.model import Micros, PersonId
from services import digesting, digests
from services.digests import Digest, Morning
from services.notices import Notice

from .charts import WeekDay, in_figures, week_chart
from .context import Kit
from .safekeeping import newest
from .screen import Screen
from .screens import digests as screens
from .screens.digests import Wellness
from .words import Words


async def digest(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """Somebody hears how things stand."""
    if not await _is_timely(kit, notice, blanks):
        return
    await kit.telegraph.send(notice.telegram_id, await _card(kit, notice, Digest(blanks["digest"]), _morning(blanks)))


async def week(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> None:
    """On Mondays, the last seven days as a picture; nothing where nothing happened."""
    if not await _is_timely(kit, notice, blanks):
        return
    kind, morning, person = Digest(blanks["digest"]), _morning(blanks), PersonId(notice.person)
    is_worker = kind is Digest.WORKER
    unit = digesting.workers_week if is_worker else digesting.coordinators_week
    found = await kit.db.read(unit, person, morning)
    if not found.answers:
        return
    words = _words(kit, notice, morning)
    days = [
        WeekDay(
            day,
            value,
            words.plain(f"money.weekday_{day.weekday()}"),
            in_figures(Micros(value)) if is_worker else words.number(value),
        )
        for day, value in zip(found.dates, found.values, strict=True)
    ]
    chart = await to_thread(week_chart, days, found.share)
    amount = words.money(Micros(sum(found.values))) if is_worker else ""
    await kit.telegraph.send(notice.telegram_id, screens.week_screen(words, kind, found, amount, chart))


async def _card(kit: Kit, notice: Notice, kind: Digest, morning: Morning) -> Screen:
    words, person = _words(kit, notice, morning), PersonId(notice.person)
    match kind:
        case Digest.WORKER:
            return screens.worker_screen(words, await kit.db.read(digesting.workers_day, person, morning), morning)
        case Digest.COORDINATOR:
            return screens.coordinator_screen(words, await kit.db.read(digesting.coordinators_day, person, morning))
        case Digest.OWNER:
            day, wellness = await kit.db.read(digesting.owners_day, morning), await _wellness(kit)
            return screens.owner_screen(words, day, wellness, kit.clock.now())
        case _:
            assert_never(kind)


async def _wellness(kit: Kit) -> Wellness:
    report, backup = await kit.health.report(), await newest(kit.config)
    return Wellness(report.faults, backup.manifest.made_at if backup else None)


async def _is_timely(kit: Kit, notice: Notice, blanks: Mapping[str, Any]) -> bool:
    now, person, zone = kit.clock.now(), PersonId(notice.person), kit.config.timezone
    return await kit.db.read(digests.is_timely, now, Digest(blanks["digest"]), person, _morning(blanks), zone)


def _morning(blanks: Mapping[str, Any]) -> Morning:
    return digests.morning(date.fromisoformat(blanks["day"]), blanks["zone"])


def _words(kit: Kit, notice: Notice, morning: Morning) -> Words:
    """Words whose times are those of where the reader lives."""
    return Words(notice.language, kit.config.currency, ZoneInfo(morning.zone))
