"""Coordinators close payouts: one prepares, a second approves, the bank's results are read back: /payouts."""

import re

from telegram import Document
from telegram.error import TelegramError

from bot import closing as flow
from bot.bank_results import Reading, Vocabulary, read_results
from bot.context import Context
from bot.routing import Route, on_command, on_file, on_tap
from bot.screens import closing as screens
from bot.taps_payouts import (
    AllPaidTap,
    AloneTap,
    ApproveTap,
    CancelTransferTap,
    CloseTransferTap,
    PayoutsTap,
    SentTap,
    TransferFilesTap,
    TransferTap,
)
from rules.refusals import Refusal
from services import bank_results, closing, contradictions, deeds, transfers
from services.bank_results import Recorded
from services.closing import Changed
from services.people import LANGUAGES, Role
from services.transfers import Rest, Transfer
from storage.bank_files import passing_folder

CAPTION = re.compile(r"/payouts(@\w+)?(\s.*)?|T[2-9A-HJKMNP-Z]{5}", re.IGNORECASE | re.DOTALL)
LARGEST_FILE = 10 << 20
CHUNK = 50


def is_for_results(caption: str) -> bool:
    """Whether a document is the bank's result: it is called so, or by a transfer's code."""
    return CAPTION.fullmatch(caption.strip()) is not None


async def show(ctx: Context, _: str | PayoutsTap) -> None:
    """/payouts: what is asked, and the transfers."""
    found = await ctx.run(transfers.overview, ctx.person.id)
    for each in found.open:
        await flow.looked_at(ctx, each)
    wrong = await flow.suspicions(ctx.kit, ctx.person.id, None) if found.asked else []
    disputed = await ctx.run(contradictions.undecided, ctx.person.id)
    shown = screens.Closing(found, await _rest(ctx), wrong, disputed, Role.OWNER in ctx.person.roles)
    await ctx.show(screens.overview(shown, ctx.words))


async def show_transfer(ctx: Context, tap: TransferTap) -> None:
    await _show(ctx, await ctx.run(transfers.transfer, ctx.person.id, tap.transfer))


async def close(ctx: Context, tap: CloseTransferTap) -> None:
    """Take up what is asked; the files follow the card."""
    made = await flow.close(ctx, tap.seen)
    await ctx.toast(ctx.words.plain("closing.closed_now"))
    await _show(ctx, made)
    ctx.later(lambda ctx: flow.hand_out(ctx, made.id))


async def send_files(ctx: Context, tap: TransferFilesTap) -> None:
    await ctx.run(transfers.transfer, ctx.person.id, tap.transfer)
    await ctx.toast(ctx.words.plain("closing.files_coming"))
    ctx.later(lambda ctx: flow.hand_out(ctx, tap.transfer))


async def approve(ctx: Context, tap: ApproveTap) -> None:
    """A second person approves the very file that was made, and that they were shown."""
    await flow.bound(ctx, tap.transfer)
    terms = ctx.kit.config.payments.terms
    approved = await ctx.run(closing.approve, ctx.now, ctx.person.id, tap.transfer, tap.digest, terms)
    await ctx.toast(ctx.words.plain("closing.approved_now"))
    await _show(ctx, approved)


async def mark_sent(ctx: Context, tap: SentTap) -> None:
    """The bank has it; what has changed since the approval is said first, since it may not have it yet."""
    terms = ctx.kit.config.payments.terms
    try:
        sent = await ctx.run(closing.send, ctx.now, ctx.person.id, tap.transfer, terms, bool(tap.sure))
    except Changed as changed:
        await ctx.show(screens.sent_sure(tap.transfer, changed, ctx.words))
        return
    await ctx.toast(ctx.words.plain("closing.sent_now"))
    await _show(ctx, sent)


async def all_paid(ctx: Context, tap: AllPaidTap) -> None:
    """Everything of which nothing else was said has arrived, after being asked once more: nothing takes that back."""
    if not tap.sure:
        found = await ctx.run(transfers.transfer, ctx.person.id, tap.transfer)
        await ctx.show(screens.all_paid_sure(found, ctx.words))
        return
    while left := await ctx.run(bank_results.unsaid, ctx.person.id, tap.transfer, CHUNK):
        await ctx.run(bank_results.record, ctx.now, ctx.person.id, left)
    await show_transfer(ctx, TransferTap(tap.transfer))


async def cancel(ctx: Context, tap: CancelTransferTap) -> None:
    """Give a transfer up, after being asked once more."""
    if not tap.sure:
        found = await ctx.run(transfers.transfer, ctx.person.id, tap.transfer)
        await ctx.show(screens.cancel_sure(found, ctx.words))
        return
    cancelled = await ctx.run(closing.cancel, ctx.now, ctx.person.id, tap.transfer)
    await ctx.toast(ctx.words.plain("closing.cancelled_now"))
    await _show(ctx, cancelled)


async def set_alone(ctx: Context, tap: AloneTap) -> None:
    """An owner says whether there is anybody else who could approve."""
    await ctx.run(deeds.set_alone, ctx.now, ctx.person.id, bool(tap.on))
    await show(ctx, PayoutsTap())


async def receive(ctx: Context, document: Document, _caption: str) -> None:
    """The bank's result file came in."""
    await ctx.run(transfers.overview, ctx.person.id)
    if (document.file_size or 0) > LARGEST_FILE:
        raise Refusal("closing.result_too_big")
    ctx.later(lambda ctx: _take_in(ctx, document))


async def _take_in(ctx: Context, document: Document) -> None:
    said = await _read(ctx, document)
    outcome = Recorded(0, 0, ())
    for start in range(0, len(said.results), CHUNK):
        part = await ctx.run(bank_results.record, ctx.now, ctx.person.id, said.results[start : start + CHUNK])
        outcome = Recorded(outcome.paid + part.paid, outcome.failed + part.failed, outcome.faults + part.faults)
    await ctx.say(screens.recorded(outcome, said.unclear, said.waiting, ctx.words))


async def _read(ctx: Context, document: Document) -> Reading:
    """The file lies on the disk only for as long as it is read."""
    known = await ctx.kit.db.read(bank_results.given, ctx.person.id)
    with passing_folder(ctx.kit.config.payouts) as folder:
        path = folder / "result"
        try:
            await ctx.kit.telegraph.download(document.file_id, path)
        except TelegramError as error:
            raise Refusal("closing.result_lost") from error
        return await read_results(path, document.file_name or "", known, Vocabulary(LANGUAGES))


async def _show(ctx: Context, found: Transfer) -> None:
    may_approve = await ctx.run(deeds.may_second, found.made_by, ctx.person.id)
    lacks_second = await ctx.run(deeds.lacks_second, ctx.person.id)
    await ctx.show(screens.transfer(found, await _rest(ctx), may_approve, ctx.words, lacks_second=lacks_second))


async def _rest(ctx: Context) -> Rest:
    return await ctx.kit.db.read(transfers.rest, ctx.now, ctx.person.id, ctx.kit.config.payments.terms.minimum)


ROUTES: tuple[Route, ...] = (
    on_command("payouts", show),
    on_file(receive, takes=is_for_results),
    on_tap(PayoutsTap, show),
    on_tap(TransferTap, show_transfer),
    on_tap(CloseTransferTap, close),
    on_tap(TransferFilesTap, send_files),
    on_tap(ApproveTap, approve),
    on_tap(SentTap, mark_sent),
    on_tap(AllPaidTap, all_paid),
    on_tap(CancelTransferTap, cancel),
    on_tap(AloneTap, set_alone),
)
