"""Every message that is not the reply to a tap: durable first, put into words when it is sent."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from rules.model import MINUTE, SECOND, Instant
from services import notices
from services.notices import Notice

from .contact import seconds
from .context import Kit
from .supervision import outcome
from .transport import NotSent, fresh_connections
from .turns import Lane

log = logging.getLogger(__name__)

Deliver = Callable[[Kit, Notice, Mapping[str, Any]], Awaitable[None]]
AT_ONCE = 100
PEOPLE_AT_ONCE = 8
LONGEST_PAUSE = 10 * MINUTE


async def send_due(kit: Kit, now: Instant, kinds: Mapping[str, Deliver]) -> str:
    """Send what is due, each message at most once for sure and again only when it surely did not arrive."""
    due = await kit.db.run(notices.due, now, AT_ONCE)
    permits = asyncio.Semaphore(PEOPLE_AT_ONCE)

    async def serve(mail: Sequence[Notice]) -> None:
        async with permits:
            for notice in mail:
                pushing = kit.telegraph.pushing()
                error = await outcome(_send(replace(kit, telegraph=pushing), notice, kinds))
                if error is not None:
                    log.error("message %s could not be made, or not be noted", notice.id, exc_info=error)
                    state = "unknown" if pushing.has_sent else "failed"
                    await kit.db.run(notices.mark, notice.id, state, kit.clock.now())

    by_person = groupby(sorted(due, key=lambda notice: notice.person), key=lambda notice: notice.person)
    await asyncio.gather(*(serve(list(mail)) for _, mail in by_person))
    return f"{len(due)} messages"


async def _send(kit: Kit, notice: Notice, kinds: Mapping[str, Deliver]) -> None:
    """Send one message, unless its chat has to be left alone now, or its reader."""
    now = kit.clock.now()
    if wait := kit.telegraph.pacer.delay(notice.telegram_id, Lane.PUSH):
        await kit.db.run(notices.mark, notice.id, "queued", Instant(now + int(wait * SECOND) + 1))
        return
    if not await kit.db.run(notices.begin, now, notice, kit.config.timezone):
        return
    state, due = await _deliver(kit, notice, kinds)
    await kit.db.run(notices.mark, notice.id, state, due)


async def _deliver(kit: Kit, notice: Notice, kinds: Mapping[str, Deliver]) -> tuple[str, Instant]:
    """What has become of a message, and when it is due again where it did not arrive."""
    now = kit.clock.now()
    try:
        with fresh_connections():
            await kinds[notice.kind](kit, notice, json.loads(notice.blanks))
    except RetryAfter as error:
        return "queued", Instant(now + int(seconds(error) * SECOND))
    except NotSent:
        return "queued", Instant(now + min(MINUTE << min(notice.attempts, 4), LONGEST_PAUSE))
    except Forbidden:
        return "failed", now
    except (BadRequest, ChatMigrated) as error:
        log.error("message %s can't be sent: %s", notice.id, error.message)
        return "failed", now
    except NetworkError as error:
        # It may have arrived; sending it twice is worse than once too few.
        log.warning("nobody knows whether message %s arrived: %s", notice.id, type(error).__name__)
        return "unknown", now
    except TelegramError as error:
        log.error("message %s was refused: %s", notice.id, type(error).__name__)
        return "queued", Instant(now + LONGEST_PAUSE)
    return "sent", kit.clock.now()
