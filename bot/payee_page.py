"""The pages around the form for a worker's account: plain HTML without scripts, and with nothing from elsewhere."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

from rules.banks import BANKS, BROKERS, USUAL
from rules.model import Instant
from rules.payees import Account, Field, Mistake
from rules.taxes import Profile
from services.payees import Payee

from .words import Words

LONGEST = 100
GOOD, BAD = ("good", "✓"), ("", "!")


@dataclass(frozen=True)
class Asked:
    """What the form asks: of Korean banks or of any, and for which tax profiles at how many percent."""

    is_korean: bool
    percents: Mapping[Profile, Decimal]


@dataclass(frozen=True)
class Form:
    """A form as it is shown: until when it can be saved, what was typed so far, and what was wrong with it."""

    closes_at: Instant
    is_change: bool
    typed: Mapping[str, str]
    mistakes: Mapping[Field, Mistake]


def style_hash() -> str:
    """How a Content-Security-Policy names the only style that the pages have."""
    return f"sha256-{b64encode(sha256(_read('style.css').encode()).digest()).decode()}"


def form_page(words: Words, asked: Asked, form: Form, now: Instant) -> str:
    """The form, with what was typed, and under each field what was wrong with it."""
    return _page(
        words,
        "form.html",
        title=words.line("payee.title"),
        lead=words.line("payee.lead", when=words.when(form.closes_at, now)),
        notes=_notes(words, form),
        tax=_tax(words, asked, form),
        notice=words.line("payee.notice"),
        notice_refusal=words.line("payee.notice_refusal"),
        consent=words.line("payee.consent"),
        submit=words.line("payee.submit"),
        notice_lines="\n".join(f"<li>{line}</li>" for line in _notice(words)),
        consent_checked=" checked" if form.typed.get(Field.CONSENT) else "",
        consent_described=_described(form, Field.CONSENT),
        consent_error=_error(words, form, Field.CONSENT),
        **{f"{field}_class": _class(form, field) for field in (Field.BANK, Field.ACCOUNT, Field.HOLDER, Field.CONSENT)},
        **_inputs(words, asked, form),
    )


def saved_page(words: Words, account: Account, stored: Payee, now: Instant, bot: str | None) -> str:
    """What is stored now; of its number only the last digits."""
    bank = words.plain(f"bank.{account.bank}") if words.has(f"bank.{account.bank}") else account.bank
    said = words.line("payee.saved_account", bank=bank, digits=account.last_digits)
    lines = [f'<p class="account">{said}</p>']
    if stored.waits_for_owner:
        lines.append(f"<p>{words.line('payee.saved_disputed')}</p>")
    elif stored.is_held(now):
        lines.append(f"<p>{words.line('payee.saved_held', when=words.when(stored.held_until, now))}</p>")
    lines.append(f'<p class="lead">{words.line("payee.saved_next")}</p>')
    return _note(words, GOOD, words.plain("payee.saved_title"), lines, bot)


def sorry_page(words: Words, why: str, bot: str | None) -> str:
    """Why there is no form here, and how to get one: `used`, `old`, `unknown`, `busy` or `strange`."""
    lines = [f"<p>{words.line(f'payee.{why}')}</p>"]
    return _note(words, BAD, words.plain(f"payee.{why}_title"), lines, bot)


@cache
def _read(name: str) -> str:
    return files("bot").joinpath("pages", name).read_text(encoding="utf-8")


def _page(words: Words, name: str, title: str, **parts: str) -> str:
    body = Template(_read(name)).substitute(parts, title=title)
    page = Template(_read("shell.html"))
    return page.substitute(language=words.language, title=title, style=_read("style.css"), body=body)


def _note(words: Words, sign: tuple[str, str], title: str, lines: Iterable[str], bot: str | None) -> str:
    kind, symbol = sign
    link = f'<a class="back" href="https://t.me/{escape(bot)}">{words.line("payee.back")}</a>' if bot else ""
    return _page(words, "note.html", escape(title), kind=kind, sign=symbol, lines="\n".join(lines), back=link)


def _notes(words: Words, form: Form) -> str:
    if form.mistakes:
        return f'<p class="fix" role="alert">{words.line("payee.fix")}</p>'
    return f'<p class="warn">{words.line("payee.change")}</p>' if form.is_change else ""


def _notice(words: Words) -> list[str]:
    keys = ("payee.notice_items", "payee.notice_purpose", "payee.notice_period", "payee.notice_how")
    return [words.line(key) for key in keys]


def _inputs(words: Words, asked: Asked, form: Form) -> dict[str, str]:
    """The three fields and their labels."""
    if asked.is_korean:
        bank, hint, mode = "payee.bank", "payee.account_hint", "numeric"
        bank_input = _banks(words, form)
    else:
        bank, hint, mode = "payee.bank_name", "payee.iban_hint", "text"
        bank_input = _text(words, form, Field.BANK, None, "text")
    return {
        "bank_label": words.line(bank),
        "bank": bank_input,
        "account_label": words.line("payee.account" if asked.is_korean else "payee.iban"),
        "account": _text(words, form, Field.ACCOUNT, hint, mode),
        "holder_label": words.line("payee.holder"),
        "holder": _text(words, form, Field.HOLDER, "payee.holder_hint", "text"),
    }


def _text(words: Words, form: Form, field: Field, hint: str | None, mode: str) -> str:
    typed = escape(form.typed.get(field, "")[:LONGEST])
    told = f'<p class="hint" id="{field}-hint">{words.line(hint)}</p>' if hint else ""
    described = _described(form, field, f"{field}-hint" if hint else "")
    attributes = f'type="text" id="{field}" name="{field}" value="{typed}" inputmode="{mode}" maxlength="{LONGEST}"'
    return (
        f'<input {attributes} autocomplete="off" autocapitalize="off" spellcheck="false" required{described}>'
        f"{_error(words, form, field)}{told}"
    )


def _banks(words: Words, form: Form) -> str:
    chosen = form.typed.get(Field.BANK, "")
    groups = (
        ("bank.usual", USUAL),
        ("bank.banks", sorted(set(BANKS) - set(USUAL), key=lambda code: words.plain(f"bank.{code}"))),
        ("bank.brokers", sorted(BROKERS, key=lambda code: words.plain(f"bank.{code}"))),
    )
    listed = "".join(
        f'<optgroup label="{words.line(heading)}">{"".join(_option(words, code, chosen) for code in codes)}</optgroup>'
        for heading, codes in groups
    )
    first = f'<option value="">{words.line("payee.bank_choose")}</option>'
    described = _described(form, Field.BANK)
    select = f'<select id="bank" name="bank" required{described}>{first}{listed}</select>'
    return select + _error(words, form, Field.BANK)


def _option(words: Words, code: str, chosen: str) -> str:
    selected = " selected" if code == chosen else ""
    return f'<option value="{code}"{selected}>{words.line(f"bank.{code}")}</option>'


def _tax(words: Words, asked: Asked, form: Form) -> str:
    """Which rates apply; nothing where nothing is withheld."""
    if not asked.percents:
        return ""
    choices = "".join(_profile(words, asked, form, profile) for profile in asked.percents)
    described = _described(form, Field.TAX)
    return (
        f'<fieldset class="field{_class(form, Field.TAX)}"{described}><legend>{words.line("payee.tax")}</legend>'
        f"{choices}{_error(words, form, Field.TAX)}</fieldset>"
    )


def _profile(words: Words, asked: Asked, form: Form, profile: Profile) -> str:
    """One profile with its rate; who is a resident is told where we know it."""
    checked = " checked" if form.typed.get(Field.TAX) == profile else ""
    button = f'<input type="radio" name="{Field.TAX}" value="{profile}"{checked}>'
    said = words.line(f"payee.{profile}", percent=f"{asked.percents[profile].normalize():f}")
    hint = f"<small>{words.line(f'payee.{profile}_hint')}</small>" if asked.is_korean else ""
    return f'<label class="choice">{button}<span>{said}{hint}</span></label>'


def _class(form: Form, field: Field) -> str:
    return " is-wrong" if field in form.mistakes else ""


def _described(form: Form, field: Field, hint: str = "") -> str:
    """What a screen reader reads with a field."""
    named = [f"{field}-error"] if field in form.mistakes else []
    named += [hint] if hint else []
    wrong = ' aria-invalid="true"' if field in form.mistakes else ""
    return f'{wrong} aria-describedby="{" ".join(named)}"' if named else ""


def _error(words: Words, form: Form, field: Field) -> str:
    mistake = form.mistakes.get(field)
    return f'<p class="error" id="{field}-error">{words.line(f"payee.{mistake}")}</p>' if mistake else ""
