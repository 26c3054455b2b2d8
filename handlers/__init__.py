"""The table of contents: everything that a person can do, in one list."""

from bot.routing import Route

from . import (
    appeals,
    batches,
    bonuses,
    budgets,
    changing,
    closing,
    doctor,
    earnings,
    exports,
    owner,
    pages,
    payouts,
    payees,
    personal,
    posting,
    review,
    reminders,
    stalls,
    start,
    talk,
    tracing,
    work,
)

ROUTES: tuple[Route, ...] = (
    *start.ROUTES,
    *work.ROUTES,
    *pages.ROUTES,
    *earnings.ROUTES,
    *tracing.ROUTES,
    *payees.ROUTES,
    *bonuses.ROUTES,
    *payouts.ROUTES,
    *closing.ROUTES,
    *posting.ROUTES,
    *changing.ROUTES,
    *batches.ROUTES,
    *stalls.ROUTES,
    *review.ROUTES,
    *appeals.ROUTES,
    *exports.ROUTES,
    *owner.ROUTES,
    *doctor.ROUTES,
    *budgets.ROUTES,
    *personal.ROUTES,
    *reminders.ROUTES,
    *talk.routes(
        {
            **posting.EXPECTS,
            **changing.EXPECTS,
            **appeals.EXPECTS,
            **reminders.EXPECTS,
            **bonuses.EXPECTS,
            **budgets.EXPECTS,
        }
    ),
)
