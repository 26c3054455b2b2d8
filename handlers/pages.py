"""A worker labels a page of several tasks."""

import asyncio

from bot.cards import bring, show_page, soon, tapped, tell
from bot.context import Context
from bot.routing import Route, on_tap
from bot.taps_pages import Menu, PageAnswerTap, PageMenuTap, PageUndoTap
from rules.model import AssignmentId, BatchId
from services import paging
from services.paging import Marked, Page


async def answer(ctx: Context, tap: PageAnswerTap) -> None:
    """A worker tapped a label of one item: the page stays until the last of them."""
    assignment = AssignmentId(tap.assignment)
    marked = await ctx.run(paging.answer, ctx.now, ctx.person.id, assignment, tap.revision, tap.choice)
    if marked.labels:
        tapped(ctx)
    if marked.then is None:
        await ctx.toast(receipt(ctx, marked))
    else:
        await asyncio.gather(ctx.toast(soon(ctx, receipt(ctx, marked))), bring(ctx, marked.then))


def receipt(ctx: Context, marked: Marked) -> str:
    """The words of a toast."""
    if marked.is_late:
        return ctx.words.plain("work.saved_late")
    if not marked.labels and marked.then is None:
        return ctx.words.plain("page.saved_before", number=marked.number)
    if not marked.labels:
        return ctx.words.plain("work.stale")
    labels = ", ".join(marked.labels)
    if not marked.left:
        return ctx.words.plain("page.saved_last", number=marked.number, labels=labels)
    return ctx.words.plain("page.saved", number=marked.number, labels=labels, left=marked.left)


async def menu(ctx: Context, tap: PageMenuTap) -> None:
    """A worker wants to skip or report one of the items, or thought better of it."""
    found = await ctx.run(paging.look, ctx.now, ctx.person.id, BatchId(tap.batch), tap.page)
    if isinstance(found, Page):
        await show_page(ctx, found, Menu(tap.menu))
    else:
        await tell(ctx, found)


async def undo(ctx: Context, tap: PageUndoTap) -> None:
    """A worker wants to answer the last one again."""
    await tell(ctx, await ctx.run(paging.undo, ctx.now, ctx.person.id, BatchId(tap.batch), tap.page))


ROUTES: tuple[Route, ...] = (
    on_tap(PageAnswerTap, answer),
    on_tap(PageMenuTap, menu),
    on_tap(PageUndoTap, undo),
)
