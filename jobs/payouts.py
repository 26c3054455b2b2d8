"""On paydays: asks for everybody who has enough, has said where to, and wants it; as soon as the books add up."""

from bot.context import Kit
from bot.scheduling import NotYet
from rules import days
from rules.model import Instant, PersonId
from rules.payouts import Obstacle
from rules.periods import Period
from rules.refusals import Refusal
from services import payouts


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
                raise NotYet(refusal.key) from refusal
    return f"asked for {asked} workers"
