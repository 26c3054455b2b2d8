"""Where a worker's money goes, as the chat may say it: of an account never more than its last digits."""

from decimal import Decimal

from rules.model import Instant
from rules.taxes import Profile
from services.payees import Known, Payee

from ..screen import Button, Link, Row, Screen
from ..taps_payees import NotMeTap, ReleaseTap, TaxTap
from ..words import Html, Words


def link_screen(words: Words, payee: Payee | None, url: str, expires_at: Instant, now: Instant) -> Screen:
    """The one-time link, and what is stored so far."""
    text = words.line("payee.link", stored=stored(words, payee, now), when=words.when(expires_at, now))
    return Screen(text, ((Link(words.plain("payee.button_form"), url),),))


def outside_screen(words: Words, payee: Payee | None, code: str, now: Instant) -> Screen:
    """Where there is no form: whom to tell, and under what code."""
    return Screen(words.line("payee.outside", stored=stored(words, payee, now), code=code))


def saved_screen(words: Words, payee: Payee, now: Instant) -> Screen:
    """What is stored now."""
    return Screen(words.line("payee.saved", stored=stored(words, payee, now)))


def changed_screen(words: Words, payee: Payee, now: Instant) -> Screen:
    """Another account than before, and a way to stop it."""
    text = words.line("payee.changed", stored=stored(words, payee, now))
    return Screen(text, ((Button(words.plain("payee.button_not_me"), NotMeTap()),),))


def disputed_screen(words: Words) -> Screen:
    """Nothing is paid until an owner has looked."""
    return Screen(words.line("payee.disputed"))


def disputed_owner_screen(words: Words, known: Known, now: Instant) -> Screen:
    """To an owner: whose account is in doubt."""
    text = words.line("payee.disputed_owner", name=known.name, code=known.code, stored=stored(words, known.payee, now))
    return Screen(text, (_release_row(words, known),))


def released_screen(words: Words, payee: Payee, now: Instant) -> Screen:
    """To the worker: an owner has looked."""
    return Screen(words.line("payee.released", stored=stored(words, payee, now)))


def taxed_screen(words: Words, payee: Payee, percent: Decimal, now: Instant) -> Screen:
    """To the worker: staff have said how they are taxed, and what that takes."""
    rate = (
        words.line("payee.taxed_rate", percent=f"{percent.normalize():f}") if percent else words.line("payee.untaxed")
    )
    return Screen(words.line("payee.taxed", stored=stored(words, payee, now), rate=rate))


def known_screen(words: Words, known: Known, now: Instant, *, is_owner: bool, has_form: bool) -> Screen:
    """To staff: what is known of a worker's account, and what they can do about it."""
    text = words.line("payee.known", name=known.name, code=known.code, stored=stored(words, known.payee, now))
    how = words.line("payee.known_form") if has_form else words.line("payee.known_how", code=known.code)
    rows: list[Row] = []
    if known.payee is not None:
        rows.append(_tax_row(words, known, known.payee))
    if is_owner and known.payee is not None and known.payee.waits_for_owner:
        rows.append(_release_row(words, known))
    return Screen(f"{text}\n\n{how}", tuple(rows))


def stored(words: Words, payee: Payee | None, now: Instant) -> Html:
    """One line about an account, and another one where nothing is paid to it yet."""
    if payee is None:
        return words.line("payee.stored_none")
    tax = words.plain(f"payee.tax_{payee.tax_profile}")
    if payee.sealed is not None:
        line = words.line("payee.stored", digits=payee.last_digits or "", tax=tax)
    else:
        line = words.line("payee.stored_reference", reference=payee.reference or "", tax=tax)
    if payee.waits_for_owner:
        return Html(f"{line}\n{words.line('payee.stored_disputed')}")
    if payee.is_held(now):
        return Html(f"{line}\n{words.line('payee.stored_held', when=words.when(payee.held_until, now))}")
    return line


def _release_row(words: Words, known: Known) -> Row:
    return (Button(words.plain("payee.button_release"), ReleaseTap(known.person)),)


def _tax_row(words: Words, known: Known, payee: Payee) -> Row:
    """How else they can be taxed; who fills in the form says there what they are, if they are not exempt."""
    exempt = Profile.EXEMPT
    others = [exempt] if payee.sealed is not None and payee.tax_profile is not exempt else list(Profile)
    return tuple(
        Button(words.plain(f"payee.button_{profile}"), TaxTap(known.person, profile))
        for profile in others
        if profile is not payee.tax_profile
    )
