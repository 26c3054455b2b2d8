"""The catalogue: complete in both languages, used to the last line, and the only place with sentences in it."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from string import Formatter
from types import MappingProxyType

import pytest
from sources import SPEAKING, Source, called, docstrings, literals, sources, template, text_of, whole_literals

from bot.screens.export_plans import PARTS
from bot.screens.start import commands
from bot.screens.statements import COLUMNS
from bot.words import catalogue
from rules.banks import CODES
from rules.exports import Chat, Format, Scope, When
from rules.model import Kind
from rules.payees import Mistake
from rules.payouts import Obstacle
from rules.reminding import Kind as Reminded
from rules.reminding import Snooze
from rules.stalls import CALM, Cause
from rules.taxes import Profile
from rules.transfers import Problem
from services import bank_results, contradictions, transfers
from services.batches import State
from services.people import LANGUAGES, Role
from services.promising import Measure
from services.working import Ended, Reason
from storage.checks import checks
from storage.sql import SQLITE, queries

KEY = re.compile(r"[a-z]+\.[a-z0-9_]+")
AREAS = frozenset(key.split(".")[0] for key in catalogue("en"))
TAGS = frozenset({"b", "i", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"})
HANGUL, LETTER = re.compile(r"[가-힣]"), re.compile(r"[^\W\d_]")
WORDY = re.compile(r"[^\W\d_]\S* +\S*[^\W\d_]|\* +[^\W\d_]{2,}|[^\W\d_]{2,}\S* +\*")
LONGEST_BUTTON, LONGEST_TOAST, LONGEST_MESSAGE = 32, 200, 4_096
LONGEST_DESCRIPTION = 256
NAMES_OF_LANGUAGES = frozenset({"start.language_ko", "start.language_en"})

SAID_DIFFERENTLY = frozenset({"time.date", "money.one_answer"})
"""A month is a name in English and a number in Korean; one answer needs no number in English."""

KOREAN_BY_NATURE = frozenset(
    {"bot/lettering.py", "bot/words.py", "rules/amounts.py", "rules/settings.py", "rules/times.py"}
)
ASKED = ("choices", "kind", "price", "overlap", "guide")
CHANGED = ("price", "overlap", "choices", "guide", "title", "deadline", "review")
APPEALABLE = ("told", "agreed", "appealed", "upheld", "denied")
DOORS = ("open", "invite")
PAYEE_SORRY = ("used", "old", "unknown", "busy", "strange")
PAYEE_PROFILES = (Profile.RESIDENT, Profile.NON_RESIDENT)
STATED = (
    "opening", "closing", "closing_now", "pending", "available", "in_payout", "answers", "rejected", "undone",
    "bonuses", "adjustments", "departures", "net", "income_tax", "local_tax",
)  # fmt: skip
PLACES = ("pending", "available", "in_payout", "paid", "taxes")
WRONG_IN = (
    "the_ledger", "worker", "person", "task", "answer", "assignment", "batch", "settlement", "payment", "payout",
    "transfer", "bonus", "bonus_rule", "funding",
)  # fmt: skip
ACCOUNTS = (
    "funds", "adjustments", "budget", "escrow", "gold", "reserve", "disputed", "bonus", "pending", "available",
    "payout", "paid", "income_tax", "local_tax",
)  # fmt: skip
TRACED = (*PLACES, "answers", "bonuses", "adjustments", "carried", "stays", "gross", "net", "income_tax", "local_tax")

FILLED: Mapping[str, Iterable[str]] = MappingProxyType(
    {
        "bank.*": CODES,
        "check.*": checks(),
        "check.account_*": ACCOUNTS,
        "check.place_*": WRONG_IN,
        "batch.line_*": State,
        "batch.reason_*": Reason,
        "batch.state_*": frozenset(State) - {State.DRAFT},
        "bonus.measure_*": Measure,
        "bonus.rule_*": Measure,
        "bonus.state_*": ("running", "ended"),
        "digest.*": ("flagged", "appeals", "proposals", "stalls", "drafts"),
        "digest.*_line": ("in", "earned", "out", "withheld", "asked", "failed"),
        "command.*": ("start", *commands(frozenset(Role))),
        "export.*": ("final", "ambiguous", "open", "flagged", "gold"),
        "export.ask_*": PARTS,
        "export.chat_*": Chat,
        "export.format_*": Format,
        "export.part_*": PARTS,
        "export.plan_*": When,
        "export.scope_*": Scope,
        "export.set_*": (*When, *Scope, *Chat),
        "money.rejection_*": ("told", "agreed", "appealed", "denied"),
        "money.weekday_*": tuple(map(str, range(7))),
        "payout.no_*": Obstacle,
        "payout.state_*": ("asked", "closing", "approved", "sent", "paid", "failed", "cancelled"),
        "closing.button_*_false": ("paid", "failed"),
        "closing.button_*_true": ("paid", "failed"),
        "closing.contradiction_*": ("late", "given_up", "bounced"),
        "closing.decision_*": contradictions.Decision,
        "closing.fault_*": bank_results.Fault,
        "closing.next_*": transfers.State,
        "closing.problem_*": Problem,
        "closing.state_*": transfers.State,
        "closing.sure_*": ("paid_true", "paid_false", "failed_true", "failed_false"),
        "payee.*": (*PAYEE_SORRY, *Mistake, *PAYEE_PROFILES),
        "payee.*_hint": PAYEE_PROFILES,
        "payee.*_title": PAYEE_SORRY,
        "payee.tax_*": Profile,
        "payee.button_*": Profile,
        "posting.ask_*": ASKED,
        "posting.button_*": CHANGED,
        "posting.change_*": CHANGED,
        "posting.draft_choices_*": Kind,
        "posting.kind_*": Kind,
        "refusal.only_*": Role,
        "stall.*": (*Cause, "asleep_up", "asleep_off"),
        "stall.head_*": CALM,
        "stall.on_card_*": CALM,
        "rejection.standing_*": APPEALABLE,
        "rejection.title_*": APPEALABLE,
        "review.decide_*": ("proposed", "withdrawn", *APPEALABLE),
        "review.nobody_else_*": ("proposed", "appealed"),
        "review.until_*": ("proposed", "told", "appealed"),
        "remind.*": Snooze,
        "remind.day_*": tuple(map(str, range(7))),
        "remind.kind_*": Reminded,
        "start.door_*": DOORS,
        "start.language_*": LANGUAGES,
        "start.settings_door_*": DOORS,
        "start.welcome_*": Role,
        "statement.*": STATED,
        "statement.column_*": COLUMNS,
        "time.month_*": tuple(map(str, range(1, 13))),
        "why.*": TRACED,
        "why.state_*": ("asked", "approved", "sent", "paid"),
        "work.*": ("skipped", "reported", "undone"),
        "work.ended_*": Ended,
        "work.reason_*": Reason,
    }
)
"""What fills the blank of every key that is put together from an f-string."""

lines_of_both = pytest.mark.parametrize("language", LANGUAGES)


def blanks(line: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(line) if name is not None}


def bare(line: str) -> str:
    """A line without blanks, markup, commands and code."""
    return re.sub(r"<(code|pre)>.*?</\1>|<[^>]*>|\{\w*\}|/\w+|\w*\.\w+|\w+:", " ", line, flags=re.DOTALL)


def keys_in_code() -> Iterator[tuple[str, str]]:
    """Every key that the code names as it stands, and where."""
    for source in sources(*SPEAKING):
        for text, node in whole_literals(source.tree):
            if KEY.fullmatch(text) and text.split(".")[0] in AREAS:
                yield text, source.at(node)


def templates_in_code() -> dict[str, str]:
    """Every key that the code puts together, with `*` for what it puts in, and where."""
    return {
        template(node): source.at(node)
        for source in sources(*SPEAKING)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.JoinedStr) and re.fullmatch(rf"({'|'.join(AREAS)})\.[a-z0-9_*]+", template(node))
    }


def keys_in(name: str, *wrappers: str) -> set[str]:
    """The keys that calls of a name hold, directly or within other calls."""
    return {
        key
        for source in sources(*SPEAKING)
        for call in ast.walk(source.tree)
        if called(call) in wrappers
        for inner in ast.walk(call)
        if called(inner) == name and isinstance(inner, ast.Call)
        for key in keys_of(inner)
    }


def keys_of(call: ast.Call) -> list[str]:
    """The keys that a call may say: its first argument, or the alternatives of it."""
    return [text for text, _ in whole_literals(call.args[0]) if text in catalogue("en")] if call.args else []


def given_blanks() -> Iterator[tuple[str, set[str], str]]:
    """What the code fills each key's blanks with, and where; a call that passes on what it got is not among them."""
    for source in sources(*SPEAKING):
        for call in ast.walk(source.tree):
            if not isinstance(call, ast.Call) or called(call) not in ("line", "plain", "Refusal", "Fault"):
                continue
            passes_on = called(call) == "Fault" and not any(isinstance(argument, ast.Dict) for argument in call.args)
            if not passes_on and all(keyword.arg for keyword in call.keywords):
                yield from ((key, filled_by(call), source.at(call)) for key in keys_of(call))


