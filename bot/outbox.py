"""Every message that is not the reply to a tap: durable first, put into words when it is sent."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError, TimedOut

from rules.model import MINUTE, SECOND, Instant
from services import notices, people
from services.notices import Notice

from .contact import seconds
from .context import Kit

log = logging.getLogger(__name__)

Deliver = Callable[[Kit, Notice, Mapping[str, Any]], Awaitable[None]]
AT_ONCE = 20
ATTEMPTS = 8


async def send_due(kit: Kit, now: Instant, kinds: Mapping[str, Deliver]) -> str:
    """Send what is due, each message at most once for sure and again only when it surely did not arrive."""
    due = await kit.db.run(notices.due, now, AT_ONCE)
    for notice in due:
        await _send(kit, now, notice, kinds)
    return f"{len(due)} messages"


async def _send(kit: Kit, now: Instant, notice: Notice, kinds: Mapping[str, Deliver]) -> None:
    if not await kit.db.run(notices.mark, notice.id, "sending", now, attempted=True):
        return
    try:
        await kinds[notice.kind](kit, notice, json.loads(notice.blanks))
    except RetryAfter as error:
        await _again(kit, notice, Instant(now + int(seconds(error) * SECOND)))
    except Forbidden:
        await kit.db.run(people.reached, notice.telegram_id, False)
        await kit.db.run(notices.mark, notice.id, "failed", now)
    except TimedOut:
        # It may have arrived; sending it twice is worse than once too few.
        await kit.db.run(notices.mark, notice.id, "unknown", now)
    except BadRequest as error:
        log.error("message %s can't be sent: %s", notice.id, error.message)
        await kit.db.run(notices.mark, notice.id, "failed", now)
    except TelegramError:
        await _again(kit, notice, Instant(now + MINUTE))
    else:
        await kit.db.run(notices.mark, notice.id, "sent", now)


async def _again(kit: Kit, notice: Notice, due: Instant) -> None:
    state = "queued" if notice.attempts + 1 < ATTEMPTS else "failed"
    await kit.db.run(notices.mark, notice.id, state, due)
