"""The way in: welcome, consent, help, language, settings."""

from dataclasses import dataclass

from rules.model import Instant
from services.people import CONSENT_VERSION, LANGUAGES, Person, Role

from ..screen import Button, Row, Screen
from ..taps import ConsentTap, DoorTap, LanguageTap, ReadsTap, WorkTap
from ..taps_budgets import AloneTap
from ..taps_reminders import RemindersTap
from ..words import Html, Words

EVERYBODY = ("reminders", "help", "language", "settings", "cancel")
COMMANDS = {
    Role.WORKER: ("work", "balance", "payout", "earnings", "history", "why", "statement", "payee", "mydata", "leave"),
    Role.COORDINATOR: ("newbatch", "batches", "review", "bonus", "export", "payouts", "budget", "invite"),
    Role.OWNER: ("coordinators", "adjust", "doctor"),
}


def commands(roles: frozenset[Role]) -> list[str]:
    """The commands that somebody with these roles may use, the most used first."""
    return [command for role in Role if role in roles for command in COMMANDS[role]] + list(EVERYBODY)


def consent_screen(words: Words, name: str) -> Screen:
    """What is stored and why, with one button to agree and one to read it in the other language."""
    other = next(language for language in LANGUAGES if language != words.language)
    return Screen(
        words.line("start.consent", name=name),
        (
            (Button(words.plain("start.agree"), ConsentTap(CONSENT_VERSION)),),
            (Button(words.plain(f"start.language_{other}"), LanguageTap(other)),),
        ),
    )


def welcome_screen(words: Words, person: Person) -> Screen:
    """For those who are in already: what they can do here."""
    lines = [words.line("start.welcome", name=person.name)]
    lines += [words.line(f"start.welcome_{role}") for role in Role if role in person.roles]
    is_worker = Role.WORKER in person.roles
    keyboard: tuple[Row, ...] = ((Button(words.plain("start.go"), WorkTap()),),) if is_worker else ()
    return Screen("\n\n".join(lines), keyboard)


def help_screen(words: Words, person: Person) -> Screen:
    """Each command in a line."""
    lines = [
        words.line("start.help_line", command=f"/{command}", meaning=words.plain(f"command.{command}"))
        for command in commands(person.roles)
    ]
    return Screen("\n".join([words.line("start.help"), "", *lines]))


def language_screen(words: Words) -> Screen:
    """Which language to speak."""
    buttons = tuple(Button(words.plain(f"start.language_{each}"), LanguageTap(each)) for each in LANGUAGES)
    return Screen(words.line("start.language"), (buttons,))


@dataclass(frozen=True)
class OwnersSettings:
    """Whether newcomers need an invite, and since when one person does here what takes two elsewhere."""

    door: str
    alone_since: Instant | None


def settings_screen(words: Words, person: Person, owners: OwnersSettings | None) -> Screen:
    """What a person may set; the last part is for owners only."""
    language = Button(
        words.plain("start.set_language", language=words.plain(f"start.language_{words.language}")),
        LanguageTap(next(each for each in LANGUAGES if each != words.language)),
    )
    lines: list[Html] = [words.line("start.settings")]
    rows: list[Row] = []
    if Role.WORKER in person.roles:
        lines.append(words.line("start.settings_reads"))
        rows.append(tuple(_reads(words, person, each) for each in LANGUAGES))
    rows.append((language,))
    rows.append((Button(words.plain("remind.settings_button"), RemindersTap()),))
    if owners is not None:
        lines += _owners_lines(words, owners)
        other = "invite" if owners.door == "open" else "open"
        rows.append((Button(words.plain(f"start.door_{other}"), DoorTap(other)),))
        switch = "start.alone" if owners.alone_since is None else "start.together"
        rows.append((Button(words.plain(switch), AloneTap(int(owners.alone_since is None))),))
    return Screen("\n\n".join(lines), tuple(rows))


def _owners_lines(words: Words, owners: OwnersSettings) -> list[Html]:
    door = words.line(f"start.settings_door_{owners.door}")
    if owners.alone_since is None:
        return [door, words.line("start.settings_together")]
    return [door, words.line("start.settings_alone", since=words.day(owners.alone_since))]


def _reads(words: Words, person: Person, language: str) -> Button:
    is_on = language in person.reads.split(",")
    mark = "☑" if is_on else "☐"
    return Button(f"{mark} {words.plain(f'start.language_{language}')}", ReadsTap(language, 1 - is_on))