def filled_by(call: ast.Call) -> set[str]:
    """The names in a call: `name=...`, or the keys of a dictionary."""
    named = {str(keyword.arg) for keyword in call.keywords}
    listed = [key for argument in call.args[1:] if isinstance(argument, ast.Dict) for key in argument.keys]
    return named | {text for text in map(text_of, listed) if text}


def test_both_languages_have_the_same_lines() -> None:
    assert sorted(catalogue("en")) == sorted(catalogue("ko"))


def test_both_languages_have_the_same_blanks() -> None:
    differing = [key for key, line in catalogue("ko").items() if blanks(line) != blanks(catalogue("en")[key])]

    assert [] == [key for key in differing if key not in SAID_DIFFERENTLY]


@lines_of_both
def test_every_blank_is_filled(language: str) -> None:
    empty = [(key, where, blanks(catalogue(language)[key]) - given) for key, given, where in given_blanks()]

    assert [] == [found for found in empty if found[2]]


@lines_of_both
def test_blanks_are_plain_names(language: str) -> None:
    odd = [
        (key, name)
        for key, line in catalogue(language).items()
        for _, name, how, conversion in Formatter().parse(line)
        if name is not None and (not name.isidentifier() or how or conversion)
    ]

    assert [] == odd


def test_every_key_in_the_code_is_in_the_catalogue() -> None:
    known = catalogue("en").keys() | queries(SQLITE).keys()

    assert [] == [(key, where) for key, where in keys_in_code() if key not in known]


