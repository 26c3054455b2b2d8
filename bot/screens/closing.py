"""Closing as coordinators and owners see it: what is asked, a transfer's card, and what the bank's result brought."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rules.payouts import Amounts
from rules.transfers import Line, Problem, Table
from services.bank_results import Recorded
from services.closing import LEAST_SHOWN, Changed
from services.contradictions import Contradiction
from services.transfers import MOST_LINES, Overview, Rest, State, Transfer

from ..screen import Button, Row, Screen
from ..taps_payouts import (
    AllPaidTap,
    AloneTap,
    ApproveTap,
    CancelTransferTap,
    CloseTransferTap,
    ContradictionTap,
    PayoutsTap,
    SentTap,
    TransferFilesTap,
    TransferTap,
    WithholdingsTap,
)
from ..words import Html, Words

PROBLEMS_SHOWN = 8
FAULTS_SHOWN = 10


@dataclass(frozen=True)
class Closing:
    """What /payouts shows: what is asked, and what looks wrong in it; the transfers; what the bank contradicts."""

    found: Overview
    rest: Rest
    wrong: Sequence[tuple[Line, Problem]]
    disputed: Sequence[Contradiction]
    is_owner: bool


def overview(closing: Closing, words: Words) -> Screen:
    """What is asked, what looks wrong in it, and the transfers."""
    found, rest = closing.found, closing.rest
    lines: list[Html] = [words.line("closing.heading"), _asked(found, words)]
    if rest.transfers > 1:
        lines.append(words.line("closing.many", limit=MOST_LINES, transfers=rest.transfers))
    if closing.wrong:
        lines.append(_problems(closing.wrong, words))
    if closing.disputed:
        lines.append(words.line("closing.disputed"))
    if found.open:
        lines.append(words.line("closing.open"))
    if found.last:
        last = [_listed(each, words) for each in found.last]
        lines.append(Html("\n".join([words.line("closing.last"), *last])))
    if found.is_alone:
        lines.append(words.line("closing.alone"))
    elif not found.has_seconds:
        lines.append(words.line("closing.no_second_owner" if closing.is_owner else "closing.no_second"))
    return Screen("\n\n".join(lines), tuple(_overview_buttons(closing, words)))


def _overview_buttons(closing: Closing, words: Words) -> Iterator[Row]:
    found = closing.found
    for disputed in closing.disputed:
        text = words.plain("closing.button_contradiction", code=disputed.code)
        yield (Button(text, ContradictionTap(disputed.id)),)
    if found.asked:
        yield (Button(words.plain("closing.button_close"), CloseTransferTap(closing.rest.newest)),)
    for each in found.open:
        text = words.plain("closing.button_open", code=each.code, state=words.plain(f"closing.state_{each.state}"))
        yield (Button(text, TransferTap(each.id)),)
    if found.has_moved:
        yield (Button(words.plain("closing.button_withholding"), WithholdingsTap(0)),)
    if closing.is_owner and (found.is_alone or not found.has_seconds):
        key = "closing.button_not_alone" if found.is_alone else "closing.button_alone"
        yield (Button(words.plain(key), AloneTap(0 if found.is_alone else 1)),)


def _asked(found: Overview, words: Words) -> Html:
    if not found.asked:
        return words.line("closing.asked_none")
    count = words.number(found.asked)
    return words.line("closing.asked", count=count, gross=words.money(found.gross), net=words.money(found.net))


def transfer(found: Transfer, rest: Rest, may_approve: bool, words: Words, *, lacks_second: bool = False) -> Screen:
    """A transfer's card, with what can be done next; one that is full may not have taken up all.

    `lacks_second` says to an owner that there is nobody else who could approve.
    """
    is_stuck = lacks_second and found.state is State.PREPARED and not may_approve
    lines = [words.line("closing.transfer", code=found.code, state=words.plain(f"closing.state_{found.state}"))]
    lines.append(sums(found.payouts, found.amounts, words))
    if found.sha256 is not None:
        lines.append(words.line("closing.digest", digest=found.sha256))
    if found.approver is None:
        lines.append(words.line("closing.made", name=found.maker))
    else:
        lines.append(words.line("closing.made_and_approved", name=found.maker, approver=found.approver))
    if found.paid or found.failed:
        lines.append(words.line("closing.ended", paid=found.paid, failed=found.failed, left=found.left))
    lines.append(words.line("closing.no_second_owner" if is_stuck else f"closing.next_{found.state}"))
    buttons = [*_transfer_buttons(found, may_approve, words)]
    if is_stuck:
        buttons.insert(0, (Button(words.plain("closing.button_alone"), AloneTap(1)),))
    if found.state in (State.PREPARED, State.APPROVED) and found.payouts >= MOST_LINES and rest.payouts:
        lines.append(words.line("closing.rest", count=words.number(rest.payouts)))
        buttons.insert(-1, (Button(words.plain("closing.button_next"), CloseTransferTap(rest.newest)),))
    return Screen("\n\n".join(lines), tuple(buttons))


def _transfer_buttons(found: Transfer, may_approve: bool, words: Words) -> Iterator[Row]:
    files = Button(words.plain("closing.button_files"), TransferFilesTap(found.id))
    cancel = Button(words.plain("closing.button_cancel"), CancelTransferTap(found.id, 0))
    if found.state is State.PREPARED:
        if may_approve and found.sha256 is not None:
            approve = ApproveTap(found.id, found.sha256[:LEAST_SHOWN])
            yield (Button(words.plain("closing.button_approve"), approve),)
        yield (files, cancel)
    elif found.state is State.APPROVED:
        yield (Button(words.plain("closing.button_sent"), SentTap(found.id, 0)),)
        yield (files, cancel)
    elif found.state is State.SENT:
        yield (Button(words.plain("closing.button_all_paid"), AllPaidTap(found.id, 0)),)
        yield (files,)
    yield (Button(words.plain("closing.button_back"), PayoutsTap()),)


def sent_sure(transfer: int, changed: Changed, words: Words) -> Screen:
    """It says something else by now. What the bank has got already is not to be closed again, whatever it says."""
    text = words.line(changed.key, **changed.blanks)
    yes = Button(words.plain("closing.button_sent_sure"), SentTap(transfer, 1))
    no = Button(words.plain("closing.button_sent_not"), TransferTap(transfer))
    return Screen(Html("\n\n".join([text, words.line("closing.sent_sure")])), ((yes,), (no,)))


def cancel_sure(found: Transfer, words: Words) -> Screen:
    """Are you sure? What the bank has got would be paid twice."""
    yes = Button(words.plain("closing.button_cancel_sure"), CancelTransferTap(found.id, 1))
    no = Button(words.plain("closing.button_keep"), TransferTap(found.id))
    return Screen(words.line("closing.cancel_sure", code=found.code), ((yes,), (no,)))


def all_paid_sure(found: Transfer, words: Words) -> Screen:
    """Are you sure? Whoever's money has not arrived could not be paid again."""
    yes = Button(words.plain("closing.button_all_paid_sure"), AllPaidTap(found.id, 1))
    no = Button(words.plain("closing.button_all_paid_not"), TransferTap(found.id))
    text = words.line("closing.all_paid_sure", code=found.code, count=found.left)
    return Screen(text, ((yes,), (no,)))


