"""What a bank says of a payout against what it said before, as whoever decides sees it."""

from services.contradictions import Contradiction

from ..screen import Button, Screen
from ..taps_payouts import ContradictionTap, DecideTap, PayoutsTap
from ..words import Html, Words


def card(found: Contradiction, may_decide: bool, words: Words) -> Screen:
    """What the bank says now, what follows from it, and the two answers; what came of it once somebody has looked."""
    lines = [words.line("closing.contradiction", code=found.code, transfer=found.transfer)]
    lines.append(words.line(f"closing.contradiction_{_kind(found)}"))
    lines.append(_facts(found, words))
    back = Button(words.plain("closing.button_back"), PayoutsTap())
    if found.decision is not None:
        lines.append(words.line(f"closing.decision_{found.decision}"))
        return Screen("\n\n".join(lines), ((back,),))
    if not may_decide:
        lines.append(words.line("closing.contradiction_second"))
        return Screen("\n\n".join(lines), ((back,),))
    yes = Button(words.plain(f"closing.button_{_said(found)}_true"), DecideTap(found.id, 1, 0))
    no = Button(words.plain(f"closing.button_{_said(found)}_false"), DecideTap(found.id, 0, 0))
    return Screen("\n\n".join(lines), ((yes,), (no,), (back,)))


def sure(found: Contradiction, accept: bool, words: Words) -> Screen:
    """Are you sure? It moves a worker's money."""
    said = f"{_said(found)}_{'true' if accept else 'false'}"
    yes = Button(words.plain("closing.button_decide_sure"), DecideTap(found.id, int(accept), 1))
    no = Button(words.plain("closing.button_decide_not"), ContradictionTap(found.id))
    net = words.money(found.amounts.net)
    text = words.line(f"closing.sure_{said}", code=found.code, worker=found.worker_code, net=net)
    return Screen(text, ((yes,), (no,)))


def _kind(found: Contradiction) -> str:
    if not found.is_paid:
        return "bounced"
    return "given_up" if found.was_given_up else "late"


def _said(found: Contradiction) -> str:
    return "paid" if found.is_paid else "failed"


def _facts(found: Contradiction, words: Words) -> Html:
    return words.line(
        "closing.contradiction_facts",
        worker=found.worker_code,
        name=found.worker,
        net=words.money(found.amounts.net),
        gross=words.money(found.amounts.gross),
        reason=found.reason or "–",
        reporter=found.reporter,
        date=words.day(found.reported_at),
    )
