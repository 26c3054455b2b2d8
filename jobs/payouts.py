"""On paydays: asks for everybody who has enough, has said where to, and wants it."""

from bot.context import Kit
from rules import days
from rules.model import Instant, PersonId
from rules.payouts import Obstacle
from rules.periods import Period
from rules.refusals import Refusal
from services import payouts


class Stopped(Exception):
    """The books do not add up, so that nothing may be asked for; the day is tried again."""


async def run(kit: Kit, now: Instant, period: Period) -> str:
    """Ask for a payday, also a missed one. Whoever has been asked for since it began is left alone."""
    terms = kit.config.payments.terms
    payday = days.date_of(period.at, terms.timezone)
    if not terms.paydays.include(payday):
        return "no payday"
    since = days.day(payday, terms.timezone).begins
    asked = 0
    worker = PersonId(0)
    while (due := await kit.db.read(payouts.next_wishing, now, worker, since, terms)) is not None:
        worker = due
        try:
            asked += await kit.db.run(payouts.ask_for, now, worker, since, terms)
        except Refusal as refusal:
            if refusal.key == f"payout.no_{Obstacle.STOPPED}":
                raise Stopped from refusal
    return f"asked for {asked} workers"
