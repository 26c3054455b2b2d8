"""Uploads that a stopped bot left half-done, and files that nobody needs any more."""

import asyncio
from pathlib import Path

from bot import posting as flow
from bot.context import Kit
from rules.model import DAY, Instant, UploadId
from services import posting
from storage.bank_files import sweep


async def run(kit: Kit, now: Instant) -> str:
    """Go on with what was left half-done, and delete files a day after they were last needed.

    Files for a bank hold accounts in clear: what a stopped bot left of them goes away within the hour.
    """
    await asyncio.to_thread(sweep, kit.config.payouts)
    resumed = await flow.resume(kit, now)
    await kit.db.run(posting.forget, now)
    old = await kit.db.run(posting.to_tidy, Instant(now - DAY))
    for upload, path in old:
        await asyncio.to_thread(_delete, kit.config.uploads, upload, Path(path))
        await kit.db.run(posting.tidied, upload)
    return f"{resumed} resumed, {len(old)} tidied"


def _delete(folder: Path, upload: UploadId, posted: Path) -> None:
    """What the command line posted lies elsewhere, and is not ours to delete."""
    if posted.parent == folder:
        posted.unlink(missing_ok=True)
    (folder / f"{upload}-refused.csv").unlink(missing_ok=True)
