"""Reminders: slices are cut and ended, and everybody hears of what is theirs in one message, when they want to."""

from bot.context import Kit
from rules.model import Instant
from services import inviting, nudging, reminding

AT_ONCE = 50


async def run(kit: Kit, now: Instant) -> str:
    """Nothing is cut and nothing is queued while Telegram is out of reach."""
    if kit.contact.is_lost:
        return "Telegram is out of reach"
    zone = kit.config.timezone
    while await kit.db.run(reminding.settle, now, AT_ONCE) >= AT_ONCE:
        pass
    ended = 0
    while count := await kit.db.run(nudging.end, now):
        ended += count
    await kit.db.run(nudging.warn, now)
    rounds = [
        await kit.db.run(inviting.invite, now, batch, zone) for batch in await kit.db.read(inviting.wanting, now, zone)
    ]
    people = 0
    while count := await kit.db.run(reminding.gather, now, AT_ONCE, zone):
        people += count
    told, slots = sum(each.told for each in rounds), sum(each.slots for each in rounds)
    return f"{ended} slices ended, {told} cut with {slots} slots, {people} people seen to"


async def nudge(kit: Kit, now: Instant) -> str:
    """Batches and paydays that are near, and those who have not worked for a while."""
    if kit.contact.is_lost:
        return "Telegram is out of reach"
    zone, deadlines = kit.config.timezone, 0
    while await kit.db.run(nudging.before_payday, now, kit.config.payments.terms, AT_ONCE):
        pass
    while count := await kit.db.run(nudging.call_in, now, AT_ONCE):
        deadlines += count
    away = await kit.db.read(nudging.away, now, zone)
    called = [person for person in away if await kit.db.run(nudging.call_back, now, person, zone)]
    return f"{deadlines} deadlines, {len(called)} of {len(away)} called back"
