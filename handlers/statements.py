"""A month's statement: /statement, as a PDF and as a table."""

import re
from asyncio import to_thread
from datetime import date

from bot.context import Context
from bot.farewell import documents
from bot.paper import pdf
from bot.routing import Route, on_command, on_tap
from bot.screens import statements as screens
from bot.taps_tracing import MonthsTap, StatementTap
from rules.refusals import Refusal
from services import stating, tracing

MONTH = re.compile(r"(\d{4})\D{0,2}(\d{1,2})\D?")


async def statement(ctx: Context, argument: str) -> None:
    """/statement 2026-11, or a choice of months."""
    if argument:
        await _send(ctx, _month(argument))
    else:
        await ask_month(ctx, MonthsTap())


def _month(argument: str) -> date:
    said = MONTH.fullmatch(argument.strip())
    if said is None or not 1 <= int(said[2]) <= 12 or not 1 <= int(said[1]) <= 9998:
        raise Refusal("statement.how")
    return date(int(said[1]), int(said[2]), 1)


async def ask_month(ctx: Context, _tap: MonthsTap) -> None:
    months = await ctx.kit.db.read(stating.months, ctx.now, ctx.person.id, ctx.words.timezone)
    await ctx.show(screens.months_screen(ctx.words, months))


async def month_chosen(ctx: Context, tap: StatementTap) -> None:
    await _send(ctx, tracing.date_from(tap.month))


async def _send(ctx: Context, month: date) -> None:
    """Two documents; what is drawn for them does not stay."""
    config, words, now = ctx.kit.config, ctx.words, ctx.now
    found = await ctx.kit.db.read(stating.statement, now, ctx.person.id, month, words.timezone)
    lines, footer = screens.paper(words, found, now), screens.footer(words, found, config.currency)
    name = words.plain("statement.file", month=f"{month:%Y-%m}")
    files = {"pdf": await to_thread(pdf, lines, footer), "csv": screens.table(words, found)}
    documents(ctx.kit).mkdir(mode=0o700, exist_ok=True)
    for ending, content in files.items():
        path = documents(ctx.kit) / f"{ctx.person.code}-{month:%Y-%m}.{ending}"
        try:
            await to_thread(path.write_bytes, content)
            await ctx.send_file(path, f"{name}.{ending}", screens.caption(words, found) if ending == "pdf" else "")
        finally:
            path.unlink(missing_ok=True)


ROUTES: tuple[Route, ...] = (
    on_command("statement", statement),
    on_tap(MonthsTap, ask_month),
    on_tap(StatementTap, month_chosen),
)
