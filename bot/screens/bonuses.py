"""Bonuses: a rule in words, as its coordinator writes it and as workers read it; and corrections by hand."""

from collections.abc import Sequence

from rules.model import BatchId, Micros
from services.adjusting import Proposal
from services.bonusing import Rule
from services.promising import Measure

from ..screen import Button, Row, Screen
from ..taps import BalanceTap
from ..taps_bonuses import AdjustTap, DropRuleTap, MeasureTap, NewRuleTap, PromiseTap, RulesTap
from ..taps_tracing import WhyTap
from ..words import Html, Words
from .promises import promise

ASKS = ("bonus.ask_threshold", "bonus.ask_amount", "bonus.ask_most")


def rules_screen(words: Words, batch: BatchId, code: str, title: str, rules: Sequence[Rule]) -> Screen:
    """What a batch promises, and what has been given."""
    lines = [_line(words, rule) for rule in rules] or [words.line("bonus.none")]
    new = Button(words.plain("bonus.button_new"), NewRuleTap(batch))
    return Screen("\n\n".join([words.line("bonus.heading", title=title, code=code), *lines]), ((new,),))


def _line(words: Words, rule: Rule) -> Html:
    return words.line(
        "bonus.line",
        rule=promise(rule.measure, rule.threshold, rule.amount, words),
        given=words.money(rule.given),
        most=words.money(rule.most),
        state=words.plain(f"bonus.state_{rule.state}"),
    )


def measures_screen(words: Words, batch: BatchId, title: str) -> Screen:
    """What shall count?"""
    rows: list[Row] = [
        (Button(words.plain(f"bonus.measure_{measure}"), MeasureTap(batch, measure)),) for measure in Measure
    ]
    rows.append((Button(words.plain("bonus.button_back"), RulesTap(batch)),))
    return Screen(words.line("bonus.choose", title=title), tuple(rows))


def ask_screen(words: Words, batch: BatchId, said: int) -> Screen:
    """The next number that is to be typed, after so many."""
    return Screen(words.line(ASKS[said]), ((Button(words.plain("bonus.button_back"), RulesTap(batch)),),))


def draft_screen(words: Words, rule: Rule) -> Screen:
    """The rule as workers will read it, before it is published."""
    text = words.line(
        "bonus.draft",
        title=rule.title,
        rule=promise(rule.measure, rule.threshold, rule.amount, words),
        terms=words.plain("bonus.terms", most=words.money(rule.most)),
        most=words.money(rule.most),
    )
    if rule.waiting:
        text = Html(f"{text}\n{words.line('bonus.waiting', count=words.number(rule.waiting))}")
    publish = Button(words.plain("bonus.button_publish"), PromiseTap(rule.id))
    return Screen(text, ((publish,), (Button(words.plain("bonus.button_drop"), DropRuleTap(rule.id)),)))


def earned_screen(words: Words, title: str, measure: str, threshold: int, amount: Micros, count: int) -> Screen:
    """A worker has earned a bonus, or several of the same rule."""
    rule = promise(measure, threshold, amount, words)
    text = words.line("bonus.earned", amount=words.money(Micros(amount * count)), title=title, rule=rule)
    return Screen(text, (_look(words),))


def confirm_screen(words: Words, proposal: Proposal) -> Screen:
    """A correction, before it is made."""
    text = words.line("adjust.confirm", before=words.money(proposal.available), **_facts(words, proposal))
    return Screen(text, ((Button(words.plain("adjust.button_confirm"), AdjustTap(proposal.worker, proposal.amount)),),))


def adjusted_screen(words: Words, proposal: Proposal) -> Screen:
    """A correction was made."""
    return Screen(words.line("adjust.done", **_facts(words, proposal)))


def told_screen(words: Words, amount: Micros, reason: str) -> Screen:
    """What the worker reads of a correction."""
    return Screen(words.line("adjust.told", amount=signed(amount, words), reason=reason), (_look(words),))


def signed(amount: Micros, words: Words) -> str:
    return f"+{words.money(amount)}" if amount > 0 else words.money(amount)


def _facts(words: Words, proposal: Proposal) -> dict[str, str]:
    return {
        "name": proposal.name,
        "code": proposal.code,
        "amount": signed(proposal.amount, words),
        "after": words.money(Micros(proposal.available + proposal.amount)),
        "reason": proposal.reason,
    }


def _look(words: Words) -> Row:
    why = Button(words.plain("why.button_why"), WhyTap())
    return (Button(words.plain("work.balance"), BalanceTap()), why)