def prepared(found: Transfer, words: Words) -> Screen:
    """Somebody is asked to approve what another person has prepared."""
    return _told(words.line("closing.please_approve", name=found.maker, code=found.code), found, words)


def approved(found: Transfer, words: Words) -> Screen:
    """Whoever prepared a transfer hears that it may go."""
    text = words.line("closing.is_approved", name=found.approver or "", code=found.code)
    return _told(text, found, words)


def _told(text: Html, found: Transfer, words: Words) -> Screen:
    show = Button(words.plain("closing.button_show", code=found.code), TransferTap(found.id))
    return Screen("\n\n".join([text, sums(found.payouts, found.amounts, words)]), ((show,),))


def recorded(outcome: Recorded, unclear: int, waiting: int, words: Words) -> Screen:
    """What a result file brought, with everything in it that changed nothing."""
    lines = [words.line("closing.recorded", paid=outcome.paid, failed=outcome.failed)]
    if waiting:
        lines.append(words.line("closing.still_waiting", count=waiting))
    if unclear:
        lines.append(words.line("closing.unclear", count=unclear))
    lines += [words.line(f"closing.fault_{fault}", code=code) for code, fault in outcome.faults[:FAULTS_SHOWN]]
    if len(outcome.faults) > FAULTS_SHOWN:
        lines.append(words.line("closing.more", count=len(outcome.faults) - FAULTS_SHOWN))
    back = Button(words.plain("closing.button_back"), PayoutsTap())
    return Screen("\n".join(lines), ((back,),))


def file_caption(found: Transfer, words: Words) -> Html:
    return words.line(
        "closing.file", code=found.code, count=found.payouts, net=words.money(found.amounts.net), digest=found.sha256
    )


def sums(count: int, total: Amounts, words: Words) -> Html:
    return words.line(
        "closing.sums",
        count=count,
        gross=words.money(total.gross),
        income=words.money(total.income_tax),
        local=words.money(total.local_tax),
        net=words.money(total.net),
    )


def problem_table(wrong: Sequence[tuple[Line, Problem]], words: Words) -> Table:
    """What looks wrong, for a file: without a digit of any account."""
    heading = words.plain("closing.problem_heading").split(",")
    return [heading] + [
        [line.worker_code, line.name, line.code, words.money(line.amounts.gross), _problem(problem, words)]
        for line, problem in wrong
    ]


def _problems(wrong: Sequence[tuple[Line, Problem]], words: Words) -> Html:
    lines = [
        words.line("closing.problem", worker=line.worker_code, name=line.name, problem=_problem(problem, words))
        for line, problem in wrong[:PROBLEMS_SHOWN]
    ]
    if len(wrong) > PROBLEMS_SHOWN:
        lines.append(words.line("closing.more", count=len(wrong) - PROBLEMS_SHOWN))
    return Html("\n".join([words.line("closing.problems"), *lines]))


def _problem(problem: Problem, words: Words) -> str:
    text = words.plain(f"closing.problem_{problem}")
    return words.plain("closing.kept_out", problem=text) if problem.keeps_out else text


def _listed(found: Transfer, words: Words) -> Html:
    return words.line(
        "closing.listed",
        date=words.day(found.made_at),
        code=found.code,
        count=found.payouts,
        net=words.money(found.amounts.net),
        state=words.plain(f"closing.state_{found.state}"),
    )