def test_what_fills_a_key_that_is_put_together_is_known() -> None:
    assert {} == {key: where for key, where in templates_in_code().items() if key not in FILLED}


def test_every_key_that_is_put_together_is_in_the_catalogue() -> None:
    made = [key.replace("*", value) for key in templates_in_code() for value in FILLED.get(key, ())]

    assert [] == [key for key in made if key not in catalogue("en")]


def test_every_line_is_used() -> None:
    used = {key for key, _ in keys_in_code()}
    used |= {key.replace("*", value) for key in templates_in_code() for value in FILLED.get(key, ())}

    assert [] == sorted(catalogue("en").keys() - used)


class Markup(HTMLParser):
    """Reads a line as Telegram does and remembers what Telegram would refuse."""

    def __init__(self, line: str) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.mistakes: list[str] = []
        self.feed(line)
        self.close()
        self.mistakes += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.mistakes.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.mistakes.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.mistakes += re.findall(r"[<>&]", data)

    def handle_entityref(self, name: str) -> None:
        if name not in ("lt", "gt", "amp", "quot"):
            self.mistakes.append(f"&{name}")


@lines_of_both
def test_markup_is_balanced_and_only_of_tags_that_telegram_knows(language: str) -> None:
    wrong = {key: Markup(line).mistakes for key, line in catalogue(language).items()}

    assert {} == {key: mistakes for key, mistakes in wrong.items() if mistakes}


