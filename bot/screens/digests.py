"""The state of things on one card, for a worker, a coordinator and an owner."""

from dataclasses import dataclass

from rules.model import DAY, HOUR, Instant
from services.digesting import Coming, CoordinatorsDay, Decisions, Disputed, OwnersDay, Running, Week, WorkersDay
from services.digests import Digest, Morning

from ..screen import Button, Row, Screen
from ..taps import BalanceTap, WorkTap
from ..taps_batches import BatchesTap, CardTap
from ..taps_digests import DigestTap
from ..taps_reminders import RemindersTap
from ..words import Html, Words
from .earnings import count, shortened
from .reminders import snoozes

TITLE, TEXT = 32, 40
BUTTON_TITLE = 24
STALE_BACKUP = DAY


@dataclass(frozen=True)
class Wellness:
    """What the bot knows of itself; `backup_at` is None before the first one."""

    faults: tuple[str, ...]
    backup_at: Instant | None


def worker_screen(words: Words, found: WorkersDay, morning: Morning) -> Screen:
    """Yesterday, what is in review, and what becomes available when."""
    lines: list[str] = [words.line("digest.worker_idle")]
    if found.answers:
        lines = [words.line("digest.worker", won=words.money(found.won), count=count(found.answers, words))]
    lines += ["", words.line("digest.available", amount=words.money(found.available))]
    lines.append(words.line("digest.pending", amount=words.money(found.pending)))
    if found.coming:
        lines += ["", words.line("digest.coming"), *(_coming(words, each, morning) for each in found.coming)]
    first = (
        Button(words.plain("start.go"), WorkTap()),
        Button(words.plain("money.button_balance"), BalanceTap()),
    )
    return Screen("\n".join(lines), (first, (_off(words),), snoozes(words, on_settings=0)))


def _coming(words: Words, coming: Coming, morning: Morning) -> Html:
    amount = words.money(coming.amount)
    if coming.date == morning.today.date:
        clock = f"{words.local(coming.last):%H:%M}"
        if words.local(coming.last).date() == coming.date:
            return words.line("digest.coming_today", clock=clock, amount=amount)
    weekday = words.plain(f"money.weekday_{coming.date.weekday()}")
    day = words.plain("why.day", date=words.day(coming.last), weekday=weekday)
    return words.line("digest.coming_line", day=day, amount=amount)


def _off(words: Words) -> Button:
    return Button(words.plain("digest.button_off"), DigestTap(0))


def _off_and_settings(words: Words) -> Row:
    return _off(words), Button(words.plain("remind.settings_button"), RemindersTap())


def coordinator_screen(words: Words, found: CoordinatorsDay) -> Screen:
    """Progress, cost and speed of each batch, the worst items, and what needs a decision."""
    heading = words.line("digest.coordinator", count=count(found.answers, words), cost=words.money(found.cost))
    parts = ["\n".join(_batch(words, each)) for each in found.batches]
    if found.worst:
        parts.append("\n".join([words.line("digest.worst"), *(_worst(words, each) for each in found.worst)]))
    parts.append("\n".join(_decisions(words, found)))
    rows: list[Row] = [(Button(shortened(each.title, BUTTON_TITLE), CardTap(each.batch)),) for each in found.batches]
    rows.append((Button(words.plain("batch.all"), BatchesTap(0)),))
    return Screen("\n\n".join([heading, *parts]), (*rows, _off_and_settings(words)))


def _batch(words: Words, each: Running) -> list[Html]:
    lines = [
        words.line(
            "digest.batch",
            title=shortened(each.title, TITLE),
            share=100 * each.finished // max(each.tasks, 1),
            done=words.number(each.finished),
            tasks=words.number(each.tasks),
            count=count(each.answers, words),
            cost=words.money(each.cost),
        )
    ]
    if each.answers:
        speed = count(max(1, round(each.answers * HOUR / DAY)), words)
        lines.append(words.line("digest.batch_speed", workers=words.number(each.workers), speed=speed))
    if each.is_paused:
        lines.append(words.line("digest.paused"))
    return lines


def _worst(words: Words, each: Disputed) -> Html:
    text = words.plain("digest.worst_text", text=shortened(each.text, TEXT)) if each.text else ""
    return words.line(
        "digest.worst_line",
        reference=shortened(each.reference, TITLE),
        code=each.code,
        largest=each.largest,
        answers=each.answers,
        text=text,
    )


def _decisions(words: Words, found: CoordinatorsDay) -> list[Html]:
    waiting = [words.line(f"digest.{name}", count=words.number(number)) for name, number in _named(found.decisions)]
    if found.left is not None:
        waiting.append(words.line("digest.left", amount=words.money(found.left)))
    return [words.line("digest.decisions"), *waiting] if waiting else [words.line("digest.nothing_waits")]


def _named(decisions: Decisions) -> list[tuple[str, int]]:
    found = (
        ("flagged", decisions.flagged),
        ("appeals", decisions.appeals),
        ("proposals", decisions.proposals),
        ("stalls", decisions.stalls),
        ("drafts", decisions.drafts),
    )
    return [(name, number) for name, number in found if number]


def owner_screen(words: Words, found: OwnersDay, wellness: Wellness, now: Instant) -> Screen:
    """Health, money in and out, backups, and whether the books add up."""
    money = (("in", found.funded), ("earned", found.earned), ("out", found.paid), ("withheld", found.withheld))
    lines = [
        words.line("digest.owner"),
        "",
        *(words.line(f"digest.{name}_line", amount=words.money(amount)) for name, amount in money),
        *(_noted(words, "asked", found.asked)),
        *(_noted(words, "failed", found.failed)),
        "",
        _health(words, wellness),
        _books(words, found.violations),
        _backup(words, wellness.backup_at, now),
    ]
    return Screen("\n".join(lines), (_off_and_settings(words),))


def _noted(words: Words, name: str, number: int) -> list[Html]:
    return [words.line(f"digest.{name}_line", count=words.number(number))] if number else []


def _health(words: Words, wellness: Wellness) -> Html:
    if not wellness.faults:
        return words.line("digest.healthy")
    return words.line("digest.unhealthy", faults=", ".join(wellness.faults))


def _books(words: Words, violations: int) -> Html:
    if not violations:
        return words.line("digest.books_sound")
    return words.line("digest.books_wrong", count=words.number(violations))


def _backup(words: Words, made_at: Instant | None, now: Instant) -> Html:
    if made_at is None:
        return words.line("digest.no_backup")
    key = "digest.backup" if now - made_at < STALE_BACKUP else "digest.backup_old"
    return words.line(key, when=words.when(made_at, now))


def week_screen(words: Words, digest: Digest, week: Week, amount: str, chart: bytes) -> Screen:
    """The picture of seven days."""
    answers = count(week.answers, words)
    if digest is Digest.WORKER:
        text = words.line("digest.week_worker", amount=amount, count=answers)
    elif week.share is None:
        text = words.line("digest.week_coordinator", count=answers)
    else:
        text = words.line("digest.week_share", count=answers, share=week.share)
    return Screen(text, drawing=chart)


def switched_screen(words: Words, is_on: bool) -> Screen:
    """It is off, or on again, and can be changed back here."""
    back = Button(words.plain("digest.button_off" if is_on else "digest.button_on"), DigestTap(int(not is_on)))
    return Screen(words.line("digest.on" if is_on else "digest.off"), ((back,),))
