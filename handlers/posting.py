"""A coordinator posts a file and decides about its draft."""

from telegram import Document

from bot import posting as flow
from bot.context import Context
from bot.routing import Route, on_command, on_file, on_tap
from bot.screens import posting as screens
from bot.screens.budgets import short_screen
from bot.taps_batches import (
    DiscardTap,
    DraftMoreTap,
    DraftTap,
    DropTap,
    InertTap,
    LookTap,
    PublishTap,
    SampleTap,
    SayTap,
)
from rules.model import BatchId, Kind, UploadId
from rules.refusals import Refusal
from rules.settings import Settings, merge, parse, read_caption
from services import drafting, posting, shortage
from services.posting import Upload

from .batches import show_card

LARGEST_FILE = 20 << 20
"""Bytes that the Bot API hands to a bot."""


async def explain(ctx: Context, _argument: str) -> None:
    """/newbatch: how to post."""
    await ctx.run(posting.may_post, ctx.person.id)
    await ctx.say(screens.explain(ctx.words))


async def send_sample(ctx: Context, _tap: SampleTap) -> None:
    """A small table that can be filled in, in a form that every spreadsheet opens."""
    await ctx.run(posting.may_post, ctx.person.id)
    folder = ctx.kit.config.uploads
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"example-{ctx.words.language}.csv"
    path.write_text(ctx.words.plain("posting.sample_table"), encoding="utf-8-sig")
    await ctx.send_file(path, ctx.words.plain("posting.sample_name"), ctx.words.line("posting.sample_caption"))


async def receive(ctx: Context, document: Document, caption: str) -> None:
    """A file came in: it is remembered first, then fetched and read."""
    taken_over = await ctx.run(posting.may_post, ctx.person.id)
    config = ctx.kit.config
    said, faults = parse(read_caption(caption), timezone=ctx.words.timezone, now=ctx.now, currency=config.currency)
    if faults:
        await ctx.say(screens.wrong_settings(ctx.words, faults))
        return
    if (document.file_size or 0) > LARGEST_FILE:
        raise Refusal("posting.too_big", size=(document.file_size or 0) >> 20)
    upload = await _remember(ctx, document, merge(taken_over or Settings(), said))
    ctx.later(lambda ctx: _take_up(ctx, upload))


async def _take_up(ctx: Context, upload: Upload) -> None:
    """Fetching and reading may take minutes; whatever stops them, the upload is gone on with by its job."""
    await flow.take_up(ctx.kit, ctx.person, upload, ctx.show)


async def _remember(ctx: Context, document: Document, settings: Settings) -> Upload:
    name = document.file_name or "batch"
    asks_all = settings == Settings()
    return await ctx.run(posting.receive, ctx.now, ctx.person.id, name, document.file_id, settings, asks_all=asks_all)


async def say(ctx: Context, tap: SayTap) -> None:
    """A button answered what an upload asks for."""
    upload = await ctx.run(posting.own, ctx.person.id, UploadId(tap.upload))
    await _said(ctx, upload, tap.key, _value(ctx, upload, tap))


def _value(ctx: Context, upload: Upload, tap: SayTap) -> Settings:
    match tap.key, tap.value:
        case "choices", screens.FROM_GOLD:
            return Settings(choices=upload.found.choices)
        case "guide", screens.NONE:
            return Settings()
        case "kind", value:
            return Settings(kind=Kind(value))
        case key, value:
            return flow.read_setting(ctx.kit, ctx.words.timezone, key, value)


async def say_typed(ctx: Context, argument: str, text: str) -> None:
    """Typed words answered it."""
    upload = await ctx.run(posting.own, ctx.person.id, UploadId(int(argument)))
    if upload.asks:
        await _said(ctx, upload, upload.asks[0], flow.read_setting(ctx.kit, ctx.words.timezone, upload.asks[0], text))


async def _said(ctx: Context, upload: Upload, key: str, settings: Settings) -> None:
    upload = await ctx.run(posting.say, ctx.now, ctx.person.id, upload.id, key, settings)
    if upload.asks:
        await flow.go_on(ctx.kit, ctx.person, upload, ctx.show)
        return
    await ctx.close()
    ctx.later(lambda ctx: flow.take_up(ctx.kit, ctx.person, upload, ctx.show))


async def drop(ctx: Context, tap: DropTap) -> None:
    """The coordinator leaves an upload."""
    await ctx.run(posting.drop, ctx.now, ctx.person.id, UploadId(tap.upload))
    await ctx.show(screens.dropped(ctx.words))


async def draft(ctx: Context, tap: DraftTap) -> None:
    """The card of a draft."""
    await ctx.run(drafting.leave_change, ctx.person.id)
    await ctx.show(await flow.draft_card(ctx.kit, ctx.person, BatchId(tap.batch)))


async def draft_more(ctx: Context, tap: DraftMoreTap) -> None:
    """The rest of a draft's buttons."""
    await ctx.show(await flow.draft_more(ctx.kit, ctx.person, BatchId(tap.batch)))


async def look(ctx: Context, tap: LookTap) -> None:
    """One task as a worker will see it, and the card again below it."""
    await ctx.close()
    await flow.show_draft(ctx.kit, ctx.person, BatchId(tap.batch))


async def inert(ctx: Context, _tap: InertTap) -> None:
    """A button of the preview."""
    await ctx.toast(ctx.words.plain("posting.inert"))


async def publish(ctx: Context, tap: PublishTap) -> None:
    """Offer a draft to workers; its card becomes the batch's card."""
    batch = BatchId(tap.batch)
    while not await ctx.run(drafting.level, ctx.person.id, batch):
        pass
    short = await ctx.run(shortage.tell, ctx.now, ctx.person.id, batch)
    if short is not None:
        await ctx.show(short_screen(ctx.words, short))
        return
    await ctx.run(drafting.publish, ctx.now, ctx.person.id, batch)
    await ctx.toast(ctx.words.plain("posting.published"))
    await show_card(ctx, batch)


async def discard(ctx: Context, tap: DiscardTap) -> None:
    """Throw a draft away."""
    await ctx.run(drafting.discard, ctx.now, ctx.person.id, BatchId(tap.batch))
    await ctx.show(screens.discarded(ctx.words))


ROUTES: tuple[Route, ...] = (
    on_command("newbatch", explain),
    on_file(receive),
    on_tap(SampleTap, send_sample),
    on_tap(SayTap, say),
    on_tap(DropTap, drop),
    on_tap(DraftTap, draft),
    on_tap(DraftMoreTap, draft_more),
    on_tap(LookTap, look),
    on_tap(InertTap, inert),
    on_tap(PublishTap, publish),
    on_tap(DiscardTap, discard),
)

EXPECTS = {"posting_say": say_typed}
