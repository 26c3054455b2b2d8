"""Files in the data folder without anybody asking: every night, and when a batch is finished."""

import logging

from bot.context import Kit
from bot.exports import write
from rules.model import BatchId, Instant
from services import exporting

log = logging.getLogger(__name__)

AT_ONCE = 50


async def nightly(kit: Kit, now: Instant) -> str:
    """Write the files of every batch that runs or has changed. One that the disk refuses does not stop the others."""
    written = failed = 0
    after = BatchId(0)
    while batches := await kit.db.read(exporting.due, after, AT_ONCE):
        for batch, code in batches:
            is_written = await _write(kit, batch, code)
            written, failed = written + is_written, failed + (not is_written)
        after = batches[-1][0]
    return f"{written} batches exported, {failed} failed"


async def on_completion(kit: Kit, now: Instant) -> str:
    """Write the files of each finished batch, then tell its coordinator once."""
    told = 0
    after = BatchId(0)
    while batches := await kit.db.read(exporting.completed, after, AT_ONCE):
        for batch, code in batches:
            if await _write(kit, batch, code):
                told += await kit.db.run(exporting.announce, now, batch)
        after = batches[-1][0]
    return f"{told} coordinators told"


async def _write(kit: Kit, batch: BatchId, code: str) -> bool:
    try:
        await write(kit, batch, code)
    except OSError:
        log.exception("the files of batch %s can't be written", code)
        return False
    return True