@lines_of_both
def test_what_is_shown_without_markup_holds_none(language: str) -> None:
    plain = keys_in("plain", "plain") | keys_in("Refusal", "Refusal")

    assert [] == sorted(key for key in plain if re.search(r"</?[a-z]|&\w+;", catalogue(language)[key]))


@lines_of_both
def test_no_line_is_longer_than_a_message(language: str) -> None:
    assert [] == [key for key, line in catalogue(language).items() if len(line) > LONGEST_MESSAGE]


@lines_of_both
def test_words_on_buttons_are_short(language: str) -> None:
    on_buttons = keys_in("plain", "Button", "Link")

    assert [] == sorted(key for key in on_buttons if len(catalogue(language)[key]) > LONGEST_BUTTON)


@lines_of_both
def test_toasts_fit_into_a_toast(language: str) -> None:
    in_toasts = keys_in("plain", "toast")

    assert [] == sorted(key for key in in_toasts if len(catalogue(language)[key]) > LONGEST_TOAST)


@lines_of_both
def test_telegram_takes_the_descriptions_of_commands(language: str) -> None:
    told = {key: line for key, line in catalogue(language).items() if key.startswith("command.")}

    assert [] == [key for key, line in told.items() if not 3 <= len(line.encode()) <= LONGEST_DESCRIPTION]


def test_korean_lines_are_korean() -> None:
    untranslated = [
        key for key, line in catalogue("ko").items() if LETTER.search(bare(line)) and not HANGUL.search(line)
    ]

    assert [] == [key for key in untranslated if key not in NAMES_OF_LANGUAGES]


def test_english_lines_are_english() -> None:
    assert [] == [key for key, line in catalogue("en").items() if HANGUL.search(line) and key not in NAMES_OF_LANGUAGES]


def test_korean_is_polite_in_one_way() -> None:
    """해요체 throughout, never 합니다체."""
    formal = re.compile(r"(니다|십시오|니까)[.!?\s<]|(니다|십시오|니까)$", re.MULTILINE)

    assert [] == [key for key, line in catalogue("ko").items() if formal.search(line)]


def unread(source: Source) -> set[int]:
    """What no person reads: docstrings, log lines, and the reasons of bugs."""
    return docstrings(source.tree) | {
        id(inner)
        for node in ast.walk(source.tree)
        if (isinstance(node, ast.Raise) and called(node.exc or node) != "Refusal")
        or called(node) in ("debug", "info", "warning", "error", "exception")
        for inner in ast.walk(node)
    }


def sentences(*folders: str) -> Iterator[tuple[str, str]]:
    """Literals that people would read: words with a space between them, or beside a blank."""
    for source in sources(*folders):
        hidden = unread(source)
        for node in ast.walk(source.tree):
            text = template(node) if isinstance(node, ast.JoinedStr) else text_of(node)
            if text and WORDY.search(re.sub(r"<[^>]*>", "", text)) and id(node) not in hidden:
                yield text, source.at(node)


def test_handlers_and_screens_hold_no_sentence() -> None:
    assert [] == list(sentences("handlers", "bot/screens"))


def test_korean_stands_in_the_catalogue_only() -> None:
    """Besides the currency's sign, Korean names of settings in captions, and what the demo's people say and post."""
    spoken = [
        (node.value, source.at(node))
        for source in sources(*SPEAKING)
        if source.name not in KOREAN_BY_NATURE and not source.name.startswith("bot/demo")
        for node in literals(source.tree)
        if HANGUL.search(str(node.value))
    ]

    assert [] == spoken
