"""Uploads that a stopped bot left half-done, and files that nobody needs any more."""

import asyncio
from collections.abc import Iterator, Sequence

from bot import posting as flow
from bot.context import Kit
from rules.model import DAY, Instant, UploadId
from services import posting
from storage.bank_files import sweep
from storage.uploads.files import delete_upload, uploads_in
from storage.uploads.folders import sweep_folders

HOUR_SECONDS = 3_600.0
AT_ONCE = 500


async def run(kit: Kit, now: Instant) -> str:
    """Go on with what was left half-done, and delete files a day after they were last needed.

    Files for a bank hold accounts in clear: what a stopped bot left of them goes away within the hour, and so does
    what a killed reader left.
    """
    await asyncio.to_thread(sweep, kit.config.payouts)
    await asyncio.to_thread(sweep_folders, kit.config.uploads, HOUR_SECONDS)
    resumed = await flow.resume(kit, now)
    await kit.db.run(posting.forget, now)
    return f"{resumed} resumed, {await _tidy(kit, now)} tidied"


async def _tidy(kit: Kit, now: Instant) -> int:
    """Delete the files of uploads that are over, whatever became of them, and those that no upload belongs to."""
    folder, before = kit.config.uploads, Instant(now - DAY)
    old = await kit.db.run(posting.to_tidy, before)
    found = await asyncio.to_thread(uploads_in, folder)
    needless = set(old)
    for some in batched(sorted(found)):
        needless |= await kit.db.read(posting.over, some, before)
        unknown = await kit.db.read(posting.unknown, some)
        needless |= {upload for upload in unknown if found[upload] * 1_000 < before}
    for upload in needless:
        await asyncio.to_thread(delete_upload, folder, upload)
    for upload in old:
        await kit.db.run(posting.tidied, upload)
    return len(needless)


def batched(uploads: Sequence[UploadId]) -> Iterator[Sequence[UploadId]]:
    """So many that they are looked up in a moment."""
    return (uploads[start : start + AT_ONCE] for start in range(0, len(uploads), AT_ONCE))
