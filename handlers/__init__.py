"""The table of contents: everything that a person can do, in one list."""

from bot.routing import Route

from . import owner, start, talk, work

ROUTES: tuple[Route, ...] = (
    *start.ROUTES,
    *work.ROUTES,
    *owner.ROUTES,
    *talk.routes({}),
)
