"""The table of contents: everything that a person can do, in one list."""

from bot.routing import Route

from . import batches, changing, doctor, earnings, exports, owner, pages, personal, posting, start, talk, work

ROUTES: tuple[Route, ...] = (
    *start.ROUTES,
    *work.ROUTES,
    *pages.ROUTES,
    *earnings.ROUTES,
    *posting.ROUTES,
    *changing.ROUTES,
    *batches.ROUTES,
    *exports.ROUTES,
    *owner.ROUTES,
    *doctor.ROUTES,
    *personal.ROUTES,
    *talk.routes({**posting.EXPECTS, **changing.EXPECTS}),
)
