"""The file of what was withheld in a month, made anew each time."""

import asyncio
from datetime import date

from rules.transfers import Withheld, withholding
from services import deeds
from services import withholding as service
from storage.bank_files import as_csv, passing_folder, write_private

from .context import Context
from .screens import withholding as screens

ENCODING = "utf-8-sig"


async def send_month(ctx: Context, first: date) -> None:
    """Send what was withheld in a month. Raises Refusal for others than coordinators and owners."""
    config, person = ctx.kit.config, ctx.person.id
    found = await ctx.kit.db.read(service.month, person, first, config.timezone)
    payouts = await _withheld(ctx, first)
    data = await asyncio.to_thread(as_csv, withholding(payouts, config.currency), ENCODING)
    name = f"withholding-{first:%Y-%m}.csv"
    await ctx.run(deeds.note, ctx.now, person, "withholding_file", f"{first:%Y-%m} {len(payouts)}")
    with passing_folder(config.payouts) as place:
        await asyncio.to_thread(write_private, place / name, data)
        telegraph = ctx.kit.telegraph.pushing().patient()
        await telegraph.send_file(ctx.sender.telegram_id, place / name, name, screens.caption(found, ctx.words))


async def _withheld(ctx: Context, first: date) -> list[Withheld]:
    found: list[Withheld] = []
    after, timezone = 0, ctx.kit.config.timezone
    while True:
        part, after = await ctx.kit.db.read(service.withheld, ctx.person.id, first, timezone, after)
        if not part:
            return found
        found += part
