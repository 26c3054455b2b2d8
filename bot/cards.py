"""A worker's one labeling message: a task, a page of them, or how the session went."""

import asyncio
from functools import partial

from rules.model import SECOND
from services import paging, preferring, slicing, working
from services.dealing import Shown
from services.paging import Page
from services.working import Ended, Outcome, Recorded, Stale, Summary, Toggled

from . import sheets
from .context import Context
from .screen import Screen
from .screens import pages, work
from .screens.pages import menu_screen, page_screen
from .screens.reminders import with_kept, with_offer
from .taps_pages import Menu
from .telegraph import Sent

CARD = "card"
"""Of several new labeling messages that wait for a chat, the newest is sent."""

LONGEST_TOAST = 200
SMALL_SHEET, LARGE_SHEET = 4, 6


async def tell(ctx: Context, outcome: Outcome) -> None:
    """Acknowledge a tap and bring the next task, both at once."""
    match outcome:
        case Toggled(then=shown):
            await asyncio.gather(ctx.toast(), bring(ctx, shown))
        case Stale(then=then):
            await asyncio.gather(ctx.toast(soon(ctx, ctx.words.plain("work.stale"))), bring(ctx, then))
        case Recorded(did=did):
            if did != "undone":
                tapped(ctx)
            await asyncio.gather(ctx.toast(soon(ctx, receipt(ctx, outcome))), bring(ctx, outcome.then))


def receipt(ctx: Context, recorded: Recorded) -> str:
    """The words of a toast."""
    if recorded.is_late:
        return ctx.words.plain("work.saved_late")
    if recorded.labels:
        return ctx.words.plain("work.saved", labels=", ".join(recorded.labels))
    return ctx.words.plain(f"work.{recorded.did}")


def soon(ctx: Context, toast: str) -> str:
    """A toast, with when the next task comes where that takes a while."""
    if ctx.delay >= 1:
        wait = ctx.words.plain("page.soon", time=ctx.words.duration(int(ctx.delay * SECOND)))
        return f"{toast[: LONGEST_TOAST - len(wait)]}{wait}"
    return toast[:LONGEST_TOAST]


def tapped(ctx: Context) -> None:
    """A task is dealt with: this sets how many come on the next card."""
    ctx.kit.telegraph.pacer.tempo.tapped(ctx.sender.telegram_id)


async def bring(ctx: Context, then: Shown | Summary) -> None:
    """The labeling message becomes the next task or a page, or the summary; an older card loses its buttons."""
    page = await _widened(ctx, then) if isinstance(then, Shown) else None
    await ctx.show(await _screen(ctx, page or then), partial(_arrived, ctx, page or then), CARD)


async def show_page(ctx: Context, page: Page, menu: Menu = Menu.CLOSED) -> None:
    """A page once more, or its menu."""
    sheet = await _sheet(ctx, page)
    if menu == Menu.CLOSED:
        await ctx.show(page_screen(ctx.words, page, sheet))
    else:
        await ctx.show(menu_screen(ctx.words, page, menu, sheet))


async def _widened(ctx: Context, shown: Shown) -> Page | None:
    size = ctx.kit.telegraph.pacer.tempo.page_size(ctx.sender.telegram_id)
    if size > 1 and shown.picture is not None:
        size = SMALL_SHEET if size <= SMALL_SHEET else LARGE_SHEET
    size = min(size, pages.room(shown))
    return await ctx.run(paging.widen, ctx.now, ctx.person.id, shown, size) if size > 1 else None


async def _screen(ctx: Context, then: Shown | Summary | Page) -> Screen:
    match then:
        case Page():
            return page_screen(ctx.words, then, await _sheet(ctx, then))
        case Shown():
            return work.task_screen(ctx.words, then)
        case Summary():
            return await _ended(ctx, then)


async def _ended(ctx: Context, summary: Summary) -> Screen:
    screen = work.summary_screen(ctx.words, summary)
    if summary.ended is Ended.EMPTY:
        return await offering_reminders(ctx, screen)
    if summary.ended is not Ended.STOPPED:
        return screen
    kept = await ctx.kit.db.read(slicing.waiting, ctx.person.id, summary.batch)
    return screen if kept is None else with_kept(ctx.words, screen, kept[0], ctx.words.when(kept[1], ctx.now))


async def offering_reminders(ctx: Context, screen: Screen) -> Screen:
    """A card for somebody who finds nothing to do; the first one also offers to tell them when there is something."""
    is_first = await ctx.run(preferring.offer, ctx.now, ctx.person.id)
    return with_offer(ctx.words, screen) if is_first else screen


async def _sheet(ctx: Context, page: Page) -> bytes | None:
    """The pictures of a page in one, None for texts."""
    cells = [
        (item.number, ctx.kit.telegraph.pictures.path(item.shown.picture.sha256))
        for item in page.items
        if item.shown.picture is not None
    ]
    return await asyncio.to_thread(sheets.sheet, cells) if cells else None


async def _arrived(ctx: Context, then: Shown | Summary | Page, sent: Sent) -> None:
    if isinstance(then, Page):
        await ctx.run(paging.seen, ctx.now, ctx.person.id, then, sent.message_id, sent.has_picture)
    else:
        shown = (then.assignment, then.revision) if isinstance(then, Shown) else None
        await ctx.run(working.seen, ctx.now, ctx.person.id, sent.message_id, sent.has_picture, shown)
    older = ctx.person.card_message_id
    if older is not None and older != sent.message_id and not (ctx.tapped and ctx.tapped.message.message_id == older):
        await ctx.strip(older)
